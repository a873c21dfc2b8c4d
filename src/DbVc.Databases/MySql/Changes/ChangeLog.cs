using System.Globalization;
using System.Security.Cryptography;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// The log that triggers write: which rows of which table were touched, by key. Its tables bear db-vc's own prefix, so they are in no commit.
/// <list type="bullet">
/// <item>Numbers of entries are given out in another order than transactions are committed, so a snapshot says exactly which ones it sees.</item>
/// <item>Each entry has a random stamp, and the log a nonce that changes when entries are forgotten: a database that was put back from a backup and
/// went another way is known by them.</item>
/// <item>A table gets a new number each time its triggers are made, so that a mark from before says nothing about it.</item>
/// </list>
/// </summary>
internal sealed record MySqlChangeLog(string Epoch, string Nonce, string Forgotten, long LastNumber, IReadOnlyDictionary<string, long> Numbers)
{
    public const string Changes = "_dbvc_changes";
    public const string Tracking = "_dbvc_tracking";
    public const string Tracked = "_dbvc_tracked";
    public const int MostKeyColumns = 16;

    private const int UnknownColumn = 1054;

    private static readonly string[] Events = ["INSERT", "UPDATE", "DELETE"];

    /// <summary>Null without tracking.</summary>
    public static MySqlChangeLog? Read(MySqlHandle handle)
    {
        if (!Exists(handle)) return null;
        if (MySqlObjects.List(handle, $"SELECT epoch, nonce, forgotten, last_number FROM {Tracking} WHERE id = 1") is not [var row]) return null;
        var numbers = MySqlObjects.List(handle, $"SELECT name, number FROM {Tracked}").ToDictionary(r => r[0], r => Number(r[1]), StringComparer.Ordinal);
        return new MySqlChangeLog(row[0], row[1], row[2], Number(row[3]), numbers);
    }

    /// <summary>The bodies of all triggers that write the log, by table and event.</summary>
    public static IReadOnlyDictionary<string, string> ReadTriggers(MySqlHandle handle) => MySqlObjects.List(handle,
        $"""
        SELECT event_object_table, event_manipulation, action_statement, trigger_name FROM information_schema.triggers
        WHERE trigger_schema = database() AND trigger_name LIKE '\_dbvc\_track\_%' AND action_timing = 'AFTER'
        """).ToDictionary(r => r[3], r => $"{r[0]}\n{r[1]}\n{r[2]}", StringComparer.Ordinal);

    /// <summary>Why a table cannot be tracked; null if it can.</summary>
    public static string? ReasonAgainst(TableSchema table)
    {
        var isPartitioned = table.Options.Any(o => MySqlTableParts.Tokens(o).Exists(t => t.Is("PARTITION")));
        if (isPartitioned) return "It is partitioned: a partition that is emptied tells nobody.";
        if (table.PrimaryKey.Count > MostKeyColumns) return $"Its key has more than {MostKeyColumns} columns.";
        var odd = table.PrimaryKey.Select(k => table.FindColumn(k)!).FirstOrDefault(c => KindOf(c) is null);
        return odd is null ? null : $"Its key has a column of type {odd.DeclaredType}, which has no exact text of its own.";
    }

    /// <summary>What a key column's text stands for; null for a type whose text depends on the session, or is not exact.</summary>
    public static ValueKind? KindOf(Column column)
    {
        var type = MySqlTableParts.Tokens(column.DeclaredType)[0];
        if (Array.Exists(["tinyint", "smallint", "mediumint", "int", "bigint", "year"], type.Is)) return ValueKind.Integer;
        if (Array.Exists(["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"], type.Is)) return ValueKind.Blob;
        string[] texts =
        [
            "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "decimal", "date", "datetime", "time", "uuid", "inet6", "inet4",
        ];
        return Array.Exists(texts, type.Is) ? ValueKind.Text : null;
    }

    /// <summary>True if the triggers of a table are there as they were made.</summary>
    public bool IsWhole(TableSchema table, IReadOnlyDictionary<string, string> triggers) => Numbers.TryGetValue(table.Name, out var number)
        && Array.TrueForAll(Events, e => triggers.GetValueOrDefault(TriggerName(number, e)) == $"{table.Name}\n{e}\n{Body(table, number, e)}");

    /// <summary>Makes the log, if need be, and the triggers of these tables anew. Each waits for the transactions that hold its table, so that a writer
    /// comes either before it or is logged.</summary>
    public static void Start(MySqlHandle handle, IReadOnlyCollection<TableSchema> tables)
    {
        if (tables.Count == 0) return;
        var log = Read(handle) ?? Create(handle);
        var number = log.LastNumber;
        foreach (var table in tables)
        {
            if (log.Numbers.TryGetValue(table.Name, out var old)) DropTriggers(handle, old);
            number++;
            // Those of somebody who died before he could say that they are there.
            DropTriggers(handle, number);
            foreach (var sql in TriggerSql(table, number)) handle.Execute(sql);
            // Only now may a mark believe them.
            handle.Execute("START TRANSACTION");
            handle.Execute($"UPDATE {Tracking} SET last_number = {Text(number)}");
            handle.Execute($"REPLACE INTO {Tracked} VALUES ({MySqlName.Text(table.Name)}, {Text(number)})");
            handle.Execute("COMMIT");
        }
    }

