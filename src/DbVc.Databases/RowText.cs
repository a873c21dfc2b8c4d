using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Rows and keys as people read them.</summary>
internal static class RowText
{
    private const int MaxLength = 200;

    /// <summary>The values, cut off where nobody reads on.</summary>
    public static string Describe(Value[] key)
    {
        var text = new StringBuilder();
        foreach (var value in key)
        {
            if (text.Length > 0) text.Append(", ");
            text.Append(value);
            if (text.Length > MaxLength) return text.ToString(0, MaxLength) + "…";
        }

        return text.ToString();
    }

    /// <summary>The row's key; the whole row where there is no key.</summary>
    public static string DescribeKey(TableSchema table, Value[] row) => Describe([.. KeyOrdinals(table).Select(i => row[i])]);

    /// <summary>The same with the columns' names.</summary>
    public static IReadOnlyList<NamedValue> NameKey(TableSchema table, Value[] row)
    {
        var columns = table.StoredColumns.ToList();
        return [.. KeyOrdinals(table).Select(i => new NamedValue(columns[i].Name, row[i]))];
    }

    /// <summary>Where the key's columns are among the stored ones; all of them where there is no key.</summary>
    public static int[] KeyOrdinals(TableSchema table)
    {
        var columns = table.StoredColumns.Select(c => c.Name).ToList();
        return table.HasKey
            ? [.. table.PrimaryKey.Select(k => columns.FindIndex(c => string.Equals(c, k, StringComparison.OrdinalIgnoreCase)))]
            : [.. Enumerable.Range(0, columns.Count)];
    }
}
