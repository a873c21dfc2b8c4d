using System.Text.Json;
using System.Text.RegularExpressions;
using DbVc.Mcp;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed partial class ToolTableTests
{
    /// <summary>What only a person does, whatever the role.</summary>
    private static readonly string[] s_people =
    [
        "rollback", "revert", "undo", "cherry-pick", "stash", "purge", "gc", "user", "token", "branch approve", "branch reject", "branch override",
        "branch rule", "config", "import", "pipeline run", "invariant add", "invariant remove", "tracking", "shadow", "notify",
    ];

    public static TheoryData<string> Names => [.. ToolTable.All.Select(tool => tool.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_tool_is_a_verb_whose_permission_the_table_of_actions_says(string name)
    {
        var tool = ToolTable.Find(name)!;
        var rule = AccessTable.FindVerb(tool.Verb);
        Assert.NotNull(rule);
        Assert.Equal(tool.IsReadOnly, rule.Role == Role.Viewer);
        Assert.True(rule.Role <= Role.Author, $"{name} takes the role {rule.Role}");
        Assert.DoesNotContain(s_people, verb => tool.Verb == verb || tool.Verb.StartsWith(verb + " ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_schema_is_strict_and_says_what_each_parameter_is(string name)
    {
        Assert.Matches(SnakeCase(), name);
        var tool = ToolTable.Find(name)!;
        var described = tool.ToProtocol();
        var schema = described.InputSchema;
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        foreach (var property in schema.GetProperty("properties").EnumerateObject())
        {
            Assert.Matches(SnakeCase(), property.Name);
            Assert.NotEmpty(property.Value.GetProperty("description").GetString()!);
        }

        if (tool.Writes is { } branch) Assert.Contains(branch, schema.GetProperty("required").EnumerateArray().Select(item => item.GetString()));
        Assert.Equal(tool.IsReadOnly, described.Annotations!.ReadOnlyHint);
        Assert.False(tool is { IsReadOnly: true, IsDestructive: true });
    }

    [Fact]
    public void No_two_tools_have_one_name_and_every_resource_is_a_reading_tool()
    {
        Assert.Equal(ToolTable.All.Count, ToolTable.All.Select(tool => tool.Name).Distinct().Count());
        foreach (var kind in ResourceTable.All)
        {
            var tool = ToolTable.Find(kind.Tool)!;
            Assert.True(tool.IsReadOnly);
            Assert.Equal(kind.Parameters, kind.Parameters.Intersect(tool.Parameters.Select(p => p.Name)));
            Assert.All(tool.Parameters.Where(p => p.IsRequired), p => Assert.Contains(p.Name, kind.Parameters));
        }
    }

    [Theory]
    [InlineData("query", """{"sql": 5}""", "'sql' is no text.")]
    [InlineData("query", "{}", "'sql' is missing.")]
    [InlineData("query", """{"sql": null}""", "'sql' is no text.")]
    [InlineData("query", """{"sql": "SELECT 1", "max_rows": 0}""", "'max_rows' is no whole number from 1 to 1000.")]
    [InlineData("query", """{"sql": "SELECT 1", "max_rows": 1e9}""", "'max_rows' is no whole number from 1 to 1000.")]
    [InlineData("query", """{"sql": "SELECT 1", "max_rows": 1.5}""", "'max_rows' is no whole number from 1 to 1000.")]
    [InlineData("query", """{"sql": "SELECT 1", "into": "main"}""", "'into' is no parameter of query.")]
    [InlineData("query", """{"sql": "SELECT 1\u0000"}""", "'sql' holds a character that no text holds.")]
    [InlineData("query", """{"sql": "\ud800"}""", "'sql' is no Unicode text.")]
    [InlineData("log", """{"all": "yes"}""", "'all' is neither true nor false.")]
    [InlineData("gate_run", """{"branch": "b", "only": "lint"}""", "'only' is no list of at most 20 texts.")]
    [InlineData("gate_run", """{"branch": "b", "only": [1]}""", "'only' is no text.")]
    public void What_a_schema_does_not_allow_is_refused_before_anything_is_done(string name, string given, string message)
    {
        var tool = ToolTable.Find(name)!;
        var arguments = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(given)!;
        var failure = Assert.Throws<Model.DbVcException>(() => new ToolArguments(tool, arguments));
        Assert.Equal(("mcp.arguments", message), (failure.Code, failure.Message));
    }

    [Fact]
    public void Texts_are_taken_up_to_their_length_and_null_stands_for_nothing()
    {
        var tool = ToolTable.Find("branch_file_write")!;
        var text = new string('x', 500_000);
        Dictionary<string, object?> Given(string body) => new() { ["branch"] = "b", ["path"] = "generated/A.cs", ["text"] = body };
        Assert.Equal(text, Read(tool, Given(text)).Get("text"));
        Assert.Throws<Model.DbVcException>(() => Read(tool, Given(text + "x")));
        Assert.Equal(7, Read(ToolTable.Find("log")!, new() { ["limit"] = null }).Whole("limit", 7));
    }

    private static ToolArguments Read(DbVc.Mcp.Tool tool, Dictionary<string, object?> given) =>
        new(tool, given.Select(pair => KeyValuePair.Create(pair.Key, JsonSerializer.SerializeToElement(pair.Value))));

    [GeneratedRegex("^[a-z]+(_[a-z]+)*$")]
    private static partial Regex SnakeCase();
}
