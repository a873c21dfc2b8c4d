using DbVc.PipelineRuntime;
using Xunit;

namespace DbVc.Tests;

public sealed class RandomCellsTests
{
    /// <summary>What each kind of value gives in a test that goes through all rounds.</summary>
    public static TheoryData<string, Func<RandomCells, object?>, object> Kinds => new()
    {
        { "integer", r => r.Integer(120), 121L },
        { "decimal", r => r.Decimal(1.5m), 1.51m },
        { "real", r => r.Real(0.5), 1.5 },
        { "boolean", r => r.Boolean(), false },
        { "date", r => r.Date(new DateOnly(2024, 2, 29)), new DateOnly(2024, 3, 1) },
        { "timestamp", r => r.Timestamp(new DateTime(2024, 1, 31)), new DateTime(2024, 1, 30, 23, 59, 59) },
        { "text", r => r.Text("paid"), "pad" },
        { "length", r => RandomCells.Length(r.TextOf(255)), 256 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_seed_gives_the_same_values_again_with_NULL_and_near_ones_among_them(string kind, Func<RandomCells, object?> draw, object near)
    {
        var values = Draw(draw);
        Assert.Equal(200, values.Count);
        Assert.Equal(values, Draw(draw));
        Assert.Contains(null, values);
        Assert.Contains(near, values);
        Assert.True(values.Distinct().Count() > (kind == "boolean" ? 2 : 5), kind);
    }

    [Fact]
    public void Numbers_stay_within_the_largest_and_extremes_are_no_accident()
    {
        var random = new RandomCells(7) { Largest = 1000 };
        while (random.Next())
        {
            Assert.InRange(random.Integer(5) ?? 0, -1000, 1000);
            Assert.InRange(random.Decimal(5) ?? 0, -1000, 1000);
            _ = random.Date(DateOnly.MaxValue, DateOnly.MinValue);
            _ = random.Timestamp(DateTime.MaxValue, DateTime.MinValue);
        }

        random = new RandomCells(8);
        while (random.Next()) _ = random.Integer(long.MaxValue, long.MinValue);
    }

    [Fact]
    public void A_failure_can_name_seed_round_and_values()
    {
        var random = new RandomCells(9);
        random.Next();
        random.Next();
        _ = random.Of("only");
        Assert.Equal("seed 9, round 2: only", $"{random}");
        Assert.Equal((1, null), (RandomCells.Length("😀"), RandomCells.Length(null)));
    }

    private static List<object?> Draw(Func<RandomCells, object?> draw)
    {
        var random = new RandomCells(4711);
        var values = new List<object?>();
        while (random.Next()) values.Add(draw(random));
        return values;
    }
}
