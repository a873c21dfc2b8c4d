using System.Globalization;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>The language of MySQL and MariaDB. Whatever it is not sure of it asks the work server, in a scratch database.</summary>
internal sealed class MySqlDialect(ProviderOptions options) : ISchemaDialect
{
    public string Compose(TableSchema table, IReadOnlyList<TableSchema> sides) => new MySqlTableComposer(table, sides).Compose();

    public string Canonical(string sql)
    {
        var (mode, statement) = MySqlObjects.SplitMode(sql);
        if (MySqlToken.Cut(statement) is not { } tokens) return sql;
        var text = new StringBuilder(mode == MySqlObjects.UsualMode ? "" : mode + "\n");
        foreach (var token in tokens)
        {
            text.Append(token.IsName ? token.Value.ToLowerInvariant() : token.Kind == MySqlTokenKind.Text ? $"'{token.Value}'" : token.Value).Append(' ');
        }

        return text.ToString();
    }

    public bool Mentions(string sql, string name) => MySqlToken.Cut(sql) is not { } tokens || tokens.Exists(t => t.IsName && MySqlName.AreEqual(t.Value, name));

    public SchemaTrial Try(DatabaseSchema schema)
    {
        using var scratch = CreateScratch();
        using var handle = scratch.Open();
        var faults = MySqlSketch.Fill(handle, schema);
        return new SchemaTrial(MySqlSchemaReader.Read(handle, MySqlSchemaReader.ReadTables(handle)), faults);
    }

    public DatabaseSchema Rename(DatabaseSchema schema, IReadOnlyList<SchemaRename> renames) => new MySqlRenaming(schema, renames).Run();

    public Value DefaultValue(Column column)
    {
        if (column.DefaultSql is not { } sql) return Value.Null;
        if (MySqlToken.Cut(sql) is [{ Kind: MySqlTokenKind.Word } number] && IsInteger(column)
            && long.TryParse(number.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return Value.Integer(integer);
        using var store = new MySqlColumnStore(CreateScratch(), column);
        return store.ReadDefault();
    }

    public bool HoldsJson(TableSchema table, Column column) => MySqlName.AreEqual(column.DeclaredType, "json")
        || (TryParse(table.Sql)?.Parts ?? []).Any(p => p.Kind is MySqlPartKind.Column or MySqlPartKind.Check && IsJsonCheck(p.Clause, column.Name));

    public IColumnStore OpenStore(Column column) => new MySqlColumnStore(CreateScratch(), column);

    private static MySqlTableText? TryParse(string sql)
    {
        try
        {
            return MySqlTableText.Parse(sql);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static bool IsInteger(Column column) => MySqlToken.Cut(column.DeclaredType) is [{ } first, ..]
        && Array.Exists(["tinyint", "smallint", "mediumint", "int", "bigint", "year"], first.Is);

    /// <summary>True where <c>json_valid(`column`)</c> stands in the text.</summary>
    private static bool IsJsonCheck(string text, string column) => MySqlToken.Cut(text) is { Count: > 2 } tokens &&
        Enumerable.Range(0, tokens.Count - 2).Any(i =>
        tokens[i].Is("json_valid") && tokens[i + 1].Is('(') && tokens[i + 2].IsName && MySqlName.AreEqual(tokens[i + 2].Value, column));

    private MySqlScratch CreateScratch() => MySqlScratch.Create(MySqlAddress.Of(options.WorkServer ?? throw MySqlProvider.ServerUnset()));
}

/// <summary>Puts a schema into an empty database, as far as the server accepts it.</summary>
internal static class MySqlSketch
{
    public static List<SchemaFault> Fill(MySqlHandle handle, DatabaseSchema schema)
    {
        var faults = new List<SchemaFault>();
        foreach (var table in schema.Tables) TryExecute(handle, faults, table.Sql, null, table.Name);
        foreach (var table in schema.Tables.Where(t => t.ForeignKeys.Any(k => !schema.Tables.Any(o => MySqlName.AreEqual(o.Name, k.ReferencedTable)))))
        {
            faults.Add(new SchemaFault(null, table.Name, "A foreign key refers to a table that is not there."));
        }

        foreach (var item in MySqlSchemaChange.InOrder(schema.Objects)) TryExecute(handle, faults, item.Sql, item.Kind, item.Name);
        return faults;
    }

    private static void TryExecute(MySqlHandle handle, List<SchemaFault> faults, string sql, SchemaObjectKind? kind, string name)
    {
        try
        {
            MySqlDefinitions.Execute(handle, sql);
        }
        catch (DbVcException failure) when (failure.Code is "database.failed" or "constraint.violated" or "value.rejected")
        {
            faults.Add(new SchemaFault(kind, name, failure.Message));
        }
    }
}

/// <summary>A table of one row on the work server: the server itself says what a column keeps.</summary>
internal sealed class MySqlColumnStore : IColumnStore
{
    private readonly MySqlScratch _scratch;
    private readonly MySqlHandle _handle;
    private readonly MySqlStatement _write;
    private readonly MySqlStatement _read;

    public MySqlColumnStore(MySqlScratch scratch, Column column)
    {
        _scratch = scratch;
        _handle = scratch.Open();
        var collation = column.Collation is { } name && name.Contains('_', StringComparison.Ordinal) ? $" COLLATE {name}" : "";
        _handle.Execute($"CREATE TABLE t (id INT PRIMARY KEY, c {column.DeclaredType}{collation} NULL DEFAULT {column.DefaultSql ?? "NULL"})");
        _handle.Execute("INSERT INTO t (id) VALUES (1)");
        _write = _handle.Prepare("UPDATE t SET c = ?");
        _read = _handle.Prepare("SELECT c FROM t");
    }

    /// <summary>What a row got that did not speak of the column.</summary>
    public Value ReadDefault()
    {
        using var rows = _read.Query();
        return rows.Read() ? rows.ValueAt(0) : Value.Null;
    }

    public Value Store(Value value)
    {
        _write.Bind(0, value);
        try
        {
            _write.Execute();
        }
        catch (DbVcException failure) when (failure.Code is "value.rejected" or "constraint.violated")
        {
            // What it does not keep at all is refused where the row is written, in the server's words.
            return value;
        }

        return ReadDefault();
    }

    public void Dispose()
    {
        _write.Dispose();
        _read.Dispose();
        _handle.Dispose();
        _scratch.Dispose();
    }
}
