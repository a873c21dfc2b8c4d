using System.Runtime.CompilerServices;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>The order of values that are handed over as text, in their canonical form; nothing is parsed.</summary>
internal static class CanonicalOrder
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Compare(FieldType type, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => type switch
    {
        FieldType.Decimal => CompareDecimals(first, second),
        // 10:00:00.5Z is after 10:00:00Z, though Z comes after the point.
        FieldType.Timestamp => WithoutZone(first).SequenceCompareTo(WithoutZone(second)),
        _ => first.SequenceCompareTo(second),
    };

    private static int CompareDecimals(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var (firstNegative, secondNegative) = (first is [(byte)'-', ..], second is [(byte)'-', ..]);
        if (firstNegative != secondNegative) return firstNegative ? -1 : 1;
        return firstNegative ? CompareMagnitudes(second[1..], first[1..]) : CompareMagnitudes(first, second);
    }

    /// <summary>Without zeros before them, longer whole parts are greater ones.</summary>
    private static int CompareMagnitudes(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var order = WholeDigits(first).CompareTo(WholeDigits(second));
        return order != 0 ? order : first.SequenceCompareTo(second);
    }

    private static int WholeDigits(ReadOnlySpan<byte> number)
    {
        var point = number.IndexOf((byte)'.');
        return point < 0 ? number.Length : point;
    }

    private static ReadOnlySpan<byte> WithoutZone(ReadOnlySpan<byte> time) => time is [.. var local, (byte)'Z'] ? local : time;
}
