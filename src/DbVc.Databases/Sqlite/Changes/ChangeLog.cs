using System.Globalization;
using System.Security.Cryptography;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// The log that triggers write: which rows of which table were touched, by key. Its tables bear db-vc's own prefix, so they are in no commit.
/// <list type="bullet">
/// <item>Entries are numbered upwards by the one writer that SQLite allows, so a snapshot sees exactly those up to the highest it sees.</item>
/// <item>Each entry has a random stamp: a database that was put back from a backup and went another way has other stamps at the same numbers.</item>
/// <item>A table gets a new number each time its triggers are made, so that a mark from before says nothing about it.</item>
/// </list>
/// </summary>
internal sealed record ChangeLog(string Epoch, long Forgotten, long LastNumber, IReadOnlyDictionary<string, long> Numbers)
{
    private static readonly string[] Events = ["insert", "update", "delete"];
    private const string TriggerPrefix = "_dbvc_track_";

    /// <summary>Null without tracking.</summary>
    public static ChangeLog? Read(SqliteHandle handle)
    {
        if (SqliteObjects.FindSql(handle, "table", "_dbvc_tracking") is null) return null;
        using var row = handle.Prepare("SELECT epoch, forgotten, last_number FROM main._dbvc_tracking WHERE id = 1");
        if (!row.Step()) return null;
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        using var tables = handle.Prepare("SELECT name, number FROM main._dbvc_tracked");
        while (tables.Step()) numbers[tables.TextAt(0)] = tables.IntegerAt(1);
        return new ChangeLog(row.TextAt(0), row.IntegerAt(1), row.IntegerAt(2), numbers);
    }

    /// <summary>The statements of all triggers that write the log, by name.</summary>
    public static IReadOnlyDictionary<string, string> ReadTriggers(SqliteHandle handle)
    {
        var triggers = new Dictionary<string, string>(StringComparer.Ordinal);
        using var list = handle.Prepare($"SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND name GLOB '{TriggerPrefix}*'");
        while (list.Step()) triggers[list.TextAt(0)] = list.TextAt(1);
        return triggers;
    }

    /// <summary>True if the triggers of a table are there as they were made.</summary>
    public bool IsWhole(TableSchema table, IReadOnlyDictionary<string, string> triggers) => Numbers.TryGetValue(table.Name, out var number)
        && Array.TrueForAll(Events, e => triggers.GetValueOrDefault(TriggerName(number, e)) == TriggerSql(table, number, e));

    /// <summary>The same at a glance: whether they still say what they should is not looked at.</summary>
    public bool HasTriggers(string table, IReadOnlyDictionary<string, string> triggers) => Numbers.TryGetValue(table, out var number)
        && Array.TrueForAll(Events, e => triggers.ContainsKey(TriggerName(number, e)));

    /// <summary>The highest entry there is, with its stamp; zeros without any.</summary>
    public static (long Id, long Stamp) ReadLast(SqliteHandle handle)
    {
        using var last = handle.Prepare("SELECT id, stamp FROM main._dbvc_changes ORDER BY id DESC LIMIT 1");
        return last.Step() ? (last.IntegerAt(0), last.IntegerAt(1)) : (0, 0);
    }

    /// <summary>Makes the log, if need be, and the triggers of these tables anew. In the caller's transaction.</summary>
    public static void Start(SqliteHandle handle, IReadOnlyCollection<TableSchema> tables)
    {
        if (tables.Count == 0) return;
        var log = Read(handle) ?? Create(handle);
        var width = tables.Max(t => t.PrimaryKey.Count);
        for (var column = ReadWidth(handle) + 1; column <= width; column++) handle.Execute($"ALTER TABLE main._dbvc_changes ADD COLUMN k{column}");
        var number = log.LastNumber;
        foreach (var table in tables)
        {
            if (log.Numbers.TryGetValue(table.Name, out var old)) DropTriggers(handle, old);
            number++;
            using var put = handle.Prepare("INSERT OR REPLACE INTO main._dbvc_tracked (name, number) VALUES (?1, ?2)");
            put.BindText(0, table.Name);
            put.BindInteger(1, number);
            put.Execute();
            foreach (var kind in Events) handle.Execute(TriggerSql(table, number, kind));
        }

        handle.Execute($"UPDATE main._dbvc_tracking SET last_number = {Text(number)}");
    }

