using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Copies a database that others are using: by its definitions and rows, out of one consistent snapshot.</summary>
internal static class PostgresRowCopy
{
    private const int BufferSize = 256 << 10;

    /// <summary>Makes the destination, which may be there half-made afterwards if this fails.</summary>
    public static void Run(PostgresAddress source, PostgresAddress destination, TimeSpan timeout)
    {
        PostgresClone.Create(destination, PostgresLocale.Read(source));
        using var snapshot = PostgresReadSnapshot.Open(source, timeout);
        var schema = snapshot.ReadSchema();
        var tables = schema.Tables.Select(t => new TableDelta(null, t, [])).ToList();
        Apply(destination, timeout, new DatabaseDelta(tables, [], [.. schema.Objects.Where(o => o.Kind.IsBelowTables())]), null);
        foreach (var table in schema.Tables) CopyRows(snapshot, destination, table, timeout);
        CopySequences(snapshot, destination);
        Apply(destination, timeout, new DatabaseDelta([], [], [.. schema.Objects.Where(o => !o.Kind.IsBelowTables())]), snapshot.State);
    }

    private static void Apply(PostgresAddress destination, TimeSpan timeout, DatabaseDelta delta, LiveState? state)
    {
        using var session = PostgresApplySession.Open(PostgresConnection.Open(destination, PostgresUse.Own, timeout), timeout);
        var result = session.Apply(delta);
        if (!result.IsClean) throw new InvalidOperationException($"The copy is refused: {result.Violations.Concat<object>(result.Moved).First()}");
        if (state is not null) session.SetState(state);
        session.Commit();
    }

    private static void CopyRows(PostgresReadSnapshot snapshot, PostgresAddress destination, TableSchema table, TimeSpan timeout)
    {
        using var connection = PostgresConnection.Open(destination, PostgresUse.Own, timeout);
        PostgresTransaction.Begin(connection);
        var rules = PostgresLoadRules.Begin(connection, table, LoadOptions.Raw);
        var columns = PostgresName.QuoteAll(table.StoredColumns.Select(c => c.Name));
        var from = snapshot.Connection;
        connection.Guard(() =>
        {
            using var read = from.Native.BeginRawBinaryCopy($"COPY (SELECT {columns} FROM {PostgresApplySql.From(table)}) TO STDOUT (FORMAT binary)");
            using var write = connection.Native.BeginRawBinaryCopy($"COPY {PostgresName.Table(table.Name)} ({columns}) FROM STDIN (FORMAT binary)");
            read.CopyTo(write, BufferSize);
        });
        rules.Restore();
        connection.Execute("COMMIT");
    }

    private static void CopySequences(PostgresReadSnapshot snapshot, PostgresAddress destination)
    {
        using var connection = PostgresConnection.Open(destination);
        foreach (var (name, value) in snapshot.Connection.Read(
            "SELECT n.nspname, c.relname, pg_sequence_last_value(q.seqrelid) FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid "
                + "JOIN pg_namespace n ON n.oid = c.relnamespace",
            row => (PostgresName.Write(row.GetString(0), row.GetString(1)), row.IsDBNull(2) ? (long?)null : row.GetInt64(2))))
        {
            if (value is null) continue;
            connection.Execute($"SELECT setval(to_regclass({PostgresName.Literal(name)}), {value}) WHERE to_regclass({PostgresName.Literal(name)}) IS NOT "
                + $"NULL");
        }
    }
}
