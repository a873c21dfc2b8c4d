using System.ComponentModel;
using System.Text.Json.Serialization;
using DbVc.Model;

namespace DbVc.Documents;

[Description("What differs between two revisions, or between one and the live database.")]
internal record DiffDocument(
    [Description("The revision before.")] string Before,
    [Description("The revision after; live for the live database.")] string After,
    [Description("Tables whose rows differ, or that are on one side only.")] IEnumerable<TableDiffDocument> Tables,
    [Description("Definitions that differ.")] IReadOnlyList<SchemaChangeDocument> Schema,
    [Description("Files of pipelines that differ.")] IReadOnlyList<FileDiffDocument> Files) : Document;

[Description("A commit and what it changed.")]
internal sealed record ShowDocument(
    [Description("The commit.")][property: JsonPropertyOrder(-1)] CommitDocument Commit,
    string Before, string After, IEnumerable<TableDiffDocument> Tables, IReadOnlyList<SchemaChangeDocument> Schema, IReadOnlyList<FileDiffDocument> Files)
    : DiffDocument(Before, After, Tables, Schema, Files);

[Description("A stash and what it holds.")]
internal sealed record StashContentDocument(
    [Description("The stash.")][property: JsonPropertyOrder(-1)] StashDocument Stash,
    string Before, string After, IEnumerable<TableDiffDocument> Tables, IReadOnlyList<SchemaChangeDocument> Schema, IReadOnlyList<FileDiffDocument> Files)
    : DiffDocument(Before, After, Tables, Schema, Files);

[Description("What differs in a table.")]
internal sealed record TableDiffDocument(
    [Description("The table.")] string Name,
    [Description("What happened to the table itself, or modified.")] string Status,
    [Description("Rows added.")] long Added,
    [Description("Rows changed.")] long Modified,
    [Description("Rows taken away.")] long Deleted,
    [Description("Rows that got another key.")] long Moved,
    [Description("Not every row is listed; the counts are exact.")] bool Truncated,
    [Description("The rows, by key.")] IEnumerable<RowDiffDocument> Rows) : Document;

[Description("A row that differs.")]
internal sealed record RowDiffDocument(
    [Description("Its key; of a moved row the new one.")] IReadOnlyDictionary<string, Value> Key,
    [Description("The row before; null where there was none.")] IReadOnlyDictionary<string, Value>? Before,
    [Description("The row after; null where there is none.")] IReadOnlyDictionary<string, Value>? After) : Document
{
    [Description("How often the row is there, in a table without a key; only where that is not once.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Count { get; init; }

    [Description("The key changed; only where it did.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Moved { get; init; }
}

[Description("A definition that differs.")]
internal sealed record SchemaChangeDocument(
    [Description("What is defined.")] string Kind,
    [Description("Its name.")] string Object,
    [Description("Before; null where there was none.")] string? Before,
    [Description("After; null where there is none.")] string? After) : Document;

[Description("A file that differs.")]
internal sealed record FileDiffDocument(
    [Description("The file.")] string Path,
    [Description("What happened to it.")] string Status,
    [Description("A unified diff.")] string Patch) : Document;

[Description("Statements that turn one revision into another.")]
internal sealed record ScriptDocument(
    [Description("The revision before.")] string Before,
    [Description("The revision after; live for the live database.")] string After,
    [Description("To be run in this order.")] IEnumerable<string> Statements) : Document;

[Description("Which commit gave each cell of a table its value.")]
internal sealed record BlameDocument(
    [Description("The table.")] string Table,
    [Description("The revision that was looked back from.")] CommitId Revision,
    [Description("Not every row is listed.")] bool Truncated,
    [Description("The rows, by key.")] IEnumerable<BlameRowDocument> Rows) : Document;

[Description("Where the cells of a row come from.")]
internal sealed record BlameRowDocument(
    [Description("Its key.")] IReadOnlyDictionary<string, Value> Key,
    [Description("Its cells, by column.")] IReadOnlyDictionary<string, BlameCellDocument> Cells) : Document;

[Description("Where the value of a cell comes from.")]
internal sealed record BlameCellDocument(
    [Description("The value.")] Value Value,
    [Description("The commit that gave it.")] CommitId Commit,
    [Description("Who.")] AuthorDocument Author,
    [Description("When.")] DateTimeOffset Time,
    [Description("The task that made the commit; null for none.")] string? Task,
    [Description("The commit that it carries over; null for none.")] CommitId? Origin) : Document
{
    [Description("The commits whose values were put together; only where a merge computed the value.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ContributorDocument>? Contributors { get; init; }
}

[Description("A commit that had a part in a value.")]
internal sealed record ContributorDocument(
    [Description("The commit.")] CommitId Commit,
    [Description("Who made it.")] AuthorDocument Author,
    [Description("When.")] DateTimeOffset Time,
    [Description("The task that made it; null for none.")] string? Task,
    [Description("The commit that it carries over; null for none.")] CommitId? Origin) : Document;

[Description("Every version of a row.")]
internal sealed record HistoryDocument(
    [Description("The table.")] string Table,
    [Description("The row's key.")] IReadOnlyDictionary<string, Value> Key,
    [Description("Newest first.")] IReadOnlyList<RowVersionDocument> Versions) : Document;

[Description("A version of a row.")]
internal sealed record RowVersionDocument(
    [Description("The commit that made it.")] CommitId Commit,
    [Description("When.")] DateTimeOffset Time,
    [Description("Who.")] AuthorDocument Author,
    [Description("Why.")] string Message,
    [Description("The task that made the commit; null for none.")] string? Task,
    [Description("The commit that it carries over; null for none.")] CommitId? Origin,
    [Description("What happened to the row: added, modified, deleted or moved.")] string Change,
    [Description("The row then; null where it was deleted.")] IReadOnlyDictionary<string, Value>? Row) : Document;

[Description("The operation log, newest first.")]
internal sealed record OperationsDocument(
    [Description("The operations.")] IReadOnlyList<OperationDocument> Operations,
    [Description("What is wrong with the end of the log; null where nothing is.")] AuditProblemDocument? Problem) : Document;

[Description("What one command did to the repository.")]
internal sealed record OperationDocument(
    [Description("Its number; the next has the next.")] long Number,
    [Description("The command.")] string Command,
    [Description("Who ran it.")] string Actor,
    [Description("When.")] DateTimeOffset Time,
    [Description("What it moved, for people.")] IReadOnlyList<string> Moves,
    [Description("What it moved.")] IReadOnlyList<MovedRefDocument> Refs) : Document
{
    [Description("Why it passed over the rules; only where it did.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Override { get; init; }
}

[Description("A branch or a tag that was moved.")]
internal sealed record MovedRefDocument(
    [Description("heads/NAME or tags/NAME.")] string Name,
    [Description("Where it was; null where it was not there.")] CommitId? Before,
    [Description("Where it is then; null where it is gone.")] CommitId? After) : Document;

[Description("An operation that was undone.")]
internal sealed record UndoDocument(
    [Description("Its number.")] long Operation,
    [Description("The command that was undone.")] string Command,
    [Description("What was moved, for people.")] IReadOnlyList<string> Moves,
    [Description("What that did to main; null where it did nothing to it.")] MergeDocument? Main) : Document;
