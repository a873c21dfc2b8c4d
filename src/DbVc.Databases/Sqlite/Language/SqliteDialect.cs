using DbVc.Model;

namespace DbVc.Databases;

/// <summary>SQLite's language. Whatever it is not sure of it asks SQLite itself, in an empty database in memory.</summary>
internal sealed class SqliteDialect : ISchemaDialect
{
    private const string Passing = "_dbvc_passing_";

    public static SqliteDialect Instance { get; } = new();

    public string Compose(TableSchema table, IReadOnlyList<TableSchema> sides) => new TableComposer(table, sides).Compose();

    public string Canonical(string sql) => SqlTokens.Canonical(sql);

    public bool Mentions(string sql, string name) =>
        SqlTokens.Cut(sql) is not { } tokens || tokens.Exists(t => t.IsName && SqliteName.AreEqual(t.Value, name));

    public SchemaTrial Try(DatabaseSchema schema)
    {
        using var sketch = SchemaSketch.Create(schema);
        return new SchemaTrial(sketch.Read(), sketch.Faults);
    }

    public DatabaseSchema Rename(DatabaseSchema schema, IReadOnlyList<SchemaRename> renames)
    {
        using var sketch = SchemaSketch.Create(schema);
        // Through names that nobody has, so that two may change their names with each other.
        var columns = renames.Where(r => r.Column is not null).ToList();
        var tables = renames.Where(r => r.Column is null).ToList();
        for (var i = 0; i < columns.Count; i++) sketch.Rename(columns[i].Table, columns[i].Column, Passing + i);
        for (var i = 0; i < columns.Count; i++)
        {
            if (!sketch.Rename(columns[i].Table, Passing + i, columns[i].To)) sketch.Rename(columns[i].Table, Passing + i, columns[i].Column!);
        }

        // Names that begin like db-vc's own tables are not versioned, and nobody sees this one.
        for (var i = 0; i < tables.Count; i++) sketch.Rename(tables[i].Table, null, Passing + i);
        for (var i = 0; i < tables.Count; i++)
        {
            if (!sketch.Rename(Passing + i, null, tables[i].To)) sketch.Rename(Passing + i, null, tables[i].Table);
        }

        return Restore(schema, sketch.Read(), tables);
    }

    public Value DefaultValue(Column column)
    {
        if (column.DefaultSql is not { } sql) return Value.Null;
        using var handle = SqliteHandle.OpenMemory();
        SqliteWriting.AcceptOldDdl(handle);
        handle.Execute($"CREATE TABLE t (x, c {column.DeclaredType} DEFAULT ({sql}))");
        handle.Execute("INSERT INTO t (x) VALUES (1)");
        using var read = handle.Prepare("SELECT c FROM t");
        return read.Step() ? read.ValueAt(0) : Value.Null;
    }

    public IColumnStore OpenStore(Column column) => new SqliteColumnStore(column);

    /// <summary>Gives the tables their ids again, and puts back what was left out because SQLite did not accept it.</summary>
    private static DatabaseSchema Restore(DatabaseSchema before, DatabaseSchema after, List<SchemaRename> renames)
    {
        var tables = before.Tables.Select(old =>
        {
            var name = renames.FirstOrDefault(r => SqliteName.AreEqual(r.Table, old.Name))?.To ?? old.Name;
            if ((after.FindTable(name) ?? after.FindTable(old.Name)) is not { } now || now.Columns.Count != old.Columns.Count) return old;
            return now with { Id = old.Id, Columns = [.. now.Columns.Select((c, i) => c.As(old.Columns[i]))] };
        });
        var objects = before.Objects.Select(old => after.Objects.FirstOrDefault(o => o.Kind == old.Kind && o.Name == old.Name) ?? old);
        return new DatabaseSchema([.. tables], [.. objects]);
    }
}
