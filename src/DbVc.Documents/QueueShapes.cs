using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>The merge queue as documents.</summary>
internal static class QueueShapes
{
    public static JsonObject ToJson(this IReadOnlyList<QueueEntry> entries) => new() { ["queue"] = Json.Array(entries, ToJson) };

    public static JsonObject ToJson(this QueueEntry entry) => new()
    {
        ["number"] = entry.Number,
        ["branch"] = entry.Branch,
        ["state"] = Json.Name(entry.State),
        ["step"] = entry.Step is { } step ? Json.Name(step) : null,
        ["reason"] = entry.Reason,
        ["merge"] = entry.Merge,
        ["commit"] = entry.Commit,
        ["addedBy"] = entry.By,
        ["added"] = Json.Time(entry.Added),
        ["settled"] = Json.Time(entry.Settled),
    };
}
