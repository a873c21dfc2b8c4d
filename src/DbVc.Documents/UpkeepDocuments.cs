using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DbVc.Model;

namespace DbVc.Documents;

[Description("Whether a repository is whole.")]
internal sealed record VerifyDocument(
    [Description("Whether nothing is wrong with it.")] bool Ok,
    [Description("What was read.")] VerifiedCountsDocument Checked,
    [Description("What is wrong.")] IReadOnlyList<VerifyProblemDocument> Problems,
    [Description("What no commit holds; null where the live database could not be compared.")] LiveStateDocument? Live,
    [Description("Where the live database says it is, whether the repository knows it or not; null where it says nothing.")] string? LiveCommit,
    [Description("Whether that is main's head.")] bool LiveAtHead) : Document;

[Description("What was read of a repository.")]
internal sealed record VerifiedCountsDocument(
    [Description("Commits.")] long Commits,
    [Description("Chunks of stored data.")] long Chunks,
    [Description("Bytes of these.")] long Bytes) : Document;

[Description("Something that is wrong with a repository.")]
internal sealed record VerifyProblemDocument(
    [Description("What kind of damage.")] string Kind,
    [Description("What is damaged.")] string Object,
    [Description("What is wrong with it.")] string Message,
    [Description("Branches, and tables and files of commits; at most 200, none where nothing needs the damaged object.")] IReadOnlyList<string> Affects)
    : Document;

[Description("How the live database stands to main.")]
internal sealed record LiveStateDocument(
    [Description("Whether it holds what the head holds.")] bool Clean,
    [Description("What no commit holds yet, by table.")] IReadOnlyDictionary<string, TableChangeDocument> Tables) : Document;

[Description("What was removed, or would be.")]
internal sealed record GcDocument(
    [Description("Nothing was removed.")] bool DryRun,
    [Description("What was needed since then stays.")] DateTimeOffset Since,
    [Description("Commits.")] long Commits,
    [Description("Chunks of stored data.")] long Chunks,
    [Description("Packs that are gone.")] long Packs,
    [Description("How much smaller the packs became.")] long Bytes,
    [Description("Chunks that a running command may still use.")] long Waiting,
    [Description("Branches whose time was over.")] IReadOnlyList<string> Expired) : Document;

[Description("A row that was taken out of all history.")]
internal sealed record PurgeDocument(
    [Description("The table.")] string Table,
    [Description("A digest of its key.")] string Key,
    [Description("Commits that have another id now.")] int Commits,
    [Description("Versions of the row that there were.")] int Versions,
    [Description("Main's head.")] CommitId Head,
    [Description("Files and documents that still hold a value of the row, with the column.")] IReadOnlyList<string> Remaining) : Document;

[Description("An export file that was written.")]
internal sealed record ExportDocument(
    [Description("The file.")] string File,
    [Description("Commits in it.")] long Commits,
    [Description("Chunks of stored data in it.")] long Chunks,
    [Description("Its size.")] long Bytes,
    [Description("heads/NAME and tags/NAME.")] IReadOnlyList<string> Refs) : Document;

[Description("An export file that was read.")]
internal sealed record ImportDocument(
    [Description("The repository's folder.")] string Root,
    [Description("The live database.")] string Database,
    [Description("The repository's name.")] string Name,
    [Description("Commits that are new here.")] long Commits,
    [Description("heads/NAME and tags/NAME that are new here.")] IReadOnlyList<string> Refs,
    [Description("Main's head.")] CommitId? Head) : Document;

[Description("The private copy of main; null for what there is not.")]
internal sealed record ShadowDocument(
    [Description("Where it is.")] string? Place,
    [Description("How large.")] long? Bytes,
    [Description("At which commit.")] CommitId? Commit,
    [Description("Of when.")] DateTimeOffset? Time,
    [Description("How many commits behind main.")] int? Behind) : Document;

[Description("What this machine has and lacks; the last three are null outside of a repository.")]
internal sealed record DoctorDocument(
    [Description("Whether nothing is missing.")] bool Ok,
    [Description("What was looked for.")] IReadOnlyList<CheckDocument> Checks,
    [Description("The private copy of main.")] ShadowDocument? Shadow,
    [Description("Databases of branches that no longer exist.")] IReadOnlyList<string>? Orphans,
    [Description("Those that were dropped.")] IReadOnlyList<string>? Dropped) : Document;

[Description("Something that was looked for.")]
internal sealed record CheckDocument(
    [Description("What.")] string Name,
    [Description("Whether it is there.")] bool Found,
    [Description("What was found.")] string Detail,
    [Description("How to get it; null where it is there.")] string? Install) : Document;

[Description("A setting of a repository.")]
internal sealed record SettingDocument(
    [Description("Its name.")] string Key,
    [Description("A text, a number, a list or, for merge.policies, an object.")] JsonNode? Value,
    [Description("The file does not change it.")] bool Default) : Document;

[Description("The settings of a repository.")]
internal sealed record SettingsDocument([Description("All of them.")] IReadOnlyList<SettingDocument> Settings) : Document;

[Description("Which tables write down what changes.")]
internal sealed record TrackingDocument(
    [Description("How: triggers or none.")] string Tracking,
    [Description("The versioned tables.")] IReadOnlyList<TrackedTableDocument> Tables,
    [Description("Entries of the log that no commit has taken yet.")] long Pending) : Document
{
    [Description("How much slower it makes writers; only where that was asked.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrackingCostDocument? Cost { get; init; }
}

[Description("Whether a table writes down what changes.")]
internal sealed record TrackedTableDocument(
    [Description("The table.")] string Name,
    [Description("Whether it does.")] bool Tracked,
    [Description("Why it is read whole; null where it is not.")] string? Gap) : Document;

[Description("How much slower tracking makes writers.")]
internal sealed record TrackingCostDocument(
    [Description("Rows that were inserted to measure it.")] int Rows,
    [Description("How many times as long it took.")] double? InsertSlowdown) : Document;

[Description("Notifications that have not arrived.")]
internal sealed record WaitingDocument([Description("Oldest first.")] IReadOnlyList<DeliveryDocument> Waiting) : Document;

[Description("A notification that has not arrived.")]
internal sealed record DeliveryDocument(
    [Description("Its id.")] string Id,
    [Description("What it tells of.")] string Event,
    [Description("When that was.")] DateTimeOffset Time,
    [Description("The branch; null for none.")] string? Branch,
    [Description("Where it is sent.")] string Target,
    [Description("How often that was tried.")] int Attempts,
    [Description("When it is tried again; null where it is given up.")] DateTimeOffset? Next,
    [Description("Why it did not arrive; null before the first attempt.")] string? Problem) : Document;

[Description("What teaches a shell to complete commands.")]
internal sealed record CompletionDocument(
    [Description("The shell.")] string Shell,
    [Description("The script.")] string Script) : Document;
