using DbVc.Live;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>What every verb needs from its surface.</summary>
/// <param name="Clock">Source of time.</param>
/// <param name="User">The person at the keyboard, author of their commits.</param>
/// <param name="WorkerFolder">Folder that holds the sandboxed worker program.</param>
public sealed record WorkspaceOptions(TimeProvider Clock, Author User, string WorkerFolder)
{
    /// <summary>What shows who acts.</summary>
    public Credential Credential { get; init; } = Credential.None;

    /// <summary>For whom work is done that was asked for before; then no credential says who acts. Null for whoever is there.</summary>
    internal Mandate? Mandate { get; init; }

    /// <summary>What the surface lets the caller do at most; null for all that their role lets them.</summary>
    public CallerBound? Bound { get; init; }

    /// <summary>Which files metadata may name as sources; null for every one that the process can read.</summary>
    public FileBound? Files { get; init; }

    /// <summary>Where a branch has to be for anything to happen to it; null for anywhere.</summary>
    public ExpectedBranch? Expected { get; init; }

    /// <summary>How long to wait for other writers before giving up.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the sandbox that compiles is kept until the workspace is closed: for programs that judge code again and again. Between compilations
    /// its runtime may take a core for a while.</summary>
    public bool KeepsCompiler { get; init; }

    /// <summary>How long one invariant may take.</summary>
    public TimeSpan InvariantTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Reads an environment variable; keys of models are in some.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Told of each step of publishing; null outside tests.</summary>
    public Action<PublishStep>? StepReached { get; init; }

    /// <summary>Told of each moment at which the store touches the disk; null outside tests.</summary>
    public Action<StoreStep>? StoreReached { get; init; }
}

/// <summary>Asks for a new repository beside a live database.</summary>
/// <param name="Folder">Where the repository's files go; existing other files are left alone.</param>
/// <param name="Database">A SQLite file, created below <c>main/data/</c> if it does not exist; or the address of a database on a server. A password typed
/// into it goes to a file of the control folder that its owner alone may read.</param>
/// <param name="Name">The repository's name; null takes the database's.</param>
public sealed record InitRequest(string Folder, string Database, string? Name)
{
    /// <summary>Where the databases of branches may be made: <c>production</c>, or the address of another server. Null: to be said later.</summary>
    public string? WorkServer { get; init; }

    /// <summary>Patterns of the tables that are versioned; empty for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns of tables that are left out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Patterns of tables whose definition is versioned, and not their rows.</summary>
    public IReadOnlyList<string> SchemaOnly { get; init; } = [];
}

/// <summary>What init did.</summary>
/// <param name="Commit">The first commit.</param>
/// <param name="Tables">Rows captured per table.</param>
/// <param name="Warnings">What is in the database but not versioned.</param>
public sealed record InitReport(CommitId Commit, string Root, string Database, IReadOnlyList<TableCount> Tables, IReadOnlyList<string> Warnings);

/// <summary>A table and its number of rows.</summary>
public sealed record TableCount(string Name, long Rows);

/// <summary>How many rows of a table changed.</summary>
public sealed record TableChange(string Name, string Status, long Added, long Modified, long Deleted);

/// <summary>The repository at a glance.</summary>
/// <param name="Clean">True when the live database equals main's head.</param>
/// <param name="Changes">Changes in the live database that no commit holds yet.</param>
public sealed record StatusReport(
    CommitId Head, string Database, bool Clean, IReadOnlyList<TableChange> Changes,
    IReadOnlyList<BranchReport> Branches, IReadOnlyList<MergeStatus> Merges)
{
    /// <summary>Set where main's head came there in spite of its rules: the administrator's reason.</summary>
    public string? Override { get; init; }

    /// <summary>Those that are open, by number.</summary>
    public IReadOnlyList<RequestBrief> Requests { get; init; } = [];
}

/// <summary>A branch as people see it.</summary>
/// <param name="Base">Where it left main.</param>
/// <param name="Status">open, running, ready, failed, stopped, merged, expired, or protected for main.</param>
/// <param name="Database">Path of its isolated instance; null before first use.</param>
public sealed record BranchReport(
    string Name, CommitId Head, CommitId? Base, string Status, string? Database, DateTimeOffset? Created, string? Task)
{
    /// <summary>How much it may become; null for any amount.</summary>
    public BranchBudget? Budget { get; init; }

    /// <summary>How much of that is used; null where nobody measured it, or where there is no budget.</summary>
    public BranchUse? Used { get; init; }

    /// <summary>When gc may remove it; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Why an administrator merged it in spite of main's rules; null where they held.</summary>
    public string? Override { get; init; }

    /// <summary>Who said no to what it is now, and so keeps it out of main.</summary>
    public IReadOnlyList<Rejection> Rejections { get; init; } = [];

    /// <summary>Tables that its commits hold and its database does not, by name.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];
}

/// <summary>A new commit, or none where there was nothing to commit.</summary>
public sealed record CommitReport(CommitId? Commit, IReadOnlyList<CommitId> Parents, IReadOnlyList<TableChange> Tables);

/// <summary>Where whoever asks saw a branch last; where it is elsewhere nothing is done: kind Conflict, <c>branch.not-expected</c>.</summary>
public sealed record ExpectedBranch(BranchName Name, CommitId Head);
