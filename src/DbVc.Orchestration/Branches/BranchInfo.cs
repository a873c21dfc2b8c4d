using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>The file <c>branches/NAME/branch.info</c>: what a person who looks into the folder wants to know. Not versioned.</summary>
internal sealed record BranchInfo(string Name, string Status, string Head, string Base, DateTimeOffset Created, string? Task, string Database)
{
    public static void Write(WorkspaceContext context, BranchRecord record, string status)
    {
        var name = BranchName.Parse(record.Name);
        var info = new BranchInfo(record.Name, status, context.Repository.Head(name).ToString(), record.Base, record.Created, record.Task, record.Instance);
        var path = Path.Combine(context.Layout.Branch(name), "branch.info");
        Directory.CreateDirectory(context.Layout.Branch(name));
        WholeFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(info, BranchJson.Default.BranchInfo));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BranchInfo))]
internal sealed partial class BranchJson : JsonSerializerContext;