    /// <summary>Takes the triggers of tables away; with the last of them the log.</summary>
    public static void Stop(SqliteHandle handle, IReadOnlyCollection<string>? tables)
    {
        if (Read(handle) is not { } log) return;
        foreach (var (name, number) in log.Numbers)
        {
            if (tables is not null && !tables.Contains(name)) continue;
            DropTriggers(handle, number);
            using var delete = handle.Prepare("DELETE FROM main._dbvc_tracked WHERE name = ?1");
            delete.BindText(0, name);
            delete.Execute();
        }

        if (handle.ReadInteger("SELECT count(*) FROM main._dbvc_tracked") > 0) return;
        foreach (var table in (string[])["_dbvc_changes", "_dbvc_tracked", "_dbvc_tracking"]) handle.Execute($"DROP TABLE main.{table}");
    }

    /// <summary>Removes the entries up to one that a commit holds; that one stays, as what the next mark is known by.</summary>
    public void Forget(SqliteHandle handle, long id)
    {
        handle.Execute($"DELETE FROM main._dbvc_changes WHERE id < {Text(id)}");
        handle.Execute($"UPDATE main._dbvc_tracking SET forgotten = max(forgotten, {Text(id)})");
    }

    /// <summary>Empties the log, keys and all; every mark from before says nothing then.</summary>
    public static void Erase(SqliteHandle handle)
    {
        if (Read(handle) is null) return;
        handle.Execute("DELETE FROM main._dbvc_changes");
        handle.Execute($"UPDATE main._dbvc_tracking SET epoch = '{NewEpoch()}', forgotten = 0");
    }

    /// <summary>What writes an entry where no trigger fires; null for a table that is not tracked.</summary>
    public SqliteStatement? PrepareEntry(SqliteHandle handle, TableSchema table) => Numbers.TryGetValue(table.Name, out var number)
        ? handle.Prepare(EntrySql(table, number, i => $"?{i + 1}"))
        : null;

    private static ChangeLog Create(SqliteHandle handle)
    {
        handle.Execute("CREATE TABLE main._dbvc_tracking (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, "
            + "forgotten INTEGER NOT NULL, last_number INTEGER NOT NULL)");
        handle.Execute($"INSERT INTO main._dbvc_tracking VALUES (1, '{NewEpoch()}', 0, 0)");
        handle.Execute("CREATE TABLE main._dbvc_tracked (name TEXT NOT NULL PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID");
        handle.Execute("CREATE TABLE main._dbvc_changes (id INTEGER PRIMARY KEY, stamp DEFAULT (random()), number)");
        return Read(handle)!;
    }

    private static string NewEpoch() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private static int ReadWidth(SqliteHandle handle) =>
        (int)handle.ReadInteger("SELECT count(*) FROM pragma_table_info('_dbvc_changes', 'main') WHERE name GLOB 'k[0-9]*'");

    private static void DropTriggers(SqliteHandle handle, long number)
    {
        foreach (var kind in Events) handle.Execute($"DROP TRIGGER IF EXISTS main.{TriggerName(number, kind)}");
    }

    private static string TriggerName(long number, string kind) => $"{TriggerPrefix}{Text(number)}_{kind}";

    private static string TriggerSql(TableSchema table, long number, string kind)
    {
        var keys = table.PrimaryKey.Select(SqliteName.Quote).ToList();
        var touched = kind == "insert" ? "NEW" : "OLD";
        var body = EntrySql(table, number, i => $"{touched}.{keys[i]}") + ";";
        // Bytes and not collations say whether a key changed: only too many entries would do no harm.
        if (kind == "update" && keys.Count > 0)
        {
            var changed = string.Join(" OR ", keys.Select(k => $"NEW.{k} IS NOT OLD.{k} COLLATE BINARY"));
            body += $" {EntryHead(table)} SELECT {Text(number)}, {string.Join(", ", keys.Select(k => "NEW." + k))} WHERE {changed};";
        }

        return $"CREATE TRIGGER {TriggerName(number, kind)} AFTER {kind.ToUpperInvariant()} ON {SqliteName.Quote(table.Name)} BEGIN {body} END";
    }

    private static string EntrySql(TableSchema table, long number, Func<int, string> value) =>
        $"{EntryHead(table)} VALUES ({string.Join(", ", Enumerable.Range(0, table.PrimaryKey.Count).Select(value).Prepend(Text(number)))})";

    private static string EntryHead(TableSchema table) =>
        $"INSERT INTO _dbvc_changes ({string.Join(", ", Enumerable.Range(1, table.PrimaryKey.Count).Select(i => $"k{i}").Prepend("number"))})";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
