using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Switches change tracking on and off, table by table, and says how far it goes.</summary>
internal static class PostgresTracking
{
    private const string NoKey = "It has no primary key: once touched it is read whole.";
    private const string NotWhole = "Its triggers were changed or dropped: switch tracking on again.";
    private const string Subscribed = "Logical replication fills it, which fires no trigger.";

    public static TrackingReport Read(PostgresConnection connection)
    {
        connection.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        if (PostgresChangeLog.Read(connection) is null) return TrackingReport.None;
        var trackers = PostgresTracker.List(connection).ToDictionary(t => t.Table, StringComparer.Ordinal);
        var tables = PostgresSchemaReader.Read(connection).Tables.Select(t => Describe(t, trackers.GetValueOrDefault(t.Name))).ToList();
        return new TrackingReport(tables, PostgresChangeLog.Count(connection));
    }

    /// <summary>Tables that are tracked already are left as they are, so that their marks stay good. A table is held against writers while its triggers are
    /// made, so that each of them comes either before or is logged.</summary>
    public static void Start(PostgresConnection connection, IReadOnlyCollection<string>? tables, TimeSpan lockTimeout)
    {
        var wanted = TrackingChoice.Of(PostgresSchemaReader.Read(connection).Tables, tables, connection.Display)
            .Where(t => PostgresTracker.ReasonAgainst(t) is null).ToList();
        if (wanted.Count == 0) return;
        Change(connection, () => PostgresChangeLog.Create(connection));
        var trackers = PostgresTracker.List(connection).ToDictionary(t => t.Table, StringComparer.Ordinal);
        foreach (var table in wanted)
        {
            if (!trackers.TryGetValue(table.Name, out var tracker) || tracker.IsSubscribed || tracker.IsWhole(table)) continue;
            Change(connection, () =>
            {
                Hold(connection, tracker, PostgresHold.ShareRowExclusive, lockTimeout);
                tracker.Arm(connection, table);
            });
        }
    }

    /// <summary>With the last of the triggers the log goes.</summary>
    public static void Stop(PostgresConnection connection, IReadOnlyCollection<string>? tables, TimeSpan lockTimeout)
    {
        foreach (var tracker in PostgresTracker.List(connection).Where(t => t.IsMeant && (tables is null || tables.Contains(t.Table))))
        {
            Change(connection, () =>
            {
                Hold(connection, tracker, PostgresHold.AccessExclusive, lockTimeout);
                tracker.Disarm(connection);
            });
        }

        Change(connection, () =>
        {
            DropOrphans(connection);
            if (!PostgresTracker.List(connection).Exists(t => t.IsMeant)) PostgresChangeLog.Drop(connection);
        });
    }

    /// <summary>In an apply session: tracked tables that it altered go on being tracked. Which those are, the functions that are left say.</summary>
    public static void Mend(PostgresConnection connection, DatabaseDelta delta)
    {
        var altered = delta.Tables
            .Where(t => t.Before is { } before && t.After is { } after && (before.Sql != after.Sql || before.Name != after.Name)).ToList();
        var isDropping = delta.Tables.Any(t => t.After is null);
        if ((altered.Count == 0 && !isDropping) || PostgresChangeLog.Read(connection) is null) return;
        if (isDropping) DropOrphans(connection);
        var trackers = PostgresTracker.List(connection).ToDictionary(t => t.Table, StringComparer.Ordinal);
        foreach (var table in altered.Select(t => t.After!))
        {
            if (!trackers.TryGetValue(table.Name, out var tracker) || !tracker.IsMeant || tracker.IsWhole(table)) continue;
            if (PostgresTracker.ReasonAgainst(table) is null) tracker.Arm(connection, table);
            else tracker.Disarm(connection);
        }
    }

    /// <summary>Functions of tables that are gone.</summary>
    private static void DropOrphans(PostgresConnection connection)
    {
        foreach (var oid in connection.Read(
            """
            SELECT DISTINCT split_part(p.proname, '_', 4) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = 'public' AND p.proname ~ '^_dbvc_track_[0-9]+_(rows|update)$'
              AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid::text = split_part(p.proname, '_', 4))
            """, row => row.GetString(0)))
        {
            PostgresTracker.Disarm(connection, oid);
        }
    }

    private static void Hold(PostgresConnection connection, PostgresTracker tracker, PostgresHold hold, TimeSpan timeout) =>
        PostgresApplyLocks.Take(connection, new Dictionary<string, PostgresHold> { [tracker.Relations[0]] = hold }, timeout);

    private static void Change(PostgresConnection connection, Action change)
    {
        PostgresTransaction.Begin(connection);
        try
        {
            change();
        }
        catch
        {
            connection.Execute("ROLLBACK");
            throw;
        }

        connection.Execute("COMMIT");
    }

    private static TrackedTable Describe(TableSchema table, PostgresTracker? tracker)
    {
        if (PostgresTracker.ReasonAgainst(table) is { } reason) return new TrackedTable(table.Name, false, reason);
        if (tracker?.IsSubscribed == true) return new TrackedTable(table.Name, false, Subscribed);
        if (tracker?.IsWhole(table) != true) return new TrackedTable(table.Name, false, tracker?.IsMeant == true ? NotWhole : null);
        return new TrackedTable(table.Name, true, table.HasKey ? null : NoKey);
    }
}
