extern alias validation;
using System.Text.Json.Nodes;
using DbVc.Commands;
using DbVc.Documents;
using validation::Json.Schema;
using Xunit;

namespace DbVc.Tests;

/// <summary>
/// Holds what a command printed with --json to the schemas of the documents that its verb names. A member that no schema names is a fault here, although
/// clients have to bear one: it would be sent without being described.
/// </summary>
internal static class AnswerContract
{
    private static readonly Uri s_place = new("https://db-vc.test/documents");
    private static readonly EvaluationOptions s_options = Describe();

    /// <summary>Does nothing where programs were not meant, or nothing was answered.</summary>
    public static void Check(IReadOnlyList<string> arguments, string answer, string error)
    {
        if (!arguments.TakeWhile(word => word != "--").Contains("--json")) return;
        if (error.StartsWith("{\"error\"", StringComparison.Ordinal)) Check(error, [typeof(FailureDocument)], "A failure");
        if (answer.Length == 0) return;
        var parsed = new CommandLine().Root.Parse(arguments, new System.CommandLine.ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.CommandResult.Command is Verb { Body: not null } verb) Check(answer, verb.Answered, $"The answer of '{CommandContext.NameOf(verb)}'");
    }

    /// <summary>Fails where a text is none of these documents.</summary>
    public static void Check(string text, IReadOnlyList<Type> documents, string what)
    {
        Assert.True(documents.Count > 0, $"{what} is no document: its verb names none.");
        var result = Read(DocumentSchemas.Of(documents)).Evaluate(JsonNode.Parse(text), s_options);
        if (result.IsValid) return;
        var faults = result.Details.Where(d => d.Errors is not null).SelectMany(d => d.Errors!.Select(e => $"  {d.InstanceLocation}: {e.Key} {e.Value}"));
        Assert.Fail($"{what} is not what its schema says:\n{string.Join('\n', faults.Distinct().Take(20))}\n{text}");
    }

    private static JsonSchema Read(JsonObject schema) =>
        JsonSchema.FromText(schema.ToJsonString().Replace(DocumentSchemas.Place, $"{s_place}#/$defs/", StringComparison.Ordinal));

    private static EvaluationOptions Describe()
    {
        var components = new JsonObject(DocumentSchemas.Components.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value.DeepClone())));
        Close(components);
        var options = new EvaluationOptions { OutputFormat = OutputFormat.List };
        options.SchemaRegistry.Register(Read(new JsonObject { ["$id"] = s_place.ToString(), ["$defs"] = components }));
        return options;
    }

    /// <summary>Nothing but what is named.</summary>
    private static void Close(JsonNode? node)
    {
        if (node is JsonArray array) foreach (var item in array) Close(item);
        if (node is not JsonObject known) return;
        foreach (var (_, member) in known.ToList()) Close(member);
        if (known["properties"] is JsonObject && known["required"] is JsonArray) known["additionalProperties"] = false;
    }
}
