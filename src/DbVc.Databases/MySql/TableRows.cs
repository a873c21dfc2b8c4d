using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>A table as an apply session meets it: columns in the order of the rows' values, under the names that they have at that moment.</summary>
/// <param name="Name">The table's name.</param>
/// <param name="Columns">Of each value in a row.</param>
/// <param name="Key">Positions of the key's columns; empty for a table without key.</param>
/// <param name="IsComparable">False for a column whose type was changed already, so that it holds something else than the row says.</param>
internal sealed record MySqlRowShape(string Name, IReadOnlyList<string> Columns, int[] Key, bool[] IsComparable)
{
    public static MySqlRowShape Of(TableSchema table)
    {
        var columns = table.StoredColumns.Select(c => c.Name).ToList();
        return new MySqlRowShape(table.Name, columns, [.. table.PrimaryKey.Select(k => columns.FindIndex(c => MySqlName.AreEqual(c, k)))],
            [.. columns.Select(_ => true)]);
    }

    /// <summary>The key has its index at this moment.</summary>
    public bool HasIndex { get; init; } = true;

    public Value[] KeyOf(Value[] row) => Array.ConvertAll(Key, i => row[i]);

    public string Describe(Value[] row) => MySqlRowText.Describe(Key.Length == 0 ? row : KeyOf(row));
}

/// <summary>Values as people read them.</summary>
internal static class MySqlRowText
{
    private const int MostCharacters = 200;

    public static string Describe(IReadOnlyList<Value> values)
    {
        var text = new StringBuilder();
        foreach (var value in values)
        {
            if (text.Length > 0) text.Append(", ");
            text.Append(value);
            if (text.Length > MostCharacters) return text.ToString(0, MostCharacters) + "…";
        }

        return text.ToString();
    }
}

/// <summary>Finds, removes and adds rows of one table inside an apply session, many with each statement.</summary>
internal sealed class MySqlTableRows(MySqlHandle handle, MySqlRowShape shape) : IDisposable
{
    /// <summary>More rows to a statement gain nothing.</summary>
    public const int MostRows = 100;

    private const int MostParameters = 20_000;
    private const long MostBytes = 4 << 20;

    private readonly Dictionary<string, MySqlStatement> _statements = [];
    private readonly string _columnList = MySqlName.QuoteAll(shape.Columns);

    public MySqlRowShape Shape => shape;

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
    }

    /// <summary>Rows cut into blocks of which each fits into one statement.</summary>
    public IEnumerable<List<Value[]>> Blocks(IEnumerable<Value[]> rows)
    {
        var most = Math.Clamp(MostParameters / Math.Max(1, shape.Columns.Count), 1, MostRows);
        var block = new List<Value[]>();
        long bytes = 0;
        foreach (var row in rows)
        {
            block.Add(row);
            bytes += row.Sum(v => (long)v.AsBytes.Length);
            if (block.Count < most && bytes < MostBytes) continue;
            yield return block;
            (block, bytes) = ([], 0);
        }

        if (block.Count > 0) yield return block;
    }

    /// <summary>The rows that now stand under these keys, locked until the transaction ends; also those places that are empty.</summary>
    public List<Value[]> FindByKeys(IReadOnlyList<Value[]> keys, bool isLocking = true)
    {
        var found = new List<Value[]>();
        var statement = Prepare($"SELECT {_columnList} FROM {MySqlName.Quote(shape.Name)}"
            + $"{(shape.HasIndex ? " FORCE INDEX (PRIMARY)" : "")} WHERE {KeyCondition(keys.Count)}{(isLocking ? " FOR UPDATE" : "")}");
        BindKeys(statement, keys);
        using var rows = statement.Query();
        while (rows.Read()) found.Add(rows.RowAt(0));
        return found;
    }

    public void DeleteByKeys(IReadOnlyList<Value[]> keys)
    {
        var statement = Prepare($"DELETE FROM {MySqlName.Quote(shape.Name)} WHERE {KeyCondition(keys.Count)}");
        BindKeys(statement, keys);
        statement.Execute();
    }

    /// <summary>Deletes so many of the rows that have exactly these values; returns how many there were.</summary>
    public long DeleteIdentical(Value[] row, long count)
    {
        var statement = Prepare($"DELETE FROM {MySqlName.Quote(shape.Name)} WHERE {IdenticalCondition(row)} LIMIT {count}");
        for (var i = 0; i < row.Length; i++) statement.Bind(i, row[i]);
        statement.Execute();
        return statement.AffectedRows;
    }

    /// <summary>How many rows have exactly these values.</summary>
    public long CountIdentical(Value[] row)
    {
        var statement = Prepare($"SELECT count(*) FROM {MySqlName.Quote(shape.Name)} WHERE {IdenticalCondition(row)}");
        for (var i = 0; i < row.Length; i++) statement.Bind(i, row[i]);
        using var rows = statement.Query();
        return rows.Read() ? rows.IntegerAt(0) : 0;
    }

    /// <summary>Adds rows, all or none.</summary>
    public void Insert(IReadOnlyList<Value[]> rows)
    {
        var one = "(" + string.Join(", ", shape.Columns.Select(_ => "?")) + ")";
        var statement = Prepare($"INSERT INTO {MySqlName.Quote(shape.Name)} ({_columnList}) VALUES {string.Join(", ", rows.Select(_ => one))}");
        var parameter = 0;
        foreach (var row in rows)
        {
            foreach (var value in row) statement.Bind(parameter++, value);
        }

        statement.Execute();
    }

    public IReadOnlyList<NamedValue> NameKey(Value[] row) =>
        [.. (shape.Key.Length == 0 ? Enumerable.Range(0, row.Length) : shape.Key).Select(i => new NamedValue(shape.Columns[i], row[i]))];

    private string KeyCondition(int count)
    {
        if (shape.Key.Length == 1) return $"{MySqlName.Quote(shape.Columns[shape.Key[0]])} IN ({string.Join(", ", Enumerable.Repeat("?", count))})";
        // Not as rows of IN: only this form is searched by the index.
        var one = "(" + string.Join(" AND ", shape.Key.Select(i => $"{MySqlName.Quote(shape.Columns[i])} = ?")) + ")";
        return string.Join(" OR ", Enumerable.Repeat(one, count));
    }

    private static void BindKeys(MySqlStatement statement, IReadOnlyList<Value[]> keys)
    {
        var parameter = 0;
        foreach (var key in keys)
        {
            foreach (var value in key) statement.Bind(parameter++, value);
        }
    }

    /// <summary>Texts byte for byte, whatever the collation thinks; decimals and dates by the text that they have.</summary>
    private string IdenticalCondition(Value[] row) => string.Join(" AND ", shape.Columns.Select((column, i) => row[i].Kind == ValueKind.Text
        ? $"CAST(CONVERT({MySqlName.Quote(column)} USING utf8mb4) AS BINARY) <=> CAST(? AS BINARY)"
        : $"{MySqlName.Quote(column)} <=> ?"));

    private MySqlStatement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement)) return statement;
        // Blocks are mostly full, so there are few different statements.
        if (_statements.Count > 20)
        {
            Dispose();
            _statements.Clear();
        }

        return _statements[sql] = handle.Prepare(sql);
    }
}
