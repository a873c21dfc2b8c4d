using System.Runtime.InteropServices;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Reads tables and objects from SQLite's catalogue.</summary>
internal sealed unsafe class SqliteSchemaReader : IDisposable
{
    private readonly SqliteHandle _handle;
    private readonly SqliteStatement _columns;
    private readonly SqliteStatement _indexes;
    private readonly SqliteStatement _indexColumns;
    private readonly SqliteStatement _foreignKeys;

    private SqliteSchemaReader(SqliteHandle handle)
    {
        _handle = handle;
        _columns = handle.Prepare("""SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, 'main') ORDER BY cid""");
        _indexes = handle.Prepare("""SELECT name, "unique", origin, partial FROM pragma_index_list(?1, 'main') ORDER BY seq""");
        _indexColumns = handle.Prepare("""SELECT cid, name FROM pragma_index_xinfo(?1, 'main') WHERE "key" = 1 ORDER BY seqno""");
        _foreignKeys = handle.Prepare(
            """SELECT id, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?1, 'main') ORDER BY id DESC, seq""");
    }

    public static DatabaseSchema Read(SqliteHandle handle)
    {
        using var reader = new SqliteSchemaReader(handle);
        var names = reader.ReadTableNames();
        var tables = names.Select(reader.ReadTable).OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
        return new DatabaseSchema(tables, reader.ReadObjects(names.Select(n => n.Name)));
    }

    public static IReadOnlyList<string> ReadVirtualTables(SqliteHandle handle) => ReadNames(handle, "type = 'virtual'");

    /// <summary>Tables that a user may have made under a name of db-vc's own.</summary>
    public static IReadOnlyList<string> ReadReserved(SqliteHandle handle) => ReadNames(handle, @"type = 'table' AND name LIKE '\_rejected\_%' ESCAPE '\'");

