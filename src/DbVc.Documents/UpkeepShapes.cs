using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What keeps a repository whole and small, as documents.</summary>
internal static class UpkeepShapes
{
    public static JsonObject ToJson(this VerifyReport report) => new()
    {
        ["ok"] = report.Ok,
        ["checked"] = new JsonObject { ["commits"] = report.Commits, ["chunks"] = report.Chunks, ["bytes"] = report.Bytes },
        ["problems"] = Json.Array(report.Problems, problem => new JsonObject
        {
            ["kind"] = problem.Kind,
            ["object"] = problem.Object,
            ["message"] = problem.Message,
            ["affects"] = Json.Array(problem.Affects),
        }),
        ["live"] = report.Live is { } live ? new JsonObject { ["clean"] = live.Count == 0, ["tables"] = live.ToJson() } : null,
        ["liveCommit"] = report.LiveCommit,
        ["liveAtHead"] = report.IsLiveAtHead,
    };

    public static JsonObject ToJson(this GcReport report) => new()
    {
        ["dryRun"] = report.DryRun,
        ["since"] = Json.Time(report.Since),
        ["commits"] = report.Commits,
        ["chunks"] = report.Chunks,
        ["packs"] = report.Packs,
        ["bytes"] = report.Bytes,
        ["waiting"] = report.Waiting,
        ["expired"] = Json.Array(report.Expired),
    };

    public static JsonObject ToJson(this PurgeReport report) => new()
    {
        ["table"] = report.Table,
        ["key"] = report.Digest,
        ["commits"] = report.Commits,
        ["versions"] = report.Versions,
        ["head"] = report.Head.ToString(),
        ["remaining"] = Json.Array(report.Remaining),
    };

    public static JsonObject ToJson(this ExportReport report) => new()
    {
        ["file"] = report.File,
        ["commits"] = report.Commits,
        ["chunks"] = report.Chunks,
        ["bytes"] = report.Bytes,
        ["refs"] = Json.Array(report.Refs),
    };

    public static JsonObject ToJson(this ImportReport report) => new()
    {
        ["root"] = report.Root,
        ["database"] = report.Database,
        ["name"] = report.Name,
        ["commits"] = report.Commits,
        ["refs"] = Json.Array(report.Refs),
        ["head"] = report.Head?.ToString(),
    };
}
