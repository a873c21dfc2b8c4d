using System.Runtime.InteropServices;

namespace DbVc.Databases;

/// <summary>Native memory for the texts and blobs of one row, bound as SQLITE_STATIC just before the step.
/// A block that became too small is kept until the end, so that no binding ever dangles.</summary>
internal sealed unsafe class SqliteBindBuffer : IDisposable
{
    private readonly List<nint> _blocks = [];
    private Piece[] _pieces = new Piece[8];
    private int _pieceCount;
    private byte* _memory;
    private nuint _capacity;
    private nuint _used;

    public void Add(int parameter, ReadOnlySpan<byte> bytes, bool isText)
    {
        var end = _used + (nuint)bytes.Length;
        // One byte more than needed: SQLite takes a null pointer for NULL, and an empty value is not NULL.
        if (end + 1 > _capacity) Grow(end + 1);
        bytes.CopyTo(new Span<byte>(_memory + _used, bytes.Length));
        if (_pieceCount == _pieces.Length) Array.Resize(ref _pieces, _pieceCount * 2);
        _pieces[_pieceCount++] = new Piece(parameter, _used, bytes.Length, isText);
        _used = end;
    }

    /// <summary>Binds what was added; returns SQLite's code.</summary>
    public int Flush(nint statement)
    {
        var code = SqliteError.Ok;
        for (var i = 0; i < _pieceCount && code == SqliteError.Ok; i++)
        {
            ref var piece = ref _pieces[i];
            code = piece.IsText
                ? SqliteNative.BindText(statement, piece.Parameter, _memory + piece.Start, piece.Length, 0)
                : SqliteNative.BindBlob(statement, piece.Parameter, _memory + piece.Start, piece.Length, 0);
        }

        _pieceCount = 0;
        return code;
    }

    public void Clear()
    {
        _pieceCount = 0;
        _used = 0;
    }

    public void Dispose()
    {
        foreach (var block in _blocks) NativeMemory.Free((void*)block);
        _blocks.Clear();
        _capacity = 0;
    }

    private void Grow(nuint needed)
    {
        var capacity = Math.Max(Math.Max(needed, _capacity * 2), 4096);
        var memory = (byte*)NativeMemory.Alloc(capacity);
        new ReadOnlySpan<byte>(_memory, (int)_used).CopyTo(new Span<byte>(memory, (int)_used));
        _blocks.Add((nint)memory);
        _memory = memory;
        _capacity = capacity;
    }

    private readonly record struct Piece(int Parameter, nuint Start, int Length, bool IsText);
}
