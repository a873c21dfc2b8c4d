using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>Makes, copies and drops whole databases of a server. What is not whole bears a name that nobody looks for.</summary>
internal static class PostgresClone
{
    /// <summary>Ends the name of a database in the making.</summary>
    public const string DraftMark = "_new";

    /// <summary>Below this a copy through the log is faster: files are copied between two checkpoints.</summary>
    private const long SmallDatabase = 48 << 20;

    public static bool Exists(PostgresAddress address)
    {
        try
        {
            PostgresConnection.Open(address).Dispose();
            return true;
        }
        catch (DbVcException failure) when (failure.Code == "database.missing")
        {
            return false;
        }
    }

    /// <summary>An empty database that nobody else gets into; null: with the server's own rules of sorting.</summary>
    public static void Create(PostgresAddress address, PostgresLocale? locale = null)
    {
        using var server = OpenServer(address);
        Lock(server, address.Database);
        Create(server, address, locale);
    }

    /// <summary>The same over a connection that may hold a lock: the server works on when the client is dead, and the lock stays as long.</summary>
    public static void Create(PostgresConnection server, PostgresAddress address, PostgresLocale? locale)
    {
        var create = $"CREATE DATABASE {PostgresName.Quote(address.Database)} TEMPLATE template0";
        if (locale is null) Run(server, $"{create} ENCODING 'UTF8'", address);
        else locale.Guard(address, () => Run(server, $"{create} {locale.Options(server.MajorVersion)}", address));
        Close(server, address.Database);
        locale?.Extend(address);
    }

    public static void Drop(PostgresAddress address)
    {
        using var server = OpenServer(address);
        Lock(server, address.Database);
        Drop(server, address.Database);
        Drop(server, address.Database + DraftMark);
        PostgresReadyPool.Drop(server, address.Database);
    }

    public static void RemoveDrafts(PostgresAddress address)
    {
        using var server = OpenServer(address);
        if (TryLock(server, address.Database)) Drop(server, address.Database + DraftMark);
    }

    /// <summary>A copy under another name; whole when it has that name. Returns the mark of what it holds.</summary>
    public static PostgresMark? Run(PostgresAddress source, PostgresAddress destination, TimeSpan timeout, bool tracks = false)
    {
        using var server = OpenServer(destination);
        Lock(server, destination.Database);
        RequireCopyable(server, source, destination);
        if (PostgresReadyPool.TryTake(server, source, destination.Database, ready => MakeMark(server, source.With(ready), tracks, timeout), out var mark))
        {
            Close(server, destination.Database);
            return mark;
        }

        var draft = DropDraft(server, destination);
        if (IsInUse(server, source.Database)) PostgresRowCopy.Run(source, draft, timeout);
        else Copy(server, source.Database, draft.Database);
        mark = MakeMark(server, draft, tracks, timeout);
        server.Execute($"ALTER DATABASE {PostgresName.Quote(draft.Database)} RENAME TO {PostgresName.Quote(destination.Database)}");
        Close(server, destination.Database);
        PostgresReadyPool.Prepare(source);
        return mark;
    }

    /// <summary>Waits until nobody else makes or drops a database of that name. The lock is held by the connection that makes it, so it stays while the server
    /// still works for a client that is dead.</summary>
    public static void Lock(PostgresConnection server, string database) =>
        _ = server.ReadText("SELECT 'held' FROM pg_advisory_lock(hashtextextended($1, 0))", database);

    /// <summary>False if somebody is at it. Who comes next waits no longer than the connection is used.</summary>
    public static bool TryLock(PostgresConnection server, string database) =>
        server.ReadText("SELECT pg_try_advisory_lock(hashtextextended($1, 0))::text", database) == "true";

    /// <summary>The name under which the holder of the lock makes a database. What lies there is of one who is dead, or would have the lock.</summary>
    public static PostgresAddress DropDraft(PostgresConnection server, PostgresAddress address)
    {
        var draft = address.With(address.Database + DraftMark);
        Drop(server, draft.Database);
        return draft;
    }

    /// <summary>The statement that copies a database, settings of the session included.</summary>
    public static string CopySql(PostgresConnection server, string source, string destination)
    {
        var isSmall = (server.Read("SELECT pg_database_size($1)", row => row.GetInt64(0), source).FirstOrDefault()) < SmallDatabase;
        var strategy = server.MajorVersion < 15 ? "" : isSmall ? " STRATEGY WAL_LOG" : " STRATEGY FILE_COPY";
        return $"CREATE DATABASE {PostgresName.Quote(destination)} TEMPLATE {PostgresName.Quote(source)}{strategy}";
    }

