using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>Changes of rows that are held to be read again.</summary>
public sealed class HeldRowsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-held-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_kind_of_value_and_change_comes_back_as_often_as_asked()
    {
        Value[] odd =
        [
            Value.Null, Value.Integer(long.MinValue), Value.Real(-0.0), Value.Text("a\0ü"), Value.Text(new byte[] { 0xFF }), Value.Blob(Array.Empty<byte>()),
        ];
        RowChange[] changes = [new(odd, null), new(null, odd, 7), new(odd, [Value.Real(double.NaN)]), new([], [])];
        using var held = new HeldRows(_folder).Fill(changes);
        Assert.Equal(4, held.Count);
        for (var time = 0; time < 2; time++) Assert.Equal(changes.Select(Describe), held.Read().Select(Describe));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Many_changes_lie_in_a_file_without_name_and_come_back_in_order()
    {
        const int Rows = 60_000;
        using var held = new HeldRows(_folder).Fill(Enumerable.Range(0, Rows).Select(Row));
        Assert.True(held.FileLength > 0);
        for (var time = 0; time < 2; time++)
        {
            var number = 0;
            foreach (var change in held.Read()) Assert.Equal(Describe(Row(number++)), Describe(change));
            Assert.Equal(Rows, number);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    /// <summary>About 1 KB; one among many is larger than what is written at once.</summary>
    private static RowChange Row(int number) => new([Value.Integer(number), Value.Text(new string('x', number == 30_000 ? 3_000_000 : 900))],
        number % 2 == 0 ? null : [Value.Integer(number), Value.Text("after")], number);

    private static string Describe(RowChange change) => $"{Describe(change.Before)} > {Describe(change.After)} × {change.Count}";

    private static string Describe(Value[]? row) => row is null ? "-" : string.Join(", ", row.Select(v => v.Kind switch
    {
        ValueKind.Text or ValueKind.Blob => $"{v.Kind} {v.AsBytes.Length} {Convert.ToHexString(v.AsBytes.Span[..Math.Min(20, v.AsBytes.Length)])}",
        ValueKind.Real => $"Real {BitConverter.DoubleToInt64Bits(v.AsReal):x}",
        _ => $"{v.Kind} {v}",
    }));
}
