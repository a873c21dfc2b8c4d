using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Rows and definitions that people put into the branch of a task. Its code is always run on main's rows, so that what it makes is all of the branch: what
/// people made would be gone, and nobody would have said so.
/// </summary>
internal static class HandMadeRows
{
    private const string Code = "gates.by-hand";

    /// <summary>Throws kind Refused, <c>gates.by-hand</c>. The task's lock is held.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="report">The task.</param>
    /// <param name="again">The command that was given, without a flag.</param>
    public static void Refuse(WorkspaceContext context, AgentReport report, string again)
    {
        var branch = BranchName.Parse(report.Branch);
        var isOpen = HoldsUncommitted(context, branch);
        var found = isOpen ? null : FindCommit(context, report, branch);
        if (found is null && !isOpen) return;
        if (found is not null && MergeTrailers.IsDecided(found.Commit)) throw DecidedRows(branch, found, again);
        var made = found is null ? "what is in its database and in no commit"
            : $"what {found.Commit.Author.Name} committed in {found.Id.Short}, \"{Title(found.Commit)}\"";
        var commit = found?.Id.Short ?? "COMMIT";
        throw new DbVcException(FailureKind.Refused, Code, $"The code of '{branch}' is run on main's rows, and that would drop {made}.",
            hint: $"{(found is null ? $"Commit it (db-vc commit --branch {branch}), and b" : "B")}ring it into main on a branch of its own: "
                + $"db-vc diff {commit}~1 {commit} --sql says what to write there. Then, or to let it go: {again} --reload");
    }

    private static DbVcException DecidedRows(BranchName branch, NamedCommit merge, string again) => new(FailureKind.Refused, Code,
        $"The code of '{branch}' is run on main's rows, and that would drop what {merge.Commit.Author.Name} decided about rows in {merge.Id.Short}, "
            + $"\"{Title(merge.Commit)}\".",
        hint: $"Have the code make its rows on main's as they are now: {again} --reload; then the branch can land (db-vc merge queue add {branch}, or "
            + $"db-vc branch merge {branch}). What was decided about files stays. Rows that the code makes otherwise than was decided are mended after that, "
            + "on a branch of their own.");

    private static bool HoldsUncommitted(WorkspaceContext context, BranchName branch)
    {
        if (BranchRecord.Read(context.Repository.Store, branch) is not { } record || LoadMark.IsSet(context, record) || !context.Instances.Exists(record))
            return false;
        using var chunks = context.Repository.Chunks.BeginWrite();
        return context.Publisher.Peek(branch, chunks, CancellationToken.None) != context.Repository.ReadSnapshot(context.Repository.Head(branch)).Snapshot;
    }

    /// <summary>The newest commit of somebody else's since the code last filled the branch; that dropped what was before it.</summary>
    private static NamedCommit? FindCommit(WorkspaceContext context, AgentReport report, BranchName branch)
    {
        var graph = new CommitGraph(context.Repository);
        var main = context.Repository.Head(BranchName.Main);
        var began = BranchRecord.Read(context.Repository.Store, branch)?.Base;
        foreach (var id in context.FirstParents(context.Repository.Head(branch)).TakeWhile(id => id.ToString() != began && !graph.IsAncestor(id, main)))
        {
            var commit = graph.Read(id);
            if (commit.Parents is not [var before, ..] || !ChangesTables(context, before, id)) continue;
            // One that repeats the task's commit elsewhere filled nothing.
            if (commit.Provenance?.Task == report.Task && commit.Origin is null) return null;
            if (commit.Parents is not [_, var other] || !graph.IsAncestor(other, main)) return new NamedCommit(id, commit);
            // What was decided about files alone left main's rows as they are.
            if (MergeTrailers.IsDecided(commit) && ChangesTables(context, other, id)) return new NamedCommit(id, commit);
        }

        return null;
    }

    private static bool ChangesTables(WorkspaceContext context, CommitId before, CommitId after)
    {
        var difference = new SnapshotDiff(context.Repository.Chunks, context.Repository.ReadSnapshot(before).Snapshot,
            context.Repository.ReadSnapshot(after).Snapshot);
        return difference.Tables().Any() || difference.Objects().Any();
    }

    private static string Title(Commit commit) => commit.Message.Split('\n')[0];
}
