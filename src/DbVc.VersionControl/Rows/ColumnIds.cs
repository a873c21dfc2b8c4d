using System.Text;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Gives columns their ids, the same on every machine for the same history. Part of the on-disk format.</summary>
public static class ColumnIds
{
    /// <summary>The highest id.</summary>
    public const int MaxId = 65_535;

    private const int UsualIds = 2_047;
    private const int MostColumnsOfUsualTable = 1_024;

    /// <summary>
    /// The table with ids: a column keeps the id of the column of the same name (upper and lower case alike) in <paramref name="previous"/>;
    /// a new one gets an id from the hash of table and column name, or the next free one. Ids of dropped columns are not given again
    /// right away. A new column whose name another one was born under gets an identity beside its name, so that no two share one.
    /// </summary>
    /// <param name="table">The table as the database has it.</param>
    /// <param name="previous">The same table as it was; null for a new one.</param>
    /// <param name="renames">New names of columns that were renamed, and what they were called.</param>
    public static TableSchema Assign(TableSchema table, TableSchema? previous, IReadOnlyDictionary<string, string>? renames = null)
    {
        var taken = previous?.Columns.Select(c => c.Id).ToHashSet() ?? [];
        var identities = previous?.Columns.Select(c => c.Identity).ToHashSet(StringComparer.OrdinalIgnoreCase) ?? [];
        var range = table.Columns.Count + taken.Count > MostColumnsOfUsualTable ? MaxId : UsualIds;
        if (table.Columns.Count + taken.Count > MaxId)
        {
            throw new DbVcException(FailureKind.Failed, "table.too-wide", $"Table {table.Name} has more than {MaxId} columns.");
        }

        var columns = new Column[table.Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = table.Columns[i];
            var known = previous?.FindColumn(renames?.GetValueOrDefault(column.Name) ?? column.Name);
            columns[i] = known is not null
                ? column.As(known)
                : column.Become(FindFree(table.Name, column.Name, range, taken), FindIdentity(column.Name, identities));
        }

        return table with { Columns = columns };
    }

    /// <summary>The name, or what makes it different from those that are taken; it is taken then.</summary>
    internal static string FindIdentity(string name, HashSet<string> taken)
    {
        var identity = name;
        for (var i = 2; !taken.Add(identity); i++) identity = FormattableString.Invariant($"{name}~{i}");
        return identity;
    }

    private static int FindFree(string table, string column, int range, HashSet<int> taken)
    {
        var name = Encoding.UTF8.GetBytes(ToLower(table) + "\0" + ToLower(column));
        var id = (int)(XxHash64.Compute(name, 0) % (ulong)range) + 1;
        while (!taken.Add(id)) id = id % range + 1;
        return id;
    }

    // Only ASCII, as SQLite compares names; the tables of Unicode change with the years, ids must not.
    private static string ToLower(string name) => string.Create(name.Length, name, static (lower, original) =>
    {
        for (var i = 0; i < lower.Length; i++) lower[i] = char.IsAsciiLetterUpper(original[i]) ? (char)(original[i] | 0x20) : original[i];
    });
}
