using System.CommandLine;
using System.Text.Json.Nodes;
using DbVc.Commands;
using DbVc.Documents;
using Xunit;

namespace DbVc.Tests;

/// <summary>Schemas are read off the types of documents; that these keep to them, <see cref="AnswerContract"/> sees wherever a test asks for --json.</summary>
public sealed class DocumentSchemaTests
{
    /// <summary>Verbs that answer nothing to programs, and why.</summary>
    private static readonly Dictionary<string, string> s_silent = new()
    {
        ["mcp"] = "becomes another program, which speaks a protocol of its own",
        ["serve"] = "becomes another program, which serves until it is stopped",
    };

    [Fact]
    public void Every_verb_names_the_documents_that_it_answers()
    {
        var verbs = AllVerbs(new CommandLine().Root).Where(verb => verb.Body is not null).ToList();
        var silent = verbs.Where(verb => verb.Answered.Count == 0).Select(CommandContext.NameOf);
        Assert.Equal(s_silent.Keys.Order(), silent.Order());
        Assert.All(verbs, verb => Assert.Equal(verb.Answered.Distinct(), verb.Answered));
        Assert.All(verbs.SelectMany(verb => verb.Answered), type => Assert.Contains(DocumentSchemas.NameOf(type), DocumentSchemas.Components));
    }

    [Fact]
    public void Every_document_and_every_member_says_what_it_is()
    {
        Assert.All(DocumentSchemas.Components, component =>
        {
            Assert.NotNull(component.Value["description"]);
            foreach (var (name, member) in component.Value["properties"]?.AsObject() ?? [])
                Assert.True(component.Key == "Cell" || member?["description"] is not null, $"{component.Key}.{name} has no description.");
        });
    }

    [Fact]
    public void Every_reference_leads_to_a_component()
    {
        var references = DocumentSchemas.Components.Values.SelectMany(References).Distinct().ToList();
        Assert.True(references.Count > 50);
        Assert.All(references, reference => Assert.Contains(reference[DocumentSchemas.Place.Length..], DocumentSchemas.Components));
    }

    [Fact]
    public void A_schema_says_what_is_there_always_and_what_may_be_null()
    {
        var branch = DocumentSchemas.Components["Branch"];
        var required = branch["required"]!.AsArray().Select(name => name!.GetValue<string>()).ToList();
        Assert.Contains("database", required);
        Assert.DoesNotContain("override", required);
        Assert.Equal("""["string","null"]""", branch["properties"]!["database"]!["type"]!.ToJsonString());
        Assert.Equal("\"string\"", branch["properties"]!["override"]!["type"]!.ToJsonString());
        Assert.Equal("^[0-9a-f]{40}$", branch["properties"]!["head"]!["pattern"]!.GetValue<string>());
        Assert.Equal("date-time", branch["properties"]!["created"]!["format"]!.GetValue<string>());
        Assert.Equal("""[{"$ref":"#/components/schemas/Budget"},{"type":"null"}]""", branch["properties"]!["budget"]!["anyOf"]!.ToJsonString());
        var merge = DocumentSchemas.Components["Merge"]["properties"]!;
        Assert.Equal("""["merged","up-to-date","conflicts","refused"]""", merge["status"]!["enum"]!.ToJsonString());
        Assert.Equal("^[0-9a-f]{40}$", merge["parents"]!["items"]!["pattern"]!.GetValue<string>());
        Assert.Equal("#/components/schemas/Cell", DocumentSchemas.Components["Query"]["properties"]!["rows"]!["items"]!["items"]!["$ref"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"name":"x","rows":1,"sql":""}""", "a member that is not described")]
    [InlineData("""{"name":"x"}""", "a member that is missing")]
    [InlineData("""{"name":null,"sql":""}""", "null where there must be something")]
    [InlineData("""{"name":1,"sql":""}""", "another type")]
    public void What_is_no_such_document_is_found_out(string text, string why)
    {
        AnswerContract.Check("""{"name":"x","sql":""}""", [typeof(InvariantDocument)], why);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AnswerContract.Check(text, [typeof(InvariantDocument)], why));
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject known => known.SelectMany(member => member is { Key: "$ref", Value: { } target } ? [target.GetValue<string>()] : References(member.Value)),
        JsonArray array => array.SelectMany(References),
        _ => [],
    };

    private static IEnumerable<Verb> AllVerbs(Command command) =>
        command.Subcommands.OfType<Verb>().SelectMany(verb => AllVerbs(verb).Prepend(verb));
}
