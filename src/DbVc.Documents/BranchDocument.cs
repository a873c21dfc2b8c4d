using System.ComponentModel;
using System.Text.Json.Serialization;
using DbVc.Model;

namespace DbVc.Documents;

[Description("A branch and its database.")]
internal sealed record BranchDocument(
    [Description("Its name.")] string Name,
    [Description("The commit that it is at.")] CommitId Head,
    [Description("The commit that it began at; null for main.")] CommitId? Base,
    [Description("What it is doing, or how it stands to main.")] string Status,
    [Description("Where its database is; null where it has none now.")] string? Database,
    [Description("When it was made; null for main.")] DateTimeOffset? Created,
    [Description("The task that works on it; null for none.")] string? Task,
    [Description("How much it may become; null without limits.")] BudgetDocument? Budget,
    [Description("How much it has become; null where that was not measured.")] UseDocument? Used,
    [Description("When it may be removed; null for never.")] DateTimeOffset? Expires,
    [Description("Tables that its database does not hold.")] IReadOnlyList<string> LeftOut) : Document
{
    [Description("Why it was merged in spite of main's rules; only where it was, and main's head is that merge.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Override { get; init; }

    [Description("Those who said no to what it is now; only where somebody did.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RejectionDocument>? Rejections { get; init; }

    [Description("Those who said yes to what it is now; only where main asks for approvals and one branch is shown.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ApprovalsDocument? Approvals { get; init; }
}

[Description("The branches of a repository.")]
internal sealed record BranchesDocument([Description("Main first.")] IReadOnlyList<BranchDocument> Branches) : Document;

[Description("How much a branch may become; null for what is not limited.")]
internal sealed record BudgetDocument(
    [Description("Rows changed.")] long? Rows,
    [Description("Bytes stored.")] long? Bytes,
    [Description("Seconds of work.")] long? Seconds) : Document;

[Description("How much a branch has become.")]
internal sealed record UseDocument(
    [Description("Rows changed.")] long Rows,
    [Description("Bytes stored.")] long Bytes,
    [Description("Seconds of work.")] long Seconds) : Document;

[Description("The repository at a glance.")]
internal sealed record StatusDocument(
    [Description("Always main.")] string Branch,
    [Description("Its head.")] CommitId Head,
    [Description("The live database.")] string Database,
    [Description("Whether the live database holds what the head holds.")] bool Clean,
    [Description("What no commit holds yet, by table.")] IReadOnlyDictionary<string, TableChangeDocument> Tables,
    [Description("The branches.")] IReadOnlyList<BranchDocument> Branches,
    [Description("Merges in progress.")] IReadOnlyList<MergeStatusDocument> Merges,
    [Description("Open requests.")] IReadOnlyList<RequestBriefDocument> Requests) : Document
{
    [Description("Why main's head was merged in spite of the rules; only where it was.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Override { get; init; }
}

[Description("Something was removed.")]
internal sealed record DeletedDocument([Description("Its name.")] string Deleted) : Document;
