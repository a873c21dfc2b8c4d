using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Translates between entries of a tree and the rows they stand for, where one entry may stand for several identical rows.</summary>
internal sealed class RowNumbers
{
    // For the entries that stand for more than one row: rank, number of the first row after it minus rank of the next entry.
    private readonly List<long> _ranks = [];
    private readonly List<long> _surplus = [];

    /// <summary>Every entry stands for one row.</summary>
    public static RowNumbers OneEach { get; } = new();

    public static RowNumbers Read(IChunkSource chunks, TableEncoder encoder, TreeRoot root)
    {
        var numbers = new RowNumbers();
        long rank = 0, surplus = 0;
        foreach (var entry in ProllyTree.Scan(chunks, root))
        {
            var count = encoder.IsCounted(entry.Key) ? TableEncoder.CountOf(entry.Value) : 1;
            if (count > 1)
            {
                surplus += count - 1;
                numbers._ranks.Add(rank);
                numbers._surplus.Add(surplus);
            }

            rank++;
        }

        return numbers;
    }

    /// <summary>The number of the first row of an entry.</summary>
    public long FirstOf(long rank)
    {
        var before = _ranks.BinarySearch(rank);
        if (before < 0) before = ~before;
        return rank + (before == 0 ? 0 : _surplus[before - 1]);
    }

    /// <summary>The entry that a row belongs to.</summary>
    public long RankOf(long number)
    {
        var (low, high) = (0, _ranks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranks[middle] + _surplus[middle] < number) low = middle + 1;
            else high = middle;
        }

        var before = low == 0 ? 0 : _surplus[low - 1];
        return low < _ranks.Count && number - before > _ranks[low] ? _ranks[low] : number - before;
    }
}
