using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using DbVc.Commands;

namespace DbVc.Cli;

/// <summary>What was typed, as a request says it.</summary>
/// <param name="Body">Parameters by name; files as they were typed.</param>
/// <param name="Read">The files among them that the command reads, by parameter.</param>
/// <param name="Made">The file that the command makes; null for none.</param>
internal sealed record RemoteArguments(JsonObject Body, IReadOnlyList<string> Read, string? Made)
{
    public static RemoteArguments Of(ParseResult parsed, Verb verb)
    {
        var body = new JsonObject();
        List<string> read = [];
        string? made = null;
        foreach (var (symbol, type, tokens) in Given(parsed, verb))
        {
            var name = ParameterName.Of(symbol);
            body[name] = type.IsArray ? new JsonArray([.. tokens.Select(t => (JsonNode)t)]) : Value(type, tokens);
            if (verb.FilesRead.Contains(symbol)) read.Add(name);
            if (verb.FilesMade.Contains(symbol)) made = name;
        }

        return new RemoteArguments(body, read, made);
    }

    private static IEnumerable<(Symbol Symbol, Type Type, IReadOnlyList<string> Tokens)> Given(ParseResult parsed, Verb verb)
    {
        foreach (var argument in verb.Arguments)
        {
            if (parsed.GetResult(argument) is { Tokens.Count: > 0 } result) yield return (argument, argument.ValueType, Texts(result));
        }

        foreach (var option in verb.Options)
        {
            if (parsed.GetResult(option) is { Implicit: false } result) yield return (option, option.ValueType, Texts(result));
        }
    }

    private static string[] Texts(SymbolResult result) => [.. result.Tokens.Select(t => t.Value)];

    private static JsonNode Value(Type type, IReadOnlyList<string> tokens)
    {
        var single = Nullable.GetUnderlyingType(type) ?? type;
        if (single == typeof(bool)) return tokens.Count == 0 || bool.Parse(tokens[0]);
        return single.IsPrimitive ? JsonNode.Parse(tokens[0])! : tokens[0];
    }
}
