using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

[Description("What a merge did, would do, or why it did nothing.")]
internal sealed record MergeDocument(
    [Description("How it ended.")] MergeState Status,
    [Description("The commit that it made; null where it made none.")] CommitId? Commit,
    [Description("What the commit follows.")] IReadOnlyList<CommitId> Parents,
    [Description("The commit that it carries over; null for none.")] CommitId? Origin,
    [Description("By which a merge in progress is known; null where none is.")] string? Merge,
    [Description("Nothing was changed.")] bool DryRun,
    [Description("The commit's message, or what stood in the way.")] string Message,
    [Description("What changed in the target, by table.")] IReadOnlyDictionary<string, TableChangeDocument> Tables,
    [Description("What nobody decided; at most 100, conflicts list has the rest.")] IReadOnlyList<ConflictDocument> Conflicts,
    [Description("How many there are.")] int ConflictCount,
    [Description("Rows of the source that got a new key.")] IReadOnlyList<RekeyedDocument> Rekeyed,
    [Description("Constraints that would not hold.")] IReadOnlyList<ViolationDocument> Violations,
    [Description("What the gates said.")] IReadOnlyList<GateDocument> Gates,
    [Description("What it takes away that only history brings back.")] IReadOnlyList<DestructiveDocument> Destructive) : Document
{
    [Description("Those who said yes; only where the target's rule asks for them.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ApprovalsDocument? Approvals { get; init; }

    [Description("Why it was merged in spite of the target's rules; only where it was.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Override { get; init; }

    [Description("What was missing then; only where it was merged in spite of the rules.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? PassedOver { get; init; }

    [Description("Those who said no to what the branch is now; only where somebody did.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RejectionDocument>? Rejections { get; init; }
}

[Description("There was nothing to carry over or to take back, and no commit was made.")]
internal sealed record NoReplayDocument(
    [Description("Always null.")] Nothing? Commit,
    [Description("Always up-to-date.")] MergeState Status) : Document;

[Description("A row of the source that is known by another key from here on.")]
internal sealed record RekeyedDocument(
    [Description("The table.")] string Table,
    [Description("The key that it had.")] IReadOnlyDictionary<string, Value> Before,
    [Description("The key that it has.")] IReadOnlyDictionary<string, Value> After) : Document;

[Description("A constraint that would not hold.")]
internal sealed record ViolationDocument(
    [Description("The constraint.")] string Constraint,
    [Description("The table.")] string Table,
    [Description("The key of a row that breaks it, for people.")] string Key,
    [Description("What is wrong.")] string Message,
    [Description("The rows of both sides, and whose they are.")] IReadOnlyList<ViolatingRowDocument> Rows) : Document;

[Description("A row that has a part in a broken constraint.")]
internal sealed record ViolatingRowDocument(
    [Description("The table.")] string Table,
    [Description("Its key.")] IReadOnlyDictionary<string, Value> Key,
    [Description("False for a row that is missing.")] bool Exists,
    [Description("Who set it, source or target; null for neither.")] string? Side,
    [Description("The commit that set it; null for neither.")] CommitId? Commit) : Document;

[Description("Something that is taken away and that only history brings back.")]
internal sealed record DestructiveDocument(
    [Description("What is done.")] string Kind,
    [Description("The table.")] string Table,
    [Description("The column; null for the whole table.")] string? Column,
    [Description("How many rows lose something.")] long Rows,
    [Description("In a sentence, without its end.")] string Message) : Document;

[Description("A merge in progress.")]
internal sealed record MergeStatusDocument(
    [Description("By which it is known.")] string Merge,
    [Description("What is done: merge, cherry-pick, revert …")] string Verb,
    [Description("The branch whose changes are merged.")] string Source,
    [Description("The branch that receives them.")] string Target,
    [Description("How many conflicts it met.")] int Conflicts,
    [Description("How many of them are open.")] int Open,
    [Description("When it was begun.")] DateTimeOffset Started) : Document;

[Description("Merges in progress.")]
internal sealed record MergesDocument([Description("The merges.")] IReadOnlyList<MergeStatusDocument> Merges) : Document;

[Description("A merge was dropped.")]
internal sealed record AbortedDocument([Description("Always true.")] bool Aborted) : Document;

[Description("What a merge could not decide alone.")]
internal record ConflictDocument(
    [Description("Its id.")] string Id,
    [Description("What it is about.")] ConflictKind Kind,
    [Description("The table, or the file.")] string Table,
    [Description("The row's key; empty where it is about no row.")] IReadOnlyDictionary<string, Value> Key,
    [Description("The column; null where it is about none.")] string? Column,
    [Description("The place in a JSON document; null for a whole cell.")] string? Path,
    [Description("The other row, where one side took away what this one refers to; else null.")] string? Cause,
    [Description("Whether both sides can be taken.")] bool CanTakeBoth,
    [Description("What definitions contradict each other in.")] IReadOnlyList<string> Parts,
    [Description("A value, a row as an object, or null where it does not exist.")] JsonNode? Base,
    [Description("A value, a row as an object, or null where it does not exist.")] JsonNode? Source,
    [Description("A value, a row as an object, or null where it does not exist.")] JsonNode? Target) : Document;

[Description("A conflict of a merge in progress, and whose its sides are.")]
internal sealed record OpenConflictDocument(
    string Id, ConflictKind Kind, string Table, IReadOnlyDictionary<string, Value> Key, string? Column, string? Path, string? Cause, bool CanTakeBoth,
    IReadOnlyList<string> Parts, JsonNode? Base, JsonNode? Source, JsonNode? Target,
    [Description("The commit that set the source's side.")][property: JsonPropertyOrder(1)] CommitId SourceCommit,
    [Description("The commit that set the target's side.")][property: JsonPropertyOrder(1)] CommitId TargetCommit,
    [Description("Who set the source's side.")][property: JsonPropertyOrder(1)] AuthorDocument SourceAuthor,
    [Description("Who set the target's side.")][property: JsonPropertyOrder(1)] AuthorDocument TargetAuthor,
    [Description("When the source's side was set.")][property: JsonPropertyOrder(1)] DateTimeOffset SourceTime,
    [Description("When the target's side was set.")][property: JsonPropertyOrder(1)] DateTimeOffset TargetTime,
    [Description("What was decided; null while it is open.")][property: JsonPropertyOrder(1)] ResolutionDocument? Resolution,
    [Description("What an agent would take; null where nobody said. It decides nothing.")][property: JsonPropertyOrder(1)] ProposalDocument? Proposal)
    : ConflictDocument(Id, Kind, Table, Key, Column, Path, Cause, CanTakeBoth, Parts, Base, Source, Target);

[Description("What was decided about a conflict.")]
internal sealed record ResolutionDocument(
    [Description("The side that is taken, or value.")] ResolutionKind Take,
    [Description("The value that is set instead; null for none.")] Value Value) : Document;

[Description("What an agent would take, and why.")]
internal sealed record ProposalDocument(
    [Description("Who proposes it.")] string By,
    [Description("The side that would be taken, or value.")] ResolutionKind Take,
    [Description("The value that would be set instead; null for none.")] Value Value,
    [Description("Why.")] string Reason) : Document;

[Description("Conflicts of a merge in progress.")]
internal sealed record ConflictsDocument(
    [Description("The merge.")] string Merge,
    [Description("The conflicts, in an order that stays.")] IReadOnlyList<OpenConflictDocument> Conflicts,
    [Description("Where to go on; null at the end.")] string? Next) : Document;

[Description("What an agent was asked about conflicts.")]
internal sealed record ProposalsDocument(
    [Description("The merge.")] string Merge,
    [Description("How many conflicts are open.")] int Open,
    [Description("How many of them it proposes something for.")] int Proposed) : Document;

[Description("Conflicts were decided.")]
internal sealed record ResolvedDocument([Description("How many.")] int Resolved) : Document;
