using System.Text;
using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

public sealed class ProllyTreeTests
{
    private readonly TreeTestChunks _chunks = new();

    public static IEnumerable<TheoryDataRow<int, int>> SeedsAndSizes =>
        from size in (int[])[0, 1, 2, 10, 60, 300, 3_000]
        from seed in Enumerable.Range(1, size < 100 ? 20 : size < 1_000 ? 10 : 4)
        select new TheoryDataRow<int, int>(seed * 1_000 + size, size);

    [Theory]
    [MemberData(nameof(SeedsAndSizes))]
    public void The_root_depends_on_the_content_only(int seed, int size)
    {
        var random = new Random(seed);
        var content = TreeModel.Random(random, size);
        var root = TreeModel.Build(_chunks, content);
        for (var round = 0; round < 4; round++)
        {
            root = ProllyTree.Edit(_chunks, root, TreeModel.Edit(random, content, random.Next(1 + size)));
            Assert.Equal(TreeModel.Build(_chunks, content), root);
        }

        var oneByOne = TreeRoot.Empty;
        var shuffled = content.ToArray();
        random.Shuffle(shuffled);
        foreach (var part in shuffled.Chunk(1 + size / 20))
        {
            oneByOne = ProllyTree.Edit(_chunks, oneByOne, part.OrderBy(e => e.Key, TreeModel.KeyOrder).Select(e => TreeEdit.Put(e.Key, e.Value)));
        }

        Assert.Equal(root, oneByOne);
        Assert.Equal(TreeRoot.Empty, ProllyTree.Edit(_chunks, root, content.Keys.Select(k => TreeEdit.Delete(k))));
    }

    [Theory]
    [MemberData(nameof(SeedsAndSizes))]
    public void A_tree_reads_like_the_sorted_map_it_was_built_from(int seed, int size)
    {
        var random = new Random(seed);
        var content = TreeModel.Random(random, size);
        var root = TreeModel.Build(_chunks, content);

        Assert.Equal(content.Count, ProllyTree.Count(_chunks, root));
        AssertEntries(content, ProllyTree.Scan(_chunks, root));
        for (var i = 0; i < 20; i++)
        {
            var key = content.Count > 0 && i % 2 == 0 ? content.Keys.ElementAt(random.Next(content.Count)) : TreeModel.NextKey(random, i % 4, size);
            Assert.Equal(content.TryGetValue(key, out var expected), ProllyTree.TryGet(_chunks, root, key, out var value));
            Assert.True(value.Span.SequenceEqual(expected));
            AssertEntries(content.Where(e => TreeModel.KeyOrder.Compare(e.Key, key) >= 0).Take(100), ProllyTree.Scan(_chunks, root, key).Take(100));
        }
    }

