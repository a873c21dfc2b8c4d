using DbVc.Model;
using Microsoft.Data.Sqlite;

namespace DbVc.Pipelines;

/// <summary>What spools may take of the disk, and what ends them.</summary>
/// <param name="Path">Of the source, for messages.</param>
/// <param name="MostBytes">More in one spool is refused.</param>
/// <param name="Cancel">Ends reading and writing.</param>
internal sealed record SpoolRoom(string Path, long MostBytes, CancellationToken Cancel)
{
    public DbVcException Exceeded(Exception? cause = null) => new(FailureKind.Refused, "source.reshape-size",
        $"Reshaping the source needs more than {MostBytes >> 20} MiB, far more than its own size, "
        + $"or more than there is room for in {System.IO.Path.GetTempPath()}.",
        Path, "Free some space there, set TMPDIR to a folder with more, or let the steps make fewer records.", cause);
}

/// <summary>
/// Rows on disk in bounded memory, to be read in another order than they were written in: a SQLite database without a name. SQLite removes its file as
/// soon as it is open, so nobody else can open it and nothing is left of it, however the process ends.
/// </summary>
internal sealed class RowSpool : IDisposable
{
    private const int PageBytes = 4096;
    private const int CacheKibibytes = 16 * 1024;
    private const int Full = 13;
    private const int TooBig = 18;

    private readonly SqliteConnection _connection = new("Data Source=;Pooling=False");
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private readonly SpoolRoom _room;
    private readonly int _columns;
    private readonly SqliteCommand _insert;

    /// <param name="room">What it may take.</param>
    /// <param name="columns">How many cells its rows have.</param>
    public RowSpool(SpoolRoom room, int columns)
    {
        (_room, _columns) = (room, columns);
        _connection.Open();
        var pages = Math.Max(64, room.MostBytes / PageBytes);
        Execute($"PRAGMA page_size = {PageBytes}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; "
            + $"PRAGMA cache_size = -{CacheKibibytes}; PRAGMA max_page_count = {pages}");
        Execute("CREATE TABLE rows (seq INTEGER PRIMARY KEY, grp BLOB, ord BLOB, line INTEGER, cells BLOB)");
        Execute("BEGIN");
        _insert = _connection.CreateCommand();
        _insert.CommandText = "INSERT INTO rows (seq, grp, ord, line, cells) VALUES ($seq, $grp, $ord, $line, $cells)";
        foreach (var name in (string[])["$seq", "$grp", "$ord", "$line", "$cells"]) _insert.Parameters.Add(new SqliteParameter { ParameterName = name });
    }

    /// <summary>How many rows it has.</summary>
    public long Count { get; private set; }

    /// <param name="row">To be kept.</param>
    /// <param name="group">What tells groups of rows apart.</param>
    /// <param name="order">Orders rows by its bytes; null comes first.</param>
    /// <param name="place">The place among all rows; null for the end.</param>
    public void Add(ShapedRow row, byte[]? group = null, byte[]? order = null, long? place = null)
    {
        Count++;
        object?[] values = [place ?? Count, group, order, row.Line, row.Pack()];
        for (var i = 0; i < values.Length; i++) _insert.Parameters[i].Value = values[i] ?? DBNull.Value;
        Guard(_insert.ExecuteNonQuery);
    }

    /// <summary>Rows as a query gives them.</summary>
    /// <param name="order">What follows <c>FROM rows</c>; a constant.</param>
    public IEnumerable<SpooledRow> Read(string order)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT seq, grp, line, cells FROM rows " + order;
        using var reader = Guard(command.ExecuteReader);
        while (Guard(reader.Read))
        {
            _room.Cancel.ThrowIfCancellationRequested();
            var group = reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1);
            yield return new SpooledRow(reader.GetInt64(0), group, ShapedRow.Unpack(reader.GetInt64(2), reader.GetFieldValue<byte[]>(3), _columns));
        }
    }

    /// <summary>Runs a statement; what differs between calls are parameters.</summary>
    public void Execute(string statement, params object?[] values)
    {
        var command = Prepare(statement, values);
        Guard(command.ExecuteNonQuery);
    }

    /// <summary>The first value of the first row; null where there is none.</summary>
    public object? Find(string query, params object?[] values)
    {
        var command = Prepare(query, values);
        return Guard(command.ExecuteScalar) is { } found and not DBNull ? found : null;
    }

    /// <summary>Values of two columns, row by row.</summary>
    public IEnumerable<(byte[]? Group, string Text)> ReadTexts(string query, params object?[] values)
    {
        var command = Prepare(query, values);
        using var reader = Guard(command.ExecuteReader);
        while (Guard(reader.Read))
        {
            _room.Cancel.ThrowIfCancellationRequested();
            yield return (reader.IsDBNull(0) ? null : reader.GetFieldValue<byte[]>(0), reader.GetString(1));
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        foreach (var command in _commands.Values) command.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Prepare(string statement, object?[] values)
    {
        if (!_commands.TryGetValue(statement, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = statement;
            for (var i = 0; i < values.Length; i++) command.Parameters.Add(new SqliteParameter { ParameterName = "$" + (char)('a' + i) });
            _commands.Add(statement, command);
        }

        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }

    private T Guard<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is Full or TooBig or 10)
        {
            throw _room.Exceeded(failure);
        }
    }
}

/// <summary>A row as it was kept.</summary>
internal readonly record struct SpooledRow(long Place, byte[]? Group, ShapedRow Row);
