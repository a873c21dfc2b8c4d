using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class FormatVocabularyTests
{
    public static TheoryData<string> Names => [.. FormatVocabulary.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_has_the_format_is_accepted_and_what_nearly_has_it_is_refused(string name)
    {
        var format = FormatVocabulary.Find(name)!;
        Assert.All(format.Accepted, t => Assert.True(format.Judge(Text.From(t)), t));
        Assert.All(format.Refused, t => Assert.False(format.Judge(Text.From(t)), t));
        Assert.NotEmpty(format.Accepted);
        Assert.True(format.Refused.Count > 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_bytes_are_judged_without_a_fault(string name)
    {
        var format = FormatVocabulary.Find(name)!;
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 2000; i++)
        {
            // A good text with bytes changed comes closer to the edges than noise does.
            var bytes = Encoding.UTF8.GetBytes(format.Accepted[random.Next(format.Accepted.Count)] + (i % 3 == 0 ? "x" : ""));
            for (var change = random.Next(3); change > 0 && bytes.Length > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var fault = Record.Exception(() => format.Judge(new Text(bytes)));
            Assert.True(fault is null, $"seed {seed}: {Convert.ToHexString(bytes)} gives {fault}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_wrong_digit_is_found_by_formats_with_check_digits(string name)
    {
        if (name is not ("iban" or "credit_card" or "isbn" or "gtin" or "isin" or "lei")) return;
        var format = FormatVocabulary.Find(name)!;
        foreach (var text in format.Accepted)
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (!char.IsAsciiDigit(text[i])) continue;
                var wrong = text[..i] + (char)('0' + ((text[i] - '0' + 1) % 10)) + text[(i + 1)..];
                Assert.False(format.Judge(Text.From(wrong)), wrong);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_noun_and_every_name_means_the_format(string name)
    {
        var format = FormatVocabulary.Find(name)!;
        foreach (var sentence in format.Nouns.SelectMany(n => new[] { $"name must be a valid {n}", $"name must be a {n}", $"name should not be a valid {n}" }))
        {
            var rule = Assert.Single(SampleMetadata.ReadRules(sentence));
            var condition = Assert.IsType<HasFormat>(rule.Condition);
            Assert.Equal((sentence, format.Name), (sentence, condition.Format.Name));
            Assert.Equal(rule.Text, Assert.Single(SampleMetadata.ReadRules(rule.Text)).Text);
        }

        foreach (var known in format.Names)
        {
            var metadata = $$"""{"source": "x.csv", "schema": {{{SampleMetadata.Fields}}}, "validations": [{"field": "name", "rule": "{{known}}"}]}""";
            var rule = Assert.Single(MetadataReader.Read(metadata, "test.json").Rules, r => !r.FromSchema);
            Assert.Equal("must_be_valid_" + format.Name, rule.Name);
        }
    }

    [Theory]
    [InlineData("name must be a valid phone number", "differs from country to country")]
    [InlineData("name must be valid", "says nothing about name")]
    [InlineData("age must be a valid iban", "needs text")]
    public void What_could_mean_several_formats_is_a_question(string rule, string expected) =>
        Assert.Contains(expected, Assert.Single(MetadataReader.Check(SampleMetadata.WithRule(rule))).ToString(), StringComparison.Ordinal);

    /// <summary>docs/formats.md is written by this test with DBVC_APPROVE=1, so that it says what the vocabulary says.</summary>
    [Fact]
    public void The_documentation_lists_every_format_as_it_is()
    {
        var text = new StringBuilder("""
            # Formats of text

            Made from the vocabulary in the code (`src/DbVc.Pipelines/Rules`). A format is asked for in English (`"homepage must be a valid url"`) or as
            `{"field": "homepage", "rule": "must_be_valid_url"}`; the name alone and `valid_…` mean the same. NULL passes; the empty text is judged
            as any other.

            | format | in English: X must be a valid … | what it is | has it | nearly has it |
            |---|---|---|---|---|

            """);
        foreach (var format in FormatVocabulary.All)
        {
            var (accepted, refused) = (format.Accepted.Select(Show).First(t => t.Length > 2), format.Refused.Select(Show).First(t => t.Length > 2));
            text.Append(CultureInfo.InvariantCulture, $"| `{format.Name}` | {string.Join(", ", format.Nouns)} | {format.Summary} | {accepted} | {refused} |\n");
        }

        var path = Path.Combine(SourceTree.Root, "docs", "formats.md");
        if (Environment.GetEnvironmentVariable("DBVC_APPROVE") == "1") File.WriteAllText(path, text.ToString());
        Assert.Equal(File.ReadAllText(path), text.ToString());
    }

    private static string Show(string text) => $"`{Regex.Replace(text, @"[\p{C}\u00A0]", "·")}`";
}
