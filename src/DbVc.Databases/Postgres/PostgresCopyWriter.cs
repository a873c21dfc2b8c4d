using System.Buffers.Binary;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Sends rows to the server in the binary format of COPY, in chunks of one buffer: however many rows, memory stays the same.</summary>
internal sealed class PostgresCopyWriter : IDisposable
{
    private const int BufferSize = 128 << 10;

    private static readonly byte[] Header = [.. "PGCOPY\n\u00ff\r\n\0"u8[..7], 0xff, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly PostgresConnection _connection;
    private readonly Stream _stream;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private int _length;

    public PostgresCopyWriter(PostgresConnection connection, string into)
    {
        _connection = connection;
        _stream = connection.Guard(() => connection.Native.BeginRawBinaryCopy($"COPY {into} FROM STDIN (FORMAT binary)"));
        Raw(Header);
    }

    public void BeginRow(int fields)
    {
        Reserve(2);
        BinaryPrimitives.WriteInt16BigEndian(_buffer.AsSpan(_length), (short)fields);
        _length += 2;
    }

    public void Null() => Int32(-1);

    public void Bool(bool value)
    {
        Int32(1);
        Reserve(1);
        _buffer[_length++] = value ? (byte)1 : (byte)0;
    }

    public void Int64(long value)
    {
        Int32(8);
        Reserve(8);
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(_length), value);
        _length += 8;
    }

    public void Float8(double value)
    {
        Int32(8);
        Reserve(8);
        BinaryPrimitives.WriteDoubleBigEndian(_buffer.AsSpan(_length), value);
        _length += 8;
    }

    /// <summary>Text as UTF-8, or bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Int32(bytes.Length);
        Raw(bytes);
    }

    /// <summary>The value as bigint, double precision, bytea or text.</summary>
    public void Value(Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null: Null(); break;
            case ValueKind.Integer: Int64(value.AsInteger); break;
            case ValueKind.Real: Float8(value.AsReal); break;
            default: Bytes(value.AsBytes.Span); break;
        }
    }

    /// <summary>Ends the COPY; without it the server takes nothing.</summary>
    public void Complete()
    {
        Reserve(2);
        BinaryPrimitives.WriteInt16BigEndian(_buffer.AsSpan(_length), -1);
        _length += 2;
        _connection.Guard(() =>
        {
            Send();
            _stream.Dispose();
        });
    }

    public void Dispose()
    {
        try
        {
            if (_stream is Npgsql.NpgsqlRawCopyStream { CanWrite: true } copy) copy.Cancel();
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException
            || PostgresError.Translate(failure, _connection.Display) is not null)
        {
            // It was not completed, so nothing of it counts.
        }
    }

    private void Int32(int value)
    {
        Reserve(4);
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_length), value);
        _length += 4;
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _length)
        {
            _connection.Guard(Send);
            if (bytes.Length > _buffer.Length)
            {
                SendThrough(bytes);
                return;
            }
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void SendThrough(ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(bytes.Length, _buffer.Length)..])
        {
            var part = bytes[..Math.Min(bytes.Length, _buffer.Length)];
            part.CopyTo(_buffer);
            _length = part.Length;
            _connection.Guard(Send);
        }
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes) _connection.Guard(Send);
    }

    private void Send()
    {
        if (_length > 0) _stream.Write(_buffer, 0, _length);
        _length = 0;
    }
}
