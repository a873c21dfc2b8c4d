using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Live;
using DbVc.Model;
using DbVc.Store;

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

/// <summary>What is left of a branch that was deleted: enough to bring it back while the operation log keeps its commits.</summary>
internal sealed record DeletedBranch(string Head, BranchRecord Record)
{
    public const string Collection = "deleted-branches";

    /// <summary>In base64, so that no id stands in it: a document that names a commit keeps it for ever, and this one shall not.</summary>
    public byte[] ToBytes() => Encoding.ASCII.GetBytes(Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(this, BranchJson.Default.DeletedBranch)));

    public static DeletedBranch? Read(IRepositoryStore store, BranchName branch) => store.ReadDocument(Collection, branch.Text) is { } bytes
        ? JsonSerializer.Deserialize(Convert.FromBase64String(Encoding.ASCII.GetString(bytes)), BranchJson.Default.DeletedBranch)
        : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BranchInfo))]
[JsonSerializable(typeof(DeletedBranch))]
internal sealed partial class BranchJson : JsonSerializerContext;
