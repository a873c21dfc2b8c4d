using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Databases that hold tables as they were. One is whole when it has its table of use, which is made last and goes first; who fills it holds a lock that
/// goes with the session. Whoever reads holds that table, so that nobody drops the database meanwhile.
/// </summary>
/// <param name="server">The work server.</param>
/// <param name="prefix">How their names begin.</param>
/// <param name="live">The database whose character set and collation they get; null: the usual.</param>
internal sealed class MySqlPast(MySqlAddress server, string prefix, MySqlAddress? live)
{
    /// <summary>Run in a reader's transaction before anything else.</summary>
    public const string HoldSql = "SELECT at FROM _dbvc_used";

    private const string UseTable = "_dbvc_used";

    private static readonly TimeSpan LongestFilling = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(30);

    /// <summary>The database of a key, whole; it is made by <paramref name="fill"/> if it is not there.</summary>
    public MySqlAddress Open(string key, Action<MySqlAddress> fill)
    {
        var address = server with { Database = prefix + key, Location = null };
        using var handle = MySqlHandle.Open(server with { Database = null });
        if (!IsWhole(handle, address.Database)) Make(handle, address, fill);
        else handle.Execute($"UPDATE {Use(address.Database)} SET at = now() WHERE at < now() - INTERVAL 1 MINUTE");
        return address;
    }

    /// <summary>True for what says that a database of this kind is not there any more.</summary>
    public static bool IsGone(DbVcException failure) => MySqlError.NumberOf(failure) is MySqlError.UnknownTable or MySqlError.UnknownDatabase;

    /// <summary>Drops what is not wanted any more; null: only counts. What somebody reads stays, unless it must go: then its end is waited for.</summary>
    public PastKept Sweep(TimeSpan? unusedFor, bool evenUsed)
    {
        var session = new MySqlSession { LockTimeout = evenUsed ? LongWait : ShortWait };
        using var handle = MySqlHandle.Open(server with { Database = null }, session);
        return Sweep(handle, unusedFor, evenUsed, counts: unusedFor is null);
    }

    private void Make(MySqlHandle handle, MySqlAddress address, Action<MySqlAddress> fill)
    {
        MySqlWriteLock.Take(handle, LockOf(address.Database!), LongestFilling);
        if (IsWhole(handle, address.Database!)) return;
        // Whoever had begun it is dead, or would have the lock.
        MySqlClone.Drop(handle, address.Database!);
        try
        {
            if (live is not null) MySqlClone.CreateLike(handle, live, address);
            else MySqlClone.CreateEmpty(handle, address);
            fill(address);
            handle.Execute($"CREATE TABLE {Use(address.Database!)} (at TIMESTAMP NOT NULL)");
            handle.Execute($"INSERT INTO {Use(address.Database!)} VALUES (now())");
        }
        catch
        {
            MySqlClone.Drop(handle, address.Database!);
            throw;
        }

        DropSurplus();
    }

    private void DropSurplus()
    {
        try
        {
            using var handle = MySqlHandle.Open(server with { Database = null }, new MySqlSession { LockTimeout = ShortWait });
            Sweep(handle, null, evenUsed: false, counts: false);
        }
        catch (DbVcException)
        {
            // Nobody asked for it; the next one to be made tries again.
        }
    }

    private PastKept Sweep(MySqlHandle handle, TimeSpan? unusedFor, bool evenUsed, bool counts)
    {
        var (whole, dropped) = (new List<PastCopy>(), 0);
        foreach (var row in MySqlObjects.List(handle, "SELECT schema_name FROM information_schema.schemata"))
        {
            if (!row[0].StartsWith(prefix, StringComparison.Ordinal)) continue;
            if (IsWhole(handle, row[0])) whole.Add(Read(handle, row[0]));
            else if (!counts && (evenUsed || IsAbandoned(handle, row[0]))) MySqlClone.Drop(handle, row[0]);
        }

        if (counts) return new PastKept(whole.Count, whole.Sum(c => c.Bytes), 0);
        foreach (var copy in PastCopies.Surplus([.. whole], unusedFor).Where(c => TryDrop(handle, c.Database, evenUsed)))
        {
            whole.Remove(copy);
            dropped++;
        }

        return new PastKept(whole.Count, whole.Sum(c => c.Bytes), dropped);
    }

    /// <summary>The table of use goes first: what is left if this is killed is not taken for whole.</summary>
    private static bool TryDrop(MySqlHandle handle, string database, bool mustGo)
    {
        try
        {
            handle.Execute($"DROP TABLE IF EXISTS {Use(database)}");
        }
        catch (DbVcException failure) when (!mustGo && failure.Kind == FailureKind.Locked)
        {
            // Somebody reads it.
            return false;
        }

        MySqlClone.Drop(handle, database);
        return true;
    }

    private static PastCopy Read(MySqlHandle handle, string database)
    {
        var bytes = handle.ReadInteger($"SELECT coalesce(sum(data_length + index_length), 0) FROM information_schema.tables "
            + $"WHERE table_schema = {MySqlName.Text(database)}");
        var seconds = handle.ReadInteger($"SELECT coalesce(min(timestampdiff(SECOND, at, now())), {int.MaxValue}) FROM {Use(database)}");
        return new PastCopy(database, bytes, TimeSpan.FromSeconds(Math.Max(0, seconds)));
    }

    private static bool IsWhole(MySqlHandle handle, string database) => handle.ReadInteger("SELECT count(*) FROM information_schema.tables "
        + $"WHERE table_schema = {MySqlName.Text(database)} AND table_name = '{UseTable}'") > 0;

    private static bool IsAbandoned(MySqlHandle handle, string database) =>
        handle.ReadInteger($"SELECT GET_LOCK('{MySqlWriteLock.NameOf(LockOf(database))}', 0)") == 1;

    private static string LockOf(string database) => "past " + database;

    private static string Use(string database) => $"{MySqlName.Quote(database)}.{UseTable}";
}
