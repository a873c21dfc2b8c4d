using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Keeps what is known about each task; survives the process.</summary>
internal static class AgentTasks
{
    public const string Collection = "tasks";

    public static void Save(WorkspaceContext context, AgentReport report)
    {
        using var transaction = context.Repository.Store.Begin();
        transaction.PutDocument(Collection, report.Task, ToBytes(report));
        transaction.Commit();
    }

    public static byte[] ToBytes(AgentReport report) => JsonSerializer.SerializeToUtf8Bytes(report, AgentJson.Default.AgentReport);

    /// <summary>The report as it was last saved, or null.</summary>
    public static AgentReport? Read(WorkspaceContext context, string task) =>
        context.Repository.Store.ReadDocument(Collection, task) is { } bytes ? JsonSerializer.Deserialize(bytes, AgentJson.Default.AgentReport) : null;

    /// <summary>All tasks, oldest first.</summary>
    public static IReadOnlyList<AgentReport> List(WorkspaceContext context) => ListBut(context, new HashSet<string>());

    /// <summary>All tasks but some, which are not even read, oldest first.</summary>
    public static IReadOnlyList<AgentReport> ListBut(WorkspaceContext context, IReadOnlySet<string> left) =>
        [.. context.Repository.Store.ListDocuments(Collection).Where(d => !left.Contains(d.Key))
            .Select(d => JsonSerializer.Deserialize(d.Value, AgentJson.Default.AgentReport)!).OrderBy(t => t.Created)];

    /// <summary>What a task makes or runs, by its name below <c>pipelines/</c>. Tasks of before did not say it.</summary>
    public static string? PipelineOf(WorkspaceContext context, AgentReport task) =>
        task.Pipeline ?? BranchRecord.Read(context.Repository.Store, BranchName.Parse(task.Branch))?.Pipeline;

    /// <summary>The tasks that made or ran a pipeline, oldest first.</summary>
    public static IEnumerable<AgentReport> ListOf(WorkspaceContext context, string pipeline) => List(context).Where(t => PipelineOf(context, t) == pipeline);

    /// <summary>The latest task of a branch, or null.</summary>
    public static AgentReport? Find(WorkspaceContext context, BranchName branch) =>
        List(context).LastOrDefault(t => t.Branch == branch.Text);

    /// <summary>The report, as merged when its branch was merged since, in spite of its gates perhaps; as stopped when its process is gone.</summary>
    public static AgentReport Current(WorkspaceContext context, AgentReport report)
    {
        if (report.State == TaskState.Running) return TaskLock.Settle(context, report);
        if (BranchRecord.Read(context.Repository.Store, BranchName.Parse(report.Branch)) is not { Merged: not null } branch || branch.Task != report.Task)
            return report;
        // What was done since an override is judged for itself.
        var reason = context.Repository.FindHead(BranchName.Parse(report.Branch))?.ToString() == branch.Merged ? branch.Override : null;
        return report.State == TaskState.Ready || reason is not null ? report with { State = TaskState.Merged, Override = reason } : report;
    }

    /// <summary>The last merged run of a pipeline; null for the first.</summary>
    public static AgentReport? FindLastMerged(WorkspaceContext context, string pipeline) =>
        List(context).LastOrDefault(t => t.Rows is not null && (t.State == TaskState.Merged
            ? t.Pipeline == pipeline
            : BranchRecord.Read(context.Repository.Store, BranchName.Parse(t.Branch)) is { Merged: not null } branch && branch.Pipeline == pipeline));

    /// <summary>Reads nothing but the state: listing branches should not cost what reading whole reports costs.</summary>
    public static string? FindState(WorkspaceContext context, string task)
    {
        if (context.Repository.Store.ReadDocument(Collection, task) is not { } bytes) return null;
        using var report = JsonDocument.Parse(bytes);
        var state = report.RootElement.GetProperty("state").GetString()!.ToLowerInvariant();
        return state == "running" ? Current(context, Read(context, task)!).State.ToString().ToLowerInvariant() : state;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AgentReport))]
[JsonSerializable(typeof(GateRecord))]
internal sealed partial class AgentJson : JsonSerializerContext;
