using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>A condition that the last statement met without failing.</summary>
internal sealed record MySqlWarning(string Level, int Number, string Message);

/// <summary>One connection, for one thread at a time; only <see cref="KillStatement"/> and <see cref="Abort"/> may come from another.</summary>
internal sealed unsafe class MySqlHandle : IDisposable
{
    private readonly MySqlAddress _address;
    private readonly LocalInfile _infile;
    private nint _connection;

    private MySqlHandle(MySqlAddress address, nint connection) =>
        (_address, _connection, _infile) = (address, connection, new LocalInfile(connection));

    public nint Pointer => _connection;

    public string Display => _address.Display;

    /// <summary>The server's number for this connection.</summary>
    public long Id => (long)MySqlNative.ConnectionId(_connection);

    public string ServerVersion => Text(MySqlNative.ServerInfo(_connection));

    public bool IsMariaDb => ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);

    public bool IsEncrypted => MySqlNative.TlsCipher(_connection) is not null;

    /// <summary>Rows that the last statement inserted, deleted or found to update.</summary>
    public long AffectedRows => (long)MySqlNative.AffectedRows(_connection);

    public ulong InsertId => MySqlNative.InsertId(_connection);

    public int WarningCount => (int)MySqlNative.WarningCount(_connection);

    public static MySqlHandle Open(MySqlAddress address, MySqlSession? session = null)
    {
        address.Validate();
        MySqlLibrary.Require();
        session ??= MySqlSession.Default;
        var handle = new MySqlHandle(address, MySqlNative.Initialize(0));
        try
        {
            MySqlConnecting.Run(handle, address, session);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Runs a statement; the rows it may return are passed over.</summary>
    public void Execute(string sql) => Execute(Encoding.UTF8.GetBytes(sql));

    public void Execute(ReadOnlySpan<byte> sql)
    {
        Send(sql);
        PassRows();
        Finish();
    }

    /// <summary>Runs a statement that returns rows, all as text; for what cannot be prepared. Nothing else can be run until they are disposed.</summary>
    public MySqlResult Query(string sql) => Query(Encoding.UTF8.GetBytes(sql));

    public MySqlResult Query(ReadOnlySpan<byte> sql)
    {
        Send(sql);
        var result = MySqlNative.FieldCount(_connection) == 0 ? 0 : MySqlNative.UseResult(_connection);
        if (result != 0) return new MySqlResult(this, result);
        if (MySqlNative.ErrorNumber(_connection) != 0) throw Fail();
        throw new DbVcException(FailureKind.Refused, "statement.no-rows", "The statement returns no rows.", _address.Display);
    }

    public string? ReadText(string sql)
    {
        using var result = Query(sql);
        return result.Read() ? result.NullableTextAt(0) : null;
    }

    /// <summary>The integer in the first row; 0 without one.</summary>
    public long ReadInteger(string sql)
    {
        using var result = Query(sql);
        return result.Read() && !result.IsNull(0) ? result.IntegerAt(0) : 0;
    }

    /// <summary>Prepares one statement; the caller disposes it.</summary>
    public MySqlStatement Prepare(string sql) => MySqlStatement.Prepare(this, sql);

    /// <summary>Runs a LOAD DATA LOCAL statement on our own stream; whatever file name it gives has no meaning. Rows that the server skipped or altered
    /// are told by <see cref="ReadWarnings"/>. A stream that fails ends the load early, which the server cannot tell from its end: roll back then.</summary>
    public MySqlLoadCount Load(string sql, Stream stream)
    {
        using (_infile.Offer(stream)) Execute(sql);
        return MySqlLoadCount.Parse(Text(MySqlNative.Info(_connection)));
    }

    public IReadOnlyList<MySqlWarning> ReadWarnings()
    {
        if (WarningCount == 0) return [];
        var warnings = new List<MySqlWarning>();
        using var rows = Query("SHOW WARNINGS");
        while (rows.Read()) warnings.Add(new MySqlWarning(rows.TextAt(0), (int)rows.IntegerAt(1), rows.TextAt(2)));
        return warnings;
    }

    /// <summary>Ends the statement that another thread runs here; that one fails with <c>database.interrupted</c>, the connection lives on.</summary>
    public void KillStatement()
    {
        using var other = Open(_address with { Database = null });
        other.Execute(string.Create(CultureInfo.InvariantCulture, $"KILL QUERY {Id}"));
    }

    /// <summary>Cuts the connection: whatever runs or waits on it fails at once.</summary>
    public void Abort() => _ = MySqlNative.Abort(_connection);

    /// <summary>The failure that the library reports for this connection.</summary>
    public DbVcException Fail()
    {
        var number = (int)MySqlNative.ErrorNumber(_connection);
        // After an abort the library fails without a reason.
        return number == 0 ? Fail(MySqlError.Lost, "HY000", "it was closed")
            : Fail(number, Text(MySqlNative.SqlState(_connection)), Text(MySqlNative.ErrorMessage(_connection)));
    }

    public DbVcException Fail(int number, string sqlState, string message)
    {
        // The server quotes statements in its messages, and some statements hold a password.
        if (_address.Password.Length > 0) message = message.Replace(_address.Password, "***", StringComparison.Ordinal);
        return MySqlError.Create(number, sqlState, message, _address.Display);
    }

    public void Dispose()
    {
        if (_connection == 0) return;
        MySqlNative.Close(_connection);
        _connection = 0;
        _infile.Dispose();
    }

    public static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>Passes over the further results of a procedure, and finds the failures among them.</summary>
    internal void Finish()
    {
        while (MySqlNative.HasMoreResults(_connection) != 0)
        {
            if (MySqlNative.NextResult(_connection) > 0) throw Fail();
            PassRows();
        }
    }

    private void PassRows()
    {
        if (MySqlNative.FieldCount(_connection) == 0) return;
        var result = MySqlNative.UseResult(_connection);
        if (result == 0) throw Fail();
        while (MySqlNative.FetchRow(result) is not null)
        {
        }

        var failed = MySqlNative.ErrorNumber(_connection) != 0;
        MySqlNative.FreeResult(result);
        if (failed) throw Fail();
    }

    private void Send(ReadOnlySpan<byte> sql)
    {
        int code;
        fixed (byte* text = sql) code = MySqlNative.Query(_connection, text, (nuint)sql.Length);
        if (code == 0) return;
        var failure = Fail();
        throw _infile.TakeFailure() ?? (LocalInfile.IsRefused(failure) ? LocalInfile.Refuse() : failure);
    }
}
