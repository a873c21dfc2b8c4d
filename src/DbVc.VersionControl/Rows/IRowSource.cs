using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Moves over rows without copying values; columns are the stored columns of a table. Spans are valid until the next <see cref="Read"/>.</summary>
public interface IRowSource
{
    bool Read();

    ValueKind KindAt(int column);

    long IntegerAt(int column);

    double RealAt(int column);

    /// <summary>The bytes of text or blob.</summary>
    ReadOnlySpan<byte> BytesAt(int column);
}

/// <summary>Rows that are in memory already.</summary>
public sealed class ValueRows(IEnumerable<Value[]> rows) : IRowSource, IDisposable
{
    private readonly IEnumerator<Value[]> _rows = rows.GetEnumerator();

    public bool Read() => _rows.MoveNext();

    public ValueKind KindAt(int column) => _rows.Current[column].Kind;

    public long IntegerAt(int column) => _rows.Current[column].AsInteger;

    public double RealAt(int column) => _rows.Current[column].AsReal;

    public ReadOnlySpan<byte> BytesAt(int column) => _rows.Current[column].AsBytes.Span;

    public void Dispose() => _rows.Dispose();
}
