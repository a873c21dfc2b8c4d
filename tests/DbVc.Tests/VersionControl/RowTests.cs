using System.Text;
using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

public sealed class RowTests
{
    private readonly TreeTestChunks _chunks = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Rows_of_any_values_come_back(int seed)
    {
        var random = new Random(seed);
        foreach (var key in (string[][])[["a"], ["c", "a"], []])
        {
            var encoder = new TableEncoder(Table(key, "a", "b", "c", "d", "e"));
            for (var i = 0; i < 500; i++)
            {
                var row = Enumerable.Range(0, 5).Select(_ => Next(random)).ToArray();
                var decoded = encoder.Decode(_chunks, encoder.Encode(_chunks, row, 3));
                Assert.Equal(row, decoded.Values);
                var counted = key.Length == 0 || key.Any(name => row[name[0] - 'a'].IsNull);
                Assert.Equal(counted ? 3 : 1, decoded.Count);
            }
        }
    }

    [Fact]
    public void Null_and_empty_are_not_the_same()
    {
        var encoder = new TableEncoder(Table(["a"], "a", "b"));
        var entries = ((Value[])[Value.Null, Value.Text(""), Value.Blob(ReadOnlyMemory<byte>.Empty), Value.Integer(0), Value.Real(0), Value.Real(-0.0)])
            .Select(v => Convert.ToHexString(encoder.Encode(_chunks, [Value.Integer(1), v]).Value.Span)).ToArray();
        Assert.Equal(entries.Length, entries.Distinct().Count());
        Assert.Equal("", entries[0]);
    }

    [Theory]
    [InlineData(1_024, 0)]
    [InlineData(1_025, 1)]
    [InlineData(65_536, 1)]
    [InlineData(65_537, 3)]
    [InlineData(10_000_000, 154)]
    public void Large_values_live_in_chunks_of_their_own(int length, int chunks)
    {
        var encoder = new TableEncoder(Table(["id"], "id", "text", "blob"));
        var bytes = TreeModel.NextBytes(new Random(length), length);
        foreach (var value in (Value[])[Value.Text(bytes), Value.Blob(bytes)])
        {
            var store = new TreeTestChunks();
            var built = RowTree.Build(store, encoder, new ValueRows([[Value.Integer(1), value, Value.Null]]));
            Assert.Equal(chunks + 1, store.Chunks.Count);
            Assert.Equal(store.Chunks.Keys.ToHashSet(), RowTree.Chunks(store, encoder, built.Root).ToHashSet());
            Assert.Equal([Value.Integer(1), value, Value.Null], encoder.Decode(store, ProllyTree.Scan(store, built.Root).Single()).Values);
        }
    }

