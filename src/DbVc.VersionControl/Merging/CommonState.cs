using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// The base of a merge. Histories that met more than once have several best common ancestors; those are merged into one snapshot, over their
/// own base in turn. Where they conflict the older state stands, which takes no side.
/// </summary>
public sealed class CommonState(Repository repository, IChunkWriter chunks, MergePolicies policies, ISchemaDialect? dialect = null)
{
    private readonly CommitGraph _graph = new(repository);

    /// <summary>Null for unrelated histories.</summary>
    public Snapshot? Find(CommitId source, CommitId target)
    {
        var bases = _graph.MergeBases(source, target);
        return bases.Count == 0 ? null : Merge(bases);
    }

    /// <summary>Oldest first, so that each next one is merged into what came before it.</summary>
    private Snapshot Merge(IReadOnlyList<CommitId> bases)
    {
        var ordered = bases.Reverse().ToList();
        var merged = Read(ordered[0]);
        for (var i = 1; i < ordered.Count; i++)
        {
            var below = FindBelow(ordered[i], ordered.Take(i));
            var start = below.Count == 0 ? Snapshot.Empty : Merge(below);
            var history = new MergeHistory(repository, ordered[i], ordered[0]);
            var merge = new ThreeWayMerge(chunks, policies, _ => new Resolution(ResolutionKind.Base), history) { Dialect = dialect };
            merged = merge.Run(start, Read(ordered[i]), merged).Merged;
        }

        return merged;
    }

    /// <summary>The best common ancestors of one commit and all the others together.</summary>
    private List<CommitId> FindBelow(CommitId next, IEnumerable<CommitId> before)
    {
        var found = before.SelectMany(b => _graph.MergeBases(next, b)).Distinct().ToList();
        return [.. found.Where(one => !found.Exists(other => other != one && _graph.IsAncestor(one, other))).OrderByDescending(id => _graph.Read(id).Time)];
    }

    private Snapshot Read(CommitId id) => SnapshotCodec.Read(chunks, _graph.Read(id).Snapshot);
}