    private static List<string> ReadNames(SqliteHandle handle, string condition)
    {
        var names = new List<string>();
        using var list = handle.Prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND " + condition);
        while (list.Step()) names.Add(list.TextAt(0));
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    public void Dispose()
    {
        _columns.Dispose();
        _indexes.Dispose();
        _indexColumns.Dispose();
        _foreignKeys.Dispose();
    }

    private List<TableName> ReadTableNames()
    {
        var names = new List<TableName>();
        using var list = _handle.Prepare(
            """
            SELECT l.name, s.sql, l.wr FROM pragma_table_list AS l
            JOIN main.sqlite_schema AS s ON s.type = 'table' AND s.name = l.name
            WHERE l.schema = 'main' AND l.type = 'table'
            """);
        while (list.Step())
        {
            var name = list.TextAt(0);
            if (!SqliteName.IsInternal(name)) names.Add(new TableName(name, list.TextAt(1), list.IntegerAt(2) != 0));
        }

        return names;
    }

    private TableSchema ReadTable(TableName table)
    {
        var indexes = ReadIndexes(table.Name);
        var (columns, key) = ReadColumns(table.Name);
        // An INTEGER PRIMARY KEY that is the rowid needs no index; every other key has one.
        var isRowId = key.Count == 1 && !table.WithoutRowId && !indexes.Exists(i => i.Origin == "pk");
        if (isRowId) columns = columns.ConvertAll(c => c.Name == key[0] ? c with { Nullable = false } : c);
        return TableParts.Fill(new TableSchema
        {
            Name = table.Name,
            Columns = columns,
            PrimaryKey = key,
            ForeignKeys = ReadForeignKeys(table.Name),
            Uniques = indexes.Where(i => i.Origin != "pk" && i.Columns is not null).Select(i => i.Columns!)
                .OrderBy(c => string.Join('\0', c), StringComparer.Ordinal).ToList(),
            Sql = table.Sql,
            AllocatesKeys = isRowId,
        });
    }

    private (List<Column> Columns, IReadOnlyList<string> Key) ReadColumns(string table)
    {
        var columns = new List<Column>();
        var key = new List<string>();
        _columns.BindText(0, table);
        while (_columns.Step())
        {
            var name = _columns.TextAt(0);
            columns.Add(new Column
            {
                Id = 0,
                Name = name,
                DeclaredType = _columns.TextAt(1),
                Nullable = _columns.IntegerAt(2) == 0,
                DefaultSql = _columns.NullableTextAt(3),
                Collation = ReadCollation(table, name),
                Generated = _columns.IntegerAt(5) is 2 or 3,
            });
            var position = (int)_columns.IntegerAt(4);
            while (key.Count < position) key.Add("");
            if (position > 0) key[position - 1] = name;
        }

        _columns.Reset();
        return (columns, key);
    }

    private string? ReadCollation(string table, string column)
    {
        byte* collation = null;
        fixed (byte* schemaName = "main"u8, tableName = SqliteHandle.ToUtf8(table), columnName = SqliteHandle.ToUtf8(column))
        {
            var code = SqliteNative.ColumnMetadata(_handle.Pointer, schemaName, tableName, columnName, null, &collation, null, null, null);
            if (code != SqliteError.Ok) throw _handle.Fail();
        }

        var name = Marshal.PtrToStringUTF8((nint)collation);
        return SqliteName.AreEqual(name, "BINARY") ? null : name;
    }

    private List<IndexInfo> ReadIndexes(string table)
    {
        var indexes = new List<IndexInfo>();
        _indexes.BindText(0, table);
        while (_indexes.Step())
        {
            var (name, origin) = (_indexes.TextAt(0), _indexes.TextAt(2));
            var isUnique = _indexes.IntegerAt(1) != 0 && _indexes.IntegerAt(3) == 0;
            indexes.Add(new IndexInfo(origin, isUnique ? ReadIndexColumns(name) : null));
        }

        _indexes.Reset();
        return indexes;
    }

    /// <summary>Null when the index is over an expression.</summary>
    private List<string>? ReadIndexColumns(string index)
    {
        List<string>? columns = [];
        _indexColumns.BindText(0, index);
        while (_indexColumns.Step())
        {
            if (_indexColumns.IntegerAt(0) < 0) columns = null;
            else columns?.Add(_indexColumns.TextAt(1));
        }

        _indexColumns.Reset();
        return columns;
    }

    private List<ForeignKey> ReadForeignKeys(string table)
    {
        var parts = new List<ForeignKeyPart>();
        _foreignKeys.BindText(0, table);
        while (_foreignKeys.Step())
        {
            parts.Add(new ForeignKeyPart(_foreignKeys.IntegerAt(0), _foreignKeys.TextAt(1), _foreignKeys.TextAt(2),
                _foreignKeys.NullableTextAt(3), (_foreignKeys.TextAt(4), _foreignKeys.TextAt(5))));
        }

        _foreignKeys.Reset();
        return parts.GroupBy(p => p.Id).Select(group => new ForeignKey
        {
            Columns = group.Select(p => p.From).ToList(),
            ReferencedTable = group.First().Table,
            ReferencedColumns = group.Where(p => p.To is not null).Select(p => p.To!).ToList(),
            OnUpdate = group.First().Actions.OnUpdate,
            OnDelete = group.First().Actions.OnDelete,
        }).ToList();
    }

    private List<SchemaObject> ReadObjects(IEnumerable<string> tables)
    {
        var objects = SqliteObjects.Read(_handle);
        var owners = tables.Concat(objects.Where(o => o.Kind == SchemaObjectKind.View).Select(o => o.Name))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return objects.Where(o => !SqliteName.IsInternal(o.Name) && (o.Table is null || owners.Contains(o.Table)))
            .OrderBy(o => o.Name, StringComparer.Ordinal).ThenBy(o => o.Kind).ToList();
    }

    private sealed record TableName(string Name, string Sql, bool WithoutRowId);

    private sealed record IndexInfo(string Origin, IReadOnlyList<string>? Columns);

    private sealed record ForeignKeyPart(
        long Id, string Table, string From, string? To, (string OnUpdate, string OnDelete) Actions);
}
