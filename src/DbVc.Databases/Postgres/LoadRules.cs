using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Which of a table's own rules act while rows are loaded into it.</summary>
internal sealed class PostgresLoadRules
{
    private readonly PostgresConnection _connection;
    private readonly PostgresTriggers? _triggers;
    private readonly PostgresForeignKeys? _keys;

    private PostgresLoadRules(PostgresConnection connection, PostgresTriggers? triggers, PostgresForeignKeys? keys) =>
        (_connection, _triggers, _keys) = (connection, triggers, keys);

    /// <summary>A role that may do so switches off for its session what is not wanted; for any other it is taken off the table and put back.</summary>
    public static PostgresLoadRules Begin(PostgresConnection connection, TableSchema table, LoadOptions options)
    {
        if (options is { Triggers: true, ForeignKeys: true }) return new PostgresLoadRules(connection, null, null);
        var triggers = options.Triggers ? null : PostgresTriggers.Begin(connection, mayBeOff: !options.ForeignKeys);
        if (triggers is not null)
        {
            var oids = PostgresHolds.FindOids(connection, [PostgresName.Table(table.Name)]).Values;
            triggers.Disable(triggers.FindFiring(PostgresHolds.WithPartitions(connection, oids)));
        }

        var keys = options.ForeignKeys || triggers is { AreOff: true } ? null : PostgresForeignKeys.TakeOffOf(connection, table.Name);
        return new PostgresLoadRules(connection, triggers, keys);
    }

    /// <summary>Foreign keys hold for rows to come, even where the loaded ones do not meet them.</summary>
    public void Restore()
    {
        _triggers?.Restore();
        foreach (var (_, sql) in _keys?.Missing() ?? [])
        {
            if (PostgresAttempt.Run(_connection, () => _connection.Execute(sql), PostgresAttempt.IsForeignKey) is not null) _connection.Execute(sql
                + " NOT VALID");
        }
    }
}
