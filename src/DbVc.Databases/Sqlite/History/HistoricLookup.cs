using System.Buffers.Binary;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// An index over columns outside the key, made when a join asks the same thing again and again: hashes of the values, each with the number of its row.
/// Values that SQLite may find equal have the same hash; SQLite judges each row again.
/// </summary>
internal sealed class HistoricLookup
{
    /// <summary>An index takes 16 bytes for a row; beyond this the table is scanned each time.</summary>
    public const long MaxRows = 20_000_000;

    private const int RowsBetweenChecks = 4096;

    private readonly ulong[] _hashes;
    private readonly long[] _numbers;
    private readonly bool[] _textLooksLikeNumber;
    private readonly ColumnAffinity[] _affinities;
    private readonly HistoricPlan _plan;

    private HistoricLookup(HistoricTable table, HistoricPlan plan)
    {
        _plan = plan;
        _hashes = new ulong[table.Count];
        _numbers = new long[table.Count];
        _textLooksLikeNumber = new bool[plan.Arguments.Count];
        _affinities = [.. plan.Arguments.Select(a => table.AffinityAt(a.Column))];
    }

    public static HistoricLookup Build(HistoricTable table, HistoricPlan plan, Func<bool> isInterrupted)
    {
        var lookup = new HistoricLookup(table, plan);
        var columns = plan.Arguments.Select(a => table.StoredAt(a.Column)).ToArray();
        var wanted = new bool[table.StoredCount];
        foreach (var column in columns) wanted[column] = true;
        using var rows = table.Open(wanted);
        rows.Seek(0);
        var count = 0;
        for (long number = 0; number < table.Count && rows.Read(); number++)
        {
            if (number % RowsBetweenChecks == 0 && isInterrupted()) throw new OperationCanceledException();
            if (lookup.HashRow(rows, columns) is not { } hash) continue;
            (lookup._hashes[count], lookup._numbers[count]) = (hash, number);
            count++;
        }

        // Rows with NULL are equal to nothing and are left out; the rest of the arrays must not be found.
        Array.Fill(lookup._hashes, ulong.MaxValue, count, lookup._hashes.Length - count);
        Array.Fill(lookup._numbers, long.MaxValue, count, lookup._numbers.Length - count);
        Array.Sort(lookup._hashes, lookup._numbers, 0, count);
        return lookup;
    }

    /// <summary>The numbers of the rows that may be equal, ascending; null if the index cannot tell, so that all must be looked at.</summary>
    public long[]? Find(Value[] values)
    {
        var hash = 0UL;
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i].IsNull) return [];
            if (_affinities[i] is ColumnAffinity.Text or ColumnAffinity.Blob && MayEqualText(i, values[i])) return null;
            hash = Mix(hash, HashOf(values[i], _plan.Arguments[i].Collation));
        }

        var at = Array.BinarySearch(_hashes, hash);
        if (at < 0) return [];
        var (first, last) = (at, at);
        while (first > 0 && _hashes[first - 1] == hash) first--;
        while (last + 1 < _hashes.Length && _hashes[last + 1] == hash) last++;
        var found = _numbers[first..(last + 1)].Where(n => n != long.MaxValue).ToArray();
        Array.Sort(found);
        return found;
    }

    /// <summary>True if a number could be equal to a text of the column, by becoming a text or by making the text a number.</summary>
    private bool MayEqualText(int argument, Value value) => value.Kind switch
    {
        ValueKind.Integer => _textLooksLikeNumber[argument],
        ValueKind.Real => _textLooksLikeNumber[argument] || double.IsInfinity(value.AsReal),
        _ => false,
    };

    /// <summary>Null if a value is NULL.</summary>
    private ulong? HashRow(IHistoricCursor row, int[] columns)
    {
        var hash = 0UL;
        for (var i = 0; i < columns.Length; i++)
        {
            var value = HistoricCursor.ValueOf(row, columns[i]);
            if (value.IsNull) return null;
            if (value.Kind == ValueKind.Text) _textLooksLikeNumber[i] |= MayBeNumber(value.AsBytes.Span);
            hash = Mix(hash, HashOf(value, _plan.Arguments[i].Collation));
        }

        return hash;
    }

    private static bool MayBeNumber(ReadOnlySpan<byte> text)
    {
        var first = text.TrimStart(" \t\n\v\f\r"u8);
        return first.Length > 0 && first[0] is >= (byte)'0' and <= (byte)'9' or (byte)'+' or (byte)'-' or (byte)'.';
    }

    private static ulong HashOf(Value value, string collation) => value.Kind switch
    {
        ValueKind.Integer => Mix(1, (ulong)value.AsInteger),
        ValueKind.Real => value.AsReal is >= -9223372036854775808.0 and < 9223372036854775808.0 and var real && (long)real == real
            ? Mix(1, (ulong)(long)real)
            : Mix(2, BitConverter.DoubleToUInt64Bits(value.AsReal)),
        ValueKind.Text => HashBytes(3, value.AsBytes.Span, collation),
        _ => HashBytes(4, value.AsBytes.Span, ""),
    };

    private static ulong HashBytes(ulong seed, ReadOnlySpan<byte> bytes, string collation)
    {
        if (collation == "RTRIM") bytes = bytes.TrimEnd((byte)' ');
        var hash = Mix(seed, (ulong)bytes.Length);
        if (collation == "NOCASE")
        {
            // SQLite stops comparing at a NUL.
            var end = bytes.IndexOf((byte)0);
            foreach (var next in end < 0 ? bytes : bytes[..end])
            {
                hash = (hash ^ (next is >= (byte)'A' and <= (byte)'Z' ? (byte)(next | 0x20) : next)) * 0x100000001B3;
            }

            return hash;
        }

        for (; bytes.Length >= 8; bytes = bytes[8..]) hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var next in bytes) hash = (hash ^ next) * 0x100000001B3;
        return hash;
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        var mixed = (hash ^ value) * 0x9E3779B97F4A7C15;
        return (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93;
    }
}
