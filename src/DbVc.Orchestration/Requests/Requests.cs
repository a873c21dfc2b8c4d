using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Asks for a new request.</summary>
/// <param name="Title">One line; null for the newest commit's.</param>
/// <param name="Text">Any lines; null for none.</param>
public sealed record RequestOpening(BranchName Source, BranchName Target, string? Title, string? Text);

/// <summary>Says something about a request: on a line of a file, on a file, on a row, on a cell, or on the whole.</summary>
/// <param name="Number">The request's.</param>
/// <param name="Text">What is said; may be null where a comment is settled.</param>
public sealed record RequestComment(long Number, string? Text)
{
    /// <summary>The path within the commit's files, or within the branch's folder.</summary>
    public string? File { get; init; }

    /// <summary>From 1.</summary>
    public int? Line { get; init; }

    public string? Table { get; init; }

    /// <summary>As <c>blame</c> takes it.</summary>
    public string? Key { get; init; }

    public string? Column { get; init; }

    /// <summary>The comment that it answers.</summary>
    public int? ReplyTo { get; init; }

    /// <summary>The comment that is settled.</summary>
    public int? Resolve { get; init; }
}

/// <summary>Asks for the merge of a request.</summary>
/// <param name="DryRun">Plan and report only; nothing changes.</param>
/// <param name="Policies">Column policies such as <c>stock.quantity=delta</c>, over those of the configuration.</param>
/// <param name="AllowDestructive">A person's word that what the change takes away may go.</param>
public sealed record RequestMerge(long Number, bool DryRun, IReadOnlyList<string> Policies, bool AllowDestructive);

/// <summary>How a request stands.</summary>
public enum RequestState
{
    Open,

    /// <summary>Its target holds what it brought.</summary>
    Merged,

    /// <summary>Taken back, by whoever opened it or an administrator.</summary>
    Withdrawn,
}

/// <summary>What can happen to a request.</summary>
public enum RequestEventKind
{
    Opened,
    Commented,

    /// <summary>A comment was settled.</summary>
    Resolved,

    /// <summary>The source got another commit of its own.</summary>
    Pushed,
    Approved,
    ApprovalWithdrawn,

    /// <summary>A reviewer said no, and what has to become otherwise.</summary>
    ChangesRequested,
    ChangesWithdrawn,
    Withdrawn,
    Merged,

    /// <summary>Somebody saw a head. It is no event of the conversation.</summary>
    Looked,
}

/// <summary>A request at a glance.</summary>
/// <param name="Source">What the branch is called now.</param>
/// <param name="Head">The source's; of a closed request, what it was then.</param>
/// <param name="Comments">How many were said.</param>
/// <param name="Unresolved">How many of those that answer no other are not settled.</param>
public sealed record RequestBrief(
    long Number, string Title, string Source, string Target, RequestState State, Author By, DateTimeOffset Opened, CommitId Head, int Comments, int Unresolved)
{
    /// <summary>Another head, or something said by others, since the caller looked last; true where they never did.</summary>
    public bool IsNew { get; init; }
}

/// <summary>A request with all that was said, and whether everything is there for its merge.</summary>
/// <param name="Brief">What a list shows.</param>
/// <param name="Text">What whoever opened it wrote; any text.</param>
/// <param name="Checks">What keeps it out, or could; none for a closed one.</param>
/// <param name="Events">In order.</param>
/// <param name="Comments">In order.</param>
public sealed record RequestReport(
    RequestBrief Brief, string Text, IReadOnlyList<RequestCheck> Checks, IReadOnlyList<RequestEvent> Events, IReadOnlyList<RequestCommentReport> Comments)
{
    /// <summary>How far the head is approved; null for a closed request.</summary>
    public ApprovalReport? Approvals { get; init; }

    /// <summary>Commits of the target that the source does not hold; 0 where it is up to date.</summary>
    public int Behind { get; init; }

    /// <summary>What a merge would do now; null for a closed request, and where it cannot be told.</summary>
    public MergeReport? Plan { get; init; }

    /// <summary>What changed since the caller looked last; null where they never did.</summary>
    public RequestNews? News { get; init; }

    /// <summary>The target's commit that brought it; null for an open request, or where it came with another branch.</summary>
    public CommitId? Commit { get; init; }

    /// <summary>True where nothing keeps it out.</summary>
    public bool IsReady => Brief.State == RequestState.Open && Checks.All(c => c.Passed || !c.Blocks);
}

/// <summary>One thing that a merge takes, or that a reviewer should know.</summary>
/// <param name="Name">gates, up-to-date, conflicts, constraints, destructive, approvals, rejections, or branch.</param>
/// <param name="Blocks">Whether it keeps the request out where it has not passed.</param>
/// <param name="Summary">One sentence for a person.</param>
public sealed record RequestCheck(string Name, bool Passed, bool Blocks, string Summary);

/// <summary>Something that happened to a request.</summary>
/// <param name="Head">The source's then.</param>
/// <param name="Text">A reason, a commit's title, the comment of an approval; empty for nothing.</param>
public sealed record RequestEvent(RequestEventKind Kind, Author By, DateTimeOffset Time, CommitId Head, string Text)
{
    /// <summary>The comment that was said or settled.</summary>
    public int? Comment { get; init; }
}

/// <summary>A comment, and whether what it hangs on still is as it was.</summary>
/// <param name="Id">Its number within the request.</param>
/// <param name="Head">The source's head that it was said about.</param>
/// <param name="Place">What it hangs on; null for the whole.</param>
public sealed record RequestCommentReport(int Id, Author By, DateTimeOffset Time, CommitId Head, string Text, RequestPlaceReport? Place)
{
    /// <summary>The comment that it answers.</summary>
    public int? ReplyTo { get; init; }

    /// <summary>Who settled it; null for nobody.</summary>
    public string? ResolvedBy { get; init; }
}

/// <summary>What a comment hangs on.</summary>
/// <param name="IsOutdated">The line, row or cell is another one by now, or gone.</param>
public sealed record RequestPlaceReport(bool IsOutdated)
{
    public string? File { get; init; }

    public int? Line { get; init; }

    /// <summary>Where that line is now; null where it is not any more.</summary>
    public int? LineNow { get; init; }

    public string? Table { get; init; }

    /// <summary>Empty for a file, and for a row that was purged.</summary>
    public IReadOnlyList<NamedValue> Key { get; init; } = [];

    public string? Column { get; init; }
}

/// <summary>What changed since somebody looked last.</summary>
/// <param name="From">The head that they saw.</param>
/// <param name="Time">When.</param>
/// <param name="Commits">The source's own since, newest first.</param>
/// <param name="Tables">Counts of rows between then and now; what it took over from its target counts, too.</param>
/// <param name="Files">Paths that differ.</param>
/// <param name="Comments">What others said since.</param>
public sealed record RequestNews(
    CommitId From, DateTimeOffset Time, IReadOnlyList<NamedCommit> Commits, IReadOnlyList<TableChange> Tables, IReadOnlyList<string> Files, int Comments);
