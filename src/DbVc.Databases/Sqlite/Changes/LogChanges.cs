using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>The place in the log of changes that a snapshot has read up to.</summary>
/// <param name="Epoch">Of the log.</param>
/// <param name="Id">The last entry it saw; 0 for none.</param>
/// <param name="Stamp">Of that entry.</param>
/// <param name="LastNumber">The last number that was given to a table.</param>
internal sealed record LogPlace(string Epoch, long Id, long Stamp, long LastNumber)
{
    public static LogPlace? Read(SqliteHandle handle, ChangeLog? log)
    {
        if (log is null) return null;
        var (id, stamp) = ChangeLog.ReadLast(handle);
        return new LogPlace(log.Epoch, id, stamp, log.LastNumber);
    }

    public static LogPlace? Parse(string text)
    {
        if (text.Split('.') is not [var epoch, var id, var stamp, var number]) return null;
        return long.TryParse(id, CultureInfo.InvariantCulture, out var i) && long.TryParse(stamp, CultureInfo.InvariantCulture, out var s)
            && long.TryParse(number, CultureInfo.InvariantCulture, out var n) ? new LogPlace(epoch, i, s, n) : null;
    }

    /// <summary>True if the log goes on from there: nothing after it was forgotten, and it is the same log.</summary>
    public bool IsIn(SqliteHandle handle, ChangeLog log)
    {
        if (log.Epoch != Epoch || Id < log.Forgotten) return false;
        if (Id == 0) return true;
        using var entry = handle.Prepare("SELECT stamp FROM main._dbvc_changes WHERE id = ?1");
        entry.BindInteger(0, Id);
        return entry.Step() && entry.IntegerAt(0) == Stamp;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}.{Id}.{Stamp}.{LastNumber}");
}

/// <summary>
/// Finds touched rows by the log that triggers wrote. Rows that a REPLACE took away fire no trigger: the row that took the place did, and counting tells.
/// What the log cannot tell is left to <paramref name="others"/>.
/// </summary>
internal sealed class LogChanges(Func<SqliteHandle> source, ChangeLog log, LogPlace since, Func<IChangeReader?> others) : IChangeReader
{
    /// <summary>More rows are read faster where they lie.</summary>
    private const long MostEntries = 300_000;

    private readonly IReadOnlyDictionary<string, string> _triggers = ChangeLog.ReadTriggers(source());
    private Dictionary<long, long>? _entries;

    public TableChanges Find(TableSchema table)
    {
        if (!log.Numbers.TryGetValue(table.Name, out var number) || number > since.LastNumber || !log.IsWhole(table, _triggers)) return Ask(table);
        var entries = (_entries ??= Count()).GetValueOrDefault(number);
        if (entries == 0) return TableChanges.Same;
        if (!table.HasKey) return TableChanges.Unknown;
        if (entries > MostEntries) return Ask(table);
        return new TableChanges.Rows(Read(table, number)) { Missing = CanLoseRows(table) ? FindMissing(table) : null };
    }

    public void Dispose()
    {
        // The connection is the snapshot's.
    }

    private TableChanges Ask(TableSchema table) => others()?.Find(table) ?? TableChanges.Unknown;

    private Dictionary<long, long> Count()
    {
        var counts = new Dictionary<long, long>();
        using var list = source().Prepare("SELECT number, count(*) FROM main._dbvc_changes WHERE id > ?1 GROUP BY number");
        list.BindInteger(0, since.Id);
        while (list.Step()) counts[list.IntegerAt(0)] = list.IntegerAt(1);
        return counts;
    }

    private IEnumerable<TouchedRow> Read(TableSchema table, long number)
    {
        // 1 and 1.0 are one key for SQLite and two for a tree.
        var columns = Enumerable.Range(1, table.PrimaryKey.Count).Select(i => $"k{i}").ToList();
        var distinct = table.AllocatesKeys ? "k1" : string.Join(", ", columns.Concat(columns.Select(c => $"typeof({c})")));
        using var rows = new SqliteTableRows(source(), table);
        using var keys = source().Prepare(
            $"SELECT DISTINCT {distinct} FROM main._dbvc_changes WHERE id > ?1 AND number = ?2 ORDER BY {string.Join(", ", columns)}");
        keys.BindInteger(0, since.Id);
        keys.BindInteger(1, number);
        while (keys.Step())
        {
            var key = new Value[columns.Count];
            for (var i = 0; i < key.Length; i++) key[i] = keys.ValueAt(i);
            yield return new TouchedRow(key, Array.Exists(key, v => v.IsNull) ? null : rows.FindByKey(key));
        }
    }

    /// <summary>Only a conflict on something else than the row number can take away a row that no entry names.</summary>
    private bool CanLoseRows(TableSchema table)
    {
        if (!table.AllocatesKeys) return true;
        using var list = source().Prepare("""SELECT count(*) FROM pragma_index_list(?1, 'main') WHERE "unique" = 1""");
        list.BindText(0, table.Name);
        return list.Step() && list.IntegerAt(0) > 0;
    }

    private MissingRows FindMissing(TableSchema table)
    {
        var (name, keys) = ("main." + SqliteName.Quote(table.Name), SqliteName.QuoteAll(table.PrimaryKey));
        return new MissingRows(source().ReadInteger($"SELECT count(*) FROM {name}"), [KeySpan.All],
            _ => new SqliteRowCursor(source().Prepare($"SELECT {keys} FROM {name} ORDER BY {keys}")));
    }
}
