namespace DbVc.Databases;

/// <summary>
/// Keeps the one connection of a database's object that is not in use between two uses of it: connecting costs more than most work, and a server process that
/// has read the catalogue once answers faster. It is gone with the object; until then the server copies, renames and drops no such database.
/// </summary>
internal sealed class PostgresSpare(PostgresAddress address) : IDisposable
{
    private readonly Lock _lock = new();
    private PostgresConnection? _idle;
    private bool _isDisposed;

    /// <summary>The one that is kept, as if it were new, else a new one. Disposed, it is kept for the next.</summary>
    public PostgresConnection Open(TimeSpan lockTimeout)
    {
        PostgresConnection? idle;
        lock (_lock) (idle, _idle) = (_idle, null);
        if (idle is not null)
        {
            if (idle.TryRenew(lockTimeout)) return idle;
            idle.Close();
        }

        var connection = PostgresConnection.Open(address, PostgresUse.Own, lockTimeout);
        connection.Spare = this;
        return connection;
    }

    /// <summary>Takes a connection back; closes it where its transaction cannot be ended, or one is kept already.</summary>
    public void Keep(PostgresConnection connection)
    {
        var isWhole = connection.TryEnd();
        lock (_lock)
        {
            if (isWhole && !_isDisposed && _idle is null)
            {
                _idle = connection;
                return;
            }
        }

        connection.Close();
    }

    public void Dispose()
    {
        PostgresConnection? idle;
        lock (_lock) (idle, _idle, _isDisposed) = (_idle, null, true);
        idle?.Close();
    }
}
