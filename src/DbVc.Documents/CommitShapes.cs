using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Commits, branches and the repository as documents.</summary>
internal static class CommitShapes
{
    public static JsonObject ToJson(this LogEntry entry)
    {
        var document = Describe(entry);
        if (MergeTrailers.FindOverride(entry.Commit.Commit) is { } reason) document["override"] = reason;
        return document;
    }

    private static JsonObject Describe(LogEntry entry) => new()
    {
        ["id"] = entry.Commit.Id.ToString(),
        ["parents"] = Json.Array(entry.Commit.Commit.Parents.Select(parent => parent.ToString())),
        ["author"] = entry.Commit.Commit.Author.ToJson(),
        ["time"] = Json.Time(entry.Commit.Commit.Time),
        ["message"] = entry.Commit.Commit.Message,
        ["task"] = entry.Commit.Commit.Provenance?.Task,
        ["evidence"] = entry.Commit.Commit.Evidence?.ToString(),
        ["origin"] = entry.Commit.Commit.Origin?.ToString(),
        ["names"] = Json.Array(entry.Names),
    };

    public static JsonObject ToJson(this TagReport tag) => new()
    {
        ["name"] = tag.Name,
        ["commit"] = tag.Commit.Id.ToString(),
        ["time"] = Json.Time(tag.Commit.Commit.Time),
        ["message"] = tag.Commit.Commit.Message,
    };

    public static JsonObject ToJson(this Author author) =>
        new() { ["name"] = author.Name, ["email"] = author.Email, ["kind"] = Json.Name(author.Kind) };

    public static JsonObject ToJson(this IEnumerable<TableChange> changes) => new(changes.Select(change =>
        KeyValuePair.Create<string, JsonNode?>(change.Name, new JsonObject
        {
            ["status"] = change.Status,
            ["added"] = change.Added,
            ["modified"] = change.Modified,
            ["deleted"] = change.Deleted,
        })));

    public static JsonObject ToJson(this CommitReport report, bool dryRun = false)
    {
        if (report.Commit is null && !dryRun) return new JsonObject { ["commit"] = null };
        var document = new JsonObject
        {
            ["commit"] = report.Commit?.ToString(),
            ["parents"] = Json.Array(report.Parents.Select(parent => parent.ToString())),
            ["tables"] = report.Tables.ToJson(),
        };
        if (dryRun) document["dryRun"] = true;
        return document;
    }

    public static JsonObject ToJson(this BranchReport branch) => new JsonObject
    {
        ["name"] = branch.Name,
        ["head"] = branch.Head.ToString(),
        ["base"] = branch.Base?.ToString(),
        ["status"] = branch.Status,
        ["database"] = branch.Database,
        ["created"] = Json.Time(branch.Created),
        ["task"] = branch.Task,
        ["budget"] = branch.Budget is { } budget
            ? new JsonObject { ["rows"] = budget.Rows, ["bytes"] = budget.Bytes, ["seconds"] = budget.Seconds }
            : null,
        ["used"] = branch.Used is { } used ? new JsonObject { ["rows"] = used.Rows, ["bytes"] = used.Bytes, ["seconds"] = used.Seconds } : null,
        ["expires"] = Json.Time(branch.Expires),
        ["leftOut"] = Json.Array(branch.LeftOut),
    }.WithOverride(branch.Override).WithRejections(branch.Rejections);

    public static JsonObject ToJson(this IEnumerable<BranchReport> branches) =>
        new() { ["branches"] = Json.Array(branches, branch => branch.ToJson()) };

    public static JsonObject ToJson(this InitReport report) => new()
    {
        ["commit"] = report.Commit.ToString(),
        ["root"] = report.Root,
        ["database"] = report.Database,
        ["tables"] = new JsonObject(report.Tables.Select(table =>
            KeyValuePair.Create<string, JsonNode?>(table.Name, new JsonObject { ["rows"] = table.Rows }))),
        ["warnings"] = Json.Array(report.Warnings),
    };

    public static JsonObject ToJson(this AttachReport report) => new()
    {
        ["action"] = report.Action,
        ["database"] = report.Database,
        ["head"] = report.Head.ToString(),
        ["commit"] = report.Commit?.ToString(),
        ["branch"] = report.Branch,
        ["merge"] = report.Merge?.ToJson(),
    };

    public static JsonObject ToJson(this StatusReport report) => new JsonObject
    {
        ["branch"] = BranchName.Main.Text,
        ["head"] = report.Head.ToString(),
        ["database"] = report.Database,
        ["clean"] = report.Clean,
        ["tables"] = report.Changes.ToJson(),
        ["branches"] = Json.Array(report.Branches, branch => branch.ToJson()),
        ["merges"] = Json.Array(report.Merges, merge => merge.ToJson()),
        ["requests"] = Json.Array(report.Requests, request => request.ToJson()),
    }.WithOverride(report.Override);
}
