namespace DbVc.Orchestration;

/// <summary>One task of a plan: nothing is made of it yet.</summary>
/// <param name="Name">What others call it; in the plan no other has the name.</param>
/// <param name="Table">The destination.</param>
/// <param name="Metadata">The file, as a full path.</param>
public sealed record PlannedTask(string Name, string Table, string Metadata)
{
    /// <summary>As the metadata names it.</summary>
    public string? Source { get; init; }

    /// <summary>The branch to make; null: named after the table.</summary>
    public string? Branch { get; init; }

    /// <summary>Names of tasks that come before it.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>Why it is as it is, and what was assumed, in sentences.</summary>
    public IReadOnlyList<string> Why { get; init; } = [];

    /// <summary>Other tables that its rows refer to.</summary>
    internal IReadOnlyList<string> RefersTo { get; init; } = [];

    /// <summary>Of the metadata's text.</summary>
    internal string MetadataHash { get; init; } = "";
}

/// <summary>Asks for many tasks at once.</summary>
/// <param name="Files">Plans, metadata files, or folders of metadata files.</param>
public sealed record BatchRequest(IReadOnlyList<string> Files)
{
    /// <summary>What comes after what, in addition to what the metadata says: <c>CHILD=PARENT,…</c>.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>Null: the configured one.</summary>
    public string? Model { get; init; }

    /// <summary>As <see cref="AgentRequest.Limits"/>, for each task.</summary>
    public string? Limits { get; init; }
}

/// <summary>State of one task of a batch; names are those of <c>--json</c>.</summary>
public enum BatchTaskState
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>Not begun, because something that it waits for did not become ready.</summary>
    Blocked,
    Running,
    Ready,
    Merged,

    /// <summary>Its gates refused it.</summary>
    Refused,
    Failed,
    Stopped,
}

/// <summary>A task of a batch, and how far it is.</summary>
/// <param name="Name">What others call it.</param>
/// <param name="Table">The destination.</param>
/// <param name="Metadata">The file, as a full path.</param>
/// <param name="Branch">The branch that it makes, or made.</param>
/// <param name="After">Names of tasks that it waits for.</param>
public sealed record BatchTask(string Name, string Table, string Metadata, string Branch, IReadOnlyList<string> After)
{
    public string? Source { get; init; }

    /// <summary>Why it is as it is, in sentences.</summary>
    public IReadOnlyList<string> Why { get; init; } = [];

    public BatchTaskState State { get; init; }

    /// <summary>Whether a person has to look at it and go on with it: somebody else worked on its branch while its agent did.</summary>
    public bool NeedsLook { get; init; }

    /// <summary>Why it is blocked, refused, failed or stopped; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>What its agent did; null before it was begun.</summary>
    public AgentReport? Report { get; init; }
}

/// <summary>A batch as it is now.</summary>
/// <param name="Batch">Its id; null for one that is only planned.</param>
/// <param name="Tasks">Each after those it waits for.</param>
public sealed record BatchReport(string? Batch, IReadOnlyList<BatchTask> Tasks)
{
    /// <summary>Whether running it goes on with what was begun before.</summary>
    public bool Resumes { get; init; }

    /// <summary>What the tasks are; what <see cref="BatchDesk.Run"/> makes the record of.</summary>
    internal BatchRecord Record { get; init; } = null!;
}

/// <summary>Watches a batch; called from several threads.</summary>
public interface IBatchProgress
{
    /// <summary>A task is begun, or gone on with.</summary>
    /// <returns>What hears of its steps, from one thread.</returns>
    IAgentProgress Begin(BatchTask task);

    /// <summary>It has come to an end, whichever; or it is blocked.</summary>
    void End(BatchTask task);
}

/// <summary>Asks for a plan of sources that nobody described.</summary>
/// <param name="Sources">Files, folders, patterns or addresses.</param>
public sealed record DraftRequest(IReadOnlyList<string> Sources)
{
    /// <summary>The same in words, in addition; null for none.</summary>
    public string? Task { get; init; }

    /// <summary>Where to write the plan; the metadata goes into <c>metadata/</c> beside it. Null: nothing is written.</summary>
    public string? Out { get; init; }

    /// <summary>Whether files of those names are written over.</summary>
    public bool Overwrites { get; init; }
}
