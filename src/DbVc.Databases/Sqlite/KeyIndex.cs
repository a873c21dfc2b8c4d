using DbVc.Model;

namespace DbVc.Databases;

/// <summary>How SQLite finds single rows of a table.</summary>
internal static class SqliteKeyIndex
{
    private static readonly string[] RowIdNames = ["rowid", "_rowid_", "oid"];

    /// <summary>The collation of each key column as the key's index has it, which may differ from the column's; empty if the key is the rowid.</summary>
    public static List<string> ReadCollations(SqliteHandle handle, string table)
    {
        var collations = new List<string>();
        using var list = handle.Prepare(
            """
            SELECT x.coll FROM pragma_index_list(?1, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS x
            WHERE l.origin = 'pk' AND x."key" = 1 ORDER BY x.seqno
            """);
        list.BindText(0, table);
        while (list.Step()) collations.Add(list.TextAt(0));
        return collations;
    }

    /// <summary>A name for the row number that no column hides; null without one (WITHOUT ROWID).</summary>
    public static string? FindRowIdName(SqliteHandle handle, TableSchema table)
    {
        using var find = handle.Prepare("SELECT wr FROM pragma_table_list(?1) WHERE schema = 'main'");
        find.BindText(0, table.Name);
        if (find.Step() && find.IntegerAt(0) != 0) return null;
        return Array.Find(RowIdNames, name => table.FindColumn(name) is null);
    }
}
