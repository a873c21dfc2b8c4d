using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Says of the rows in violations which side of a merge brought them there, and by which commit.</summary>
internal sealed class ViolationSides(Repository repository, CommitId source, CommitId target, IReadOnlyList<KeyChange> rekeyed)
{
    private readonly MergeHistory _history = new(repository, source, target);

    public IReadOnlyList<ConstraintViolation> Name(IReadOnlyList<ConstraintViolation> violations) =>
        [.. violations.Select(v => v with { Rows = [.. v.Rows.Select(Name)] })];

    private ViolatingRow Name(ViolatingRow row)
    {
        if (row.Key.Count == 0) return row;
        var before = rekeyed.FirstOrDefault(c => Same(c.Table, row.Table) && c.NewKey.Select(p => p.Value).SequenceEqual(row.Key.Select(p => p.Value)));
        var table = before?.Table ?? FindTable(row.Table);
        if (table is null) return row;
        var place = new CellPlace(table, KeyCodec.Encode([.. (before?.Before ?? row.Key).Select(p => p.Value)]), 0);
        if (_history.FindCommit(MergeSide.Source, place) is { } bySource) return row with { Side = "source", Commit = bySource.Id };
        if (before is null && _history.FindCommit(MergeSide.Target, place) is { } byTarget) return row with { Side = "target", Commit = byTarget.Id };
        return row;
    }

    /// <summary>The table's name as the snapshots write it.</summary>
    private string? FindTable(string name) =>
        new[] { target, source }.SelectMany(c => repository.ReadSnapshot(c).Tables()).Select(t => t.Schema.Name).FirstOrDefault(n => Same(n, name));

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
