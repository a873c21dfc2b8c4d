using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class TableRuleTests
{
    private const string Fields = """
        "n": "integer", "d": "decimal", "r": "float", "t": "string", "b": "boolean", "on": "date", "at": "timestamp", "m": "integer"
        """;

    private static readonly DateTimeOffset Now = new(2024, 3, 10, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A rule, rows, and whether it holds (null: nothing to judge) with what was found.</summary>
    public static TheoryData<string, object?[][], bool?, string> Cases => new()
    {
        { "row count must be between 1 and 2", N(1, 2), true, "2 rows" },
        { "row count must be between 1 and 2", N(1, 2, 3), false, "3 rows" },
        { "row count must be at least 1", [], false, "0 rows" },
        { "there must be at least 2 rows", N(null, null), true, "2 rows" },
        { "row count must be 3 where n > 1", N(1, 2, 3), false, "2 rows" },
        { "row count must be within 50 % of the last run", N(1, 2, 3, 4, 5), true, "5 rows, 10 in the last run" },
        { "row count must be within 50 % of the last run", N(1, 2, 3, 4), false, "4 rows, 10 in the last run" },
        { "minimum of n must be at least 2", N(3, null, 1), false, "the minimum of n is 1" },
        { "minimum of n must be at least 1", N(3, null, 1), true, "the minimum of n is 1" },
        { "maximum of `on` must be at most 2024-02-29", On("2024-02-29", "2024-01-31"), true, "the maximum of `on` is 2024-02-29" },
        { "maximum of `on` must be less than 2024-02-29", On("2024-02-29"), false, "the maximum of `on` is 2024-02-29" },
        { "sum of d must be 0.3", D("0.1", "0.2", null), true, "the sum of d is 0.3" },
        { "sum of d must be 0.3", D("0.1", "0.2", "0.0000000000000000000000000001"), false, "the sum of d is 0.3" },
        { "sum of d must be at most 100000000000000000000000000", D("99999999999999999999999999", "1.0000000000000001"), false,
            "the sum of d is 100000000000000000000000000" },
        { "sum of r must be 1", R(0.1, 0.2, 0.7), true, "the sum of r is 1" },
        { "sum of n must be -5 where t = 'x'", [Row(n: -5, t: "x"), Row(n: 7, t: "y"), Row(n: 9)], true, "the sum of n is -5" },
        { "median of r must be 0", R(1e300, -1e300), true, "the median of r is 0" },
        { "sum of n must be 0", N((long?)null), null, "n has too few values for a sum" },
        { "average of d must be 0.1", D("0.1", "0.1", "0.1"), true, "the mean of d is 0.1" },
        { "mean of n must be at most 0.333333", N(0, 0, 1), false, "the mean of n is 0.333333" },
        { "mean of n must be between 0.333333 and 0.333334", N(0, 0, 1), true, "the mean of n is 0.333333" },
        { "standard deviation of n must be 1", N(1, 2, 3), true, "the standard deviation of n is 1" },
        { "standard deviation of n must be 1", N(1), null, "n has too few values for a standard deviation" },
        { "median of n must be 2.5", N(4, 1, 2, 3), true, "the median of n is 2.5" },
        { "median of n must be 2", N(3, 1, 2), true, "the median of n is 2" },
        { "quantile 0.9 of n must be at most 9", N(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), false, "the quantile 0.9 of n is 9.1" },
        { "percentile 90 of n must be at most 9.1", N(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), true, "the quantile 0.9 of n is 9.1" },
        { "number of distinct values of t must be 2", T("a", "b", "a", null), true, "the distinct count of t is 2" },
        { "distinct count of t must be at least 1", T((string?)null), false, "the distinct count of t is 0" },
        { "distinct share of t must be at least 0.75", T("a", "b", "a"), false, "the distinct share of t is 0.666667" },
        { "most common value of t must be one of 'a', 'b'", T("a", "c", "a"), true, "the most common value of t is 'a' (2 times)" },
        { "most common value of t must be 'c'", T("a", "c", "a"), false, "the most common value of t is 'a' (2 times)" },
        { "most common value of t must be 'c'", T("a", "c"), true, "the most common value of t is 'a', 'c' (1 times)" },
        { "most common value of n must be less than 5", N(9, 9, 3), false, "the most common value of n is '9' (2 times)" },
        { "t must not be constant", T("a", "a", null), false, "all 2 values are the same" },
        { "t must not be constant", T("a", "b"), true, "different values" },
        { "t must not be constant", T("a"), null, "t has fewer than two values" },
        { "n must be increasing", N(1, 1, null, 2), true, "3 values in order" },
        { "n must be strictly increasing", N(1, 1, 2), false, "record 2 has 1 after 1" },
        { "n must be decreasing", N(3, 2, 4, 5), false, "record 3 has 4 after 2, and 1 more" },
        { "d must be ascending", D("9", "10"), true, "2 values in order" },
        { "at must be strictly descending", At("2024-01-01 10:00:00.5Z", "2024-01-01 10:00:00Z"), true, "2 values in order" },
        { "n must be sequential", N(7, 8, 9), true, "3 values in order" },
        { "n must be sequential", N(7, 9), false, "record 2 has 9 after 7" },
        { "newest at must be at most 2 days old", At("2024-03-08 12:00:00Z", "2020-01-01 00:00:00Z"), true, "the newest value of `at` is 2024-03-08 12:00:00" },
        { "newest at must not be older than 47 hours", At("2024-03-08 12:00:00Z"), false, "the newest value of `at` is 2024-03-08 12:00:00" },
        { "newest `on` must be at most 1 week old", On((string?)null), null, "`on` has no value" },
        { "n must be within 3 standard deviations of its mean", N(1, 2, 3), null, "3 values are fewer than 30" },
        { "n must be within 1.2 standard deviations of its mean from 3 values on", N(1, 2, 30), true,
            "record 3 has 30, 1.15 standard deviations from the mean 11" },
        { "n must be within 1.1 standard deviations of its mean from 3 values on", N(1, 2, 30), false,
            "record 3 has 30, 1.15 standard deviations from the mean 11" },
        { "n must be within 1 standard deviations of its mean from 3 values on", N(5, 5, 5), true, "all values are the same" },
        { "m must be acyclic over n", [Row(n: 1), Row(n: 2, m: 1), Row(n: 3, m: 2), Row(n: 4, m: 99)], true, "3 records with a parent, no cycle" },
        { "m must be acyclic over n", [Row(n: 1), Row(n: 2, m: 3), Row(n: 3, m: 4), Row(n: 4, m: 2), Row(n: 5, m: 2)], false,
            "record 2 leads back to itself: '2' → '3' → '4' → '2'" },
        { "m must be acyclic over n", [Row(n: 7, m: 7)], false, "record 1 leads back to itself: '7' → '7'" },
        { "m must be acyclic over n", [Row(n: 1)], null, "no record has a parent" },
        { "n to m must not overlap", [Row(n: 1, m: 3), Row(n: 3, m: 5), Row(n: 9)], true, "3 periods" },
        { "n to m must not overlap", [Row(n: 5), Row(n: 1, m: 6)], false, "record 1, which begins at 5, overlaps record 2, which ends at 6" },
        { "n to m must not overlap", [Row(n: 1, m: 9), Row(n: 2, m: 3), Row(n: 4, m: 5)], false,
            "record 2, which begins at 2, overlaps record 1, which ends at 9, and 1 more" },
        { "n to m must not overlap", [Row(n: 1), Row(n: 7, m: 8)], false, "record 2, which begins at 7, overlaps record 1, which never ends" },
        { "n to m must not overlap", [Row(n: 3, m: 1)], false, "record 1, which begins at 3, ends before, at 1" },
        { "n to m must not overlap", [Row(n: 3, m: 3), Row(n: 1, m: 4)], true, "1 periods" },
        { "m must be acyclic over n", [Row(n: 1, m: 2), Row(n: 1, m: 3), Row(n: 2, m: 1)], false, "record 2 gives '1' a second parent" },
        { "n to m must not overlap for each t and b",
            [Row(n: 1, m: 9, t: "a", b: 1), Row(n: 1, m: 9, t: "a", b: 0), Row(n: 1, m: 9, t: "b", b: 1)], true, "3 periods" },
        { "n to m must not overlap for each t", [Row(n: 1, m: 9, t: "a"), Row(n: 1, m: 9, t: "b"), Row(n: 8, m: 9, t: "a")], false,
            "record 3, which begins at 8, overlaps record 1, which ends at 9" },
        { "n to m must have no gaps", [Row(n: 5, m: 7), Row(n: 1, m: 5), Row(n: 2, m: 4), Row(n: 7)], true, "4 periods" },
        { "n to m must have no gaps", [Row(n: 5, m: 7), Row(n: 1, m: 4)], false, "record 1, which begins at 5, leaves a gap after record 2, which ends at 4" },
        { "n to m must have no gaps per t", [Row(n: 5, m: 7, t: "a"), Row(n: 1, m: 4, t: "b")], true, "2 periods" },
        { "n to m must have no gaps", [Row(m: 7)], null, "there is no period" },
        { "skewness of n must be between 1.7 and 1.8", N(1, 1, 1, 1, 1, 9, 2), false, "the skewness of n is 1.978483" },
        { "skewness of n must be 0", N(1, 2, 3), true, "the skewness of n is 0" },
        { "skewness of n must be 0", N(1, 1, 1), null, "n has too few values for a skewness" },
        { "entropy of t must be at least 1.5", T("a", "b", "c", "d", null), true, "the entropy of t is 2" },
        { "entropy of t must be at least 1.5", T("a", "a", "a"), false, "the entropy of t is 0" },
        { "correlation of n with m must be at least 0.9", [Row(n: 1, m: 10), Row(n: 2, m: 20), Row(n: 3, m: 30)], true, "the correlation of n with m is 1" },
        { "correlation between n and m must be at most -0.5", [Row(n: 1, m: 3), Row(n: 2, m: 1), Row(n: 3, m: 2), Row(n: 9)], true,
            "the correlation of n with m is -0.5" },
        { "correlation of n with m must be at least 0.9", [Row(n: 1, m: 5), Row(n: 2, m: 5), Row(n: 3, m: 5)], null,
            "3 rows are too few, or all the same, for a correlation" },
        { "`on` must have a value in every day", On("2024-02-28", "2024-03-01", "2024-02-29", "2024-02-28"), true, "all of 3 periods have a value" },
        { "`on` must have a value in every 1 day", On("2024-02-28", "2024-03-03", "2024-02-29"), false,
            "2 of 5 periods have no value, first that from 2024-03-01 on" },
        { "`on` must have a value in every 1 week", On("2024-03-04", "2024-03-17", "2024-03-10"), true, "all of 2 periods have a value" },
        { "at must have a value in every 12 hours", At("2024-03-04 11:59:59Z", "2024-03-05 00:00:00Z"), false,
            "1 of 3 periods have no value, first that from 2024-03-04 12:00:00 on" },
        { "at must have a value in every hour", At((string?)null), null, "`at` has no value" },
        { "n must not drift", N(1, 2), null, "there is no merged run to compare with" },
        { "the source must have the columns 'n', 't'", [], true, "all are there" },
        { "the source must have the columns N", [], false, "missing: N" },
        { "the source must have exactly the columns n, d, r, t, b, 'on', at", [], false, "not named: more" },
        { "the source must have the columns t, n in this order", [], false, "their order is n, d, r, t, b, on, at, more" },
        { "the source must have the columns n, t, more in this order", [], true, "all are there" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_rule_about_the_table_is_judged_over_its_rows(string rule, object?[][] rows, bool? holds, string found)
    {
        var outcome = Assert.Single(Judge(Quoted(rule), rows));
        Assert.Equal((holds, found), (outcome.Holds, outcome.Found));
        // The one wording means the same.
        var again = Assert.Single(Judge(Quoted(outcome.Rule.Text), rows));
        Assert.Equal((outcome.Rule.Text, holds, found), (again.Rule.Text, again.Holds, again.Found));
    }

    [Fact]
    public void Without_a_run_before_the_row_count_has_nothing_to_differ_from()
    {
        var facts = new LoadFacts { Now = Now };
        Assert.Null(Assert.Single(new TableTally(Spec(Quoted("row count must be within 50 % of the last run"))).Judge(facts)).Holds);
        Assert.Null(Assert.Single(new TableTally(Spec(Quoted("the source must have the columns n"))).Judge(facts)).Holds);
    }

    [Fact]
    public void A_column_that_drifted_breaks_the_rule_that_it_must_not()
    {
        var tally = new TableTally(Spec(Quoted("n must not drift")));
        var facts = new LoadFacts { Now = Now, Drift = [new("t", "nulls", "t is NULL."), new("n", "range", "n lies elsewhere.")] };
        var outcome = Assert.Single(tally.Judge(facts));
        Assert.Equal((false, "n lies elsewhere."), (outcome.Holds, outcome.Found));
        Assert.True(Assert.Single(tally.Judge(facts with { Drift = [] })).Holds);
    }

    [Fact]
    public void Of_very_many_values_a_quantile_is_estimated_and_says_so()
    {
        var outcome = Assert.Single(Judge(Quoted("median of n must be between 590000 and 610000"), Enumerable.Range(0, 1_200_001).Select(i => Row(n: i))));
        Assert.True(outcome.Holds);
        Assert.EndsWith("estimated from 1000000 values", outcome.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_different_values_have_no_most_common_one()
    {
        var outcome = Assert.Single(Judge(Quoted("most common value of n must be 1"), Enumerable.Range(0, 100_001).Select(i => Row(n: i))));
        Assert.Equal((false, "n has more than 100000 different values"), (outcome.Holds, outcome.Found));
    }

    /// <summary>A rule, and what is wrong with it.</summary>
    [Theory]
    [InlineData(""" "sum of t must be 100" """, "which has no sum")]
    [InlineData(""" "mean of `on` must be 100" """, "which has no mean")]
    [InlineData(""" "sum of n must be n" """, "compared with a number or a time, not with a field")]
    [InlineData(""" "sum of n must not be 5" """, "say what it must be")]
    [InlineData(""" "sum of n must be between 5 and 1" """, "its minimum 5 is greater than its maximum 1")]
    [InlineData(""" "row count must be 'many'" """, "'many' is no number")]
    [InlineData(""" "t must be increasing" """, "which has no order")]
    [InlineData(""" "r must be sequential" """, "only whole numbers are sequential")]
    [InlineData(""" "newest n must be at most 2 days old" """, "which has no age")]
    [InlineData(""" "newest at must be at most 2 moons old" """, "a number of hours or days")]
    [InlineData(""" "row count must be within 50 % of the last run where n > 1" """, "is not about rows")]
    [InlineData(""" "sum of n must be 5 in at least 95 % of rows" """, "the end of the rule")]
    [InlineData(""" "at least 95 % of rows: sum of n must be 5" """, "no share of rows")]
    [InlineData(""" {"rule": "row_count", "min": 1, "severity": "quarantine"} """, "finds no single row to keep out")]
    [InlineData(""" {"rule": "row_count", "min": 1, "severity": "drop"} """, "finds no single row to keep out")]
    [InlineData(""" {"rule": "row_count", "min": 1, "mostly": 0.5} """, "no share of rows")]
    [InlineData(""" {"rule": "row_count", "min": 1, "field": "n"} """, "takes no field")]
    [InlineData(""" {"rule": "row_count"} """, "'min', 'max' and 'equals' are all missing")]
    [InlineData(""" {"rule": "column_sum", "min": 1} """, "'field' is missing")]
    [InlineData(""" {"rule": "column_max", "field": "on", "max": "soon"} """, "soon")]
    [InlineData(""" {"rule": "quantile", "field": "n", "quantile": 95, "max": 1} """, "a quantile is from 0 to 1")]
    [InlineData(""" {"rule": "z_score", "field": "n", "threshold": 0} """, "above 0")]
    [InlineData(""" {"rule": "freshness", "field": "at", "max_age": "soon"} """, "'soon' is no length of time")]
    [InlineData(""" {"rule": "z_score", "field": "n", "threshold": 3, "min_rows": -1e20} """, "three values at least")]
    [InlineData(""" "n must be within 3 standard deviations of its mean from 99999999999999999999 values on" """, "too large")]
    [InlineData(""" "newest at must be at most 99999999999999999999 weeks old" """, "too large")]
    [InlineData(""" {"rule": "row_count_change", "max": -1} """, "0 or more")]
    [InlineData(""" {"rule": "columns", "values": ["n"], "where": "n > 1"} """, "is not about rows")]
    [InlineData(""" "n must be acyclic over n" """, "its own parent")]
    [InlineData(""" "t must be acyclic over n" """, "t is text, and n is a whole number")]
    [InlineData(""" "t to d must not overlap" """, "which has no order")]
    [InlineData(""" "n to d must not overlap" """, "n is a whole number, and d is a decimal")]
    [InlineData(""" "n to m must overlap" """, "must not overlap")]
    [InlineData(""" {"rule": "no_gaps", "fields": ["n", "m"], "by": "t"} """, "'by' must be a list")]
    [InlineData(""" {"rule": "no_gaps", "fields": ["n", "m", "d"]} """, "from one field to one other")]
    [InlineData(""" {"rule": "no_gaps", "field": "n"} """, "needs two fields")]
    [InlineData(""" {"rule": "acyclic", "field": "n", "key": "nn"} """, "no field")]
    [InlineData(""" "n must exist in customers(a, b)" """, "1 fields cannot refer to 2 columns")]
    [InlineData(""" {"rule": "foreign_key", "field": "n", "references": "a.b.c("} """, "names no table")]
    [InlineData(""" {"rule": "foreign_key", "fields": ["n", "m"], "references": "a.b"} """, "2 fields cannot refer to 1 columns")]
    [InlineData(""" {"rule": "pair_in_set", "fields": ["n", "m"], "values": [[1, 2, 3]]} """, "lists with 2 values each")]
    [InlineData(""" {"rule": "pair_in_set", "fields": ["n", "m"], "values": [["x", 2]]} """, "'x'")]
    [InlineData(""" {"rule": "multi_column_sum", "fields": ["n", "m"]} """, "Either 'equals' or 'total'")]
    [InlineData(""" {"rule": "multi_column_sum", "fields": ["n", "t"], "equals": 1} """, "cannot be calculated with")]
    public void What_makes_no_sense_is_refused(string rule, string expected) =>
        Assert.Contains(expected, string.Join("\n", MetadataReader.Check(Metadata(rule))), StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData(""" "row count should be at least 1" """, RuleSeverity.Warn, "row count should be at least 1")]
    [InlineData(""" {"rule": "row_count", "min": 1, "severity": "warn", "error_message": "empty"} """, RuleSeverity.Warn, "empty")]
    [InlineData(""" {"rule": "sum", "field": "n", "equals": 5, "where": "t = 'x'"} """, RuleSeverity.Fail, "sum of n must equal 5 where t must equal 'x'")]
    public void It_fails_the_run_or_warns(string rule, RuleSeverity severity, string message)
    {
        var read = Assert.Single(Spec(rule).TableRules);
        Assert.Equal((severity, message), (read.Severity, read.Message));
        Assert.Empty(Spec(rule).CheckedRules);
    }

    [Fact]
    public void The_generated_code_says_what_it_does_not_judge()
    {
        var spec = Spec(""" "n > 0", "sum of n must be 100 where t = 'a\nb'" """).WithSourceHeader(["n", "d", "r", "t", "b", "on", "at"]);
        var code = CSharpGenerator.GenerateValidators(spec).Text;
        var words = string.Join(' ', code.Split([' ', '\n', '/'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("once all rows are loaded, and not here: sum of n must equal 100 where t must equal", words, StringComparison.Ordinal);
        Assert.Single(code.Split('\n'), l => l.Contains("public static bool", StringComparison.Ordinal));
        Assert.DoesNotContain(code.Split('\n'), l => l.StartsWith('b'));
        Assert.Equal(spec.Hash, MetadataReader.Read(spec.ToCanonicalJson(), "again.json").Hash);
    }

    [Theory]
    [InlineData(""" "t must exist in customers.code" """, "t must exist in customers.code", RuleSeverity.Reject)]
    [InlineData(""" "n and t should refer to `order lines`(`order id`, code) where b is true" """,
        "n and t should exist in `order lines`(`order id`, code) where b should equal true", RuleSeverity.Warn)]
    [InlineData(""" {"rule": "present_in", "field": "t", "references": "customers", "severity": "drop", "where": "n > 1"} """,
        "t must exist in customers where n must be greater than 1", RuleSeverity.Drop)]
    [InlineData(""" {"rule": "foreign_key", "field": "t", "references": "customers(code)", "mostly": 0.9} """,
        "t must exist in customers.code in at least 90 % of rows", RuleSeverity.Fail)]
    public void A_rule_about_another_table_is_for_the_host_and_has_one_wording(string rule, string text, RuleSeverity severity)
    {
        var spec = Spec(rule);
        var read = Assert.Single(spec.ReferenceRules);
        Assert.Equal((text, severity, "foreign_key"), (read.Text, read.Severity, read.Name));
        Assert.Empty(spec.CheckedRules);
        Assert.Empty(spec.TableRules);
        Assert.Equal(spec.Hash, MetadataReader.Read(spec.ToCanonicalJson(), "again.json").Hash);
        var code = CSharpGenerator.GenerateValidators(spec.WithSourceHeader(["n"])).Text;
        var words = string.Join(' ', code.Split([' ', '\n', '/'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("db-vc when a row is loaded", words, StringComparison.Ordinal);
    }

    private static IReadOnlyList<TableOutcome> Judge(string rule, IEnumerable<object?[]> rows)
    {
        var tally = new TableTally(Spec(rule));
        var record = 0;
        foreach (var row in rows) tally.Add(++record, new ArrayRow(row));
        return tally.Judge(new LoadFacts { Now = Now, LoadedBefore = 10, SourceColumns = ["n", "d", "r", "t", "b", "on", "at", "more"] });
    }

    private static string Metadata(string rules) => $$"""{"source": "x.csv", "schema": {{{Fields}}}, "validations": [{{rules}}]}""";

    private static PipelineSpec Spec(string rules) => MetadataReader.Read(Metadata(rules), "test.json");

    private static string Quoted(string rule) => System.Text.Json.JsonSerializer.Serialize(rule);

    private static object?[][] N(params long?[] values) => [.. values.Select(v => Row(n: v))];

    private static object?[][] R(params double?[] values) => [.. values.Select(v => Row(r: v))];

    private static object?[][] D(params string?[] values) => [.. values.Select(v => Row(d: v))];

    private static object?[][] T(params string?[] values) => [.. values.Select(v => Row(t: v))];

    private static object?[][] On(params string?[] values) => [.. values.Select(v => Row(on: v))];

    private static object?[][] At(params string?[] values) => [.. values.Select(v => Row(at: v))];

    private static object?[] Row(
        long? n = null, string? d = null, double? r = null, string? t = null, long? b = null, string? on = null, string? at = null,
        long? m = null) => [n, d, r, t, b, on, at, m];
}
