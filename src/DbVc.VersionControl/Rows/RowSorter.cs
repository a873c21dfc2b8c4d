using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Brings encoded rows into the order of their keys. Up to about 128 MiB of rows stay in memory (plus 28 bytes a row);
/// more are sorted in runs, kept as trees in the writer, and merged. Runs are garbage afterwards, for gc to remove.
/// Equal keys become one entry where rows are counted.
/// </summary>
internal sealed class RowSorter(IChunkWriter writer, TableEncoder encoder, long memoryLimit, TreeRoot earlier)
{
    private const long MostMemory = 128L << 20;

    private const int BlockSize = 1 << 20;
    private const int FewRows = 50_000;

    public static long DefaultMemoryLimit { get; } = MemoryShare.Of(MostMemory);

    private readonly List<TreeRoot> _runs = [];
    private readonly List<byte[]> _blocks = [];
    private readonly List<SortedRow> _rows = [];
    private readonly ByteBuffer _merged = new();
    private int _used = BlockSize;
    private long _bytes;

    /// <summary>Takes rows that came in order before the first that did not. Few of them are sorted once more: that is cheaper than merging.</summary>
    public void AddFirst(TreeRoot run, long count)
    {
        if (count > FewRows)
        {
            _runs.Add(run);
            return;
        }

        foreach (var entry in ProllyTree.Scan(writer, run)) Add(entry.Key.Span, entry.Value.Span);
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
        _rows.Add(new SortedRow(_blocks.Count - 1, _used, key.Length, value.Length));
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
        foreach (var place in new RowOrder(_blocks, _rows).Sort())
        {
            var row = _rows[place];
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
}
