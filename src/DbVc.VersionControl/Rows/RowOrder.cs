using System.Buffers.Binary;

namespace DbVc.VersionControl;

/// <summary>Where an encoded row lies among the blocks of a sorter: its key, and its value behind it.</summary>
internal readonly record struct SortedRow(int Block, int Start, int KeyLength, int ValueLength);

/// <summary>
/// The order of rows by their keys. Eight bytes of each key at a time are sorted as a number, beginning behind what all keys have in common; rows that are
/// equal there are sorted by the next eight, and few of them by comparing.
/// </summary>
internal sealed class RowOrder(IReadOnlyList<byte[]> blocks, IReadOnlyList<SortedRow> rows)
{
    private const int PrefixSize = sizeof(ulong);
    private const int Few = 16;

    private readonly ulong[] _prefixes = new ulong[rows.Count];
    private readonly int[] _places = new int[rows.Count];

    /// <summary>The rows' places, in the order of their keys.</summary>
    public int[] Sort()
    {
        for (var i = 0; i < _places.Length; i++) _places[i] = i;
        Sort(0, _places.Length, 0);
        return _places;
    }

    /// <summary>Sorts a stretch of rows whose keys are equal up to <paramref name="depth"/>.</summary>
    private void Sort(int start, int length, int depth)
    {
        if (length <= Few || (depth = CommonLength(start, length, depth)) < 0)
        {
            _places.AsSpan(start, length).Sort((before, after) => KeyOf(before).SequenceCompareTo(KeyOf(after)));
            return;
        }

        for (var i = start; i < start + length; i++) _prefixes[i] = ReadPrefix(KeyOf(_places[i]), depth);
        Array.Sort(_prefixes, _places, start, length);
        for (int first = start, end = start + length; first < end;)
        {
            var next = first + 1;
            while (next < end && _prefixes[next] == _prefixes[first]) next++;
            if (next - first > 1) Sort(first, next - first, depth);
            first = next;
        }
    }

    /// <summary>How long the beginning is that the keys have in common. Negative where one key is no longer than that: bytes that are not there would count as
    /// zeros from then on, or all keys are the same.</summary>
    private int CommonLength(int start, int length, int depth)
    {
        var first = KeyOf(_places[start]);
        var common = first.Length;
        var shortest = first.Length;
        for (var i = start + 1; i < start + length && common > depth; i++)
        {
            var key = KeyOf(_places[i]);
            shortest = Math.Min(shortest, key.Length);
            common = Math.Min(common, depth + first[depth..Math.Min(common, first.Length)].CommonPrefixLength(key[Math.Min(depth, key.Length)..]));
        }

        return common < shortest ? common : -1;
    }

    private ReadOnlySpan<byte> KeyOf(int place)
    {
        var row = rows[place];
        return blocks[row.Block].AsSpan(row.Start, row.KeyLength);
    }

    /// <summary>Eight bytes as a number; where the key ends before, zeros take their place, which never puts two keys in the wrong order.</summary>
    private static ulong ReadPrefix(ReadOnlySpan<byte> key, int depth)
    {
        var rest = key[Math.Min(depth, key.Length)..];
        if (rest.Length >= PrefixSize) return BinaryPrimitives.ReadUInt64BigEndian(rest);
        Span<byte> padded = stackalloc byte[PrefixSize];
        padded.Clear();
        rest.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }
}