    [Fact]
    public void A_value_of_more_than_one_list_comes_back()
    {
        var bytes = new byte[BlobTree.PieceSize * 3_001];
        for (var i = 0; i < bytes.Length; i += BlobTree.PieceSize) BitConverter.TryWriteBytes(bytes.AsSpan(i), i);
        var hash = BlobTree.Write(_chunks, bytes);
        Assert.True(bytes.AsSpan().SequenceEqual(BlobTree.Read(_chunks, hash, bytes.Length).Span));
        Assert.Equal(3_001 + 2 + 1, BlobTree.Chunks(_chunks, hash, bytes.Length).Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_999)]
    [InlineData(2_001)]
    [InlineData(70_000)]
    [InlineData(300_000_000)]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_large_value_of_another_length_is_damaged(long length)
    {
        var hash = BlobTree.Write(_chunks, new byte[2_000]);
        ScratchStore.ExpectFailure("tree.blob-damaged", () => BlobTree.Read(_chunks, hash, length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_order_in_which_rows_arrive_does_not_matter(int seed)
    {
        var random = new Random(seed);
        foreach (var key in (string[][])[["a"], ["a", "b"], []])
        {
            var encoder = new TableEncoder(Table(key, "a", "b", "c"));
            var rows = Enumerable.Range(0, 2_000).Select(i => (Value[])[Value.Integer(i - 1_000), Value.Text("x" + i % 7), Next(random)]).ToArray();
            var sorted = RowTree.Build(_chunks, encoder, new ValueRows(rows));
            Assert.Equal(2_000, sorted.Count);
            for (var round = 0; round < 3; round++)
            {
                random.Shuffle(rows);
                Assert.Equal(sorted, RowTree.Build(_chunks, encoder, new ValueRows(rows)));
                Assert.Equal(sorted, RowTree.Build(_chunks, encoder, new ValueRows(rows), memoryLimit: 5_000));
            }

            var entries = rows.Select(r => encoder.Encode(_chunks, r)).OrderBy(e => e.Key.ToArray(), TreeModel.KeyOrder);
            var edits = entries.Select(e => TreeEdit.Put(e.Key, e.Value));
            Assert.Equal(sorted.Root, ProllyTree.Edit(_chunks, TreeRoot.Empty, edits));
        }
    }

    [Theory]
    [InlineData(50)]
    [InlineData(1_000_000)]
    public void Identical_rows_without_a_key_are_counted(long memoryLimit)
    {
        foreach (var key in (string[][])[[], ["a"], ["b", "a"]])
        {
            var encoder = new TableEncoder(Table(key, "a", "b"));
            Value[] twin = [Value.Null, Value.Text("twin")];
            Value[][] rows = [twin, [Value.Null, Value.Text("other")], twin, [Value.Integer(1), Value.Text("single")], twin];
            var built = RowTree.Build(_chunks, encoder, new ValueRows(rows), memoryLimit);
            Assert.Equal(5, built.Count);
            Assert.Equal(3, ProllyTree.Count(_chunks, built.Root));
            var counts = ProllyTree.Scan(_chunks, built.Root).Select(e => encoder.Decode(_chunks, e)).ToDictionary(r => r.Values[1].AsText, r => r.Count);
            Assert.Equal((3, 1, 1), (counts["twin"], counts["other"], counts["single"]));
        }
    }

    [Fact]
    public void Two_rows_with_the_same_key_are_an_error_that_names_it()
    {
        var encoder = new TableEncoder(Table(["a"], "a", "b"));
        var failure = ScratchStore.ExpectFailure("table.duplicate-key",
            () => RowTree.Build(_chunks, encoder, new ValueRows([[Value.Integer(42), Value.Null], [Value.Integer(42), Value.Integer(1)]])));
        Assert.Contains("42", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_differences_have_counts_and_both_sides()
    {
        var encoder = new TableEncoder(Table([], "a"));
        var before = Build(encoder, "x", "x", "x", "gone", "same");
        var after = Build(encoder, "x", "new", "new", "same");
        var changes = RowTree.Diff(_chunks, encoder, before, encoder, after).ToDictionary(c => (c.Before ?? c.After)![0].AsText);
        Assert.Equal((true, 2L), (changes["x"].After is null, changes["x"].Count));
        Assert.Equal((true, 1L), (changes["gone"].After is null, changes["gone"].Count));
        Assert.Equal((true, 2L), (changes["new"].Before is null, changes["new"].Count));
        Assert.Equal(3, changes.Count);
    }

    [Fact]
    public void Rows_of_two_schemas_are_decoded_each_with_its_own()
    {
        var old = Table(["a"], "a", "b");
        var wide = ColumnIds.Assign(Table(["a"], "c", "a", "b"), old);
        var before = RowTree.Build(_chunks, new TableEncoder(old), new ValueRows([[Value.Integer(1), Value.Text("b")]])).Root;
        var after = RowTree.Build(_chunks, new TableEncoder(wide), new ValueRows([[Value.Text("c"), Value.Integer(1), Value.Text("b")]])).Root;
        var change = Assert.Single(RowTree.Diff(_chunks, new TableEncoder(old), before, new TableEncoder(wide), after));
        Assert.Equal([Value.Integer(1), Value.Text("b")], change.Before!);
        Assert.Equal([Value.Text("c"), Value.Integer(1), Value.Text("b")], change.After!);
    }

    [Fact]
    public void A_schema_that_only_moves_columns_changes_no_row()
    {
        var old = Table(["a"], "a", "b", "c");
        var moved = ColumnIds.Assign(Table(["a"], "c", "a", "b"), old);
        var before = new TableEncoder(old).Encode(_chunks, [Value.Integer(1), Value.Text("b"), Value.Real(2)]);
        var after = new TableEncoder(moved).Encode(_chunks, [Value.Real(2), Value.Integer(1), Value.Text("b")]);
        Assert.True(before.Key.Span.SequenceEqual(after.Key.Span) && before.Value.Span.SequenceEqual(after.Value.Span));
    }

    [Fact]
    public void Generated_columns_are_left_out()
    {
        var table = Table(["a"], "a", "b", "c");
        table = table with { Columns = [table.Columns[0], table.Columns[1] with { Generated = true }, table.Columns[2]] };
        var encoder = new TableEncoder(table);
        Value[] row = [Value.Integer(1), Value.Text("c")];
        Assert.Equal(row, encoder.Decode(_chunks, encoder.Encode(_chunks, row)).Values);
        Assert.Throws<ArgumentException>(() => encoder.Encode(_chunks, [Value.Integer(1)]));
    }

    [Fact]
    public void The_encoding_of_a_row_is_fixed()
    {
        Column[] columns = [new() { Id = 9, Name = "id" }, new() { Id = 300, Name = "t" }, new() { Id = 2, Name = "i" }, new() { Id = 5, Name = "r" },
            new() { Id = 7, Name = "n" }, new() { Id = 65_535, Name = "b" }];
        var table = new TableSchema { Name = "t", Columns = columns, PrimaryKey = ["id"], Sql = "" };
        Value[] row = [Value.Integer(7), Value.Text("hi"), Value.Integer(-2), Value.Real(1), Value.Null, Value.Blob(new byte[] { 0xab })];
        var entry = new TableEncoder(table).Encode(_chunks, row);
        Assert.Equal("1907", Convert.ToHexStringLower(entry.Key.Span));
        Assert.Equal("1103" + "1a000000000000f03f" + "bb12026869" + "9ced1f01ab", Convert.ToHexStringLower(entry.Value.Span));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_forged_row_is_an_error_and_never_a_crash(int seed)
    {
        var random = new Random(seed);
        var failures = 0;
        foreach (var key in (string[][])[["a"], []])
        {
            var encoder = new TableEncoder(Table(key, "a", "b", "c"));
            for (var i = 0; i < 3_000; i++)
            {
                var entry = encoder.Encode(_chunks, [Value.Integer(1), Next(random), Next(random)]);
                var value = entry.Value.ToArray();
                if (value.Length == 0) continue;
                if (random.Next(2) == 0) value = value[..random.Next(value.Length)];
                else value[random.Next(Math.Min(value.Length, 30))] = (byte)random.Next(256);
                failures += Decode(encoder, entry with { Value = value }) ? 0 : 1;
            }
        }

        Assert.InRange(failures, 1_000, 6_000);
    }

    private bool Decode(TableEncoder encoder, TreeEntry entry)
    {
        try
        {
            encoder.Decode(_chunks, entry);
            return true;
        }
        catch (DbVcException)
        {
            return false;
        }
    }

    private TreeRoot Build(TableEncoder encoder, params string[] rows) =>
        RowTree.Build(_chunks, encoder, new ValueRows(rows.Select(r => (Value[])[Value.Text(r)]))).Root;

    private static TableSchema Table(string[] key, params string[] columns) => ColumnIds.Assign(
        new TableSchema { Name = "t", Columns = columns.Select(c => new Column { Id = 0, Name = c }).ToArray(), PrimaryKey = key, Sql = "" }, null);

    private static Value Next(Random random) => random.Next(9) switch
    {
        0 => Value.Null,
        1 => Value.Integer(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64)),
        2 => Value.Integer(random.Next(2) == 0 ? long.MaxValue : long.MinValue),
        3 => Value.Real(BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))),
        4 => Value.Real(((double[])[-0.0, double.PositiveInfinity, double.NegativeInfinity, double.NaN])[random.Next(4)]),
        5 => Value.Text(new byte[] { 0xff, 0x00, 0xc3, 0x28 }),
        6 => Value.Text(Encoding.UTF8.GetBytes(new string('ä', random.Next(700)))),
        7 => Value.Blob(TreeModel.NextBytes(random, random.Next(3_000))),
        _ => Value.Text(""),
    };
}
