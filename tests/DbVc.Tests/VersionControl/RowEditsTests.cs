using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

public sealed class RowEditsTests
{
    private readonly TreeTestChunks _chunks = new();

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    public void Editing_gives_the_tree_that_building_from_all_rows_gives(int seed, bool hasKey)
    {
        var random = new Random(seed);
        var encoder = new TableEncoder(Schema(hasKey));
        var rows = new List<Value[]>();
        var tree = RowTree.Build(_chunks, encoder, new ValueRows(rows));
        for (var round = 0; round < 60; round++)
        {
            tree = RowTree.Edit(_chunks, encoder, tree, Change(random, rows, hasKey));
            Assert.True(RowTree.Build(_chunks, encoder, new ValueRows(rows)) == tree, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Rows_may_swap_their_keys()
    {
        var encoder = new TableEncoder(Schema(true));
        var tree = RowTree.Build(_chunks, encoder, new ValueRows([Row(1, "a"), Row(2, "b")]));
        var swapped = RowTree.Edit(_chunks, encoder, tree, [new RowChange(Row(1, "a"), Row(2, "a")), new RowChange(Row(2, "b"), Row(1, "b"))]);
        Assert.Equal(RowTree.Build(_chunks, encoder, new ValueRows([Row(1, "b"), Row(2, "a")])), swapped);
    }

    [Fact]
    public void Changes_that_do_not_fit_the_table_are_refused()
    {
        var encoder = new TableEncoder(Schema(true));
        var tree = RowTree.Build(_chunks, encoder, new ValueRows([Row(1, "a"), Row(2, "b"), Row(null, "n")]));
        RowChange[][] lists =
        [
            [new RowChange(Row(3, "c"), null)],
            [new RowChange(Row(3, "c"), Row(3, "d"))],
            [new RowChange(null, Row(1, "again"))],
            [new RowChange(null, Row(3, "c")), new RowChange(null, Row(3, "d"))],
            [new RowChange(Row(1, "a"), null), new RowChange(Row(1, "a"), null)],
            [new RowChange(Row(null, "n"), null, 2)],
            [new RowChange(Row(null, "other"), null)],
        ];
        foreach (var changes in lists) ScratchStore.ExpectFailure("row.unknown", () => RowTree.Edit(_chunks, encoder, tree, changes));
    }

    [Fact]
    public void Building_with_an_earlier_tree_at_hand_gives_the_same_tree_and_stores_only_differences()
    {
        using var scratch = new ScratchStore();
        var encoder = new TableEncoder(Schema(true));
        var rows = Enumerable.Range(0, 5_000).Select(i => Row(i, $"A row with the number {i}, for length")).ToList();
        var before = Build(scratch, encoder, rows, default);
        var size = PacksSize(scratch);
        for (var i = 7; i < rows.Count; i += 500) rows[i] = Row(i, "changed");
        var after = Build(scratch, encoder, rows, before);
        Assert.Equal(RowTree.Build(_chunks, encoder, new ValueRows(rows)).Root, after);
        Assert.InRange(PacksSize(scratch) - size, 1, 5_000);
    }

    [Theory]
    [InlineData(15_000, true)]
    [InlineData(25_000, false)]
    public void So_many_touched_rows_that_reading_the_table_costs_less_are_not_looked_up(int count, bool isTaken)
    {
        var encoder = new TableEncoder(Schema(true));
        var rows = Enumerable.Range(0, count).Select(i => Row(i, "new")).ToList();
        var touched = rows.Select(r => new TouchedRow([r[0]], r));
        var updated = RowTree.Update(_chunks, encoder, RowTree.Build(_chunks, encoder, new ValueRows([])), touched, null);
        Assert.Equal(isTaken ? RowTree.Build(_chunks, encoder, new ValueRows(rows)) : null, updated);
    }

    private static TreeRoot Build(ScratchStore scratch, TableEncoder encoder, List<Value[]> rows, TreeRoot earlier)
    {
        using var chunks = scratch.Store.Chunks.BeginWrite();
        var root = RowTree.Build(chunks, encoder, new ValueRows(rows), earlier).Root;
        chunks.Publish();
        return root;
    }

    private static long PacksSize(ScratchStore scratch) => Directory.GetFiles(scratch.PacksFolder).Sum(p => new FileInfo(p).Length);

    /// <summary>Random additions, changes and deletions, done to the list and told as changes in any order.</summary>
    private static List<RowChange> Change(Random random, List<Value[]> rows, bool hasKey)
    {
        var changes = new List<RowChange>();
        var touched = new HashSet<Value[]>();
        for (var i = random.Next(60); i > 0; i--)
        {
            var row = !hasKey ? Row(random.Next(9), $"{random.Next(5)}")
                : random.Next(8) == 0 ? Row(null, $"{random.Next(5)}")
                : Row(random.Next(300), $"{random.Next(1_000)}");
            var at = rows.Count == 0 ? -1 : random.Next(rows.Count);
            var isNew = !hasKey || row[0].IsNull || !rows.Any(r => r[0] == row[0]);
            if (at >= 0 && random.Next(2) == 0 && touched.Add(rows[at]))
            {
                changes.Add(new RowChange(rows[at], null));
                rows.RemoveAt(at);
            }
            else if (isNew && !changes.Any(c => c.Before is { } b && b[0] == row[0]))
            {
                changes.Add(new RowChange(null, row));
                rows.Add(row);
                touched.Add(row);
            }
            else if (at >= 0 && hasKey && !rows[at][0].IsNull && touched.Add(rows[at]))
            {
                var next = Row(rows[at][0].AsInteger, "modified " + random.Next());
                changes.Add(new RowChange(rows[at], next));
                rows[at] = next;
                touched.Add(next);
            }
        }

        return changes;
    }

    private static Value[] Row(long? id, string text) => [id is { } i ? Value.Integer(i) : Value.Null, Value.Text(text)];

    private static TableSchema Schema(bool hasKey) => new()
    {
        Name = "t",
        Columns = [new Column { Id = 1, Name = "id" }, new Column { Id = 2, Name = "text" }],
        PrimaryKey = hasKey ? ["id"] : [],
        Sql = "CREATE TABLE t (id, text)",
    };
}
