using System.Globalization;
using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Server;

/// <summary>The documents of the API; keys are those of <c>--json</c>.</summary>
internal static class ApiDocuments
{
    public static JsonObject Status(StatusReport report) => new()
    {
        ["branch"] = "main",
        ["head"] = report.Head.ToString(),
        ["clean"] = report.Clean,
        ["tables"] = new JsonObject(report.Changes.Select(c => KeyValuePair.Create(c.Name, (JsonNode?)new JsonObject
        {
            ["status"] = c.Status,
            ["added"] = c.Added,
            ["modified"] = c.Modified,
            ["deleted"] = c.Deleted,
        }))),
        ["branches"] = Branches(report.Branches)["branches"]!.DeepClone(),
    };

    public static JsonObject Branches(IReadOnlyList<BranchReport> branches) => new()
    {
        ["branches"] = new JsonArray([.. branches.Select(b => (JsonNode)new JsonObject
        {
            ["name"] = b.Name,
            ["head"] = b.Head.ToString(),
            ["base"] = b.Base?.ToString(),
            ["status"] = b.Status,
            ["task"] = b.Task,
        })]),
    };

    public static JsonObject Log(IReadOnlyList<LogEntry> entries) => new()
    {
        ["commits"] = new JsonArray([.. entries.Select(e => (JsonNode)new JsonObject
        {
            ["id"] = e.Commit.Id.ToString(),
            ["parents"] = new JsonArray([.. e.Commit.Commit.Parents.Select(p => (JsonNode)p.ToString())]),
            ["author"] = new JsonObject
            {
                ["name"] = e.Commit.Commit.Author.Name,
                ["email"] = e.Commit.Commit.Author.Email,
                ["kind"] = e.Commit.Commit.Author.Kind.ToString().ToLowerInvariant(),
            },
            ["time"] = e.Commit.Commit.Time.UtcDateTime.ToString("o", CultureInfo.InvariantCulture),
            ["message"] = e.Commit.Commit.Message,
            ["task"] = e.Commit.Commit.Provenance?.Task,
            ["evidence"] = e.Commit.Commit.Evidence?.ToString(),
        })]),
    };

    public static JsonObject Problem(DbVcException failure, int status) => new()
    {
        ["type"] = "about:blank",
        ["title"] = failure.Message,
        ["status"] = status,
        ["code"] = failure.Code,
        ["where"] = failure.Where,
        ["hint"] = failure.Hint,
    };
}
