using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>A branch that another one was made on, and the commit that it was at then.</summary>
public sealed record StandsOn(string Branch, string Commit);

/// <summary>Says where that begins which is a branch's own.</summary>
public static class BranchStart
{
    /// <summary>
    /// Where the branch left main, or last took all of it over. One that was made on other branches begins where it left them, until it has taken over a
    /// main that holds them. Throws kind Refused, <c>branch.stands-on</c>, where it has taken over main without them: no commit is what it began with
    /// then.
    /// </summary>
    /// <param name="repository">Where the commits are.</param>
    /// <param name="record">The branch's; null for one that is gone, which then stands on main.</param>
    /// <param name="head">The branch's head.</param>
    /// <param name="main">Main's head.</param>
    /// <returns>Null where the two have nothing in common, and nothing else is known.</returns>
    public static CommitId? Find(Repository repository, BranchRecord? record, CommitId head, CommitId main)
    {
        var graph = new CommitGraph(repository);
        var common = graph.MergeBases(head, main);
        var start = record is null ? (CommitId?)null : CommitId.Parse(record.Base);
        if (record?.On is not { Count: > 0 } on) return common.Count > 0 ? common[0] : start;
        foreach (var commit in common)
        {
            if (on.All(o => graph.IsAncestor(CommitId.Parse(o.Commit), commit))) return commit;
        }

        if (common.All(c => graph.IsAncestor(c, start!.Value))) return start;
        throw new DbVcException(FailureKind.Refused, "branch.stands-on",
            $"'{record.Name}' was made on {Names(on)}, and has taken over a main that does not hold {(on.Count == 1 ? "it" : "them")}.",
            hint: $"Merge {Names(on)} into main first, and main into '{record.Name}' then.");
    }

    /// <summary>The branches that a branch was made on and that a commit does not hold.</summary>
    public static IReadOnlyList<StandsOn> FindMissing(Repository repository, BranchRecord record, CommitId commit)
    {
        var graph = new CommitGraph(repository);
        return [.. (record.On ?? []).Where(on => !graph.IsAncestor(CommitId.Parse(on.Commit), commit))];
    }

    /// <summary>Their names, quoted, as they stand in a sentence.</summary>
    public static string Names(IEnumerable<StandsOn> on) => string.Join(" and ", on.Select(o => $"'{o.Branch}'"));
}
