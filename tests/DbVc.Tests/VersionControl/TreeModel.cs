using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Tests;

/// <summary>Random content for trees, and the plain sorted map that a tree must agree with.</summary>
internal static class TreeModel
{
    public static readonly IComparer<byte[]> KeyOrder =
        Comparer<byte[]>.Create((before, after) => before.AsSpan().SequenceCompareTo(after));

    public static SortedDictionary<byte[], byte[]> Random(Random random, int count)
    {
        var content = new SortedDictionary<byte[], byte[]>(KeyOrder);
        var style = random.Next(4);
        for (var i = 0; i < count; i++) content[NextKey(random, style, count)] = NextBytes(random, random.Next(random.Next(20) == 0 ? 3_000 : 120));
        return content;
    }

    public static byte[] NextKey(Random random, int style, int count) => style switch
    {
        0 => KeyCodec.Encode([Model.Value.Integer(random.Next(count * 3))]),
        1 => NextBytes(random, random.Next(4)),
        2 => NextBytes(random, 1 + random.Next(40)),
        _ => [1, 2, 3, 4, 5, 6, 7, 8, .. BitConverter.GetBytes(random.Next(count * 3))],
    };

    public static byte[] NextBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    public static TreeRoot Build(IChunkWriter chunks, SortedDictionary<byte[], byte[]> content)
    {
        var builder = new TreeBuilder(chunks);
        foreach (var (key, value) in content) builder.Add(key, value);
        return builder.Finish();
    }

    /// <summary>Random puts and deletes, some of them without effect, applied to the map as well.</summary>
    public static List<TreeEdit> Edit(Random random, SortedDictionary<byte[], byte[]> content, int count)
    {
        var edits = new SortedDictionary<byte[], byte[]?>(KeyOrder);
        var existing = content.Keys.ToArray();
        var style = random.Next(4);
        for (var i = 0; i < count; i++)
        {
            var known = existing.Length > 0 && random.Next(3) > 0;
            var key = known ? existing[random.Next(existing.Length)] : NextKey(random, style, count + existing.Length);
            edits[key] = random.Next(3) switch
            {
                0 => null,
                1 when known && content.TryGetValue(key, out var same) => same,
                _ => NextBytes(random, random.Next(200)),
            };
        }

        foreach (var (key, value) in edits)
        {
            if (value is null) content.Remove(key);
            else content[key] = value;
        }

        return edits.Select(e => e.Value is null ? TreeEdit.Delete(e.Key) : TreeEdit.Put(e.Key, e.Value)).ToList();
    }
}
