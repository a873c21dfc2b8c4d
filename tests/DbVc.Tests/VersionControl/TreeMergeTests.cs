using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

public sealed class TreeMergeTests
{
    private readonly TreeTestChunks _chunks = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Merging_gives_the_tree_of_the_rows_merged_one_by_one(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            var content = TreeModel.Random(random, random.Next(random.Next(3) == 0 ? 20 : 3_000));
            var (source, target) = (Copy(content), Copy(content));
            Change(random, source);
            Change(random, target);
            var asksAboutEqual = random.Next(2) == 0;
            var asked = new List<string>();
            var roots = new TreeTriple(TreeModel.Build(_chunks, content), TreeModel.Build(_chunks, source), TreeModel.Build(_chunks, target));
            var merged = TreeMerge.Run(_chunks, roots, sides => Decide(sides, asked), asksAboutEqual);
            var (expected, both) = MergeByKey(content, source, target, asksAboutEqual);
            Assert.True(both.SequenceEqual(asked), $"seed {seed}, round {round}: asked about {asked.Count} keys, not {both.Count}");
            Assert.True(TreeModel.Build(_chunks, expected) == merged, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void What_only_one_side_changed_is_taken_without_reading_it()
    {
        var content = new SortedDictionary<byte[], byte[]>(TreeModel.KeyOrder);
        var random = new Random(5);
        for (var i = 0; i < 60_000; i++) content[KeyCodec.Encode([Model.Value.Integer(i)])] = TreeModel.NextBytes(random, 60);
        var start = TreeModel.Build(_chunks, content);
        var source = ProllyTree.Edit(_chunks, start, Enumerable.Range(0, 300).Select(i => Put(i * 200)));
        var target = ProllyTree.Edit(_chunks, start, Enumerable.Range(0, 300).Select(i => Put((i * 200) + 100)));
        _chunks.Reads = 0;
        var merged = TreeMerge.Run(_chunks, new TreeTriple(start, source, target), _ => throw new InvalidOperationException("nothing is shared"), true);
        var reads = _chunks.Reads;
        Assert.Equal(600, ProllyTree.Diff(_chunks, start, merged).Count());
        Assert.InRange(reads, 1, 900);

        static TreeEdit Put(int id) => TreeEdit.Put(KeyCodec.Encode([Model.Value.Integer(id)]), new byte[] { 1, 2, 3 });
    }

    /// <summary>Takes the source's row where its key ends in an even byte.</summary>
    private static TreeEdit? Decide(TreeSides sides, List<string> asked)
    {
        asked.Add(Convert.ToHexString(sides.Key.Span));
        return TakesSource(sides.Key.ToArray()) ? new TreeEdit(sides.Key, sides.Source) : null;
    }

    private static bool TakesSource(byte[] key) => key.Length == 0 || key[^1] % 2 == 0;

    private static (SortedDictionary<byte[], byte[]> Merged, List<string> Both) MergeByKey(SortedDictionary<byte[], byte[]> content,
        SortedDictionary<byte[], byte[]> source, SortedDictionary<byte[], byte[]> target, bool asksAboutEqual)
    {
        var merged = Copy(target);
        var both = new List<string>();
        foreach (var key in content.Keys.Concat(source.Keys).Concat(target.Keys).Distinct(new SameBytes()).Order(TreeModel.KeyOrder))
        {
            var (before, theirs, ours) = (content.GetValueOrDefault(key), source.GetValueOrDefault(key), target.GetValueOrDefault(key));
            if (Same(before, theirs)) continue;
            if (!Same(before, ours))
            {
                if (Same(theirs, ours) && !asksAboutEqual) continue;
                both.Add(Convert.ToHexString(key));
                if (!TakesSource(key)) continue;
            }

            if (theirs is null) merged.Remove(key);
            else merged[key] = theirs;
        }

        return (merged, both);
    }

    /// <summary>A few edits anywhere, or many, or a stretch of keys gone, or nearly everything.</summary>
    private static void Change(Random random, SortedDictionary<byte[], byte[]> content)
    {
        switch (random.Next(5))
        {
            case 0:
                var keys = content.Keys.ToArray();
                var from = random.Next(keys.Length + 1);
                foreach (var key in keys.Skip(from).Take(random.Next(keys.Length + 1))) content.Remove(key);
                break;
            case 1:
                TreeModel.Edit(random, content, random.Next(2_000));
                break;
            case 2:
                break;
            default:
                TreeModel.Edit(random, content, random.Next(20));
                break;
        }
    }

    private static bool Same(byte[]? one, byte[]? other) => one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);

    private static SortedDictionary<byte[], byte[]> Copy(SortedDictionary<byte[], byte[]> content) => new(content, TreeModel.KeyOrder);

    private sealed class SameBytes : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => Same(x, y);

        public int GetHashCode(byte[] bytes) => bytes.Length == 0 ? 0 : bytes[0] + (bytes[^1] << 8) + (bytes.Length << 16);
    }
}
