using System.Text;
using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

public sealed class KeyCodecTests
{
    private static readonly Value[] Nasty =
    [
        Value.Null,
        .. ((long[])[0, 1, -1, 2, 127, 128, 255, 256, -255, -256, -257, 65_535, 65_536, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue,
            long.MinValue + 1, 1L << 56, -(1L << 56)]).Select(Value.Integer),
        .. ((double[])[0.0, -0.0, 1.5, -1.5, double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, double.PositiveInfinity,
            double.NegativeInfinity, double.NaN, 1e-300]).Select(Value.Real),
        .. ((string[])["", "\0", "a", "a\0", "a\0b", "ab", "a\u0001", "\0\0", "ä", "z", "\uffff"]).Select(Value.Text),
        Value.Text(new byte[] { 0xff, 0xfe, 0x00, 0xff }),
        .. ((byte[][])[[], [0], [0, 0xff], [0, 1], [1], [0xff], [0, 0]]).Select(b => Value.Blob(b)),
    ];

    [Fact]
    public void Every_value_comes_back_bit_for_bit()
    {
        foreach (var value in Nasty) Assert.Equal([value], KeyCodec.Decode(KeyCodec.Encode([value])));
        Assert.Equal(Nasty, KeyCodec.Decode(KeyCodec.Encode(Nasty)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Keys_are_ordered_like_their_values(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 3_000; i++)
        {
            var length = 1 + random.Next(3);
            var before = Enumerable.Range(0, length).Select(_ => Next(random)).ToArray();
            var after = before.Select(v => random.Next(2) == 0 ? v : Next(random)).ToArray();
            var expected = before.Zip(after, Compare).FirstOrDefault(c => c != 0);
            Assert.Equal(Math.Sign(expected), Math.Sign(KeyCodec.Encode(before).AsSpan().SequenceCompareTo(KeyCodec.Encode(after))));
            Assert.Equal(after, KeyCodec.Decode(KeyCodec.Encode(after)));
        }
    }

    [Theory]
    [InlineData("05", "")]
    [InlineData("18", "0")]
    [InlineData("1905", "5")]
    [InlineData("17", "-1")]
    [InlineData("16fb", "-5")]
    [InlineData("1a0100", "256")]
    [InlineData("207fffffffffffffff", "9223372036854775807")]
    [InlineData("0f8000000000000000", "-9223372036854775808")]
    [InlineData("4061ff00ff620001", "'a\u00ff\0b")]
    public void The_encoding_is_fixed(string hex, string value)
    {
        var expected = value.Length == 0 ? Value.Null
            : value[0] == '\'' ? Value.Text(Encoding.Latin1.GetBytes(value[1..]))
            : Value.Integer(long.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(hex, Convert.ToHexStringLower(KeyCodec.Encode([expected])));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("21")]
    [InlineData("0e")]
    [InlineData("2000")]
    [InlineData("3000")]
    [InlineData("40")]
    [InlineData("4061")]
    [InlineData("406100")]
    [InlineData("40610002")]
    [InlineData("ff")]
    public void A_damaged_key_is_an_error(string hex) => ScratchStore.ExpectFailure("row.damaged", () => KeyCodec.Decode(Convert.FromHexString(hex)));

    private static Value Next(Random random) => random.Next(5) switch
    {
        0 => Value.Integer(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64)),
        1 => Value.Real(BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))),
        2 => Value.Text(Enumerable.Range(0, random.Next(4)).Select(_ => (byte)random.Next(3)).ToArray()),
        _ => Nasty[random.Next(Nasty.Length)],
    };

    private static int Compare(Value before, Value after)
    {
        if (before.Kind != after.Kind) return before.Kind.CompareTo(after.Kind);
        return before.Kind switch
        {
            ValueKind.Integer => before.AsInteger.CompareTo(after.AsInteger),
            ValueKind.Real => TotalOrder(before.AsReal).CompareTo(TotalOrder(after.AsReal)),
            _ => before.AsBytes.Span.SequenceCompareTo(after.AsBytes.Span),
        };
    }

    private static long TotalOrder(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        return bits >= 0 ? bits : bits ^ long.MaxValue;
    }
}
