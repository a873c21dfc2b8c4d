using System.Globalization;
using System.Text;
using System.Text.Unicode;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>SQLite's SQL, for any connection, the sqlite3 shell's among them.</summary>
internal sealed class SqliteScriptDialect : ISqlDialect
{
    private const string OldPrefix = "_dbvc_old_";

    /// <summary>Decimal text with so many digits, scaled by so small a power of ten, is exact in every implementation.</summary>
    private const int ExactDigits = 15;
    private const int ExactPower = 22;

    public static SqliteScriptDialect Instance { get; } = new();

    public IReadOnlyList<string> Begin { get; } = ["PRAGMA foreign_keys = OFF", "PRAGMA legacy_alter_table = ON", "BEGIN IMMEDIATE"];

    public IReadOnlyList<string> End { get; } = ["COMMIT", "PRAGMA legacy_alter_table = OFF"];

    public string Quote(string name) => SqliteName.Quote(name);

    public string Literal(Value value) => value.Kind switch
    {
        ValueKind.Null => "NULL",
        ValueKind.Integer => value.AsInteger.ToString(CultureInfo.InvariantCulture),
        ValueKind.Real => Real(value.AsReal),
        ValueKind.Text => Text(value.AsBytes.Span),
        _ => $"x'{Convert.ToHexStringLower(value.AsBytes.Span)}'",
    };

    public string Insert(TableSchema table, Value[] row) =>
        $"INSERT OR ABORT INTO {Quote(table.Name)} ({SqliteName.QuoteAll(table.StoredColumns.Select(c => c.Name))}) "
        + $"VALUES ({string.Join(", ", row.Select(Literal))})";

    public string Update(TableSchema table, Value[] before, Value[] after)
    {
        var changes = table.StoredColumns.Select((column, i) => (column.Name, i)).Where(c => before[c.i] != after[c.i])
            .Select(c => $"{Quote(c.Name)} = {Literal(after[c.i])}");
        return $"UPDATE OR ABORT {Quote(table.Name)} SET {string.Join(", ", changes)} WHERE {KeyIs(table, before)}";
    }

    public string Delete(TableSchema table, Value[] row) => $"DELETE FROM {Quote(table.Name)} WHERE {KeyIs(table, row)}";

    public string DeleteIdentical(TableSchema table, Value[] row, long count)
    {
        var rowId = RowIdOf(table);
        var same = table.StoredColumns.Select((column, i) => IsExactly(Quote(column.Name), row[i]));
        return $"DELETE FROM {Quote(table.Name)} WHERE {rowId} IN (SELECT {rowId} FROM {Quote(table.Name)} WHERE {string.Join(" AND ", same)} LIMIT {count})";
    }

    /// <summary>Where a view goes, its triggers go along.</summary>
    public string Drop(SchemaObject item) => $"DROP {SqliteObjects.TypeOf(item.Kind).ToUpperInvariant()} IF EXISTS {Quote(item.Name)}";

    public string SetAside(TableSchema table, int number) => $"ALTER TABLE {Quote(table.Name)} RENAME TO {Quote(OldPrefix + number)}";

    public IEnumerable<string> CopyAndDrop(TableSchema before, int number, TableSchema after)
    {
        var old = Quote(OldPrefix + number);
        var columns = after.StoredColumns.Select(a => (Before: before.StoredColumns.FirstOrDefault(b => b.Id == a.Id)?.Name, After: a.Name))
            .Where(c => c.Before is not null).ToList();
        if (columns.Count > 0)
        {
            yield return $"INSERT OR ABORT INTO {Quote(after.Name)} ({SqliteName.QuoteAll(columns.Select(c => c.After))}) "
                + $"SELECT {SqliteName.QuoteAll(columns.Select(c => c.Before!))} FROM {old}";
        }

        if (after.AllocatesKeys && after.Sql.Contains("AUTOINCREMENT", StringComparison.OrdinalIgnoreCase))
        {
            // AUTOINCREMENT never gives a number twice, also not after a rebuild; where the word only stands in a comment, this changes nothing.
            var name = Literal(Value.Text(after.Name));
            var last = $"SELECT seq FROM sqlite_sequence WHERE name = '{OldPrefix}{number}'";
            yield return $"INSERT INTO sqlite_sequence (name, seq) SELECT {name}, seq FROM sqlite_sequence WHERE name = '{OldPrefix}{number}' "
                + $"AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = {name})";
            yield return $"UPDATE sqlite_sequence SET seq = max(seq, coalesce(({last}), 0)) WHERE name = {name}";
        }

        yield return $"DROP TABLE {old}";
    }

    private string KeyIs(TableSchema table, Value[] row)
    {
        var columns = table.StoredColumns.ToList();
        return string.Join(" AND ", table.PrimaryKey.Select(name =>
            $"{Quote(name)} = {Literal(row[columns.FindIndex(c => SqliteName.AreEqual(c.Name, name))])}"));
    }

    /// <summary>1 and 1.0 are equal for SQLite, and so are texts that differ for bytes under a collation.</summary>
    private string IsExactly(string column, Value value) => value.IsNull
        ? $"{column} IS NULL"
        : $"typeof({column}) = '{value.Kind.ToString().ToLowerInvariant()}' AND {column} COLLATE BINARY IS {Literal(value)}";

    private static string RowIdOf(TableSchema table) =>
        new[] { "rowid", "oid", "_rowid_" }.FirstOrDefault(name => table.FindColumn(name) is null)
        ?? throw new DbVcException(FailureKind.Refused, "table.no-row-id", $"Table '{table.Name}' has no key, and its columns hide the row number.",
            hint: "Give the table a primary key.");

    private static string Text(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) && !bytes.Contains((byte)0)
        ? $"'{Encoding.UTF8.GetString(bytes).Replace("'", "''", StringComparison.Ordinal)}'"
        : $"+CAST(x'{Convert.ToHexStringLower(bytes)}' AS TEXT)";

    private static string Real(double value)
    {
        if (double.IsInfinity(value)) return value > 0 ? "9e999" : "-9e999";
        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (shortest.Count(char.IsAsciiDigit) <= ExactDigits && Math.Abs(exponent) <= ExactPower - ExactDigits && !shortest.Contains('E'))
        {
            return shortest.Contains('.') ? shortest : shortest + ".0";
        }

        return Exact(value);
    }

    /// <summary>An integer times or divided by powers of two: every step is exact.</summary>
    private static string Exact(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var (biased, mantissa) = ((int)((bits >> 52) & 0x7ff), bits & 0xfffffffffffff);
        if (biased > 0) mantissa |= 1L << 52;
        else biased = 1;
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"({(bits < 0 ? "-" : "")}{mantissa} * 1.0");
        for (var power = biased - 1075; power != 0;)
        {
            var step = Math.Clamp(power, -62, 62);
            text.Append(step > 0 ? " * " : " / ").Append(CultureInfo.InvariantCulture, $"{1L << Math.Abs(step)}");
            power -= step;
        }

        return text.Append(')').ToString();
    }
}
