using System.Globalization;
using System.Text;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class RuleVocabularyTests
{
    public static TheoryData<string> Names => [.. RuleVocabulary.All.Select(r => r.Name)];

    [Fact]
    public void No_name_means_two_rules()
    {
        var names = RuleVocabulary.All.SelectMany(r => r.Names).Concat(FormatVocabulary.All.SelectMany(f => f.Names)).ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_example_and_its_English_are_the_same_rule(string name)
    {
        var definition = RuleVocabulary.Find(name)!;
        var expected = string.Join(" / ", SampleMetadata.ReadRules(definition.English).Select(r => r.Text));
        foreach (var known in definition.Names.Append(definition.Name.ToUpperInvariant()))
        {
            Assert.Equal(expected, string.Join(" / ", Read($$"""{"rule": "{{known}}", {{definition.Example}}}""").Select(r => r.Text)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_missing_parameter_is_named(string name)
    {
        var definition = RuleVocabulary.Find(name)!;
        foreach (var parameter in definition.Parameters.Where(p => p.Required))
        {
            var problems = MetadataReader.Check(With($$"""{"rule": "{{name}}", "field": "age"}"""));
            Assert.Contains(problems, p => p.Message.Contains($"'{parameter.Name}' is missing", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("max_length", "\"value\": 20", "name must be at most 20 characters long")]
    [InlineData("Min_Length", "\"value\": 2", "name must be at least 2 characters long")]
    [InlineData("max_length", "\"max_length\": 20", "name must be at most 20 characters long")]
    [InlineData("max_length", "\"value\": 20, \"max\": 20", "!Both 'value' and 'max' are given")]
    [InlineData("min_length", "\"value\": 2, \"min_length\": 1", "!Both 'value' and 'min_length' are given")]
    [InlineData("length", "\"value\": 20", "!With 'length' a value may be either bound")]
    public void The_one_bound_of_a_length_may_be_called_value(string rule, string members, string expected)
    {
        var text = $$"""{"rule": "{{rule}}", "field": "name", {{members}}}""";
        if (expected[0] != '!') Assert.Equal(expected, Assert.Single(Read(text)).Text);
        else Assert.StartsWith(expected[1..], Assert.Single(MetadataReader.Check(With(text))).Message, StringComparison.Ordinal);
    }

    /// <summary>Members that every rule takes, and the one wording they give, or the problem.</summary>
    [Theory]
    [InlineData(""" "severity": "warn" """, "age should be at least 5", RuleSeverity.Warn)]
    [InlineData(""" "severity": "quarantine" """, "age must be at least 5", RuleSeverity.Reject)]
    [InlineData(""" "severity": "drop" """, "age must be at least 5", RuleSeverity.Drop)]
    [InlineData(""" "severity": "fail" """, "age must be at least 5", RuleSeverity.Fail)]
    [InlineData(""" "mostly": 0.95 """, "age must be at least 5 in at least 95 % of rows", RuleSeverity.Fail)]
    [InlineData(""" "mostly": 0.999, "severity": "warn" """, "age should be at least 5 in at least 99.9 % of rows", RuleSeverity.Warn)]
    [InlineData(""" "where": "status = 'paid'" """, "status must not equal 'paid' or age must be at least 5", RuleSeverity.Reject)]
    [InlineData(""" "where": "status = 'a must b'", "severity": "warn" """, "status should not equal 'a must b' or age should be at least 5",
        RuleSeverity.Warn)]
    public void Every_rule_takes_a_severity_a_share_and_a_premise(string members, string text, RuleSeverity severity)
    {
        var rule = Assert.Single(Read($$"""{"rule": "at_least", "field": "age", "value": 5, {{members}}}"""));
        Assert.Equal((text, severity, "range", "age"), (rule.Text, rule.Severity, rule.Name, rule.ReportedField));
        Assert.Equal(text, rule.Message);
    }

    [Theory]
    [InlineData(""" "severity": "loud" """, "'loud' is no severity. Known: warn, quarantine, drop, fail.")]
    [InlineData(""" "mostly": 95 """, "'mostly' must be a number above 0 and at most 1. 95 % is written 0.95.")]
    [InlineData(""" "mostly": 0 """, "'mostly' must be a number above 0 and at most 1.")]
    [InlineData(""" "mostly": "most" """, "'mostly' must be a number above 0 and at most 1.")]
    [InlineData(""" "mostly": 0.9, "severity": "quarantine" """, "With 'mostly' rows are not judged one by one.")]
    [InlineData(""" "mostly": 0.9, "severity": "drop" """, "With 'mostly' rows are not judged one by one.")]
    [InlineData(""" "where": "agee > 5" """, "'agee' is no field of the schema. Did you mean 'age'?")]
    [InlineData(""" "where": "email must be unique" """, "is no condition on one row")]
    [InlineData(""" "where": "drop rows where age > 5" """, "is no condition on one row")]
    [InlineData(""" "where": 5 """, "'where' must be a text")]
    public void What_is_wrong_with_them_is_said(string members, string expected)
    {
        var problems = MetadataReader.Check(With($$"""{"rule": "at_least", "field": "age", "value": 5, {{members}}}"""));
        Assert.Contains(expected, Assert.Single(problems).ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(""" "mostly": 0.9 """, "no share of rows")]
    [InlineData(""" "where": "age > 5" """, "looks at all rows")]
    public void A_rule_about_duplicates_is_about_all_rows(string members, string expected)
    {
        var problems = MetadataReader.Check(With($$"""{"rule": "no_duplicates", "field": "email", {{members}}}"""));
        Assert.Contains(expected, Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    /// <summary>docs/rules.md is written by this test with DBVC_APPROVE=1, so that it says what the vocabulary says.</summary>
    [Fact]
    public void The_documentation_lists_every_rule_as_it_is()
    {
        var text = new StringBuilder("""
            # Rules

            Made from the vocabulary in the code (`src/DbVc.Pipelines/Rules/RuleVocabulary.cs`). A rule is written as a sentence or in its long form;
            what a text must look like is in [formats.md](formats.md). NULL passes every rule that does not ask for NULL. Every rule takes these members too:

            * `field` or `fields`: what it is about; with several fields one rule each, but for rules about a group.
            * `severity`: what becomes of a row that breaks it. `quarantine` (the default); `drop`: left out and counted; `warn`: loaded and counted;
              `fail`: quarantined, and the run does not pass its gates. A record that cannot be read, or lacks what is required, goes to the quarantine
              before a rule can drop it; one that is dropped is not judged further.
            * `where`: a sentence; only rows that surely satisfy it are judged.
            * `mostly`: a share such as 0.95. Rows that break the rule are loaded and counted, and the run breaks it when fewer pass; with `severity`
              `fail` (the default then) or `warn`.
            * `error_message`: what people are told.

            `foreign_key` is judged by db-vc, against the rows that the branch's database holds in the other table before the load; with any `severity`. A
            table that the database keeps consistent has `references` in its schema in place of it ([metadata.md](metadata.md)).

            Rules about the time (`not_future`, `not_past`, `in_past`, `in_future`, `max_age`) are judged by db-vc as rows are loaded, by its clock at the
            beginning of the load; the sandbox has no clock that could be trusted. Days are compared with today. Values and today are those of UTC, or of
            `offset`, such as `+02:00`. A record that is tried again is judged by the time at which it is.

            Rules about the whole table (from `row_count` to `no_gaps` below) are judged by db-vc once all rows are loaded, and before the branch may be
            merged; the generated code knows nothing of them. They are about the rows that this run loads. Their `severity` is `fail` (the default: the run
            does not pass its gates) or `warn`; they take `where`, and no `mostly`. NULLs are left out. Where there is no value to judge a rule is not
            broken, and that is remarked. Decimals are exact; floats count with 15 digits.

            `distribution` and its kin compare with what somebody wrote down, and `no_drift` with the last merged run. Shares of values are counted exactly and
            sum to 1 within 0.001. A p-value asks whether chance explains the difference: of very many rows hardly any difference is chance, so a distance
            (`max`) is what most pipelines want. It is judged from 5 numbers on, and that of χ² where at most a fifth of the values is expected fewer than 5
            times and none less than once (Cochran). In English `distribution of status must be near new 60 %, paid 40 %` alone means a population
            stability index of at most 0.1.

            In English: `should` warns; `email must be valid in at least 95 % of rows`; `total must be positive unless status is 'draft'`;
            `drop rows where status = 'test'`; `keep only rows where active is true` (a row in which that is unknown is left out);
            `reject rows where …`, `fail if …`, `warn if …`.

            | rule | other names | parameters | what passes | long form | in English |
            |---|---|---|---|---|---|

            """);
        foreach (var rule in RuleVocabulary.All)
        {
            var parameters = string.Join(", ", rule.Parameters.Select(p => p.Name + (p.Required ? "" : "?")));
            var example = $"{{\"rule\": \"{rule.Name}\", {rule.Example}}}";
            text.Append(CultureInfo.InvariantCulture,
                $"| `{rule.Name}` | {string.Join(", ", rule.Aliases)} | {parameters} | {rule.Summary} | `{example}` | {rule.English} |\n");
        }

        var path = Path.Combine(SourceTree.Root, "docs", "rules.md");
        if (Environment.GetEnvironmentVariable("DBVC_APPROVE") == "1") File.WriteAllText(path, text.ToString());
        Assert.Equal(File.ReadAllText(path), text.ToString());
    }

    private static string With(string rule) => $$"""{"source": "x.csv", "schema": {{{SampleMetadata.Fields}}}, "validations": [{{rule}}]}""";

    private static IReadOnlyList<PipelineRule> Read(string rule) => [.. MetadataReader.Read(With(rule), "test.json").Rules.Where(r => !r.FromSchema)];
}
