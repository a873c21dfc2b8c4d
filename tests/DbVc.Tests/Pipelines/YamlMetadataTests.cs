using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class YamlMetadataTests
{
    private const string Users = """
        # Users of the shop.
        source: users.csv
        schema:
          id: integer
          email: {type: string, max_length: 255}
          age: integer
          country: string
        validations:
          - email must be valid
          - age > 0 and age < 120
          - field: country
            rule: one_of
            values: [DE, "NO", 'FR']
        preprocessing:
          - trim whitespace
        test_data: {sample_size: 10, validation_threshold: 0.95}
        """;

    [Fact]
    public void YAML_says_what_JSON_says()
    {
        var json = MetadataReader.ToJson(Users, "users.yaml");
        Assert.Equal(MetadataReader.Read(json, "metadata.json").Hash, MetadataReader.Read(Users, "users.yml").Hash);
        Assert.Equal("NO", (string?)JsonNode.Parse(json)!["validations"]![2]!["values"]![1]);
        Assert.Equal(Users, MetadataReader.ToJson(Users, "users.json"));
    }

    /// <summary>Any metadata in JSON is read the same as YAML, which holds all of JSON.</summary>
    [Theory]
    [InlineData("01-seed-short.json")]
    [InlineData("02-seed-long.json")]
    [InlineData("03-orders.json")]
    [InlineData("05-filters.json")]
    public void JSON_is_YAML(string file)
    {
        var metadata = SampleMetadata.Read(file);
        Assert.Equal(MetadataReader.Read(metadata, "a.json").Hash, MetadataReader.Read(metadata, "a.yaml").Hash);
    }

    /// <summary>A wrong line in a file, the path of its problem, its line, and a part of its text.</summary>
    [Theory]
    [InlineData("task_id: no", "$.task_id", 4, "no is no text for every reader of YAML. Put a text into quotes")]
    [InlineData("task_id: 007", "$.task_id", 4, "007 is no text for every reader of YAML.")]
    [InlineData("task_id: 0x1F", "$.task_id", 4, "0x1F is no text for every reader of YAML.")]
    [InlineData("task_id: &name x", "$.task_id", 4, "Anchors and tags mean nothing here.")]
    [InlineData("task_id: !!str x", "$.task_id", 4, "Anchors and tags mean nothing here.")]
    [InlineData("task_id: 5", "$.task_id", 4, "'task_id' must be a text, not a number.")]
    [InlineData("source: b.csv", "$.source", 4, "'source' is given twice, first in line 1.")]
    [InlineData("validation: []", "$.validation", 4, "Did you mean 'validations'?")]
    [InlineData("validations:\n  - age must be nice", "$.validations[0]", 5, "is not understood")]
    [InlineData("validations: [", "$", 4, "This is no valid YAML")]
    [InlineData("\t- x", "$", 4, "This is no valid YAML")]
    [InlineData("? [a]\n: b", "$", 4, "a name stands where a text should")]
    [InlineData("---\nx: 1", "$", 4, "The file holds a second document.")]
    public void What_is_wrong_is_said_with_its_line(string line, string path, int number, string expected)
    {
        var problem = MetadataReader.Check($"source: a.csv\nschema:\n  age: integer\n{line}\n", "a.yaml")[0];
        Assert.Equal(path, problem.Path);
        Assert.InRange(problem.Line, number - 1, number + 1);
        Assert.Contains(expected, problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("# nothing", "The file is empty.")]
    [InlineData("just a text", "The metadata must be an object, not a text.")]
    [InlineData("- a\n- b", "The metadata must be an object, not a list.")]
    public void A_file_without_members_is_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Single(MetadataReader.Check(text, "a.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void Aliases_that_would_grow_without_end_are_refused()
    {
        var text = "a: &a [x, x]\n" + string.Concat(Enumerable.Range(1, 30).Select(i => $"b{i}: [*a, *a]\n"));
        Assert.Contains(MetadataReader.Check(text, "a.yaml"), p => p.Message.Contains("alias", StringComparison.Ordinal));
        Assert.Contains("deeper", Assert.Single(MetadataReader.Check(new string('[', 5000), "a.yaml")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_refused_or_read_and_nothing_else()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        string[] parts = ["\n", ": ", "- ", "  ", "'", "\"", "[", "]", "{", "}", "|", ">", "&a", "*a", "#", "\t", "?", "!", "%", "@", "\u2028", "---", "x"];
        for (var i = 0; i < 500; i++)
        {
            var at = random.Next(Users.Length);
            var text = Users[..at] + parts[random.Next(parts.Length)] + Users[Math.Min(Users.Length, at + random.Next(3))..];
            var exception = Record.Exception(() => MetadataReader.Check(text, "a.yaml"));
            Assert.True(exception is null, $"seed {seed}: {exception}\n{text}");
        }
    }

    /// <summary>The published schema knows every word of the vocabulary, and itself stands still.</summary>
    [Fact]
    public void The_schema_lists_what_the_vocabulary_knows()
    {
        var schema = JsonDocument.Parse(MetadataSchema.Write()).RootElement;
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.GetProperty("$schema").GetString());
        var properties = schema.GetProperty("properties");
        Assert.Equal(["$schema", "task_id", "description", "source", "destination", "schema", "validations", "preprocessing", "test_data"],
            properties.EnumerateObject().Select(p => p.Name));
        var rule = properties.GetProperty("validations").GetProperty("items").GetProperty("anyOf")[1];
        var names = rule.GetProperty("properties").GetProperty("rule").GetProperty("anyOf")[0].GetProperty("enum").EnumerateArray().Select(n => n.GetString());
        Assert.Equal(RuleVocabulary.All.SelectMany(r => r.Names).Concat(FormatVocabulary.Names), names);
        foreach (var parameter in RuleVocabulary.All.SelectMany(r => r.Parameters))
        {
            Assert.True(rule.GetProperty("properties").TryGetProperty(parameter.Name, out _), parameter.Name);
        }

        var step = properties.GetProperty("preprocessing").GetProperty("items").GetProperty("anyOf")[1];
        var operations = step.GetProperty("properties").GetProperty("operations").GetProperty("items").GetProperty("anyOf")[0].GetProperty("enum");
        Assert.Equal(OperationVocabulary.Names, operations.EnumerateArray().Select(n => n.GetString()!));
        Assert.Equal(MetadataSchema.Write(), MetadataSchema.Write());
    }
}
