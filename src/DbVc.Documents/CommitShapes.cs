using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Commits, branches and the repository as documents.</summary>
internal static class CommitShapes
{
    public static CommitDocument ToJson(this LogEntry entry)
    {
        var commit = entry.Commit.Commit;
        return new CommitDocument(entry.Commit.Id, commit.Parents, commit.Author.ToJson(), commit.Time, commit.Message, commit.Provenance?.Task,
            commit.Evidence?.ToString(), commit.Origin, entry.Names)
        {
            Override = MergeTrailers.FindOverride(commit),
        };
    }

    public static CommitsDocument ToJson(this IEnumerable<LogEntry> entries) => new(Json.List(entries, ToJson));

    public static TagDocument ToJson(this TagReport tag) => new(tag.Name, tag.Commit.Id, tag.Commit.Commit.Time, tag.Commit.Commit.Message);

    public static TagsDocument ToJson(this IEnumerable<TagReport> tags) => new(Json.List(tags, ToJson));

    public static AuthorDocument ToJson(this Author author) => new(author.Name, author.Email, author.Kind);

    public static IReadOnlyDictionary<string, TableChangeDocument> ToJson(this IEnumerable<TableChange> changes) => Json.Map(changes, change => change.Name,
        change => new TableChangeDocument(change.Status, change.Added, change.Modified, change.Deleted));

    public static Document ToJson(this CommitReport report, bool dryRun = false) => report.Commit is null && !dryRun
        ? new NoCommitDocument(null)
        : new NewCommitDocument(report.Commit, report.Parents, report.Tables.ToJson()) { DryRun = dryRun ? true : null };

    public static BranchDocument ToJson(this BranchReport branch) => new(branch.Name, branch.Head, branch.Base, branch.Status, branch.Database, branch.Created,
        branch.Task,
        branch.Budget is { } budget ? new BudgetDocument(budget.Rows, budget.Bytes, budget.Seconds) : null,
        branch.Used is { } used ? new UseDocument(used.Rows, used.Bytes, used.Seconds) : null,
        branch.Expires, branch.LeftOut)
    {
        Override = branch.Override,
        Rejections = branch.Rejections.ToJson(),
    };

    public static BranchesDocument ToJson(this IEnumerable<BranchReport> branches) => new(Json.List(branches, ToJson));

    public static InitDocument ToJson(this InitReport report) => new(report.Commit, report.Root, report.Database,
        Json.Map(report.Tables, table => table.Name, table => new TableRowsDocument(table.Rows)), report.Warnings);

    public static AttachDocument ToJson(this AttachReport report) =>
        new(report.Action, report.Database, report.Head, report.Commit, report.Branch, report.Merge?.ToJson());

    public static StatusDocument ToJson(this StatusReport report) => new(BranchName.Main.Text, report.Head, report.Database, report.Clean,
        report.Changes.ToJson(), Json.List(report.Branches, ToJson), Json.List(report.Merges, MergeShapes.ToJson),
            Json.List(report.Requests, RequestShapes.ToJson))
    {
        Override = report.Override,
    };

    public static StashDocument ToJson(this StashReport stash) => new(stash.Number, stash.Commit.Id, stash.Commit.Commit.Parents[0], stash.Commit.Commit.Time,
        stash.Commit.Commit.Message, stash.Tables.ToJson());

    public static StashesDocument ToJson(this IEnumerable<StashReport> stashes) => new(Json.List(stashes, ToJson));
}
