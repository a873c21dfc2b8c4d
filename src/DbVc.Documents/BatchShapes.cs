using System.ComponentModel;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Batches and plans as documents.</summary>
internal static class BatchShapes
{
    public static BatchDocument ToJson(this BatchReport batch) => new(batch.Batch, Json.List(batch.Tasks, ToJson));

    private static BatchTaskDocument ToJson(BatchTask task) => new(task.Name, task.State, task.Reason, task.Source, task.Table, task.Metadata, task.Branch,
        task.After, task.Why, task.Report?.ToJson());
}

[Description("Tasks that belong together.")]
internal sealed record BatchDocument(
    [Description("Its name; null for a plan.")] string? Batch,
    [Description("Each after those it waits for.")] IReadOnlyList<BatchTaskDocument> Tasks) : Document;

[Description("One task of a batch.")]
internal sealed record BatchTaskDocument(
    [Description("Its name in the batch.")] string Name,
    [Description("How far it is.")] BatchTaskState State,
    [Description("Why it is so; null where there is nothing to say.")] string? Reason,
    [Description("Where its records come from; null where the metadata cannot be read.")] string? Source,
    [Description("The table that it loads.")] string Table,
    [Description("Its metadata file.")] string Metadata,
    [Description("The branch that it works on.")] string Branch,
    [Description("Names of those it waits for.")] IReadOnlyList<string> After,
    [Description("Why it waits for them.")] IReadOnlyList<string> Why,
    [Description("The task itself; null before it was begun.")] TaskDocument? Task) : Document;
