using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Asks to remove what nothing needs.</summary>
/// <param name="Retention">How long what only the operation log leads to stays; null takes the configuration's.</param>
public sealed record GcRequest(bool DryRun, TimeSpan? Retention = null);

/// <summary>What gc removed, or would.</summary>
/// <param name="Since">Operations from then on kept all they need.</param>
/// <param name="Packs">Pack files that went; their surviving chunks are in new ones.</param>
/// <param name="Bytes">How much smaller the packs became.</param>
/// <param name="Waiting">Unneeded chunks that stay for now, because a command that was running may still use them.</param>
public sealed record GcReport(bool DryRun, DateTimeOffset Since, long Commits, long Chunks, long Packs, long Bytes, long Waiting)
{
    /// <summary>Branches whose time was over; <c>branch restore</c> brings one back.</summary>
    public IReadOnlyList<string> Expired { get; init; } = [];
}

/// <summary>What verify found.</summary>
/// <param name="Live">Changes in the live database that no commit holds; null if it could not be compared.</param>
public sealed record VerifyReport(
    bool Ok, long Commits, long Chunks, long Bytes, IReadOnlyList<VerifyProblem> Problems, IReadOnlyList<TableChange>? Live)
{
    /// <summary>The commit that the live database says it is at; null where it says nothing or could not be read.</summary>
    public string? LiveCommit { get; init; }

    /// <summary>True if that is main's head.</summary>
    public bool IsLiveAtHead { get; init; }
}

/// <summary>Something that is not as it must be.</summary>
/// <param name="Kind">A stable dotted name.</param>
/// <param name="Object">What is wrong: a chunk, commit, ref, document, operation or the live database, and where it lies.</param>
/// <param name="Affects">What can no longer be trusted because of it: branches, tables and files of commits. Empty where nothing needs it.</param>
public sealed record VerifyProblem(string Kind, string Object, string Message, IReadOnlyList<string> Affects)
{
    /// <summary>Most things listed for one problem.</summary>
    public const int MaxAffects = 200;
}

/// <summary>Asks to forget the row of one key for good.</summary>
/// <param name="Key">Key values as text, in key order.</param>
public sealed record PurgeRequest(string Table, IReadOnlyList<string> Key);

/// <summary>What a purge did.</summary>
/// <param name="Digest">What stays known of the key, in the tombstone and the operation log.</param>
/// <param name="Commits">Commits that have another id now.</param>
/// <param name="Versions">In how many states of the table the row was.</param>
/// <param name="Head">Main's head now.</param>
/// <param name="Remaining">Files and documents that still hold one of the row's values, with the column's name: a person decides about them.</param>
public sealed record PurgeReport(string Table, string Digest, int Commits, int Versions, CommitId Head, IReadOnlyList<string> Remaining);

/// <summary>Asks for a file with everything, or with one branch.</summary>
public sealed record ExportRequest(string File, BranchName? Branch);

/// <summary>What an export wrote.</summary>
/// <param name="Refs">Branches as <c>heads/NAME</c>, tags as <c>tags/NAME</c>.</param>
public sealed record ExportReport(string File, long Commits, long Chunks, long Bytes, IReadOnlyList<string> Refs);

/// <summary>Asks to take an export file in.</summary>
/// <param name="As">The name of its only branch here; null keeps it.</param>
public sealed record ImportRequest(string File, string? As);

/// <summary>Asks for a new repository with everything of an export file, its live database restored at main's head.</summary>
/// <param name="Folder">Where the repository goes; there must be none.</param>
/// <param name="Database">The live database to make; there must be none. A bare name is made below <c>main/data</c>.</param>
/// <param name="Name">The repository's name; null takes the file's.</param>
public sealed record RestoreRequest(string Folder, string File, string Database, string? Name);

/// <summary>What an import took in.</summary>
/// <param name="Refs">Branches and tags that are new here.</param>
public sealed record ImportReport(string Root, string Database, string Name, long Commits, IReadOnlyList<string> Refs, CommitId? Head);
