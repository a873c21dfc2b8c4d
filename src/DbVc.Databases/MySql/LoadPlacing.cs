using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Brings loaded rows from a table of the session into their own, where rows with their keys may be. An INSERT that updates on duplicates is no way: it takes
/// any unique key for the one that is meant.
/// </summary>
internal sealed class MySqlLoadPlacing
{
    public const string Stage = "_dbvc_new";
    private const string Number = "dbvc_n";

    private readonly MySqlHandle _handle;
    private readonly List<string> _statements = [];

    private MySqlLoadPlacing(MySqlHandle handle) => _handle = handle;

    public static MySqlLoadPlacing Begin(MySqlHandle handle, TableSchema table, ExistingRow existing)
    {
        var placing = new MySqlLoadPlacing(handle);
        var name = MySqlName.Quote(table.Name);
        var columns = table.StoredColumns.Select(c => c.Name).ToList();
        var listed = MySqlName.QuoteAll(columns);
        var isKey = On(table.PrimaryKey, "t", "n");
        // A text of any length can have no index without one.
        var index = table.PrimaryKey.Any(k => IsLong(table.FindColumn(k)!)) ? "" : $", KEY ({MySqlName.QuoteAll(table.PrimaryKey)})";
        handle.Execute($"CREATE TEMPORARY TABLE {Stage} ({Number} BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY{index}) ENGINE=InnoDB "
            + $"AS SELECT {listed} FROM {name} LIMIT 0");
        // Of rows with one key the last counts, or the first where what is there stays.
        placing._statements.Add($"DELETE a FROM {Stage} a JOIN {Stage} b ON {On(table.PrimaryKey, "a", "b")} "
            + $"AND a.{Number} {(existing == ExistingRow.Replace ? '<' : '>')} b.{Number}");
        var others = columns.Except(table.PrimaryKey, StringComparer.OrdinalIgnoreCase).Select(MySqlName.Quote).ToList();
        if (existing == ExistingRow.Replace && others.Count > 0)
        {
            placing._statements.Add($"UPDATE {name} t JOIN {Stage} n ON {isKey} SET {string.Join(", ", others.Select(c => $"t.{c} = n.{c}"))}"
                + $" WHERE NOT ({string.Join(" AND ", others.Select(c => $"BINARY t.{c} <=> BINARY n.{c}"))})");
        }

        placing._statements.Add($"INSERT INTO {name} ({listed}) SELECT {listed} FROM {Stage} n WHERE NOT EXISTS (SELECT 1 FROM {name} t WHERE {isKey}) "
            + $"ORDER BY {Number}");
        // Not TRUNCATE, which commits.
        placing._statements.Add($"DELETE FROM {Stage}");
        return placing;
    }

    /// <summary>Throws where a row breaks a constraint; then the portion has to be taken back.</summary>
    public void Run()
    {
        foreach (var statement in _statements) _handle.Execute(statement);
    }

    private static bool IsLong(Column column) => column.DeclaredType.Contains("text", StringComparison.OrdinalIgnoreCase)
        || column.DeclaredType.Contains("blob", StringComparison.OrdinalIgnoreCase);

    private static string On(IReadOnlyList<string> key, string one, string other) =>
        string.Join(" AND ", key.Select(MySqlName.Quote).Select(k => $"{one}.{k} = {other}.{k}"));
}
