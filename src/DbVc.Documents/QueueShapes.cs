using System.ComponentModel;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>The merge queue as documents.</summary>
internal static class QueueShapes
{
    public static QueueDocument ToJson(this IReadOnlyList<QueueEntry> entries) => new(Json.List(entries, ToJson));

    public static QueueEntryDocument ToJson(this QueueEntry entry) => new(entry.Number, entry.Branch, entry.State, entry.Step, entry.Reason, entry.Merge,
        entry.Commit, entry.By, entry.Added, entry.Settled);
}

[Description("Branches that wait to be merged into main.")]
internal sealed record QueueDocument([Description("In their order.")] IReadOnlyList<QueueEntryDocument> Queue) : Document;

[Description("A branch in the merge queue.")]
internal sealed record QueueEntryDocument(
    [Description("Its place; the next has a greater one.")] long Number,
    [Description("The branch.")] string Branch,
    [Description("How far it is.")] QueueState State,
    [Description("What is, or was when its process died, being done; null for nothing.")] QueueStep? Step,
    [Description("Why it is so; null where there is nothing to say.")] string? Reason,
    [Description("The merge in progress that has conflicts; null for none.")] string? Merge,
    [Description("The commit that brought it into main; null before.")] string? Commit,
    [Description("Who put it there.")] string AddedBy,
    [Description("When.")] DateTimeOffset Added,
    [Description("When it left the queue; null before.")] DateTimeOffset? Settled) : Document;

[Description("A branch was taken out of the queue.")]
internal sealed record DequeuedDocument([Description("Always true.")] bool Removed) : Document;
