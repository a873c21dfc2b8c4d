using DbVc.Databases;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Hands a database cursor to the version engine, which knows no database.</summary>
internal sealed class CursorSource(IRowCursor cursor, CancellationToken cancel) : IRowSource
{
    private const int RowsBetweenChecks = 4096;
    private int _rows;

    public bool Read()
    {
        if (++_rows % RowsBetweenChecks == 0) cancel.ThrowIfCancellationRequested();
        return cursor.Read();
    }

    public ValueKind KindAt(int column) => cursor.KindAt(column);

    public long IntegerAt(int column) => cursor.IntegerAt(column);

    public double RealAt(int column) => cursor.RealAt(column);

    public ReadOnlySpan<byte> BytesAt(int column) => cursor.BytesAt(column);
}
