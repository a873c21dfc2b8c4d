using System.Buffers.Binary;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Moves over the rows of one <c>COPY … (FORMAT binary)</c>, which it reads from a big buffer without allocating anything for a row.</summary>
internal sealed class PostgresRowCursor : IRowCursor
{
    private const int FirstBufferSize = 256 << 10;

    private readonly PostgresConnection _connection;
    private readonly Stream _stream;
    private readonly PostgresReading[] _readings;
    private readonly ValueKind[] _kinds;
    private readonly byte[]?[] _texts;
    private readonly int[] _starts;
    private readonly int[] _lengths;
    private readonly Action? _closed;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(FirstBufferSize);
    private int _position;
    private int _end;
    private bool _isDone;

    private PostgresRowCursor(PostgresConnection connection, Stream stream, PostgresReading[] readings, Action? closed)
    {
        (_connection, _stream, _readings, _closed) = (connection, stream, readings, closed);
        _kinds = Array.ConvertAll(readings, PostgresTypes.KindOf);
        _texts = new byte[]?[readings.Length];
        _starts = new int[readings.Length];
        _lengths = new int[readings.Length];
    }

    /// <summary>Starts reading. The connection does nothing else until the cursor is disposed.</summary>
    /// <param name="connection">In its transaction.</param>
    /// <param name="select">A query; its columns come as <paramref name="readings"/> say.</param>
    /// <param name="readings">One for each column.</param>
    /// <param name="closed">Called when the cursor is disposed.</param>
    public static PostgresRowCursor Open(PostgresConnection connection, string select, PostgresReading[] readings, Action? closed = null)
    {
        var stream = connection.Guard(() => connection.Native.BeginRawBinaryCopy($"COPY ({select}) TO STDOUT (FORMAT binary)"));
        var cursor = new PostgresRowCursor(connection, stream, readings, closed);
        try
        {
            cursor.ReadHeader();
            return cursor;
        }
        catch
        {
            cursor.Dispose();
            throw;
        }
    }

    public bool Read()
    {
        if (_isDone) return false;
        Require(2);
        var fields = BinaryPrimitives.ReadInt16BigEndian(_buffer.AsSpan(_position));
        _position += 2;
        if (fields < 0)
        {
            _isDone = true;
            return false;
        }

        if (fields != _readings.Length) throw new InvalidOperationException($"The server sent {fields} fields for {_readings.Length} columns.");
        ReadFields();
        return true;
    }

    public ValueKind KindAt(int column) => _lengths[column] < 0 ? ValueKind.Null : _kinds[column];

    public long IntegerAt(int column)
    {
        var bytes = RawAt(column);
        return _readings[column] switch
        {
            PostgresReading.Int64 => BinaryPrimitives.ReadInt64BigEndian(bytes),
            PostgresReading.Int32 => BinaryPrimitives.ReadInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadInt16BigEndian(bytes),
        };
    }

    public double RealAt(int column)
    {
        var bytes = RawAt(column);
        return _readings[column] == PostgresReading.Float4 ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadDoubleBigEndian(bytes);
    }

    public ReadOnlySpan<byte> BytesAt(int column) => _readings[column] switch
    {
        PostgresReading.Text or PostgresReading.Bytes => RawAt(column),
        // A byte of version comes first.
        PostgresReading.Jsonb => RawAt(column)[1..],
        var reading => Decode(column, reading),
    };

    /// <summary>A copy of the value.</summary>
    public Value ValueAt(int column) => KindAt(column) switch
    {
        ValueKind.Integer => Value.Integer(IntegerAt(column)),
        ValueKind.Real => Value.Real(RealAt(column)),
        ValueKind.Text => Value.Text(BytesAt(column).ToArray()),
        ValueKind.Blob => Value.Blob(BytesAt(column).ToArray()),
        _ => Value.Null,
    };

    public void Dispose()
    {
        try
        {
            // Half-read, the driver asks the server to stop.
            _stream.Dispose();
        }
        catch (Exception failure) when (PostgresError.Translate(failure, _connection.Display) is not null)
        {
            // The rows were not wanted any more; whoever uses the connection next is told.
        }

        _closed?.Invoke();
    }

    private ReadOnlySpan<byte> RawAt(int column) => _buffer.AsSpan(_starts[column], _lengths[column]);

    private ReadOnlySpan<byte> Decode(int column, PostgresReading reading)
    {
        var raw = RawAt(column);
        var needed = PostgresDecoder.LengthOf(reading, raw);
        if (_texts[column] is not { } text || text.Length < needed) _texts[column] = text = new byte[needed];
        return text.AsSpan(0, PostgresDecoder.Write(reading, raw, text));
    }

    /// <summary>Starts are relative to the row until it is whole: reading on may move it to the buffer's beginning.</summary>
    private void ReadFields()
    {
        var rowStart = _position;
        for (var i = 0; i < _readings.Length; i++)
        {
            if (_end - _position < 4) rowStart -= Fill(rowStart, 4);
            var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_position));
            _position += 4;
            if (length > _end - _position) rowStart -= Fill(rowStart, length);
            _starts[i] = _position - rowStart;
            _lengths[i] = length;
            if (length > 0) _position += length;
        }

        for (var i = 0; i < _starts.Length; i++) _starts[i] += rowStart;
    }

    private void ReadHeader()
    {
        const int SignatureLength = 11;
        Require(SignatureLength + 8);
        var extension = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(SignatureLength + 4));
        _position += SignatureLength + 8;
        Require(extension);
        _position += extension;
    }

    private void Require(int bytes)
    {
        if (_end - _position < bytes) Fill(_position, bytes);
    }

    /// <summary>Reads until so many bytes follow the position; what begins at <paramref name="keep"/> stays. Returns how far it was moved down.</summary>
    private int Fill(int keep, int bytes)
    {
        var target = _buffer;
        var needed = checked(_position - keep + bytes);
        if (needed > target.Length) target = GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * target.Length)));
        Buffer.BlockCopy(_buffer, keep, target, 0, _end - keep);
        _buffer = target;
        _position -= keep;
        _end -= keep;
        try
        {
            while (_end - _position < bytes)
            {
                var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
                if (read == 0) throw new IOException("The rows end early.");
                _end += read;
            }
        }
        catch (Exception failure) when (PostgresError.Translate(failure, _connection.Display) is { } translated)
        {
            throw translated;
        }

        return keep;
    }
}
