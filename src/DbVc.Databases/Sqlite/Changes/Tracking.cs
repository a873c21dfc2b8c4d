using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Switches change tracking on, in one transaction with the write lock, so that a writer comes either before it or is logged; says how far it
/// goes.</summary>
internal static class SqliteTracking
{
    private const string NoKey = "It has no primary key: once touched it is read whole.";
    private const string NotWhole = "Its triggers were changed or dropped: switch tracking on again.";

    public static TrackingReport Read(SqliteHandle handle)
    {
        handle.BeginRead();
        if (ChangeLog.Read(handle) is not { } log) return TrackingReport.None;
        var triggers = ChangeLog.ReadTriggers(handle);
        var tables = SqliteSchemaReader.Read(handle).Tables.Select(t => Describe(log, t, triggers)).ToList();
        return new TrackingReport(tables, handle.ReadInteger($"SELECT count(*) FROM main._dbvc_changes WHERE id > {log.Forgotten}"));
    }

    /// <summary>Tables that are tracked already are left as they are, so that their marks stay good.</summary>
    public static void Start(SqliteHandle handle, IReadOnlyCollection<string>? tables)
    {
        var chosen = TrackingChoice.Of(SqliteSchemaReader.Read(handle).Tables, tables, handle.Path, SqliteName.AreEqual);
        var log = ChangeLog.Read(handle);
        var triggers = ChangeLog.ReadTriggers(handle);
        ChangeLog.Start(handle, [.. chosen.Where(t => log?.IsWhole(t, triggers) != true)]);
    }

    private static TrackedTable Describe(ChangeLog log, TableSchema table, IReadOnlyDictionary<string, string> triggers)
    {
        var isWhole = log.IsWhole(table, triggers);
        return new TrackedTable(table.Name, isWhole,
            isWhole ? (table.HasKey ? null : NoKey) : (log.Numbers.ContainsKey(table.Name) ? NotWhole : null));
    }
}
