using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Benchmarks;

/// <summary>Diff and merge of a thousand changed rows on each side of a table of a million; version store only, no database.</summary>
internal static class MergeBenchmark
{
    private const int Changes = 1000;
    private const int Warmups = 2;

    private static readonly TableSchema s_table = new()
    {
        Name = "people",
        Columns = [new Column { Id = 1, Name = "id" }, new Column { Id = 2, Name = "name" }, new Column { Id = 3, Name = "score" }],
        PrimaryKey = ["id"],
        Sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, score INTEGER)",
    };

    public static void Run(Bench bench)
    {
        using var store = RepositoryStore.Create(bench.NewFolder());
        using var chunks = store.Chunks.BeginWrite();
        var encoder = new TableEncoder(s_table);
        var builder = new TreeBuilder(chunks);
        for (var id = 1; id <= People.Count; id++)
        {
            var entry = encoder.Encode(chunks, Row(id, 0));
            builder.Add(entry.Key.Span, entry.Value.Span);
        }

        var rows = builder.Finish();
        var start = SnapshotOf(chunks, rows);
        var source = SnapshotOf(chunks, Change(chunks, encoder, rows, 1));
        var target = SnapshotOf(chunks, Change(chunks, encoder, rows, 2));
        chunks.Publish();
        List<double> diff = [], merge = [];
        for (var round = 0; round < Bench.Rounds + Warmups; round++)
        {
            var (found, conflicts) = (0L, 0);
            var diffSeconds = Bench.Time(() => found = CountChanges(store.Chunks, start, source));
            var mergeSeconds = Bench.Time(() => conflicts = Merge(store, start, source, target));
            if (found != Changes || conflicts != 0) throw new InvalidOperationException($"{found} changes and {conflicts} conflicts.");
            if (round < Warmups) continue;
            diff.Add(diffSeconds);
            merge.Add(mergeSeconds);
        }

        Bench.Print($"diff, {Changes} changed rows in {People.Count}, store only", diff);
        Bench.Print($"merge, {Changes} + {Changes} changed rows in {People.Count}, store only", merge);
    }

    private static Value[] Row(int id, int version) => [Value.Integer(id), Value.Text($"A person with the number {id}, for length"), Value.Integer(version)];

    /// <summary>Every thousandth row changes; the two sides change different rows.</summary>
    private static TreeRoot Change(IChunkWriter chunks, TableEncoder encoder, TreeRoot rows, int side) =>
        ProllyTree.Edit(chunks, rows, Enumerable.Range(0, Changes).Select(i => encoder.Encode(chunks, Row((i * (People.Count / Changes)) + side, side)))
            .Select(entry => new TreeEdit(entry.Key, entry.Value)));

    private static Snapshot SnapshotOf(IChunkWriter chunks, TreeRoot rows)
    {
        var editor = new SnapshotEditor(chunks, Snapshot.Empty);
        editor.PutTable(new TableSnapshot(s_table, rows, People.Count));
        return editor.Finish();
    }

    private static long CountChanges(IChunkSource chunks, Snapshot before, Snapshot after)
    {
        var diff = new SnapshotDiff(chunks, before, after);
        return diff.Tables().Sum(table => diff.Rows(table).LongCount());
    }

    private static int Merge(RepositoryStore store, Snapshot start, Snapshot source, Snapshot target)
    {
        using var chunks = store.Chunks.BeginWrite();
        return new ThreeWayMerge(chunks, MergePolicies.Parse(), _ => null).Run(start, source, target).Conflicts.Count;
    }
}
