using System.Security.Cryptography;
using System.Text;
using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>
/// Copies of a private database that lie ready, so that a branch need not wait for one. The name of each says which state of which database it is a
/// copy of, and a database has its name only once it is whole; so there is nothing else to keep, and nothing to repair. What is ready is never waited
/// for: the server goes on copying when this process has ended.
/// </summary>
internal static class PostgresReadyPool
{
    private const int Wanted = 2;
    private const string Mark = "_ready_";

    /// <summary>Gives a copy of the source, as it is now, its new name; false if none is ready. Others are made ready for the next time.</summary>
    /// <param name="server">Any database of the server.</param>
    /// <param name="source">What was copied.</param>
    /// <param name="name">The new name.</param>
    /// <param name="makeMark">Makes the mark of a copy before it has a name that others look for.</param>
    /// <param name="mark">Of what the copy holds.</param>
    public static bool TryTake(
        PostgresConnection server, PostgresAddress source, string name, Func<string, PostgresMark?> makeMark, out PostgresMark? mark)
    {
        mark = null;
        if (PrefixFor(source.Database) is not { } prefix || ReadState(source) is not { } state) return false;
        foreach (var ready in PostgresClone.List(server, prefix + state))
        {
            mark = makeMark(ready);
            if (!TryRename(server, ready, name)) continue;
            Refill(server, source, state);
            return true;
        }

        return false;
    }

    /// <summary>Has the server make copies of the source, as it is now, and drop those of older states. Returns before it is done.</summary>
    public static void Prepare(PostgresAddress source)
    {
        if (PrefixFor(source.Database) is null || ReadState(source) is not { } state) return;
        using var server = PostgresClone.OpenServer(source);
        Refill(server, source, state);
    }

    /// <summary>Drops what lies ready of a database that is gone; a copy in the making was waited for by whoever dropped the database.</summary>
    public static void Drop(PostgresConnection server, string source)
    {
        if (PrefixFor(source) is not { } prefix) return;
        foreach (var ready in PostgresClone.List(server, prefix)) PostgresClone.Drop(server, ready);
    }

    /// <summary>True for a database that lies ready for a branch to come.</summary>
    public static bool IsReady(string database) => database.Contains(Mark, StringComparison.Ordinal);

    /// <summary>True for a copy of that database.</summary>
    public static bool IsOf(string ready, string source) => PrefixFor(source) is { } prefix && ready.StartsWith(prefix, StringComparison.Ordinal);

    private static void Refill(PostgresConnection server, PostgresAddress source, string state)
    {
        var prefix = PrefixFor(source.Database)!;
        var ready = PostgresClone.List(server, prefix);
        foreach (var old in ready.Where(r => !r.StartsWith(prefix + state, StringComparison.Ordinal))) Leave(source, _ =>
            $"DROP DATABASE IF EXISTS {PostgresName.Quote(old)}");
        var there = ready.Count(r => r.StartsWith(prefix + state, StringComparison.Ordinal));
        // One at a time: the server copies one database for one session only.
        if (there < Wanted) Leave(source, c => PostgresClone.CopySql(c, source.Database,
            $"{prefix}{state}_{RandomNumberGenerator.GetHexString(6, lowercase: true)}"));
    }

    /// <summary>Hands the server a statement and does not wait: it carries out what it has been told even if nobody asks how it went.</summary>
    private static void Leave(PostgresAddress source, Func<PostgresConnection, string> statement)
    {
        PostgresConnection? connection = null;
        try
        {
            connection = PostgresClone.OpenServer(source);
            if (connection.MajorVersion >= 18) connection.Execute("SET file_copy_method = clone");
            var command = new NpgsqlCommand(statement(connection), connection.Native);
            _ = Finish(connection, command);
        }
        catch (DbVcException)
        {
            // Without a copy ready the next branch waits for its own.
            connection?.Dispose();
        }
    }

    private static async Task Finish(PostgresConnection connection, NpgsqlCommand command)
    {
        try
        {
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresError.Translate(failure, connection.Display) is not null)
        {
            // The same: nothing is owed to anybody.
        }
        finally
        {
            await command.DisposeAsync().ConfigureAwait(false);
            connection.Dispose();
        }
    }

    private static bool TryRename(PostgresConnection server, string ready, string name)
    {
        try
        {
            server.Execute($"ALTER DATABASE {PostgresName.Quote(ready)} RENAME TO {PostgresName.Quote(name)}");
            return true;
        }
        catch (DbVcException failure) when (failure.Code is "database.missing" or "database.locked")
        {
            // Somebody else took it.
            return false;
        }
    }

    /// <summary>How names of copies of a database begin; null where none are made: only what db-vc made itself changes by its own sessions alone, each of
    /// which writes the state anew.</summary>
    private static string? PrefixFor(string source) =>
        source.StartsWith("dbvc_", StringComparison.Ordinal) && source.Split('_') is [_, var repository, ..] && !IsReady(source)
            ? $"dbvc_{repository}{Mark}{Digest(source)[..8]}_" : null;

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Names the state: what stands in its row, and the transaction that wrote it.</summary>
    private static string? ReadState(PostgresAddress source)
    {
        using var connection = PostgresConnection.Open(source);
        if (PostgresStateTable.Read(connection) is null) return null;
        var row = connection.ReadText("""SELECT s.xmin::text || ' ' || s.ctid::text || ' ' || s::text FROM public._dbvc_state s WHERE id = 1""");
        return Digest(row ?? "")[..16];
    }
}
