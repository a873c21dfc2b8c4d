using System.Globalization;
using System.Text;
using System.Text.Unicode;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>SQL for any connection to MySQL or MariaDB, the shell's among them. Definitions cannot be taken back there: a script that changes any
/// is no transaction.</summary>
internal sealed class MySqlScriptDialect : ISqlDialect
{
    private const string OldPrefix = "_dbvc_old_";
    private const string Mode = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO";

    public static MySqlScriptDialect Instance { get; } = new();

    public IReadOnlyList<string> Begin { get; } =
    [
        "SET NAMES utf8mb4", SetMode(Mode), "SET SESSION time_zone = '+00:00'", "SET SESSION foreign_key_checks = 0", "START TRANSACTION",
    ];

    public IReadOnlyList<string> End { get; } = ["COMMIT", "SET SESSION foreign_key_checks = 1"];

    /// <summary>The shell ends a statement at the first semicolon, one inside of a body too, unless it is told another end.</summary>
    public string Terminate(string statement)
    {
        if (!statement.Contains(';', StringComparison.Ordinal) || !MySqlObjects.HasBody(statement)) return ChangeScript.Terminate(statement);
        var end = "$$";
        while (statement.Contains(end, StringComparison.Ordinal)) end += "$";
        return $"DELIMITER {end}\n{statement}\n{end}\nDELIMITER ;\n";
    }

    public string Quote(string name) => MySqlName.Quote(name);

    public string Literal(Value value) => value.Kind switch
    {
        ValueKind.Null => "NULL",
        ValueKind.Integer => value.AsInteger.ToString(CultureInfo.InvariantCulture),
        ValueKind.Real => Real(value.AsReal),
        ValueKind.Text => Text(value.AsBytes.Span),
        _ => $"x'{Convert.ToHexStringLower(value.AsBytes.Span)}'",
    };

    public string Insert(TableSchema table, Value[] row) =>
        $"INSERT INTO {Quote(table.Name)} ({MySqlName.QuoteAll(table.StoredColumns.Select(c => c.Name))}) VALUES ({string.Join(", ", row.Select(Literal))})";

    public string Update(TableSchema table, Value[] before, Value[] after)
    {
        var changes = table.StoredColumns.Select((column, i) => (column.Name, i)).Where(c => before[c.i] != after[c.i])
            .Select(c => $"{Quote(c.Name)} = {Literal(after[c.i])}");
        return $"UPDATE {Quote(table.Name)} SET {string.Join(", ", changes)} WHERE {KeyIs(table, before)}";
    }

    public string Delete(TableSchema table, Value[] row) => $"DELETE FROM {Quote(table.Name)} WHERE {KeyIs(table, row)}";

    public string DeleteIdentical(TableSchema table, Value[] row, long count)
    {
        var same = table.StoredColumns.Select((column, i) => row[i].Kind == ValueKind.Text
            ? $"CAST(CONVERT({Quote(column.Name)} USING utf8mb4) AS BINARY) <=> CAST({Literal(row[i])} AS BINARY)"
            : $"{Quote(column.Name)} <=> {Literal(row[i])}");
        return $"DELETE FROM {Quote(table.Name)} WHERE {string.Join(" AND ", same)} LIMIT {count}";
    }

    public string Drop(SchemaObject item) => MySqlObjects.DropSql(item);

    /// <summary>A body keeps the mode under which it is defined.</summary>
    public IEnumerable<string> Define(SchemaObject item)
    {
        var (mode, statement) = MySqlObjects.SplitMode(item.Sql);
        return MySqlObjects.HasBody(statement) ? [SetMode(mode), statement, SetMode(Mode)] : [item.Sql];
    }

    /// <summary>Its foreign keys stay behind: their names must be free for the new form.</summary>
    public string SetAside(TableSchema table, int number)
    {
        var keys = MySqlTableText.Parse(table.Sql).Constraints.Where(c => c.Kind == MySqlPartKind.ForeignKey)
            .Select(c => $"DROP FOREIGN KEY {Quote(c.Name)}, ");
        return $"ALTER TABLE {Quote(table.Name)} {string.Concat(keys)}RENAME TO {Quote(OldPrefix + number)}";
    }

    public IEnumerable<string> CopyAndDrop(TableSchema before, int number, TableSchema after)
    {
        var columns = after.StoredColumns.Select(a => (Before: before.StoredColumns.FirstOrDefault(b => b.Id == a.Id)?.Name, After: a.Name))
            .Where(c => c.Before is not null).ToList();
        if (columns.Count > 0)
        {
            yield return $"INSERT INTO {Quote(after.Name)} ({MySqlName.QuoteAll(columns.Select(c => c.After))}) "
                + $"SELECT {MySqlName.QuoteAll(columns.Select(c => c.Before!))} FROM {Quote(OldPrefix + number)}";
        }

        yield return $"DROP TABLE {Quote(OldPrefix + number)}";
        // Keys of other tables follow a table to another name. With it they have gone to the old one's, and with the new one they come back.
        yield return $"RENAME TABLE {Quote(after.Name)} TO {Quote(OldPrefix + number)}";
        yield return $"RENAME TABLE {Quote(OldPrefix + number)} TO {Quote(after.Name)}";
    }

    private static string SetMode(string mode) => $"SET SESSION sql_mode = {MySqlName.Text(mode)}";

    private string KeyIs(TableSchema table, Value[] row)
    {
        var columns = table.StoredColumns.ToList();
        return string.Join(" AND ", table.PrimaryKey.Select(name =>
            $"{Quote(name)} = {Literal(row[columns.FindIndex(c => MySqlName.AreEqual(c.Name, name))])}"));
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes)
        ? MySqlName.Text(Encoding.UTF8.GetString(bytes))
        : $"_utf8mb4 x'{Convert.ToHexStringLower(bytes)}'";

    /// <summary>With an exponent it is a double, else a decimal.</summary>
    private static string Real(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal) ? text : text + "e0";
    }
}
