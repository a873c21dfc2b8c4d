using System.Text.Json;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class DistributionRuleTests(ITestOutputHelper output)
{
    private const string Fields = """
        "n": "integer", "d": "decimal", "r": "float", "t": "string", "b": "boolean", "on": "date", "at": "timestamp"
        """;

    private const string Half = "distribution of t must be near 'a' 50 %, 'b' 50 %";

    /// <summary>A rule, the field's values, and whether it holds (null: nothing to judge) with what was found.</summary>
    public static TheoryData<string, object?[], bool?, string> Cases => new()
    {
        { Half + " with a kl divergence of at most 0.0201", Texts(6, 4), false,
            "the kl divergence of t is 0.020136: 'a' is 60 % of 10 values, 50 % expected" },
        { Half + " with a kl divergence of at most 0.0202", Texts(6, 4, nulls: 5), true,
            "the kl divergence of t is 0.020136: 'a' is 60 % of 10 values, 50 % expected" },
        { Half + " with a kl divergence of at most 0", Texts(7, 7), true, "the kl divergence of t is 0: 'a' is 50 % of 14 values, 50 % expected" },
        { Half + " with a kl divergence of at most 1", Texts(4, 0), true, "the kl divergence of t is 0.693147: 'a' is 100 % of 4 values, 50 % expected" },
        { Half + " with a kl divergence of at most 100", Texts(5, 4, others: 2), false,
            "the kl divergence of t is infinite: 2 of 11 values are not expected, the first is 'c'" },
        { Half, Texts(6, 4), true, "the population stability index of t is 0.040547: 'a' is 60 % of 10 values, 50 % expected" },
        { "distribution of t should be 'a' 50 percent and b 50 % with a psi of at most 0.04", Texts(6, 4), false,
            "the population stability index of t is 0.040547: 'a' is 60 % of 10 values, 50 % expected" },
        // One of a thousand: (0.001 - 0.0001) ln(10), and what the others lack.
        { Half + " with a population stability index of at most 0.0021", Texts(500, 499, others: 1), true,
            "the population stability index of t is 0.002074: 1 of 1000 values are not expected, the first is 'c'" },
        { Half + " with a chi square divergence of at most 0.04", Texts(6, 4), true,
            "the chi square divergence of t is 0.04: 'a' is 60 % of 10 values, 50 % expected" },
        { Half + " with a chi square divergence of at most 0.0399", Texts(6, 4), false,
            "the chi square divergence of t is 0.04: 'a' is 60 % of 10 values, 50 % expected" },
        { Half + " with a chi square p value of at least 0.5", Texts(6, 4), true,
            "the chi square p value of t is 0.527089: 'a' is 60 % of 10 values, 50 % expected" },
        { Half + " with a chi square p value of at least 0.05", Texts(600, 400), false,
            "the chi square p value of t is below 0.000001: 'a' is 60 % of 1000 values, 50 % expected" },
        { Half + " with a chi square p value of at least 0.05", Texts(1, 2), null,
            "3 values of t are too few for a chi square p value: 'a' is expected 1.5 times" },
        { Half + " with a chi square p value of at least 0.05", Texts(1, 1, others: 1), false,
            "the chi square p value of t is below 0.000001: 1 of 3 values are not expected, the first is 'c'" },
        { Half, [], null, "t has no value" },
        { Half, [null, null], null, "t has no value" },
        { "distribution of n must be near -1 50 %, 2 50 %", [-1L, 2L], true,
            "the population stability index of n is 0: -1 is 50 % of 2 values, 50 % expected" },
        { "distribution of d must be near 1.5 50 %, 2 50 %", ["1.50", "2.0"], true,
            "the population stability index of d is 0: 1.5 is 50 % of 2 values, 50 % expected" },
        { "distribution of r must be near 0.1 50 %, 2 50 %", [0.1, 2.0], true,
            "the population stability index of r is 0: 0.1 is 50 % of 2 values, 50 % expected" },
        { "distribution of b must be near true 75 %, false 25 %", [1L, 1L, 1L, 0L], true,
            "the population stability index of b is 0: true is 75 % of 4 values, 75 % expected" },
        { "distribution of `on` must be near 2024-01-31 50 %, 2024-02-29 50 %", ["2024-01-31", "2024-02-29"], true,
            "the population stability index of `on` is 0: 2024-01-31 is 50 % of 2 values, 50 % expected" },
        { "distribution of at must be near '2024-01-31 10:00:00' 50 %, 2024-02-29 50 %", ["2024-01-31 10:00:00", "2024-02-29 00:00:00"], true,
            "the population stability index of `at` is 0: '2024-01-31 10:00:00' is 50 % of 2 values, 50 % expected" },
        { "distribution of r must be near uniform between 0 and 1 with a ks statistic of at most 0.45", [0.3, 0.1, null, 0.9, 0.2], true,
            "the ks statistic of r is 0.45: of 4 values 75 % are up to 0.3, 30 % expected" },
        { "distribution of r must be near uniform between 0 and 1 with a ks statistic of at most 0.4499", [0.3, 0.1, null, 0.9, 0.2], false,
            "the ks statistic of r is 0.45: of 4 values 75 % are up to 0.3, 30 % expected" },
        { "distribution of r must be like a uniform distribution from 0 to 1 with a ks p value of at least 0.01", [0.91, 0.92, 0.93, 0.94, 0.95], false,
            "the ks p value of r is 0.000138: of 5 values 0 % are below 0.91, 91 % expected" },
        { "distribution of r must be near uniform between -1 and 1 with a ks p value of at least 0.01", [0.1, 0.2, 0.3, 0.4], null,
            "4 values of r are too few for a ks p value" },
        { "distribution of n must be near quantiles 1, 2, 3, 4 with a ks statistic of at most 0.25", [4L, 1L, 2L, 3L], true,
            "the ks statistic of n is 0.25: of 4 values 25 % are up to 1, 0 % expected" },
        // Half of the values is expected to be 0.
        { "distribution of n must be near the quantiles 0, 0, 10 with a ks statistic of at most 0.25", [0L, 0L, 5L, 10L], true,
            "the ks statistic of n is 0.25: of 4 values 50 % are below 5, 75 % expected" },
        { "distribution of n must be near quantiles -5, -5 with a ks statistic of at most 0", [-5L, -5L], true,
            "the ks statistic of n is 0: of 2 values 0 % are below -5, 0 % expected" },
        { "distribution of d must be near normal of mean -5 and standard deviation 0.5 with a ks statistic of at most 0.5", ["-5"], true,
            "the ks statistic of d is 0.5: of 1 values 0 % are below -5, 50 % expected" },
        { "distribution of d must be near normal of mean 0 and standard deviation 1 with a ks statistic of at most 0.9", ["1.959963985", null], false,
            "the ks statistic of d is 0.975: of 1 values 0 % are below 1.959964, 97.5 % expected" },
        { "distribution of r must be near normal of mean 0 and standard deviation 1 with a ks statistic of at most 0.9", [], null, "r has no value" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_column_is_compared_with_the_distribution_that_was_written_down(string rule, object?[] values, bool? holds, string found)
    {
        var outcome = Assert.Single(Judge(Quoted(rule), values));
        Assert.Equal((holds, found), (outcome.Holds, outcome.Found));
        // The one wording means the same.
        var again = Assert.Single(Judge(Quoted(outcome.Rule.Text), values));
        Assert.Equal((outcome.Rule.Text, holds, found), (again.Rule.Text, again.Holds, again.Found));
    }

    /// <summary>A long form, and the one wording.</summary>
    [Theory]
    [InlineData(""" {"rule": "distribution", "field": "b", "measure": "kl", "expected": {"true": 0.999, "false": 0.001}, "max": 0.10} """,
        "distribution of b must be near true 99.9 %, false 0.1 % with a kl divergence of at most 0.10")]
    [InlineData(""" {"rule": "chi_square", "field": "n", "expected": {"-1": 0.3333, "2": 0.6666}, "max": 0.5, "severity": "warn"} """,
        "distribution of n should be near -1 33.33 %, 2 66.66 % with a chi square divergence of at most 0.5")]
    [InlineData(""" {"rule": "psi", "field": "on", "expected": {"2024-01-31": 0.5, "2024-02-29": 0.5}, "max": 0.25, "where": "n > 1"} """,
        "distribution of `on` must be near 2024-01-31 50 %, 2024-02-29 50 % with a population stability index of at most 0.25 where n must be greater than 1")]
    [InlineData(""" {"rule": "kl_divergence", "field": "t", "expected": {"it's with, and 5 %": 0.5, "normal of": 0.5}, "max": 1} """,
        "distribution of t must be near 'it''s with, and 5 %' 50 %, 'normal of' 50 % with a kl divergence of at most 1")]
    [InlineData(""" {"rule": "ks", "field": "n", "expected": {"uniform": {"min": -1e2, "max": 1}}, "min_p": 1e-3} """,
        "distribution of n must be near uniform between -100 and 1 with a ks p value of at least 0.001")]
    [InlineData(""" {"rule": "distribution", "measure": "ks", "field": "r", "expected": {"quantiles": [-1, -0.5, 7]}, "max": 0.05} """,
        "distribution of r must be near quantiles -1, -0.5, 7 with a ks statistic of at most 0.05")]
    public void The_long_form_has_one_wording_that_is_read_back(string rule, string text)
    {
        var spec = Spec(rule);
        var read = Assert.Single(spec.TableRules);
        Assert.Equal((text, "distribution"), (read.Text, read.Name));
        Assert.Equal(text, Assert.Single(Spec(Quoted(text)).TableRules).Text);
        Assert.Equal(spec.Hash, MetadataReader.Read(spec.ToCanonicalJson(), "again.json").Hash);
    }

    /// <summary>Members of a rule (with kl and shares, or ks), and what is wrong with it.</summary>
    [Theory]
    [InlineData("kl_divergence", """ "expected": {"a": 0.5, "b": 0.4}, "max": 1 """, "$.validations[0].expected",
        "The shares sum to 90 %, not to 100 %. Give 10 % to the values that are missing.")]
    [InlineData("kl_divergence", """ "expected": {"a": 0.5, "b": 0.5011}, "max": 1 """, "$.validations[0].expected",
        "The shares sum to 100.11 %, not to 100 %. Take 0.11 % away.")]
    [InlineData("kl_divergence", """ "expected": {"a": 50, "b": 50}, "max": 1 """, "$.validations[0].expected", "50 % is written 0.5.")]
    [InlineData("kl_divergence", """ "expected": {"a": 1, "b": 0}, "max": 1 """, "$.validations[0].expected", "The share of 'b' is above 0")]
    [InlineData("kl_divergence", """ "expected": {"a": "half", "b": 0.5}, "max": 1 """, "$.validations[0].expected.a",
        "The share of 'a' must be a number, not a text.")]
    [InlineData("kl_divergence", """ "expected": {"a": 1}, "max": 1 """, "$.validations[0].expected", "two values at least")]
    [InlineData("kl_divergence", """ "expected": ["a", "b"], "max": 1 """, "$.validations[0].expected", "must be an object, not a list")]
    [InlineData("kl_divergence", """ "expected": {"normal": {"mean": 1, "sd": 1}}, "max": 1 """, "$.validations[0].expected.normal", "Use the measure 'ks'")]
    [InlineData("kl_divergence", """ "expected": {"a": 0.5, "b": 0.5} """, "$.validations[0]", "'max' is missing")]
    [InlineData("kl_divergence", """ "expected": {"a": 0.5, "b": 0.5}, "max": -1 """, "$.validations[0]", "a distance is never below 0")]
    [InlineData("kl_divergence", """ "expected": {"a": 0.5, "b": 0.5}, "max": 1, "min_p": 0.1 """, "$.validations[0].min_p", "'min_p' is not known here")]
    [InlineData("kl_divergence", """ "expected": {"a": 0.5, "b": 0.5}, "max": 1, "severity": "drop" """, "$.validations[0]", "finds no single row")]
    [InlineData("kl_divergence", """ "expected": {"a": 0.5, "b": 0.5}, "max": 1, "mostly": 0.9 """, "$.validations[0]", "no share of rows")]
    [InlineData("distribution", """ "measure": "kl", "expected": {"a": 0.5, "b": 0.5}, "min_p": 0.1 """, "$.validations[0]",
        "The measure 'kl' has no p-value. Give 'max'")]
    [InlineData("distribution", """ "measure": "psi", "expected": {"a": 0.5, "b": 0.5} """, "$.validations[0]", "'max' must be given")]
    [InlineData("distribution", """ "measure": "mean", "expected": {"a": 0.5, "b": 0.5}, "max": 1 """, "$.validations[0].measure",
        "'mean' is no measure. Known: kl, chi_square, psi, ks.")]
    [InlineData("chi_square", """ "expected": {"a": 0.5, "b": 0.5} """, "$.validations[0]", "either 'max' or 'min_p' must be given")]
    [InlineData("chi_square", """ "expected": {"a": 0.5, "b": 0.5}, "max": 1, "min_p": 0.1 """, "$.validations[0]", "either 'max' or 'min_p' must be given")]
    [InlineData("chi_square", """ "expected": {"a": 0.5, "b": 0.5}, "min_p": 1 """, "$.validations[0]", "above 0 and below 1")]
    [InlineData("chi_square", """ "expected": {"a": 0.5, "b": 0.5}, "min_p": "low" """, "$.validations[0].min_p", "'min_p' must be a number")]
    [InlineData("ks", """ "expected": {"normal": {"mean": 1, "sd": 1}}, "max": 1 """, "$.validations[0]", "t is text, which has no ks statistic")]
    public void What_makes_no_sense_for_shares_is_refused(string rule, string members, string path, string expected) =>
        Refused("t", rule, members, path, expected);

    [Theory]
    [InlineData("ks", """ "expected": {"1": 0.5, "2": 0.5}, "max": 1 """, "$.validations[0].expected", "must have one member: normal, uniform, quantiles")]
    [InlineData("ks", """ "expected": {"normal": {"mean": 1, "sd": 0}}, "max": 1 """, "$.validations[0].expected", "deviation of a normal distribution")]
    [InlineData("ks", """ "expected": {"normal": {"mean": 1}}, "max": 1 """, "$.validations[0].expected.normal", "'sd' is missing")]
    [InlineData("ks", """ "expected": {"normal": {"mean": 1, "sd": 2, "se": 1}}, "max": 1 """, "$.validations[0].expected.normal.se", "Did you mean 'sd'?")]
    [InlineData("ks", """ "expected": {"normal": [1, 2]}, "max": 1 """, "$.validations[0].expected.normal", "an object with 'mean' and 'sd'")]
    [InlineData("ks", """ "expected": {"uniform": {"min": 1, "max": 1}}, "max": 1 """, "$.validations[0].expected", "is not less than its maximum 1")]
    [InlineData("ks", """ "expected": {"uniform": {"min": 1, "max": 1.0000000000000000001}}, "max": 1 """, "$.validations[0].expected", "is not less than")]
    [InlineData("ks", """ "expected": {"quantiles": [1, 3, 2]}, "max": 1 """, "$.validations[0].expected", "Quantile 2 stands after 3. Write them sorted")]
    [InlineData("ks", """ "expected": {"quantiles": [1]}, "max": 1 """, "$.validations[0].expected", "two at least")]
    [InlineData("ks", """ "expected": {"quantiles": [1, "2"]}, "max": 1 """, "$.validations[0].expected.quantiles[1]", "A quantile must be a number")]
    [InlineData("ks", """ "expected": {"quantiles": [1, 1e99]}, "max": 1 """, "$.validations[0].expected.quantiles[1]", "too large")]
    [InlineData("ks", """ "expected": {"quantiles": 5}, "max": 1 """, "$.validations[0].expected.quantiles", "must be a list")]
    [InlineData("psi", """ "expected": {"1": 0.5, "one": 0.5}, "max": 1 """, "$.validations[0].expected", "'one', which is text")]
    [InlineData("psi", """ "expected": {"1": 0.5, "1.0": 0.5}, "max": 1 """, "$.validations[0].expected", "is given twice")]
    public void What_makes_no_sense_for_numbers_is_refused(string rule, string members, string path, string expected) =>
        Refused("n", rule, members, path, expected);

    [Theory]
    [InlineData("distribution of t must not be near 'a' 50 %, 'b' 50 %", "say what it must be")]
    [InlineData("distribution of t must be near 'a' 50, 'b' 50", "stands where '%' should")]
    [InlineData("distribution of t must be near 'a' 50 %, 'b' 50 % with a feeling of at most 1", "stands where kl divergence, chi square divergence,")]
    [InlineData("distribution of t must be near 'a' 50 %, 'b' 50 % with a kl divergence of at least 1", "where 'at most' and a number should")]
    [InlineData("distribution of t must be near 'a' 50 %, 'b' 50 % with a ks statistic of at most 1", "which has no ks statistic")]
    [InlineData("distribution of n must be near 1 50 %, 2 50 % with a ks statistic of at most 1", "compares numbers, not shares")]
    [InlineData("distribution of n must be near uniform between 0 and 1 with a psi of at most 1", "compares shares of values")]
    [InlineData("distribution of n must be near uniform between 0 and 1", "with a ks statistic of at most")]
    [InlineData("distribution of t must be near -'a' 50 %, 'b' 50 %", "has no sign")]
    public void A_sentence_that_makes_no_sense_is_refused(string sentence, string expected) =>
        Assert.Contains(expected, Assert.Single(MetadataReader.Check(Metadata(Quoted(sentence)))).ToString(), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void A_distribution_that_is_too_long_to_be_written_as_a_sentence_is_refused()
    {
        var shares = string.Join(", ", Enumerable.Range(0, 100).Select(i => $"\"value number {i}\": 0.01"));
        Refused("t", "psi", $"\"expected\": {{{shares}}}, \"max\": 1", "$.validations[0]", "at most 1500 can be");
    }

    [Fact]
    public void Of_very_many_numbers_a_million_are_drawn_and_it_is_said()
    {
        var rule = Quoted("distribution of n must be near uniform between 0 and 1200000 with a ks statistic of at most 0.003");
        var outcome = Assert.Single(Judge(rule, Enumerable.Range(0, 1_200_000).Select(i => (object?)(long)i)));
        Assert.True(outcome.Holds, outcome.Found);
        Assert.Contains("of 1000000 values drawn from 1200000 ", outcome.Found, StringComparison.Ordinal);
    }

    /// <summary>P-values of samples that are as expected are evenly spread themselves: about one in twenty is below 0.05.</summary>
    [Fact]
    public void A_test_at_five_percent_is_wrong_about_five_times_in_a_hundred()
    {
        const int Seed = 20_261_126;
        const int Samples = 400;
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var (byShares, byNumbers) = (0, 0);
        for (var i = 0; i < Samples; i++)
        {
            var texts = Enumerable.Range(0, 200).Select(_ => (object?)(random.NextDouble() is var u && u < 0.2 ? "a" : u < 0.5 ? "b" : "c"));
            var shares = Quoted("distribution of t must be near 'a' 20 %, 'b' 30 %, 'c' 50 % with a chi square p value of at least 0.05");
            if (Assert.Single(Judge(shares, texts)).IsBroken) byShares++;
            // Box and Muller.
            var numbers = Enumerable.Range(0, 50)
                .Select(_ => (object?)(10 + (2 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))));
            var normal = Quoted("distribution of r must be near normal of mean 10 and standard deviation 2 with a ks p value of at least 0.05");
            if (Assert.Single(Judge(normal, numbers)).IsBroken) byNumbers++;
        }

        // Five standard deviations of the binomial distribution around 20.
        Assert.InRange(byShares, 3, 42);
        Assert.InRange(byNumbers, 3, 42);
    }

    [Fact]
    public void The_schema_for_editors_knows_it()
    {
        using var schema = JsonDocument.Parse(MetadataSchema.Write());
        var text = schema.RootElement.GetProperty("properties").GetProperty("validations").GetRawText();
        foreach (var word in (string[])["\"distribution\"", "\"kl_divergence\"", "\"chi_square\"", "\"psi\"", "\"ks\"", "\"min_p\"", "\"quantiles\"", "\"sd\""])
            Assert.Contains(word, text, StringComparison.Ordinal);
    }

    private static void Refused(string field, string rule, string members, string path, string expected)
    {
        var problems = MetadataReader.Check(Metadata($"\n{{\"rule\": \"{rule}\", \"field\": \"{field}\", {members}}}"));
        Assert.Contains(problems, p => p.Path == path && p.Line == 2 && p.ToString().Contains(expected, StringComparison.OrdinalIgnoreCase));
    }

    private static object?[] Texts(int first, int second, int others = 0, int nulls = 0) =>
    [
        .. Enumerable.Repeat("a", first), .. Enumerable.Repeat("b", second), .. Enumerable.Repeat("c", others), .. Enumerable.Repeat<object?>(null, nulls),
    ];

    private static IReadOnlyList<TableOutcome> Judge(string rule, IEnumerable<object?> values)
    {
        var spec = Spec(rule);
        var tally = new TableTally(spec);
        var column = spec.FilledFields.Select(f => f.Name).ToList().IndexOf(Assert.Single(spec.TableRules).Fields[0].Name);
        var record = 0;
        foreach (var value in values)
        {
            var row = new object?[7];
            row[column] = value;
            tally.Add(++record, new ArrayRow(row));
        }

        return tally.Judge(new LoadFacts { Now = DateTimeOffset.UnixEpoch });
    }

    private static string Metadata(string rule) => $$"""{"source": "x.csv", "schema": {{{Fields}}}, "validations": [{{rule}}]}""";

    private static PipelineSpec Spec(string rule) => MetadataReader.Read(Metadata(rule), "test.json");

    private static string Quoted(string rule) => JsonSerializer.Serialize(rule);
}
