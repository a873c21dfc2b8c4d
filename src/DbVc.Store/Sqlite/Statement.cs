using System.Text;
using DbVc.Model;
using SQLitePCL;

namespace DbVc.Store;

/// <summary>A prepared statement, used by one caller at a time; disposing it makes it ready for the next use.</summary>
internal sealed class Statement(StoreConnection connection, sqlite3_stmt handle) : IDisposable
{
    public Statement Bind(int index, long value)
    {
        connection.Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public Statement Bind(int index, ReadOnlySpan<byte> blob)
    {
        // An empty span has no address, and SQLite takes a missing address for NULL.
        connection.Check(blob.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, blob));
        return this;
    }

    public Statement Bind(int index, Hash hash)
    {
        Span<byte> bytes = stackalloc byte[Hash.Size];
        hash.CopyTo(bytes);
        return Bind(index, bytes);
    }

    /// <summary>NULL for no hash.</summary>
    public Statement BindOptional(int index, Hash hash)
    {
        if (!hash.IsNone) return Bind(index, hash);
        connection.Check(raw.sqlite3_bind_null(handle, index));
        return this;
    }

    public Statement Bind(int index, string text)
    {
        connection.Check(text.Length == 0
            ? raw.sqlite3_bind_text(handle, index, "")
            : raw.sqlite3_bind_text(handle, index, (ReadOnlySpan<byte>)Encoding.UTF8.GetBytes(text)));
        return this;
    }

    /// <summary>True while there is a row.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(handle);
        if (result == raw.SQLITE_ROW) return true;
        if (result == raw.SQLITE_DONE) return false;
        throw connection.Failure(result);
    }

    /// <summary>Runs a statement that returns no row, and makes it ready for new values.</summary>
    public void Run()
    {
        Step();
        raw.sqlite3_reset(handle);
    }

    public long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(handle, column));

    public Hash ReadHash(int column)
    {
        var bytes = Blob(column);
        return bytes.Length == Hash.Size ? Hash.Read(bytes) : throw StoreFailure.Damaged($"A hash of {bytes.Length} bytes was found.");
    }

    public void Dispose()
    {
        raw.sqlite3_reset(handle);
        raw.sqlite3_clear_bindings(handle);
    }

    internal void Close() => handle.Dispose();
}
