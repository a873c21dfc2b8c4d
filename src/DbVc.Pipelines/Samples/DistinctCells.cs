using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>Makes the cells of a record distinct: where two columns hold the same, no test would see that they are confused.</summary>
internal static class DistinctCells
{
    private const int Tries = 20;

    /// <summary>The record with other cells in place of those that stand in an earlier column too, where there are such cells.</summary>
    /// <param name="record">An accepted record.</param>
    /// <param name="candidates">Cells of each column.</param>
    /// <param name="isAccepted">Whether a record still is.</param>
    public static IReadOnlyList<string?> Make(
        IReadOnlyList<string?> record, IReadOnlyList<IReadOnlyList<string?>> candidates, Predicate<IReadOnlyList<string?>> isAccepted)
    {
        var cells = record.ToArray();
        for (var i = 1; i < cells.Length; i++)
        {
            if (cells[i] is not { Length: > 0 } cell || Array.IndexOf(cells, cell) == i) continue;
            foreach (var other in Others(cell).Concat(candidates[i]).Where(c => c is not null && !cells.Contains(c)).Take(Tries))
            {
                cells[i] = other;
                if (isAccepted(cells)) break;
                cells[i] = cell;
            }
        }

        return cells;
    }

    /// <summary>The next whole numbers, or the same with other letters: what stands at a bound stays there.</summary>
    private static IEnumerable<string> Others(string cell)
    {
        if (long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return Enumerable.Range(1, 9).Select(step => (number + step).ToString(CultureInfo.InvariantCulture));
        return cell.All(letter => letter == 'a') ? Enumerable.Range('b', 9).Select(letter => new string((char)letter, cell.Length)) : [];
    }
}
