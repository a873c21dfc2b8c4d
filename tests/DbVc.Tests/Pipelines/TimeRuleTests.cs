using System.Globalization;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>Rules about the time of the load: what they say, what they refuse, and what they let pass.</summary>
public sealed class TimeRuleTests
{
    [Theory]
    [InlineData("seen_at must not be in the future", "seen_at must not be in the future", "not_future")]
    [InlineData("seen_at is never in the future", "seen_at must not be in the future", "not_future")]
    [InlineData("seen_at should not be in the future", "seen_at should not be in the future", "not_future")]
    [InlineData("start_date must be in the past", "start_date must be in the past", "in_past")]
    [InlineData("start_date must be a future date", "start_date must be in the future", "in_future")]
    [InlineData("start_date may not be in the past", "start_date must not be in the past", "not_past")]
    [InlineData("seen_at must be at most 30 days old", "seen_at must be at most 30 days old", "max_age")]
    [InlineData("seen_at must not be older than 1 week", "seen_at must be at most 1 week old", "max_age")]
    [InlineData("seen_at must be no more than 90 minutes old", "seen_at must be at most 90 minutes old", "max_age")]
    [InlineData("seen_at must not be in the future at offset '+02:00'", "seen_at must not be in the future at offset '+02:00'", "not_future")]
    [InlineData("seen_at must not be in the future where status = 'paid'", "seen_at must not be in the future where status must equal 'paid'", "not_future")]
    [InlineData("seen_at must not be in the future in at least 95 % of rows", "seen_at must not be in the future in at least 95 % of rows", "not_future")]
    public void It_has_one_wording_that_is_read_back(string sentence, string text, string name)
    {
        var rule = Assert.Single(SampleMetadata.ReadRules(sentence));
        Assert.Equal((text, name), (rule.Text, rule.Name));
        Assert.True(rule.IsForLoad);
        Assert.Equal(text, Assert.Single(SampleMetadata.ReadRules(rule.Text)).Text);
        var spec = MetadataReader.Read(SampleMetadata.WithRule(sentence), "test.json");
        Assert.Equal(spec.Hash, MetadataReader.Read(spec.ToCanonicalJson(), "again.json").Hash);
        Assert.DoesNotContain(spec.CheckedRules, r => r.Name == name);
        Assert.Contains("db-vc when a row is loaded", string.Join(' ',
            CSharpGenerator.GenerateValidators(spec.WithSourceHeader(["id"])).Text.Split([' ', '\n', '/'], StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Several_fields_are_a_rule_each() => Assert.Equal(
        ["start_date must not be in the future where status must equal 'paid'", "end_date must not be in the future where status must equal 'paid'"],
        SampleMetadata.ReadRules("start_date and end_date must not be in the future where status is 'paid'").Select(r => r.Text));

    [Theory]
    [InlineData("age must not be in the future", "age is a whole number, which is never past or future")]
    [InlineData("seen_at must not be in the future at offset 'Berlin'", "'Berlin' is no offset such as +02:00")]
    [InlineData("seen_at must be at most 30", "seen_at")]
    [InlineData("seen_at must be older than 3 days", "older")]
    public void What_makes_no_sense_is_refused(string sentence, string expected)
    {
        var problems = MetadataReader.Check(SampleMetadata.WithRule(sentence));
        Assert.Contains(expected, Assert.Single(problems).ToString(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A rule, a value, and whether it passes at 23:30 UTC on the last of January 2024.</summary>
    public static TheoryData<string, string?, bool> Values => new()
    {
        { "at must not be in the future", "2024-01-31 23:30:00", true },
        { "at must not be in the future", "2024-01-31 23:30:00.0000001", false },
        { "at must not be in the future", null, true },
        { "at must be in the past", "2024-01-31 23:30:00", false },
        { "at must be in the past", "2024-01-31 23:29:59.9999999", true },
        { "at must not be in the past", "2024-01-31 23:29:59", false },
        { "at must not be in the past", "2024-01-31 23:30:00", true },
        { "at must be in the future", "2024-01-31 23:30:00", false },
        { "at must be in the future", "2024-01-31 23:30:01", true },
        { "at must be at most 2 hours old", "2024-01-31 21:30:00", true },
        { "at must be at most 2 hours old", "2024-01-31 21:29:59", false },
        { "at must be at most 2 hours old", "2030-01-01 00:00:00", true },
        { "at must not be in the future at offset '+01:00'", "2024-02-01 00:30:00", true },
        { "at must not be in the future at offset '+01:00'", "2024-02-01 00:30:01", false },
        { "at must not be in the future at offset '-05:00'", "2024-01-31 19:00:00", false },
        { "on must not be in the future", "2024-01-31", true },
        { "on must not be in the future", "2024-02-01", false },
        { "on must not be in the future at offset '+01:00'", "2024-02-01", true },
        { "on must be in the past", "2024-01-31", false },
        { "on must be in the past", "2024-01-30", true },
        { "on must not be in the past", "2024-01-31", true },
        { "on must be in the future", "2024-02-01", true },
        { "on must be at most 1 day old", "2024-01-30", true },
        { "on must be at most 1 day old", "2024-01-29", false },
        { "on must be at most 1 week old", "0001-01-01", false },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Values_are_judged_by_the_time_of_the_load(string sentence, string? value, bool passes)
    {
        var spec = MetadataReader.Read($$"""{"source": "x.csv", "schema": {"on": "date", "at": "timestamp"}, "validations": ["{{sentence}}"]}""", "test.json");
        var rule = Assert.Single(spec.LoadRules);
        var now = DateTimeOffset.Parse("2024-01-31T23:30:00Z", CultureInfo.InvariantCulture);
        var test = new TimeTest(Assert.Single(new RowChecker(spec).LoadRules), now);
        Assert.Equal(passes, test.Passes(new ArrayRow(rule.JudgedFields[0].Name == "on" ? [value, null] : [null, value])));
    }
}
