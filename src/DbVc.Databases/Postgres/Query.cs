using System.Diagnostics;
using System.Globalization;
using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>Runs one reading statement of untrusted SQL through a cursor in a read-only transaction; rows come in portions.</summary>
internal sealed class PostgresQuery : IQueryResult
{
    private const int FirstPortion = 100;
    private const int BigPortion = 2000;

    private readonly PostgresConnection _connection;
    private readonly QueryLimits _limits;
    private readonly PostgresOutput[] _outputs;
    private TimeSpan _left;

    private PostgresQuery(PostgresConnection connection, QueryLimits limits, TimeSpan left, List<(QueryColumn Column, PostgresOutput Output)> columns)
    {
        (_connection, _limits, _left) = (connection, limits, left);
        Columns = [.. columns.Select(c => c.Column)];
        _outputs = [.. columns.Select(c => c.Output)];
    }

    public IReadOnlyList<QueryColumn> Columns { get; }

    public IEnumerable<Value[]> Rows => ReadRows();

    public static PostgresQuery Run(PostgresAddress address, string sql, QueryLimits limits)
    {
        var connection = PostgresConnection.Open(address, PostgresUse.User, limits.MaxTime);
        try
        {
            // A person's question is answered as in the person's own session; only a capture must not be one in part.
            connection.Execute("BEGIN READ ONLY; SET LOCAL row_security = on");
            var statement = PostgresQueryGuard.Check(connection, sql);
            var start = Stopwatch.GetTimestamp();
            connection.Execute("SET LOCAL cursor_tuple_fraction = 1");
            var columns = Declare(connection, statement, limits.MaxTime);
            return new PostgresQuery(connection, limits, limits.MaxTime - Stopwatch.GetElapsedTime(start), columns);
        }
        catch (DbVcException failure)
        {
            connection.Dispose();
            throw PostgresQueryGuard.Translate(failure);
        }
    }

    /// <summary>The same on a connection that is in its transaction already and belongs to the answer from here on.</summary>
    public static PostgresQuery Over(PostgresConnection connection, string statement, QueryLimits limits, TimeSpan used) =>
        new(connection, limits, limits.MaxTime - used, Declare(connection, statement, limits.MaxTime));

    public void Dispose() => _connection.Dispose();

    /// <summary>Makes the cursor, which reads nothing yet, and asks what its columns are.</summary>
    public static List<(QueryColumn Column, PostgresOutput Output)> Declare(PostgresConnection connection, string statement, TimeSpan maxTime)
    {
        // A batch sends each command as it is: whoever hides a second statement in the text is found out by the server.
        connection.Guard(() =>
        {
            using var batch = new NpgsqlBatch(connection.Native);
            batch.BatchCommands.Add(new NpgsqlBatchCommand(TimeLimit(maxTime)));
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"DECLARE {PostgresQueryGuard.Cursor} NO SCROLL CURSOR FOR {statement}"));
            batch.ExecuteNonQuery();
        });
        var types = connection.Guard(() =>
        {
            using var command = new NpgsqlCommand($"FETCH FORWARD 0 FROM {PostgresQueryGuard.Cursor}", connection.Native) { AllResultTypesAreUnknown = true };
            using var reader = command.ExecuteReader();
            return Enumerable.Range(0, reader.FieldCount).Select(i => (Name: reader.GetName(i), Type: reader.GetDataTypeOID(i))).ToList();
        });
        var names = PostgresOutput.ReadTypeNames(connection, types.Select(t => t.Type));
        return types.ConvertAll(t => (new QueryColumn(t.Name, names[t.Type]), PostgresOutput.For(names[t.Type])));
    }

    /// <summary>The next rows of the cursor; fewer than asked for where it ends.</summary>
    public static List<Value[]> Fetch(PostgresConnection connection, long count, TimeSpan left, PostgresOutput[] outputs) => connection.Guard(() =>
    {
        connection.Execute(TimeLimit(left));
        var sql = string.Create(CultureInfo.InvariantCulture, $"FETCH FORWARD {count} FROM {PostgresQueryGuard.Cursor}");
        using var command = new NpgsqlCommand(sql, connection.Native) { AllResultTypesAreUnknown = true };
        var rows = new List<Value[]>();
        using var reader = command.ExecuteReader();
        while (reader.Read()) rows.Add([.. outputs.Select((output, i) => reader.IsDBNull(i) ? Value.Null : output.Read(reader.GetString(i)))]);
        return rows;
    });

    private IEnumerable<Value[]> ReadRows()
    {
        var seen = 0L;
        for (var portion = FirstPortion; ; portion = BigPortion)
        {
            var wanted = Math.Min(portion - 1L, _limits.MaxRows - seen) + 1;
            var rows = FetchInTime(wanted);
            foreach (var row in rows)
            {
                if (seen++ >= _limits.MaxRows) throw PostgresQueryGuard.Limit("row");
                yield return row;
            }

            if (rows.Count < wanted) yield break;
        }
    }

    private List<Value[]> FetchInTime(long wanted)
    {
        if (_left <= TimeSpan.Zero) throw PostgresQueryGuard.Limit("time");
        var start = Stopwatch.GetTimestamp();
        try
        {
            return Fetch(_connection, wanted, _left, _outputs);
        }
        catch (DbVcException failure)
        {
            throw PostgresQueryGuard.Translate(failure);
        }
        finally
        {
            _left -= Stopwatch.GetElapsedTime(start);
        }
    }

    private static string TimeLimit(TimeSpan time) => string.Create(CultureInfo.InvariantCulture,
        $"SET LOCAL statement_timeout = {Math.Clamp((long)Math.Ceiling(time.TotalMilliseconds), 1, int.MaxValue)}");
}
