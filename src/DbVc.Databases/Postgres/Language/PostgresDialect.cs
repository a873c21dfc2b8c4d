using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>PostgreSQL's language. Whatever it is not sure of it asks the work server, where nothing is left of the question.</summary>
internal sealed class PostgresDialect(ServerAddress? workServer) : ISchemaDialect
{
    private const string Passing = "_dbvc_passing_";

    public string Compose(TableSchema table, IReadOnlyList<TableSchema> sides) => PostgresTableComposer.Compose(table);

    public string Canonical(string sql) => PostgresTokens.Canonical(sql);

    public bool Mentions(string sql, string name)
    {
        var bare = PostgresName.Split(name.EndsWith(')') && name.IndexOf('(', StringComparison.Ordinal) is > 0 and var open ? name[..open] : name).Name;
        return PostgresTokens.Cut(sql) is not { } tokens || tokens.Exists(t => t.IsName && string.Equals(t.Value, bare, StringComparison.OrdinalIgnoreCase));
    }

    public SchemaTrial Try(DatabaseSchema schema)
    {
        using var scratch = PostgresScratch.Create(WorkServer, schema);
        return new SchemaTrial(scratch.Read(), scratch.Faults);
    }

    public DatabaseSchema Rename(DatabaseSchema schema, IReadOnlyList<SchemaRename> renames)
    {
        using var scratch = PostgresScratch.Create(WorkServer, schema);
        // Through names that nobody has, so that two may change their names with each other.
        var columns = renames.Where(r => r.Column is not null).ToList();
        for (var i = 0; i < columns.Count; i++) RenameColumn(scratch, columns[i].Table, columns[i].Column!, Passing + i);
        for (var i = 0; i < columns.Count; i++)
        {
            if (!RenameColumn(scratch, columns[i].Table, Passing + i, columns[i].To)) RenameColumn(scratch, columns[i].Table, Passing + i, columns[i].Column!);
        }

        var tables = renames.Where(r => r.Column is null).ToList();
        for (var i = 0; i < tables.Count; i++) RenameTable(scratch, tables[i].Table, PassingTable(tables[i].Table, i));
        for (var i = 0; i < tables.Count; i++)
        {
            if (!RenameTable(scratch, PassingTable(tables[i].Table, i), tables[i].To)) RenameTable(scratch, PassingTable(tables[i].Table, i), tables[i].Table);
        }

        return Restore(schema, scratch.Read(), tables);
    }

    public Value DefaultValue(Column column)
    {
        // What a sequence hands out is nobody's default.
        if (column.DefaultSql is not { } sql || sql.Contains("nextval(", StringComparison.Ordinal)) return Value.Null;
        if (workServer is null) return PostgresLiteral.Read(column, sql) ?? Value.Null;
        using var scratch = PostgresScratch.Open(workServer);
        var bare = column with { Name = "c", Nullable = true, GeneratedSql = null };
        if (!scratch.Try($"CREATE TEMPORARY TABLE pg_temp._dbvc_default (x integer, {PostgresTableComposer.ColumnText(bare)}) ON COMMIT DROP")
            || !scratch.Try("INSERT INTO pg_temp._dbvc_default (x) VALUES (1)"))
        {
            return PostgresLiteral.Read(column, sql) ?? Value.Null;
        }

        return PostgresStage.Read(scratch.Connection, $"SELECT {PostgresApplySql.Exact(bare, "t")} FROM pg_temp._dbvc_default t",
            [PostgresApplySql.StageReading(bare)])[0][0];
    }

    public bool HoldsJson(TableSchema table, Column column) => column.DeclaredType is "json" or "jsonb";

    public IColumnStore OpenStore(Column column) => new PostgresColumnStore(workServer, column);

    private ServerAddress WorkServer => workServer ?? throw PostgresProvider.Unset();

    private static string PassingTable(string table, int number) =>
        PostgresName.Join(PostgresName.Split(table).Schema, string.Create(CultureInfo.InvariantCulture, $"{Passing}{number}"));

    private static bool RenameColumn(PostgresScratch scratch, string table, string column, string to) =>
        scratch.Try($"ALTER TABLE {PostgresName.Table(table)} RENAME COLUMN {PostgresName.Quote(column)} TO {PostgresName.Quote(to)}");

    private static bool RenameTable(PostgresScratch scratch, string table, string to)
    {
        var (from, target) = (PostgresName.Split(table), PostgresName.Split(to));
        return (from.Schema == target.Schema || scratch.Try($"ALTER TABLE {PostgresName.Table(table)} SET SCHEMA {PostgresName.Quote(target.Schema)}"))
            && scratch.Try($"ALTER TABLE {PostgresName.Write(target.Schema, from.Name)} RENAME TO {PostgresName.Quote(target.Name)}");
    }

    /// <summary>Gives the tables their ids again, and puts back what was left out because the server did not accept it.</summary>
    private static DatabaseSchema Restore(DatabaseSchema before, DatabaseSchema after, List<SchemaRename> renames)
    {
        var tables = before.Tables.Select(old =>
        {
            var name = renames.FirstOrDefault(r => string.Equals(r.Table, old.Name, StringComparison.OrdinalIgnoreCase))?.To ?? old.Name;
            if ((after.FindTable(name) ?? after.FindTable(old.Name)) is not { } now || now.Columns.Count != old.Columns.Count) return old;
            return now with { Id = old.Id, Columns = [.. now.Columns.Select((c, i) => c.As(old.Columns[i]))] };
        });
        var objects = before.Objects.Select(old => after.Objects.FirstOrDefault(o => o.Kind == old.Kind && o.Name == NameNow(old, renames)) ?? old);
        return new DatabaseSchema([.. tables], [.. objects]);
    }

    /// <summary>A trigger's name begins with its table's.</summary>
    private static string NameNow(SchemaObject item, List<SchemaRename> renames) =>
        item is { Kind: SchemaObjectKind.Trigger, Table: { } table } && renames.Find(r => r.Table == table) is { } rename
            ? PostgresName.OfTrigger(rename.To, PostgresName.TriggerOf(table, item.Name))
            : item.Name;
}
