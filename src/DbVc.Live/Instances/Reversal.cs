using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Whether a change can be taken back: carries it out in a private copy, takes it back, carries it out again, and looks each time.</summary>
public sealed class Reversal(LiveContext context, TrialDatabase trial)
{
    private const int MostRows = 100_000;

    /// <summary>
    /// Tries the change from the copy's commit to a snapshot. Costs a copy of the database and three readings of the tables that differ. Of a table in which
    /// very many rows differ, the first of them are tried.
    /// </summary>
    public ReversalOutcome Try(CommitId from, Snapshot after, CancellationToken cancel)
    {
        var before = context.Repository.ReadSnapshot(from).Snapshot;
        if (before.Objects == after.Objects) return new ReversalOutcome([], []);
        using var chunks = InterruptibleChunks.For(context.Repository.Chunks.BeginWrite(), cancel);
        var change = new Change(chunks, before, after);
        var outcome = Try(change, MostRows, cancel);
        // Rows that were left out may be what others refer to.
        return outcome.Failed.Count > 0 ? Try(change, int.MaxValue, cancel) : outcome;
    }

    private ReversalOutcome Try(Change change, int mostRows, CancellationToken cancel)
    {
        trial.Renew();
        var failed = new List<ReversalStep>();
        var applied = Step("apply", change.Forth(mostRows), change.After);
        if (applied is not null && change.IsWhole(mostRows)) Expect("apply", applied, change.After);
        var back = applied is null ? null : Step("take back", change.Back(mostRows), change.Before);
        if (back is not null) Expect("take back", back, change.Before);
        var again = back is null ? null : Step("apply again", change.Forth(mostRows), change.After);
        if (again is not null) Expect("apply again", again, applied!);
        return new ReversalOutcome([.. change.Tables.Order(StringComparer.Ordinal)], failed);

        Snapshot? Step(string name, DatabaseDelta delta, Snapshot near)
        {
            if (trial.Apply(delta) is not [var broken, ..]) return trial.Capture(near, change.Tables, change.Chunks, cancel);
            failed.Add(new ReversalStep(name, $"{broken.Table} {broken.Key}: {broken.Message}"));
            return null;
        }

        void Expect(string name, Snapshot found, Snapshot expected)
        {
            if (found.Objects != expected.Objects) failed.Add(new ReversalStep(name, Describe(new SnapshotDiff(change.Chunks, expected, found))));
        }
    }

    private static string Describe(SnapshotDiff difference)
    {
        var tables = difference.Tables().Select(t => t.RowsDiffer ? $"rows of {t.Name}" : $"definition of {t.Name}");
        var objects = difference.Objects().Select(o => $"{(o.Before ?? o.After)!.Kind.ToString().ToLowerInvariant()} {(o.Before ?? o.After)!.Name}");
        return "Other than it should be: " + string.Join(", ", tables.Concat(objects).Distinct().Take(10)) + ".";
    }

    /// <summary>The way from one snapshot to another, and back.</summary>
    private sealed record Change(IChunkWriter Chunks, Snapshot Before, Snapshot After)
    {
        private readonly List<TableDifference> _differences = [.. new SnapshotDiff(Chunks, Before, After).Tables()];

        public IReadOnlySet<string> Tables => _differences.SelectMany(t => new[] { t.Before, t.After })
            .OfType<TableSnapshot>().Select(t => t.Schema.Name).ToHashSet(StringComparer.Ordinal);

        public DatabaseDelta Forth(int mostRows) => Cut(new SnapshotDiff(Chunks, Before, After).ToDelta(), mostRows);

        public DatabaseDelta Back(int mostRows) => Cut(new SnapshotDiff(Chunks, After, Before).ToDelta(), mostRows);

        public bool IsWhole(int mostRows) => mostRows == int.MaxValue
            || _differences.TrueForAll(t => RowDiff.Changes(Chunks, t.Before, t.After).Take(mostRows + 1).Count() <= mostRows);

        private static DatabaseDelta Cut(DatabaseDelta delta, int mostRows) =>
            delta with { Tables = [.. delta.Tables.Select(t => t with { Rows = t.Rows.Take(mostRows) })] };
    }
}

/// <summary>What became of a change that was tried forth and back.</summary>
/// <param name="Tables">The tables that it touches, by name.</param>
/// <param name="Failed">Steps after which the copy was not what it should have been; empty where the change can be taken back.</param>
public sealed record ReversalOutcome(IReadOnlyList<string> Tables, IReadOnlyList<ReversalStep> Failed);

/// <summary>A step that went wrong: apply, take back, or apply again.</summary>
/// <param name="Problem">A sentence.</param>
public sealed record ReversalStep(string Name, string Problem);
