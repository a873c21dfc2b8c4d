using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>Rows are sorted eight bytes of their key at a time; the order is that of comparing whole keys.</summary>
public sealed class RowOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Keys_come_in_the_order_of_their_bytes(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            var beginnings = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Bytes(random.Next(0, 30), 3)).ToArray();
            var keys = Enumerable.Range(0, random.Next(0, 400)).Select(_ => NewKey(beginnings[random.Next(beginnings.Length)])).ToList();
            var block = keys.SelectMany(k => k.Append((byte)7)).ToArray();
            var (rows, at) = (new List<SortedRow>(), 0);
            foreach (var key in keys)
            {
                rows.Add(new SortedRow(0, at, key.Length, 1));
                at += key.Length + 1;
            }

            var sorted = new RowOrder([block], rows).Sort();
            Assert.Equal(Enumerable.Range(0, keys.Count), sorted.Order());
            Assert.Equal(keys.Order(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).Select(Convert.ToHexString),
                sorted.Select(i => Convert.ToHexString(keys[i])));
        }

        byte[] NewKey(byte[] beginning) => [.. beginning, .. Bytes(random.Next(0, 20), random.Next(1, 256))];

        // Few different bytes, zero among them: long equal stretches, and keys that are the beginning of others.
        byte[] Bytes(int length, int values) => [.. Enumerable.Range(0, length).Select(_ => (byte)random.Next(values))];
    }
}
