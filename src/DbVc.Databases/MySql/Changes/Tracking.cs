using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Switches change tracking on, and says how far it goes.</summary>
internal static class MySqlTracking
{
    private const string NoKey = "It has no primary key: once touched it is read whole.";
    private const string NotWhole = "Its triggers were changed or dropped: switch tracking on again.";
    private const string Cascades = "What a foreign key changes in it fires no trigger: it is read whole when a row that it refers to was changed or deleted.";

    public static TrackingReport Read(MySqlHandle handle)
    {
        if (MySqlChangeLog.Read(handle) is not { } log) return TrackingReport.None;
        var triggers = MySqlChangeLog.ReadTriggers(handle);
        var tables = ReadTables(handle).Select(t => Describe(log, t, triggers)).ToList();
        return new TrackingReport(tables, handle.ReadInteger($"SELECT count(*) FROM {MySqlChangeLog.Changes}"));
    }

    /// <summary>Tables that are tracked already are left as they are, so that their marks stay good.</summary>
    public static void Start(MySqlHandle handle, IReadOnlyCollection<string>? tables)
    {
        var chosen = TrackingChoice.Of(ReadTables(handle), tables, handle.Display);
        var log = MySqlChangeLog.Read(handle);
        var triggers = MySqlChangeLog.ReadTriggers(handle);
        MySqlChangeLog.Start(handle, [.. chosen.Where(t => MySqlChangeLog.ReasonAgainst(t) is null && log?.IsWhole(t, triggers) != true)]);
    }

    private static List<TableSchema> ReadTables(MySqlHandle handle) =>
        [.. MySqlSchemaReader.Read(handle, MySqlSchemaReader.ReadTables(handle)).Tables];

    private static TrackedTable Describe(MySqlChangeLog log, TableSchema table, IReadOnlyDictionary<string, string> triggers)
    {
        if (MySqlChangeLog.ReasonAgainst(table) is { } reason) return new TrackedTable(table.Name, false, reason);
        if (!log.IsWhole(table, triggers)) return new TrackedTable(table.Name, false, log.Numbers.ContainsKey(table.Name) ? NotWhole : null);
        var acts = table.ForeignKeys.Any(k => k.OnDelete is "CASCADE" or "SET NULL" || k.OnUpdate is "CASCADE" or "SET NULL");
        return new TrackedTable(table.Name, true, !table.HasKey ? NoKey : acts ? Cascades : null);
    }
}