    [Theory]
    [MemberData(nameof(SeedsAndSizes))]
    public void A_difference_applied_to_before_gives_after(int seed, int size)
    {
        var random = new Random(seed);
        var content = TreeModel.Random(random, size);
        var before = TreeModel.Build(_chunks, content);
        var old = new SortedDictionary<byte[], byte[]>(content, TreeModel.KeyOrder);
        foreach (var edits in (int[])[1, 5, size])
        {
            var after = ProllyTree.Edit(_chunks, before, TreeModel.Edit(random, content, edits));
            var differences = ProllyTree.Diff(_chunks, before, after).ToArray();

            Assert.Equal(after, ProllyTree.Edit(_chunks, before, differences.Select(d => new TreeEdit(d.Key, d.After))));
            Assert.Equal(before, ProllyTree.Edit(_chunks, after, differences.Select(d => new TreeEdit(d.Key, d.Before))));
            Assert.Equal(CountDifferences(old, content), differences.Length);
            foreach (var d in differences)
            {
                Assert.Equal(old.TryGetValue(d.Key.ToArray(), out var was), d.Before is not null);
                Assert.True(d.Before.GetValueOrDefault().Span.SequenceEqual(was));
            }

            (before, old) = (after, new(content, TreeModel.KeyOrder));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Unrelated_trees_of_different_depth_can_be_compared(int seed)
    {
        var random = new Random(seed);
        var (small, large) = (TreeModel.Random(random, 30), TreeModel.Random(random, 5_000));
        var (before, after) = (TreeModel.Build(_chunks, small), TreeModel.Build(_chunks, large));
        Assert.Equal(CountDifferences(small, large), ProllyTree.Diff(_chunks, before, after).Count());
        Assert.Equal(CountDifferences(small, large), ProllyTree.Diff(_chunks, after, before).Count());
        Assert.Equal(small.Count, ProllyTree.Diff(_chunks, TreeRoot.Empty, before).Count());
        Assert.Empty(ProllyTree.Diff(_chunks, before, before));
    }

    [Fact]
    public void A_small_change_in_a_large_tree_reads_and_writes_little()
    {
        var root = BuildNumbers(100_000);
        Assert.Equal(100_000, ProllyTree.Count(_chunks, root));
        foreach (var id in (int[])[-5, 0, 50_000, 99_999, 200_000])
        {
            (_chunks.Reads, _chunks.Writes) = (0, 0);
            var edited = ProllyTree.Edit(_chunks, root, [TreeEdit.Put(Key(id), "changed"u8.ToArray())]);
            Assert.InRange(_chunks.Writes, 1, 12);
            Assert.InRange(_chunks.Reads, 1, 24);

            _chunks.Reads = 0;
            Assert.Single(ProllyTree.Diff(_chunks, root, edited));
            Assert.InRange(_chunks.Reads, 1, 24);
            var undo = id is < 0 or >= 100_000 ? TreeEdit.Delete(Key(id)) : TreeEdit.Put(Key(id), Encoding.UTF8.GetBytes($"value of {id}"));
            Assert.Equal(root, ProllyTree.Edit(_chunks, edited, [undo]));
        }
    }

    /// <summary>First and last number to delete, and a number from which as many are put.</summary>
    public static TheoryData<int, int, int> Ranges => new()
    {
        { 0, 100, 20_000 }, { 0, 19_999, 0 }, { 0, 19_998, 40_000 }, { 19_000, 19_999, 20_000 },
        { 5_000, 15_000, -10_000 }, { 1, 19_999, 5_000 }, { 7_777, 7_777, 12_000 },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Whole_ranges_can_be_deleted_and_put(int first, int last, int put)
    {
        var edits = new SortedDictionary<int, bool>();
        for (var id = first; id <= last; id++) edits[id] = false;
        for (var id = put; id <= put + last - first; id++) edits[id] = true;
        var content = Enumerable.Range(0, 20_000).Where(id => !edits.ContainsKey(id)).Concat(edits.Where(e => e.Value).Select(e => e.Key)).Order();
        var expected = new TreeBuilder(_chunks);
        foreach (var id in content) expected.Add(Key(id), Encoding.UTF8.GetBytes($"value of {id}"));

        var edited = ProllyTree.Edit(_chunks, BuildNumbers(20_000),
            edits.Select(e => e.Value ? TreeEdit.Put(Key(e.Key), Encoding.UTF8.GetBytes($"value of {e.Key}")) : TreeEdit.Delete(Key(e.Key))));
        Assert.Equal(expected.Finish(), edited);
    }

    [Fact]
    public void Nodes_have_the_size_they_should()
    {
        BuildNumbers(100_000);
        var sizes = _chunks.Chunks.Values.Select(c => c.Length).ToArray();
        Assert.InRange(sizes.Average(), 3_500, 4_700);
        Assert.InRange(sizes.Max(), 5_000, 17_000);
        Assert.InRange(sizes.Count(s => s < 1_000), 0, sizes.Length / 20);
    }

    [Fact]
    public void An_edit_that_changes_nothing_keeps_the_root_and_writes_nothing()
    {
        var root = BuildNumbers(10_000);
        _chunks.Writes = 0;
        Assert.Equal(root, ProllyTree.Edit(_chunks, root, []));
        Assert.Equal(root, ProllyTree.Edit(_chunks, root, [TreeEdit.Delete(Key(-1)), TreeEdit.Put(Key(77), "value of 77"u8.ToArray())]));
        Assert.Equal(0, _chunks.Writes);
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(40_000)]
    [InlineData(300_000)]
    public void Huge_keys_still_make_a_tree(int length)
    {
        var content = new SortedDictionary<byte[], byte[]>(TreeModel.KeyOrder);
        for (var i = 0; i < 40; i++)
        {
            var key = new byte[length];
            key[^1] = (byte)i;
            content[key] = [];
        }

        var root = TreeModel.Build(_chunks, content);
        AssertEntries(content, ProllyTree.Scan(_chunks, root));
        var edited = ProllyTree.Edit(_chunks, root, [TreeEdit.Delete(content.Keys.ElementAt(20))]);
        content.Remove(content.Keys.ElementAt(20));
        Assert.Equal(TreeModel.Build(_chunks, content), edited);
        Assert.Single(ProllyTree.Diff(_chunks, root, edited));
    }

    [Fact]
    public void Keys_out_of_order_are_refused()
    {
        var builder = new TreeBuilder(_chunks);
        builder.Add([2], []);
        Assert.Throws<ArgumentException>(() => builder.Add([2], []));
        Assert.Throws<ArgumentException>(() => builder.Add([1], []));
        var root = builder.Finish();
        Assert.Throws<ArgumentException>(() => ProllyTree.Edit(_chunks, root, [TreeEdit.Delete(new byte[] { 3 }), TreeEdit.Delete(new byte[] { 1 })]));
        Assert.Throws<ArgumentException>(() => ProllyTree.Edit(_chunks, TreeRoot.Empty, [TreeEdit.Put(Key(1), Key(1)), TreeEdit.Delete(Key(1))]));
    }

    [Fact]
    public void Every_chunk_of_a_tree_is_enumerated_once_and_shared_ones_can_be_skipped()
    {
        var root = BuildNumbers(20_000);
        var all = ProllyTree.Chunks(_chunks, root).ToArray();
        Assert.Equal(_chunks.Chunks.Keys.ToHashSet(), all.ToHashSet());
        Assert.Equal(_chunks.Chunks.Count, all.Length);
        Assert.Equal(root.Hash, all[0]);

        var edited = ProllyTree.Edit(_chunks, root, [TreeEdit.Delete(Key(7))]);
        var seen = all.ToHashSet();
        Assert.InRange(ProllyTree.Chunks(_chunks, edited, seen.Contains).Count(), 1, 12);
        Assert.Empty(ProllyTree.Chunks(_chunks, root, seen.Contains));
        Assert.Empty(ProllyTree.Chunks(_chunks, TreeRoot.Empty));
    }

    [Theory]
    [InlineData(0, "0000000000000000000000000000000000000000")]
    [InlineData(1, "c4d3a113e437cb3af47aecf45a3ac677110f2189")]
    [InlineData(10, "b005cedf223581b2b66a9c79254fa0b5606b6796")]
    [InlineData(1_000, "ad3b37c797a8a22ef753c78aa9d567ea7228e586")]
    [InlineData(100_000, "3dcc67556646d2e12b33082737f2371b9f300623")]
    public void Known_tables_have_known_roots(int count, string root) => Assert.Equal(root, BuildNumbers(count).Hash.ToString());

    [Theory]
    [InlineData("", 0, 0xEF46DB3751D8E999)]
    [InlineData("a", 0, 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0, 0x44BC2CF5AD770999)]
    [InlineData("xxhash", 20141025, 0xB559B98D844E0635)]
    [InlineData("Nobody inspects the spammish repetition", 0, 0xFBCEA83C8A378BF1)]
    public void The_boundary_hash_is_the_published_one(string text, ulong seed, ulong hash) =>
        Assert.Equal(hash, XxHash64.Compute(Encoding.UTF8.GetBytes(text), seed));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_forged_node_is_an_error_and_never_a_crash(int seed)
    {
        var random = new Random(seed);
        var content = TreeModel.Random(random, 1_500);
        var root = TreeModel.Build(_chunks, content);
        var names = _chunks.Chunks.Keys.Order().ToArray();
        var failures = 0;
        for (var i = 0; i < 100; i++)
        {
            var forged = new TreeTestChunks();
            foreach (var (hash, chunk) in _chunks.Chunks) forged.Chunks[hash] = chunk;
            var victim = random.Next(3) == 0 ? root.Hash : names[random.Next(names.Length)];
            forged.Chunks[victim] = Forge(random, forged.Chunks[victim]);
            failures += Failures(() => ProllyTree.Scan(forged, root).Count()) + Failures(() => ProllyTree.Count(forged, root))
                + Failures(() => ProllyTree.Chunks(forged, root).Count()) + Failures(() => ProllyTree.Diff(forged, root, TreeRoot.Empty).Count())
                + Failures(() => ProllyTree.Edit(forged, root, content.Keys.Select(k => TreeEdit.Delete(k))))
                + Failures(() => ProllyTree.TryGet(forged, root, content.Keys.ElementAt(random.Next(content.Count)), out _));
        }

        Assert.InRange(failures, 100, 600);
    }

    private static byte[] Forge(Random random, byte[] chunk)
    {
        var forged = chunk.ToArray();
        switch (random.Next(3))
        {
            case 0: return forged[..random.Next(forged.Length)];
            case 1: return [.. forged, .. TreeModel.NextBytes(random, 1 + random.Next(30))];
            default:
                for (var i = 0; i <= random.Next(3); i++) forged[random.Next(Math.Min(forged.Length, 60))] = (byte)random.Next(256);
                return forged;
        }
    }

    private static int Failures(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (DbVcException)
        {
            return 1;
        }
    }

    private static byte[] Key(int id) => KeyCodec.Encode([Value.Integer(id)]);

    private static int CountDifferences(SortedDictionary<byte[], byte[]> before, SortedDictionary<byte[], byte[]> after) =>
        before.Keys.Count(k => !after.ContainsKey(k))
        + after.Count(e => !before.TryGetValue(e.Key, out var was) || !was.AsSpan().SequenceEqual(e.Value));

    private static void AssertEntries(IEnumerable<KeyValuePair<byte[], byte[]>> expected, IEnumerable<TreeEntry> actual) =>
        Assert.Equal(expected.Select(e => Convert.ToHexString(e.Key) + "=" + Convert.ToHexString(e.Value)),
            actual.Select(e => Convert.ToHexString(e.Key.Span) + "=" + Convert.ToHexString(e.Value.Span)));

    private TreeRoot BuildNumbers(int count)
    {
        var builder = new TreeBuilder(_chunks);
        for (var id = 0; id < count; id++) builder.Add(Key(id), Encoding.UTF8.GetBytes($"value of {id}"));
        return builder.Finish();
    }
}
