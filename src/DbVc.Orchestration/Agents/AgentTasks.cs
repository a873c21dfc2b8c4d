using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Keeps what is known about each task; survives the process.</summary>
internal static class AgentTasks
{
    private const string Collection = "tasks";

    public static void Save(WorkspaceContext context, AgentReport report)
    {
        using var transaction = context.Repository.Store.Begin();
        transaction.PutDocument(Collection, report.Task, JsonSerializer.SerializeToUtf8Bytes(report, AgentJson.Default.AgentReport));
        transaction.Commit();
    }

    /// <summary>All tasks, oldest first.</summary>
    public static IReadOnlyList<AgentReport> List(WorkspaceContext context) =>
        [.. context.Repository.Store.ListDocuments(Collection)
            .Select(d => JsonSerializer.Deserialize(d.Value, AgentJson.Default.AgentReport)!).OrderBy(t => t.Created)];

    /// <summary>The latest task of a branch, or null.</summary>
    public static AgentReport? Find(WorkspaceContext context, BranchName branch) =>
        List(context).LastOrDefault(t => t.Branch == branch.Text);

    public static string? FindState(WorkspaceContext context, BranchName branch) =>
        Find(context, branch)?.State.ToString().ToLowerInvariant();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AgentReport))]
[JsonSerializable(typeof(GateRecord))]
internal sealed partial class AgentJson : JsonSerializerContext;
