using DbVc.Model;

namespace DbVc.Agents;

/// <summary>The one branch an agent works in. There is no way from here to main or to another branch.</summary>
public interface IAgentBranch
{
    BranchName Name { get; }

    /// <summary>The files an agent may read, in ordinal order.</summary>
    IReadOnlyList<BranchPath> ListFiles();

    /// <summary>The text of a file. Throws <c>branch.file-missing</c>. Implementations follow no links.</summary>
    string ReadFile(BranchPath path);

    /// <summary>Writes a file of the branch's checkout. Refuses <see cref="BranchPath.Metadata"/>. Implementations follow no links.</summary>
    void WriteFile(BranchPath path, string text);

    /// <summary>Writes a file that the generator made, and keeps what it made beside it, to tell edits of people apart later.</summary>
    void WriteGenerated(BranchFile file);

    /// <summary>
    /// Throws kind Refused, <c>agent.disturbed</c>, where files or commits of the branch are others than the agent left there. The first call notes what
    /// it begins with.
    /// </summary>
    void RequireUndisturbed();

    /// <summary>Commits files and rows of the branch, with the agent as author; null if nothing changed. Cancelled, nothing is committed.</summary>
    CommitId? Commit(string message, CancellationToken cancellation);

    /// <summary>Runs one read-only statement in the branch's own database, with bounds on rows and time.</summary>
    BranchAnswer Query(string sql);
}

/// <summary>Rows of a query as text.</summary>
/// <param name="Columns">Their names.</param>
/// <param name="Rows">One text per column; null is NULL.</param>
/// <param name="Complete">False when the row limit cut it off.</param>
public sealed record BranchAnswer(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows, bool Complete);
