using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Agents;
using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Orchestration;

/// <summary>The table of verbs as the tools of a model: one for each verb, with its slots as parameters.</summary>
internal static class ChatTools
{
    public static IReadOnlyList<(ChatVerb Verb, AIFunctionDeclaration Declaration)> All { get; } = [.. ChatVerbs.All.Where(v => v.Name != "help")
        .Select(v => (v, Declare(v)))];

    /// <summary>What a call stands for. Throws usage failures for a tool or an argument that is not there.</summary>
    public static (ChatVerb Verb, IReadOnlyDictionary<string, SlotText> Slots) Read(FunctionCallContent call)
    {
        var (verb, declaration) = All.FirstOrDefault(t => t.Verb.Name == call.Name);
        if (verb is null)
        {
            throw new DbVcException(FailureKind.Usage, "chat.unknown-tool", "There is no such tool.", ChatShown.Cut(call.Name, ChatShown.MostOfValue),
                "The tools are: " + string.Join(", ", All.Select(t => t.Verb.Name)));
        }

        var arguments = ToolArguments.Read(call, declaration);
        return (verb, verb.Slots.Where(s => arguments.Has(s.Name)).ToDictionary(s => s.Name, s => new SlotText(arguments.Text(s.Name), IsQuoted: true)));
    }

    private static AIFunctionDeclaration Declare(ChatVerb verb)
    {
        var properties = new JsonObject(verb.Slots.Select(s => KeyValuePair.Create(s.Name, (JsonNode?)new JsonObject
        {
            ["type"] = "string",
            ["description"] = s.Says
        })));
        return AIFunctionFactory.CreateDeclaration(verb.Name, (verb.Changes ? "Proposes: " : "") + verb.Says, JsonSerializer.SerializeToElement(new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = new JsonArray([.. verb.Slots.Where(s => !s.IsOptional).Select(s => (JsonNode?)s.Name)]),
            ["additionalProperties"] = false,
        }));
    }
}
