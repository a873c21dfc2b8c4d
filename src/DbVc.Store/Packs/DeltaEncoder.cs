using System.Buffers.Binary;

namespace DbVc.Store;

/// <summary>Finds what a chunk has in common with another one. Keeps its tables; used by one thread at a time.</summary>
internal sealed class DeltaEncoder
{
    private const int TableBits = 13;

    /// <summary>Shorter matches are not looked for: naming their place costs about as much.</summary>
    private const int Window = 8;

    /// <summary>Of longer chunks only every fourth place is indexed; matches grow backwards over the gaps.</summary>
    private const int DenselyIndexed = 32 * 1024;

    private readonly int[] _places = new int[1 << TableBits];
    private byte[] _delta = new byte[4096];
    private int _limit;
    private int _length;
    private int _expected;
    private bool _tooLong;

    /// <summary>Writes <paramref name="chunk"/> as a difference to <paramref name="other"/>; false if that takes more than <paramref name="limit"/> bytes.
    /// The delta is valid until the next call.</summary>
    public bool TryEncode(ReadOnlySpan<byte> other, ReadOnlySpan<byte> chunk, int limit, out ReadOnlySpan<byte> delta)
    {
        delta = default;
        if (other.Length < Window || chunk.Length is < Window or > ChunkDelta.MaxLength || other.Length > ChunkDelta.MaxLength) return false;
        (_limit, _length, _expected, _tooLong) = (limit, 0, 0, false);
        if (_delta.Length < limit + ChunkDelta.MaxNumberSize) _delta = new byte[limit + ChunkDelta.MaxNumberSize];
        AppendNumber((uint)chunk.Length);
        var head = other.CommonPrefixLength(chunk);
        var tail = CountCommonTail(other[head..], chunk[head..]);
        if (head > 0) Copy(0, head);
        IndexPlaces(other, head, other.Length - tail, chunk.Length - tail - head);
        EncodeMiddle(other, chunk, head, chunk.Length - tail);
        if (tail > 0) Copy(other.Length - tail, tail);
        if (_tooLong) return false;
        delta = _delta.AsSpan(0, _length);
        return true;
    }

    private static int CountCommonTail(ReadOnlySpan<byte> other, ReadOnlySpan<byte> chunk)
    {
        var most = Math.Min(other.Length, chunk.Length);
        var count = 0;
        while (count < most && other[^(count + 1)] == chunk[^(count + 1)]) count++;
        return count;
    }

    private void EncodeMiddle(ReadOnlySpan<byte> other, ReadOnlySpan<byte> chunk, int from, int to)
    {
        var pending = from;
        for (var at = from; at + Window <= to && !_tooLong;)
        {
            var found = Find(other, chunk, at, _expected + (at - pending));
            if (found < 0)
            {
                at++;
                continue;
            }

            while (at > pending && found > 0 && chunk[at - 1] == other[found - 1]) (at, found) = (at - 1, found - 1);
            var count = other[found..].CommonPrefixLength(chunk[at..to]);
            Insert(chunk[pending..at]);
            Copy(found, count);
            at += count;
            pending = at;
        }

        Insert(chunk[pending..to]);
    }

    /// <summary>Only what lies between the common ends is indexed: rows change in their place, and a long index costs more than it finds.</summary>
    private void IndexPlaces(ReadOnlySpan<byte> other, int from, int to, int wanted)
    {
        if (wanted < Window) return;
        _places.AsSpan().Clear();
        var stride = to - from <= DenselyIndexed ? 1 : 4;
        for (var place = from; place + Window <= to; place += stride) _places[Slot(other[place..])] = place + 1;
    }

    /// <summary>A place in the other chunk with the same next bytes, the expected one before any other; -1 if none is known.</summary>
    private int Find(ReadOnlySpan<byte> other, ReadOnlySpan<byte> chunk, int at, int expected)
    {
        var wanted = BinaryPrimitives.ReadUInt64LittleEndian(chunk[at..]);
        if (Matches(other, expected, wanted)) return expected;
        var place = _places[Slot(chunk[at..])] - 1;
        return Matches(other, place, wanted) ? place : -1;
    }

    private static bool Matches(ReadOnlySpan<byte> other, int place, ulong wanted) =>
        place >= 0 && place + Window <= other.Length && BinaryPrimitives.ReadUInt64LittleEndian(other[place..]) == wanted;

    private static int Slot(ReadOnlySpan<byte> bytes) =>
        (int)((BinaryPrimitives.ReadUInt64LittleEndian(bytes) * 0x9E3779B97F4A7C15) >> (64 - TableBits));

    private void Insert(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        AppendNumber((uint)bytes.Length << 1);
        if (_tooLong || _length + bytes.Length > _limit)
        {
            _tooLong = true;
            return;
        }

        bytes.CopyTo(_delta.AsSpan(_length));
        _length += bytes.Length;
        _expected += bytes.Length;
    }

    private void Copy(int place, int count)
    {
        AppendNumber(((uint)count << 1) | 1);
        var distance = place - _expected;
        AppendNumber((uint)((distance << 1) ^ (distance >> 31)));
        _expected = place + count;
    }

    private void AppendNumber(uint value)
    {
        if (_length > _limit) _tooLong = true;
        if (!_tooLong) _length += ChunkDelta.WriteNumber(_delta.AsSpan(_length), value);
        if (_length > _limit) _tooLong = true;
    }
}
