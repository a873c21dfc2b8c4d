using System.Globalization;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class TableProfileTests
{
    private const string Fields = """ "n": "integer", "d": "decimal", "r": "float", "t": "string", "b": "boolean", "on": "date", "at": "timestamp" """;

    private static readonly string[] Words = ["paid", "paid", "paid", "open"];

    [Fact]
    public void A_profile_says_what_each_column_holds()
    {
        var profile = Profile(
            Row(n: 3, d: "-10.5", r: 0.5, t: "äö", b: 1, on: "2024-02-01", at: "2024-02-01 10:00:00Z"),
            Row(n: 20, d: "-9", r: -2, t: "b", b: 1, on: "2023-12-31", at: "2024-02-01 10:00:00.5Z"),
            Row(n: 20, d: "100.25", r: 0.5, t: "b", b: 0, on: "2024-01-01", at: null),
            Row());
        Assert.Equal((4, 4), (profile.Rows, profile.Sampled));
        Assert.Equal(
        [
            "n 1 NULL 2 3..20 | 20 0.666667",
            "d 1 NULL 3 -10.5..100.25 |",
            "r 1 NULL 2 -2..0.5 | 0.5 0.666667",
            "t 1 NULL 2 b..äö (1 to 2 characters) | b 0.666667",
            "b 1 NULL 2 0..1 | 1 0.666667",
            "on 1 NULL 3 2023-12-31..2024-02-01 |",
            "at 2 NULL 2 2024-02-01 10:00:00Z..2024-02-01 10:00:00.5Z |",
        ], profile.Columns.Select(Show));
    }

    [Fact]
    public void A_column_without_a_value_has_no_range()
    {
        var column = Profile(Row(), Row()).Columns[3];
        Assert.Equal((2L, 0L, null, null, null, null), (column.Nulls, column.Distinct, column.Minimum, column.Maximum, column.Shortest, column.Longest));
    }

    [Fact]
    public void Nothing_loaded_gives_an_empty_profile() => Assert.Equal((0, 0), (Profile().Rows, Profile().Columns[0].Distinct));

    [Theory]
    [InlineData(4_096, true)]
    [InlineData(4_097, false)]
    [InlineData(300_000, false)]
    public void Different_values_are_counted_exactly_up_to_a_bound_and_then_estimated(int count, bool exact)
    {
        var profile = Profile(Enumerable.Range(0, count * 2).Select(i => Row(n: i % count, t: $"person {i % count}@example.org")));
        foreach (var column in new[] { profile.Columns[0], profile.Columns[3] })
        {
            Assert.Equal(!exact, column.DistinctIsEstimate);
            if (exact) Assert.Equal(count, column.Distinct);
            else Assert.InRange(column.Distinct, count * 0.93, count * 1.07);
        }
    }

    [Fact]
    public void Numbers_are_shown_in_bins_of_equal_size_and_equal_values_stay_together()
    {
        var column = Profile(Enumerable.Range(1, 1000).Select(i => Row(n: i <= 300 ? 7 : i))).Columns[0];
        Assert.Equal("7 0.3, 400 0.1, 500 0.1, 600 0.1, 700 0.1, 800 0.1, 900 0.1, 1000 0.1",
            string.Join(", ", column.Bins.Select(b => $"{b.UpTo} {b.Share.ToString(CultureInfo.InvariantCulture)}")));
        Assert.Empty(column.Frequent);
    }

    [Fact]
    public void A_large_load_is_sampled_evenly()
    {
        var profile = Profile(Enumerable.Range(0, 200_000).Select(i => Row(n: i, t: i < 150_000 ? "a" : "b")));
        Assert.Equal((200_000, 10_000), (profile.Rows, profile.Sampled));
        Assert.InRange(profile.Columns[3].Frequent.Single(f => f.Value == "a").Share, 0.73, 0.77);
        Assert.InRange(double.Parse(profile.Columns[0].Bins[4].UpTo, CultureInfo.InvariantCulture), 95_000, 105_000);
        Assert.Equal(("0", "199999"), (profile.Columns[0].Minimum, profile.Columns[0].Maximum));
    }

    [Fact]
    public void A_value_that_came_once_is_not_among_the_frequent_ones() =>
        Assert.Empty(Profile(Row(t: "Ada"), Row(t: "Bob")).Columns[3].Frequent);

    [Fact]
    public void A_long_text_is_cut()
    {
        var column = Profile(Row(t: new string('x', 5000)), Row(t: new string('x', 5000))).Columns[3];
        Assert.Equal((5000L, 101, 101), (column.Longest, column.Minimum!.Length, column.Frequent[0].Value.Length));
    }

    /// <summary>What changes between two runs of 1000 rows, and the findings.</summary>
    public static TheoryData<string, string> Drifts => new()
    {
        { "nothing", "" },
        { "few rows", "" },
        { "nulls", "t nulls: t is NULL in 20 % of the rows, 0 % in the run before." },
        {
            "new value",
            "t distribution: t is distributed otherwise (population stability index 0.91): 'draft' is 12.5 % of the values, 0 % in the run before."
        },
        { "range", "r range: r lies between 0 and 9990, between 0 and 99.9 in the run before." },
        { "distinct", "d distinct: d has 1000 different values, 40 in the run before." },
        { "later", "" },
    };

    [Theory]
    [MemberData(nameof(Drifts))]
    public void Drift_names_what_changed(string change, string expected)
    {
        var before = Profile(Enumerable.Range(0, 1000).Select(i => Usual(i, "")));
        var after = Profile(Enumerable.Range(0, change == "few rows" ? 99 : 1000).Select(i => Usual(i, change)));
        var found = ProfileDrift.Find(before, after).Where(d => change != "range" || d.Kind == "range");
        Assert.Equal(expected, string.Join("\n", found.Select(d => $"{d.Field} {d.Kind}: {d.Message}")));
    }

    [Fact]
    public void A_distribution_of_numbers_that_moves_is_found()
    {
        var before = Profile(Enumerable.Range(0, 5000).Select(i => Row(r: i % 500)));
        var same = Profile(Enumerable.Range(0, 700).Select(i => Row(r: i * 7 % 500)));
        var moved = Profile(Enumerable.Range(0, 5000).Select(i => Row(r: i % 500 < 250 ? i % 50 : i % 500)));
        Assert.Empty(ProfileDrift.Find(before, same));
        var found = Assert.Single(ProfileDrift.Find(before, moved), d => d.Kind == "distribution");
        Assert.Contains("population stability index", found.Message, StringComparison.Ordinal);
    }

    private static object?[] Usual(int i, string change) => change switch
    {
        "few rows" => Row(n: 1, t: "other"),
        "nulls" => Row(n: i, d: $"{i % 40}", r: i / 10.0, t: i % 5 == 0 ? null : Words[i % 4], on: "2024-01-01"),
        "new value" => Row(n: i, d: $"{i % 40}", r: i / 10.0, t: i % 8 == 0 ? "draft" : Words[i % 4], on: "2024-01-01"),
        "range" => Row(n: i, d: $"{i % 40}", r: i * 10.0, t: Words[i % 4], on: "2024-01-01"),
        "distinct" => Row(n: i, d: FormattableString.Invariant($"{i / 1000.0 * 40}"), r: i / 10.0, t: Words[i % 4], on: "2024-01-01"),
        "later" => Row(n: i + 100_000, d: $"{i % 40}", r: i / 10.0, t: Words[i % 4], on: "2025-01-01"),
        _ => Row(n: i, d: $"{i % 40}", r: i / 10.0, t: Words[i % 4], on: "2024-01-01"),
    };

    private static string Show(ColumnProfile c) =>
        $"{c.Name} {c.Nulls} NULL {c.Distinct} {c.Minimum}..{c.Maximum}{(c.Shortest is null ? "" : $" ({c.Shortest} to {c.Longest} characters)")} |"
        + string.Concat(c.Frequent.Select(f => string.Create(CultureInfo.InvariantCulture, $" {f.Value} {f.Share}")));

    private static TableProfile Profile(params IEnumerable<object?[]> rows)
    {
        var profiler = new TableProfiler(MetadataReader.Read($$"""{"source": "x.csv", "schema": {{{Fields}}} }""", "test.json"));
        foreach (var row in rows) profiler.Add(new ArrayRow(row));
        return profiler.Build();
    }

    private static object?[] Row(
        long? n = null, string? d = null, double? r = null, string? t = null, long? b = null, string? on = null, string? at = null) => [n, d, r, t, b, on, at];
}
