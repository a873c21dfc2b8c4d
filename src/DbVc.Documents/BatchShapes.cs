using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Batches and plans as documents.</summary>
internal static class BatchShapes
{
    public static JsonObject ToJson(this BatchReport batch) => new()
    {
        ["batch"] = batch.Batch,
        ["tasks"] = Json.Array(batch.Tasks, ToJson),
    };

    private static JsonObject ToJson(BatchTask task) => new()
    {
        ["name"] = task.Name,
        ["state"] = Json.Name(task.State),
        ["reason"] = task.Reason,
        ["source"] = task.Source,
        ["table"] = task.Table,
        ["metadata"] = task.Metadata,
        ["branch"] = task.Branch,
        ["after"] = Json.Array(task.After),
        ["why"] = Json.Array(task.Why),
        ["task"] = task.Report?.ToJson(),
    };
}
