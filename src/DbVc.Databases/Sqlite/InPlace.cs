using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Tells which changes of a table can be written as updates of their rows. Others are a deletion and, when all deletions are done, an insertion: two
/// rows may exchange values that must be unique.
/// </summary>
internal sealed class SqliteInPlace
{
    private readonly int[] _key;
    private readonly int[] _unique;

    private SqliteInPlace(int[] key, int[] unique) => (_key, _unique) = (key, unique);

    /// <summary>Null if no change of the table can: its definition changes, it has no key, or an expression has to be unique.</summary>
    public static SqliteInPlace? Of(SqliteHandle handle, TableDelta table)
    {
        if (table is not { Before: { HasKey: true } before, After: { } after } || before.Sql != after.Sql || before.Name != after.Name) return null;
        var columns = before.StoredColumns.Select(c => c.Name).ToList();
        var unique = new HashSet<int>();
        using var list = handle.Prepare(
            """
            SELECT x.name FROM pragma_index_list(?1, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS x
            WHERE l."unique" = 1 AND l.origin <> 'pk' AND x."key" = 1
            """);
        list.BindText(0, before.Name);
        while (list.Step())
        {
            var column = columns.FindIndex(c => SqliteName.AreEqual(c, list.NullableTextAt(0)));
            if (column < 0) return null;
            unique.Add(column);
        }

        return new SqliteInPlace([.. before.PrimaryKey.Select(k => columns.FindIndex(c => SqliteName.AreEqual(c, k)))], [.. unique]);
    }

    public bool Takes(RowChange change) => change is { Before: { } before, After: { } after, Count: 1 }
        && Array.TrueForAll(_key, i => !before[i].IsNull && before[i] == after[i]) && Array.TrueForAll(_unique, i => before[i] == after[i]);
}
