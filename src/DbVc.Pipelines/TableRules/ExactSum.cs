using System.Globalization;
using System.Numerics;

namespace DbVc.Pipelines;

/// <summary>The sum of decimals, never rounded: the digits of each scale are summed apart.</summary>
internal sealed class ExactSum
{
    private const int Scales = 29;

    // 96 bits a number: room for two thousand million of them.
    private readonly Int128[] _digits = new Int128[Scales];

    public void Add(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var digits = new Int128((uint)bits[2], (ulong)(uint)bits[1] << 32 | (uint)bits[0]);
        _digits[bits[3] >> 16 & 0xFF] += bits[3] < 0 ? -digits : digits;
    }

    /// <summary>The order of the sum to a number taken so many times.</summary>
    public int CompareTo(decimal value, long times)
    {
        var other = new ExactSum();
        other.Add(value);
        return Units().CompareTo(other.Units() * times);
    }

    /// <summary>The sum, or its part of so many, with at most six digits after the point.</summary>
    public string Show(long parts)
    {
        var millionths = BigInteger.DivRem(Units() * 1_000_000, BigInteger.Pow(10, Scales - 1) * parts, out _);
        var whole = BigInteger.DivRem(BigInteger.Abs(millionths), 1_000_000, out var rest);
        var text = whole.ToString(CultureInfo.InvariantCulture) + "." + ((int)rest).ToString("000000", CultureInfo.InvariantCulture);
        return (millionths.Sign < 0 ? "-" : "") + text.TrimEnd('0').TrimEnd('.');
    }

    private BigInteger Units()
    {
        var units = BigInteger.Zero;
        for (var scale = 0; scale < Scales; scale++) units += (BigInteger)_digits[scale] * BigInteger.Pow(10, Scales - 1 - scale);
        return units;
    }
}
