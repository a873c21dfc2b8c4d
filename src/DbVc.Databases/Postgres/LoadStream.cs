using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>A COPY that stays open while rows come, so that the server takes the ones before meanwhile. What it refuses cannot be taken back.</summary>
internal sealed class PostgresLoadStream(PostgresConnection connection, string copy)
{
    private TextWriter? _open;

    public void Write(ReadOnlyMemory<byte> rows) => Run(() =>
    {
        _open ??= connection.Native.BeginTextImport(copy);
        ((StreamWriter)_open).BaseStream.Write(rows.Span);
    });

    /// <summary>Returns when the server has taken every row; writing may go on afterwards.</summary>
    public void Complete() => Run(() =>
    {
        var ending = _open;
        _open = null;
        ending?.Dispose();
    });

    /// <summary>Has the server forget what was not completed; the transaction is over then.</summary>
    public void Cancel()
    {
        try
        {
            if (_open is { } open) ((NpgsqlCopyTextWriter)open).Cancel();
            _open = null;
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException
            || PostgresError.Translate(failure, connection.Display) is not null)
        {
            // It was not completed, so nothing of it counts.
        }
    }

    private void Run(Action action)
    {
        try
        {
            connection.Guard(action);
        }
        catch (DbVcException failure) when (failure.InnerException is PostgresException server && PostgresAttempt.IsAboutRow(server))
        {
            _open = null;
            var code = server.SqlState.StartsWith("22", StringComparison.Ordinal) ? "value.rejected" : "constraint.violated";
            throw new DbVcException(FailureKind.Refused, code, PostgresError.Sentence(server), connection.Display, inner: server);
        }
    }
}