    /// <summary>Any database of the server that is not the one in question.</summary>
    public static PostgresConnection OpenServer(PostgresAddress address, TimeSpan? lockTimeout = null)
    {
        try
        {
            return PostgresConnection.Open(address.With("postgres"), PostgresUse.Own, lockTimeout);
        }
        catch (DbVcException failure) when (failure.Code is "database.missing" or "database.denied")
        {
            return PostgresConnection.Open(address.With("template1"), PostgresUse.Own, lockTimeout);
        }
    }

    public static List<string> List(PostgresConnection server, string prefix) => server.Read(
        "SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY 1", row => row.GetString(0), prefix);

    /// <summary>It holds what production holds, so it is for its owner alone.</summary>
    public static void Close(PostgresConnection server, string database) =>
        server.Execute($"REVOKE ALL ON DATABASE {PostgresName.Quote(database)} FROM PUBLIC");

    /// <summary>Drops a database, whoever is connected to it. Nothing there is no error.</summary>
    public static void Drop(PostgresConnection server, string database)
    {
        var drop = $"DROP DATABASE IF EXISTS {PostgresName.Quote(database)}";
        try
        {
            server.Execute(drop + " WITH (FORCE)");
        }
        catch (DbVcException failure) when (failure.Code == "database.denied")
        {
            // A worker of the server's autovacuum is in it, which is not for an owner to end. The plain statement ends such workers itself.
            server.Execute(drop);
        }
    }

    /// <summary>What a copy holds that nobody else knows of yet, and so nobody writes to; from here on it tracks its changes where it shall.</summary>
    private static PostgresMark? MakeMark(PostgresConnection server, PostgresAddress copy, bool tracks, TimeSpan timeout)
    {
        if (!tracks) return PostgresMark.ReadFresh(server, copy.Database);
        PostgresMark? mark;
        using (var connection = PostgresConnection.Open(copy, PostgresUse.Own, timeout))
        {
            PostgresTracking.Start(connection, null, timeout);
            connection.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            mark = PostgresMark.Read(connection);
            connection.Execute("COMMIT");
        }

        WaitUntilLeft(server, copy.Database);
        return mark;
    }

    /// <summary>A database gets no other name while somebody is in it, and the server looks again only after a tenth of a second.</summary>
    private static void WaitUntilLeft(PostgresConnection server, string database)
    {
        const string Left = "SELECT 'yes' WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = $1)";
        for (var attempt = 0; attempt < 100 && server.ReadText(Left, database) is null; attempt++) Thread.Sleep(1);
    }

    private static void Copy(PostgresConnection server, string source, string destination)
    {
        // Where the disk can share blocks between files, a copy is there at once.
        if (server.MajorVersion >= 18) server.Execute("SET file_copy_method = clone");
        try
        {
            server.Execute(CopySql(server, source, destination));
        }
        catch (DbVcException failure) when (server.MajorVersion >= 18
            && failure.InnerException is PostgresException { SqlState: "58030" or "58P01" or "0A000" or "XX000" })
        {
            server.Execute("SET file_copy_method = copy");
            server.Execute(CopySql(server, source, destination));
        }
    }

    private static void RequireCopyable(PostgresConnection server, PostgresAddress source, PostgresAddress destination)
    {
        if (source.Settings.Host != destination.Settings.Host || source.Settings.Port != destination.Settings.Port)
        {
            throw new DbVcException(FailureKind.Refused, "database.apart", $"{source.Display} is on another server than {destination.Display}.",
                destination.Display,
                "A database is copied on its own server only.");
        }

        var there = server.Read("SELECT datname FROM pg_database WHERE datname IN ($1, $2)", row => row.GetString(0), source.Database, destination.Database);
        if (!there.Contains(source.Database)) throw PostgresError.Missing(source.Display);
        if (there.Contains(destination.Database)) throw PostgresError.Exists(destination.Display);
    }

    /// <summary>True if others than db-vc are connected: a database is copied as files only while nobody uses it.</summary>
    private static bool IsInUse(PostgresConnection server, string database) => server.Read(
        "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend' AND application_name <> 'db-vc'", _ => 1, database).Count > 0;

    private static void Run(PostgresConnection server, string sql, PostgresAddress address)
    {
        try
        {
            server.Execute(sql);
        }
        catch (DbVcException failure) when (failure.InnerException is PostgresException { SqlState: PostgresError.DuplicateDatabase or "23505" })
        {
            throw PostgresError.Exists(address.Display);
        }
    }
}
