using System.Globalization;
using System.Text;
using System.Text.Unicode;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>PostgreSQL's SQL, for any connection, psql's among them.</summary>
internal sealed class PostgresScriptDialect : ISqlDialect
{
    public static PostgresScriptDialect Instance { get; } = new();

    /// <summary>Foreign keys and triggers are switched off for the transaction, which takes a superuser, or a role that may set
    /// session_replication_role.</summary>
    public IReadOnlyList<string> Begin { get; } =
    [
        "BEGIN", "SET LOCAL session_replication_role = replica", "SET LOCAL standard_conforming_strings = on", "SET LOCAL TimeZone = 'UTC'",
        "SET LOCAL DateStyle = 'ISO, YMD'", "SET LOCAL IntervalStyle = 'iso_8601'", "SET LOCAL xmloption = 'content'", "SET LOCAL check_function_bodies = off",
    ];

    public IReadOnlyList<string> End { get; } = ["COMMIT"];

    public string Quote(string name) => PostgresName.Table(name);

    public string Literal(Value value) => value.Kind switch
    {
        ValueKind.Null => "NULL",
        ValueKind.Integer => value.AsInteger.ToString(CultureInfo.InvariantCulture),
        ValueKind.Real => Real(value.AsReal),
        ValueKind.Text => Text(value.AsBytes.Span),
        _ => $"'\\x{Convert.ToHexStringLower(value.AsBytes.Span)}'",
    };

    public string Insert(TableSchema table, Value[] row) =>
        $"INSERT INTO {Quote(table.Name)} ({PostgresName.WriteAll(table.StoredColumns.Select(c => c.Name))}) OVERRIDING SYSTEM VALUE "
        + $"VALUES ({string.Join(", ", row.Select(Literal))})";

    public string Update(TableSchema table, Value[] before, Value[] after)
    {
        var changes = table.StoredColumns.Select((column, i) => (column.Name, i)).Where(c => before[c.i] != after[c.i])
            .Select(c => $"{PostgresName.Write(c.Name)} = {Literal(after[c.i])}");
        return $"UPDATE {Quote(table.Name)} SET {string.Join(", ", changes)} WHERE {KeyIs(table, before)}";
    }

    public string Delete(TableSchema table, Value[] row) => $"DELETE FROM {Quote(table.Name)} WHERE {KeyIs(table, row)}";

    public string DeleteIdentical(TableSchema table, Value[] row, long count)
    {
        var same = table.StoredColumns.Select((column, i) => IsExactly(column, row[i]));
        return $"DELETE FROM {Quote(table.Name)} WHERE (tableoid, ctid) IN (SELECT t.tableoid, t.ctid FROM {Quote(table.Name)} t WHERE "
            + $"{string.Join(" AND ", same)} LIMIT {count})";
    }

    public string Drop(SchemaObject item) => PostgresObjectSql.Drop(item);

    public string SetAside(TableSchema table, int number) => throw NeverRebuilt(table);

    public IEnumerable<string> CopyAndDrop(TableSchema before, int number, TableSchema after) => throw NeverRebuilt(after);

    public IEnumerable<string> Create(TableSchema table) => PostgresTableComposer.Statements(table, foreignKeys: false);

    public IEnumerable<string> Alter(TableSchema before, TableSchema after)
    {
        var statements = new List<string>();
        PostgresTableAlter.Rename(statements.Add, before.Name, after.Name);
        new PostgresTableAlter(before, after, statements.Add).Run();
        return statements;
    }

    public IEnumerable<string> Complete(TableSchema? before, TableSchema after) => PostgresTableAlter.Complete(before, after);

    private static InvalidOperationException NeverRebuilt(TableSchema table) => new($"'{table.Name}' is altered, never made anew.");

    private static string KeyIs(TableSchema table, Value[] row)
    {
        var columns = table.StoredColumns.ToList();
        return string.Join(" AND ", table.PrimaryKey.Select(name =>
        {
            var at = columns.FindIndex(c => c.Name == name);
            return $"{PostgresName.Write(name)} = {Typed(columns[at], row[at])}";
        }));
    }

    private static string Typed(Column column, Value value) => PostgresTypes.KindOf(column.DeclaredType) == ValueKind.Text
        ? $"{Instance.Literal(value)}::{PostgresTypes.CastOf(column.DeclaredType)}"
        : Instance.Literal(value);

    /// <summary>1.0 and 1.00 are equal numbers, and so are texts that differ for bytes under a collation.</summary>
    private static string IsExactly(Column column, Value value)
    {
        var exact = PostgresApplySql.Exact(column, "t");
        if (value.IsNull) return $"t.{PostgresName.Quote(column.Name)} IS NULL";
        return value.Kind switch
        {
            ValueKind.Text => $"({exact}) COLLATE \"C\" = {Instance.Literal(value)}",
            ValueKind.Real => $"float8send({exact}) = float8send({Instance.Literal(value)})",
            ValueKind.Blob => $"{exact} = {Instance.Literal(value)}::bytea",
            _ => $"{exact} = {Instance.Literal(value)}",
        };
    }

    /// <summary>No column holds a zero byte or what is not UTF-8; where a value came from somewhere else, the server says so.</summary>
    private static string Text(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) && !bytes.Contains((byte)0)
        ? $"'{Encoding.UTF8.GetString(bytes).Replace("'", "''", StringComparison.Ordinal)}'"
        : $"convert_from('\\x{Convert.ToHexStringLower(bytes)}', 'UTF8')";

    private static string Real(double value) => double.IsNaN(value) ? "'NaN'::double precision"
        : double.IsInfinity(value) ? $"'{(value > 0 ? "" : "-")}Infinity'::double precision"
        : $"'{value.ToString("R", CultureInfo.InvariantCulture)}'::double precision";
}