    /// <summary>Takes the triggers of tables away; with the last of them the log.</summary>
    public static void Stop(MySqlHandle handle, IReadOnlyCollection<string>? tables)
    {
        if (Read(handle) is not { } log) return;
        foreach (var (name, number) in log.Numbers)
        {
            if (tables is not null && !tables.Contains(name)) continue;
            DropTriggers(handle, number);
            handle.Execute($"DELETE FROM {Tracked} WHERE name = {MySqlName.Text(name)}");
        }

        if (handle.ReadInteger($"SELECT count(*) FROM {Tracked}") > 0) return;
        // The one whose absence says that there is no tracking goes first.
        foreach (var table in (string[])[Tracking, Tracked, Changes]) handle.Execute($"DROP TABLE {table}");
    }

    /// <summary>Removes exactly the entries that a mark saw.</summary>
    public void Forget(MySqlHandle handle, MySqlLogMark mark)
    {
        if (mark.Epoch != Epoch || mark.Nonce != Nonce) return;
        foreach (var (from, to) in mark.Seen) handle.Execute($"DELETE FROM {Changes} WHERE id BETWEEN {Text(from)} AND {Text(to)}");
        handle.Execute($"UPDATE {Tracking} SET nonce = '{NewNonce()}', forgotten = '{mark.Digest}' WHERE id = 1");
    }

    /// <summary>Empties the log, keys and all; every mark from before says nothing then.</summary>
    public static void Erase(MySqlHandle handle)
    {
        if (!Exists(handle)) return;
        handle.Execute($"DELETE FROM {Changes}");
        handle.Execute($"UPDATE {Tracking} SET epoch = '{NewNonce()}', forgotten = ''");
    }

    /// <summary>The statements that make the triggers of a table.</summary>
    public static IEnumerable<string> TriggerSql(TableSchema table, long number) => Events.Select(e =>
        $"CREATE TRIGGER {TriggerName(number, e)} AFTER {e} ON {MySqlName.Quote(table.Name)} FOR EACH ROW {Body(table, number, e)}");

    public static IEnumerable<string> TriggerNames(long number) => Events.Select(e => TriggerName(number, e));

    private static bool Exists(MySqlHandle handle) => handle.ReadInteger(
        $"SELECT count(*) FROM information_schema.tables WHERE table_schema = database() AND table_name = '{Tracking}'") > 0;

    private static MySqlChangeLog Create(MySqlHandle handle)
    {
        const string Options = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";
        var keys = string.Join(", ", Enumerable.Range(1, MostKeyColumns).Select(i => $"k{i} LONGBLOB"));
        handle.Execute($"CREATE TABLE IF NOT EXISTS {Changes} (id BIGINT PRIMARY KEY AUTO_INCREMENT, stamp BIGINT NOT NULL, number BIGINT NOT NULL, "
            + $"kind CHAR(1) NOT NULL, {keys}) {Options}");
        handle.Execute($"CREATE TABLE IF NOT EXISTS {Tracked} (name VARCHAR(64) PRIMARY KEY, number BIGINT NOT NULL) {Options}");
        handle.Execute($"CREATE TABLE {Tracking} (id INT PRIMARY KEY, epoch VARCHAR(40) NOT NULL, nonce VARCHAR(40) NOT NULL, forgotten VARCHAR(80) NOT NULL, "
            + $"last_number BIGINT NOT NULL) {Options}");
        handle.Execute($"INSERT INTO {Tracking} VALUES (1, '{NewNonce()}', '{NewNonce()}', '', 0)");
        return Read(handle)!;
    }

    /// <summary>Whatever happens to the key's columns, nobody is kept from writing: an entry without key then says that something changed.</summary>
    private static string Body(TableSchema table, long number, string e)
    {
        if (table.PrimaryKey.Count == 0) return Entry(number, e, []);
        var entries = Entry(table, number, e, e == "INSERT" ? "NEW" : "OLD") + ";";
        if (e == "UPDATE")
        {
            // Bytes and not collations say whether a key changed.
            var same = string.Join(" AND ", table.PrimaryKey.Select(k => $"{KeyText(table, k, "NEW")} <=> {KeyText(table, k, "OLD")}"));
            entries += $" IF NOT ({same}) THEN {Entry(table, number, e, "NEW")}; END IF;";
        }

        return $"BEGIN DECLARE EXIT HANDLER FOR {UnknownColumn} {Entry(number, e, [])}; {entries} END";
    }

    private static string Entry(TableSchema table, long number, string e, string row) =>
        Entry(number, e, [.. table.PrimaryKey.Select((k, i) => (Name: $", k{i + 1}", Value: ", " + KeyText(table, k, row)))]);

    private static string Entry(long number, string e, IReadOnlyList<(string Name, string Value)> keys)
    {
        return $"INSERT INTO {Changes} (stamp, number, kind{string.Concat(keys.Select(k => k.Name))}) "
            + $"VALUES (FLOOR(RAND() * 9007199254740992), {Text(number)}, '{e[0]}'{string.Concat(keys.Select(k => k.Value))})";
    }

    private static string KeyText(TableSchema table, string column, string row)
    {
        var value = $"{row}.{MySqlName.Quote(column)}";
        return KindOf(table.FindColumn(column)!) == ValueKind.Blob ? value : $"CAST(CONVERT({value} USING utf8mb4) AS BINARY)";
    }

    private static void DropTriggers(MySqlHandle handle, long number)
    {
        foreach (var name in TriggerNames(number)) handle.Execute($"DROP TRIGGER IF EXISTS {name}");
    }

    private static string TriggerName(long number, string e) => $"_dbvc_track_{Text(number)}_{e.ToLowerInvariant()}";

    private static string NewNonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
