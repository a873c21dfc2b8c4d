using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>
/// Finds renamed columns. A database does not tell: a column that vanished and one that came are the same if they are alike in definition
/// and place, and if their cells say so too. Where two columns could be meant, none is.
/// </summary>
internal static class ColumnRenames
{
    /// <summary>New names with the old ones, by definition and place alone.</summary>
    public static Dictionary<string, string> Propose(TableSchema before, TableSchema after)
    {
        var renames = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (before.Columns.All(c => after.FindColumn(c.Name) is not null)) return renames;
        var came = Gaps(after, before);
        foreach (var (place, vanished) in Gaps(before, after))
        {
            if (!came.TryGetValue(place, out var appeared)) continue;
            foreach (var (old, now) in Match(vanished, appeared, (o, n) => AreAlike(before, o, after, n))) renames[now.Name] = old.Name;
        }

        return renames;
    }

    /// <summary>The proposed renames that the cells bear out. Rows may have been edited as well; most of a sample decides.</summary>
    public static Dictionary<string, string> Confirm(
        IChunkSource chunks, TableSnapshot before, TableSnapshot after, IReadOnlyDictionary<string, string> proposed)
    {
        // Without rows on one side nothing speaks against it.
        if (before.Count == 0 || after.Count == 0) return new(proposed, StringComparer.OrdinalIgnoreCase);
        var sample = new RowSample(chunks, before, after);
        return proposed.Where(r => sample.Judge(after.Schema.FindColumn(r.Key)!) == Verdict.For).ToDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The columns that the other table does not have, by the column it has that they follow.</summary>
    private static Dictionary<string, List<Column>> Gaps(TableSchema table, TableSchema other)
    {
        var gaps = new Dictionary<string, List<Column>>(StringComparer.OrdinalIgnoreCase);
        var place = "";
        foreach (var column in table.Columns)
        {
            if (other.FindColumn(column.Name) is not null) place = column.Name;
            else if (gaps.TryGetValue(place, out var gap)) gap.Add(column);
            else gaps[place] = [column];
        }

        return gaps;
    }

    /// <summary>One by one in order where all are alike; else only those that have exactly one that is alike.</summary>
    private static IEnumerable<(Column Before, Column After)> Match(List<Column> vanished, List<Column> appeared, Func<Column, Column, bool> areAlike)
    {
        var pairs = vanished.Zip(appeared).ToList();
        if (vanished.Count == appeared.Count && pairs.TrueForAll(p => areAlike(p.First, p.Second))) return pairs;
        return from old in vanished
               let alike = appeared.FindAll(now => areAlike(old, now))
               where alike.Count == 1 && vanished.FindAll(other => areAlike(other, alike[0])).Count == 1
               select (old, alike[0]);
    }

    private static bool AreAlike(TableSchema before, Column old, TableSchema after, Column now) =>
        string.Equals(old.DeclaredType, now.DeclaredType, StringComparison.OrdinalIgnoreCase) && old.Nullable == now.Nullable
        && old.DefaultSql == now.DefaultSql && old.Collation == now.Collation && old.Generated == now.Generated
        && KeyPosition(before, old) == KeyPosition(after, now);

    private static int KeyPosition(TableSchema table, Column column) =>
        table.PrimaryKey.ToList().FindIndex(k => string.Equals(k, column.Name, StringComparison.OrdinalIgnoreCase));
}
