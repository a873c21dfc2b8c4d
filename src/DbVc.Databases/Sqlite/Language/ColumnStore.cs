using DbVc.Model;

namespace DbVc.Databases;

/// <summary>A table of one row in memory: SQLite itself says what a column keeps.</summary>
internal sealed class SqliteColumnStore : IColumnStore
{
    private readonly SqliteHandle _handle = SqliteHandle.OpenMemory();
    private readonly SqliteStatement _write;
    private readonly SqliteStatement _read;

    public SqliteColumnStore(Column column)
    {
        _handle.Execute("PRAGMA journal_mode = OFF");
        _handle.Execute($"CREATE TABLE t (c {column.DeclaredType})");
        _handle.Execute("INSERT INTO t VALUES (NULL)");
        _write = _handle.Prepare("UPDATE t SET c = ?1");
        _read = _handle.Prepare("SELECT c FROM t");
    }

    public Value Store(Value value)
    {
        if (value.Kind is ValueKind.Null or ValueKind.Blob) return value;
        _write.Bind(0, value);
        _write.Execute();
        var kept = _read.Step() ? _read.ValueAt(0) : value;
        _read.Reset();
        return kept;
    }

    public void Dispose()
    {
        _write.Dispose();
        _read.Dispose();
        _handle.Dispose();
    }
}
