using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Databases that hold tables as they were. One is filled under another name and renamed when it is whole, so nobody reads half of one; who fills it holds a
/// lock of the server's that goes with the process. When it was asked for last stands in its comment.
/// </summary>
internal sealed class PostgresPast(ServerAddress workServer, string prefix, PostgresAddress? live)
{
    private const int MostAttempts = 5;

    private const string StampSql =
        """
        DO $$ BEGIN
          IF coalesce(substring(shobj_description((SELECT oid FROM pg_database WHERE datname = current_database()), 'pg_database') FROM '^[0-9]+$')::bigint, 0)
            < extract(epoch FROM now())::bigint - 60 THEN
            EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), extract(epoch FROM now())::bigint);
          END IF;
        END $$
        """;

    private const string ListSql =
        """
        SELECT d.datname, coalesce(pg_database_size(d.datname), 0),
          greatest(0, extract(epoch FROM now())::bigint - coalesce(substring(shobj_description(d.oid, 'pg_database') FROM '^[0-9]+$')::bigint, 0)),
          EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)
        FROM pg_database d WHERE starts_with(d.datname, $1)
        """;

    /// <summary>A connection to the database of that key, which is made by <paramref name="fill"/> if it is not there.</summary>
    public PostgresConnection Open(string key, Action<PostgresConnection> fill)
    {
        var address = new PostgresAddress(workServer.WithDatabase(prefix + key));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = PostgresConnection.Open(address);
                Stamp(connection);
                return connection;
            }
            catch (DbVcException failure) when (failure.Code == "database.missing" && attempt < MostAttempts)
            {
                // Not made yet, or dropped by somebody who thought that nobody wants it.
                Make(address, fill);
            }
        }
    }

    /// <summary>Drops what is not wanted any more; null: only counts. What somebody reads stays, unless it must go.</summary>
    public PastKept Sweep(TimeSpan? unusedFor, bool evenUsed)
    {
        using var server = PostgresClone.OpenServer(new PostgresAddress(workServer.WithDatabase("postgres")));
        return Sweep(server, unusedFor, evenUsed, counts: unusedFor is null);
    }

    private void Make(PostgresAddress address, Action<PostgresConnection> fill)
    {
        using var server = PostgresClone.OpenServer(address);
        PostgresClone.Lock(server, address.Database);
        if (PostgresClone.List(server, address.Database).Contains(address.Database)) return;
        var draft = PostgresClone.DropDraft(server, address);
        try
        {
            PostgresClone.Create(server, draft, live is null ? null : PostgresLocale.Read(live));
            using (var connection = PostgresConnection.Open(draft))
            {
                connection.Execute("BEGIN");
                fill(connection);
                connection.Execute("COMMIT");
            }

            server.Execute($"ALTER DATABASE {PostgresName.Quote(draft.Database)} RENAME TO {PostgresName.Quote(address.Database)}");
        }
        catch
        {
            PostgresClone.Drop(server, draft.Database);
            throw;
        }

        PostgresClone.Close(server, address.Database);
        server.Execute($"COMMENT ON DATABASE {PostgresName.Quote(address.Database)} IS "
            + PostgresName.Literal(server.ReadText("SELECT extract(epoch FROM now())::bigint::text") ?? "0"));
        DropSurplus(server);
    }

    private void DropSurplus(PostgresConnection server)
    {
        try
        {
            Sweep(server, null, evenUsed: false, counts: false);
        }
        catch (DbVcException)
        {
            // Nobody asked for it; the next one to be made tries again.
        }
    }

    private PastKept Sweep(PostgresConnection server, TimeSpan? unusedFor, bool evenUsed, bool counts)
    {
        var all = server.Read(ListSql, row => (Copy: new PastCopy(row.GetString(0), row.GetInt64(1), TimeSpan.FromSeconds(row.GetInt64(2))),
            IsRead: row.GetBoolean(3)), prefix).ToLookup(c => c.Copy.Database.EndsWith(PostgresClone.DraftMark, StringComparison.Ordinal));
        var whole = all[false].ToList();
        var dropped = new HashSet<string>(StringComparer.Ordinal);
        if (!counts)
        {
            foreach (var draft in all[true].Select(d => d.Copy.Database))
            {
                if (evenUsed || PostgresClone.TryLock(server, draft[..^PostgresClone.DraftMark.Length])) PostgresClone.Drop(server, draft);
            }

            foreach (var copy in PastCopies.Surplus(whole.Select(c => c.Copy), unusedFor))
            {
                if (evenUsed) PostgresClone.Drop(server, copy.Database);
                else if (whole.Exists(c => c.Copy == copy && c.IsRead) || !TryDrop(server, copy.Database)) continue;
                dropped.Add(copy.Database);
            }
        }

        var left = whole.Where(c => !dropped.Contains(c.Copy.Database)).ToList();
        return new PastKept(left.Count, left.Sum(c => c.Copy.Bytes), dropped.Count);
    }

    private static bool TryDrop(PostgresConnection server, string database)
    {
        try
        {
            server.Execute($"DROP DATABASE IF EXISTS {PostgresName.Quote(database)}");
            return true;
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            // Somebody began to read it just now.
            return false;
        }
    }

    /// <summary>Says that it was asked for. Nobody minds if that is not written down.</summary>
    private static void Stamp(PostgresConnection connection)
    {
        try
        {
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"SET lock_timeout = 200; {StampSql}; SET lock_timeout = 0"));
        }
        catch (DbVcException failure) when (failure.Kind is FailureKind.Locked or FailureKind.Refused || failure.Code == "database.failed")
        {
            connection.Execute("SET lock_timeout = 0");
        }
    }
}
