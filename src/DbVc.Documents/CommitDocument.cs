using System.ComponentModel;
using System.Text.Json.Serialization;
using DbVc.Model;

namespace DbVc.Documents;

[Description("A commit.")]
internal sealed record CommitDocument(
    [Description("Its id.")] CommitId Id,
    [Description("None for the first, two for a merge.")] IReadOnlyList<CommitId> Parents,
    [Description("Who made it.")] AuthorDocument Author,
    [Description("When.")] DateTimeOffset Time,
    [Description("What was changed and why.")] string Message,
    [Description("The task that made it; null for none.")] string? Task,
    [Description("The hash of the gates' report on which it came in; null for none.")] string? Evidence,
    [Description("The commit that it carries over; null for none.")] CommitId? Origin,
    [Description("Branches and tags that name it.")] IReadOnlyList<string> Names) : Document
{
    [Description("Why it was merged in spite of the target's rules; only where it was.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Override { get; init; }
}

[Description("Commits, newest first.")]
internal sealed record CommitsDocument([Description("The commits.")] IReadOnlyList<CommitDocument> Commits) : Document;

[Description("Who made a change.")]
internal sealed record AuthorDocument(
    [Description("The name.")] string Name,
    [Description("The address; may be empty.")] string Email,
    [Description("What they are; external: somebody wrote past db-vc.")] AuthorKind Kind) : Document;

[Description("A name of a commit that stays.")]
internal sealed record TagDocument(
    [Description("The tag.")] string Name,
    [Description("What it names.")] CommitId Commit,
    [Description("When the commit was made.")] DateTimeOffset Time,
    [Description("The commit's message.")] string Message) : Document;

[Description("The tags of a repository.")]
internal sealed record TagsDocument([Description("By name.")] IReadOnlyList<TagDocument> Tags) : Document;

[Description("How many rows of a table changed; none where only its schema, an index or a trigger did.")]
internal sealed record TableChangeDocument(
    [Description("What happened to the table itself, or modified.")] string Status,
    [Description("Rows added.")] long Added,
    [Description("Rows changed.")] long Modified,
    [Description("Rows taken away.")] long Deleted) : Document;

[Description("A commit that was made, or would be.")]
internal sealed record NewCommitDocument(
    [Description("Its id; null of a dry run.")] CommitId? Commit,
    [Description("What it follows.")] IReadOnlyList<CommitId> Parents,
    [Description("What changed, by table.")] IReadOnlyDictionary<string, TableChangeDocument> Tables) : Document
{
    [Description("Nothing was changed; only of a dry run.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? DryRun { get; init; }
}

[Description("There was nothing to do, and no commit was made.")]
internal sealed record NoCommitDocument([Description("Always null.")] Nothing? Commit) : Document;

[Description("A repository that was made.")]
internal sealed record InitDocument(
    [Description("Its first commit.")] CommitId Commit,
    [Description("Its folder.")] string Root,
    [Description("The live database.")] string Database,
    [Description("What is versioned, by table.")] IReadOnlyDictionary<string, TableRowsDocument> Tables,
    [Description("What is not versioned, and why.")] IReadOnlyList<string> Warnings) : Document;

[Description("How large a table is.")]
internal sealed record TableRowsDocument([Description("Its rows.")] long Rows) : Document;

[Description("A repository that was brought together with its live database again.")]
internal sealed record AttachDocument(
    [Description("What was done: none, moved, adopted or reapplied.")] string Action,
    [Description("The live database.")] string Database,
    [Description("Main's head.")] CommitId Head,
    [Description("What was found in the database; null for nothing new.")] CommitId? Commit,
    [Description("The branch that keeps it while a merge waits; null for none.")] string? Branch,
    [Description("The merge that waits for its conflicts to be resolved; null for none.")] MergeDocument? Merge) : Document;

[Description("What was set aside.")]
internal sealed record StashDocument(
    [Description("Its number.")] long Stash,
    [Description("The commit that keeps it.")] CommitId Commit,
    [Description("The commit that the live database was put back to.")] CommitId Base,
    [Description("When.")] DateTimeOffset Time,
    [Description("What it is.")] string Message,
    [Description("What changed, by table.")] IReadOnlyDictionary<string, TableChangeDocument> Tables) : Document;

[Description("There was nothing to set aside.")]
internal sealed record NoStashDocument([Description("Always null.")] Nothing? Stash) : Document;

[Description("What is set aside, newest first.")]
internal sealed record StashesDocument([Description("The stashes.")] IReadOnlyList<StashDocument> Stashes) : Document;

[Description("A stash that was removed.")]
internal sealed record DroppedDocument([Description("Its number.")] long Dropped) : Document;
