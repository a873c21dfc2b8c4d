using System.Buffers.Binary;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Brings encoded rows into the order of their keys. Up to about 128 MiB of rows stay in memory (plus 32 bytes a row);
/// more are sorted in runs, kept as trees in the writer, and merged. Runs are garbage afterwards, for gc to remove.
/// Equal keys become one entry where rows are counted.
/// </summary>
internal sealed class RowSorter(IChunkWriter writer, TableEncoder encoder, long memoryLimit, TreeRoot earlier)
{
    public const long DefaultMemoryLimit = 128L << 20;

    private const int BlockSize = 1 << 20;

    private readonly List<TreeRoot> _runs = [];
    private readonly List<byte[]> _blocks = [];
    private readonly List<Row> _rows = [];
    private readonly ByteBuffer _merged = new();
    private int _used = BlockSize;
    private long _bytes;

    /// <summary>Takes rows that are sorted already.</summary>
    public void AddRun(TreeRoot run)
    {
        if (!run.IsEmpty) _runs.Add(run);
    }

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var length = checked(key.Length + value.Length);
        if (_used + (long)length > BlockSize)
        {
            _blocks.Add(GC.AllocateUninitializedArray<byte>(Math.Max(BlockSize, length)));
            _used = 0;
        }

        var room = _blocks[^1].AsSpan(_used);
        key.CopyTo(room);
        value.CopyTo(room[key.Length..]);
        _rows.Add(new Row(ReadPrefix(key), _blocks.Count - 1, _used, key.Length, value.Length));
        _used += length;
        _bytes += length;
        if (_bytes >= memoryLimit) Spill();
    }

    /// <summary>The tree of all rows.</summary>
    public TreeRoot Finish()
    {
        if (_runs.Count == 0) return Build(Sorted(), earlier);
        var sources = _runs.Select(r => ProllyTree.Scan(writer, r)).Append(Sorted()).ToArray();
        return Build(MergeSorted(sources), earlier);
    }

    private void Spill()
    {
        _runs.Add(Build(Sorted(), TreeRoot.Empty));
        _blocks.Clear();
        _rows.Clear();
        _used = BlockSize;
        _bytes = 0;
    }

    private TreeRoot Build(IEnumerable<TreeEntry> sorted, TreeRoot like)
    {
        var builder = new TreeBuilder(writer, like);
        TreeEntry? held = null;
        foreach (var entry in sorted)
        {
            if (held is { } last)
            {
                if (last.Key.Span.SequenceEqual(entry.Key.Span))
                {
                    held = Combine(last, entry);
                    continue;
                }

                builder.Add(last.Key.Span, last.Value.Span);
            }

            held = entry;
        }

        if (held is { } end) builder.Add(end.Key.Span, end.Value.Span);
        return builder.Finish();
    }

    private TreeEntry Combine(TreeEntry first, TreeEntry second)
    {
        if (!encoder.IsCounted(first.Key))
        {
            var key = string.Join(", ", encoder.DecodeKey(first.Key));
            throw new DbVcException(FailureKind.Failed, "table.duplicate-key",
                $"Table {encoder.Table.Name} has two rows with the key {key}.", hint: "Run the database's own integrity check.");
        }

        var (firstStart, secondStart) = (0, 0);
        var count = checked(TableEncoder.ReadCount(first.Value.Span, ref firstStart) + TableEncoder.ReadCount(second.Value.Span, ref secondStart));
        return first with { Value = TableEncoder.WithCount(_merged, count, first.Value.Span[firstStart..]).ToArray() };
    }

    private IEnumerable<TreeEntry> Sorted()
    {
        var rows = _rows.ToArray();
        Array.Sort(rows, Compare);
        foreach (var row in rows)
        {
            yield return new TreeEntry(_blocks[row.Block].AsMemory(row.Start, row.KeyLength),
                _blocks[row.Block].AsMemory(row.Start + row.KeyLength, row.ValueLength));
        }
    }

    private static IEnumerable<TreeEntry> MergeSorted(IEnumerable<TreeEntry>[] sources)
    {
        var queue = new PriorityQueue<IEnumerator<TreeEntry>, ReadOnlyMemory<byte>>(
            Comparer<ReadOnlyMemory<byte>>.Create(static (before, after) => before.Span.SequenceCompareTo(after.Span)));
        foreach (var source in sources)
        {
            var rows = source.GetEnumerator();
            if (rows.MoveNext()) queue.Enqueue(rows, rows.Current.Key);
        }

        while (queue.TryDequeue(out var rows, out _))
        {
            yield return rows.Current;
            if (rows.MoveNext()) queue.Enqueue(rows, rows.Current.Key);
        }
    }

    private int Compare(Row before, Row after)
    {
        var order = before.Prefix.CompareTo(after.Prefix);
        return order != 0 ? order : KeyOf(before).SequenceCompareTo(KeyOf(after));
    }

    private ReadOnlySpan<byte> KeyOf(Row row) => _blocks[row.Block].AsSpan(row.Start, row.KeyLength);

    /// <summary>The first eight bytes as a number; shorter keys are filled with zeros, which never puts two keys in the wrong order.</summary>
    private static ulong ReadPrefix(ReadOnlySpan<byte> key)
    {
        if (key.Length >= 8) return BinaryPrimitives.ReadUInt64BigEndian(key);
        Span<byte> padded = stackalloc byte[8];
        padded.Clear();
        key.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }

    private readonly record struct Row(ulong Prefix, int Block, int Start, int KeyLength, int ValueLength);
}
