using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>Texts and what to put in their place, compared byte for byte; found by halving, so that long lists stay quick.</summary>
public sealed class TextMap
{
    private readonly byte[][] _before;
    private readonly byte[][] _after;

    /// <summary>Makes the map; of a text that is given twice the first counts.</summary>
    public TextMap(params IReadOnlyList<(string Before, string After)> pairs)
    {
        var sorted = pairs.DistinctBy(p => p.Before).Select(p => (Before: Encoding.UTF8.GetBytes(p.Before), After: Encoding.UTF8.GetBytes(p.After)))
            .OrderBy(p => p.Before, Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y))).ToList();
        _before = [.. sorted.Select(p => p.Before)];
        _after = [.. sorted.Select(p => p.After)];
    }

    /// <summary>What stands for the cell in the map; the cell itself where nothing does.</summary>
    public Text Map(Text cell) => TryMap(cell, out var after) ? after : cell;

    /// <summary>What stands for the cell in the map; <paramref name="otherwise"/> where nothing does, and NULL for NULL.</summary>
    public Text Map(Text cell, Text otherwise) => TryMap(cell, out var after) ? after : otherwise;

    /// <summary>False where nothing stands for the cell in the map; NULL stands for NULL.</summary>
    public bool TryMap(Text cell, out Text after)
    {
        after = Text.Null;
        if (cell.IsNull) return true;
        var (low, high) = (0, _before.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = cell.Bytes.SequenceCompareTo(_before[middle]);
            if (order == 0)
            {
                after = new Text(_after[middle]);
                return true;
            }

            if (order < 0) high = middle - 1;
            else low = middle + 1;
        }

        return false;
    }
}
