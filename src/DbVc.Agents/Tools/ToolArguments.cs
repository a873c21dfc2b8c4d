using System.Text.Json;
using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>The arguments of one call, read strictly: what is missing, unknown or of another type is an error that names it.</summary>
public sealed class ToolArguments
{
    private readonly JsonElement _values;

    private ToolArguments(JsonElement values) => _values = values;

    /// <summary>Reads a call's arguments against the parameters that the tool declares.</summary>
    public static ToolArguments Read(FunctionCallContent call, AIFunctionDeclaration declaration)
    {
        if (!TryToJson(call, out var values)) throw Malformed("The arguments cannot be read as a JSON object.", null);
        var schema = declaration.JsonSchema;
        foreach (var given in values.EnumerateObject())
        {
            if (!schema.GetProperty("properties").TryGetProperty(given.Name, out _))
                throw Malformed($"There is no parameter '{OneLine.Of(given.Name, 60)}'.", null);
        }

        foreach (var required in schema.GetProperty("required").EnumerateArray())
        {
            if (!values.TryGetProperty(required.GetString()!, out _)) throw Malformed("A parameter is missing.", required.GetString());
        }

        return new ToolArguments(values);
    }

    /// <summary>The arguments as one JSON object; false if they are missing or no JSON.</summary>
    internal static bool TryToJson(FunctionCallContent call, out JsonElement values)
    {
        values = default;
        if (call.Exception is not null || call.Arguments is null) return false;
        try
        {
            values = JsonSerializer.SerializeToElement(new Dictionary<string, object?>(call.Arguments), AIJsonUtilities.DefaultOptions);
            return true;
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    public string Text(string name) =>
        _values.GetProperty(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw WrongType(name, "text");

    public JsonElement Object(string name) => Structure(name, JsonValueKind.Object, "an object");

    public JsonElement Array(string name) => Structure(name, JsonValueKind.Array, "an array");

    public IReadOnlyList<string> Texts(string name) =>
    [
        .. Array(name).EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String
            ? item.GetString()!
            : throw WrongType(name, "an array of texts")),
    ];

    public bool Flag(string name) => _values.GetProperty(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value
        ? value.GetBoolean()
        : throw WrongType(name, "true or false");

    /// <summary>False where it was left out, or is null: some models name every parameter.</summary>
    public bool Has(string name) => _values.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    // Some models pass structures as text that holds JSON.
    private JsonElement Structure(string name, JsonValueKind kind, string expected)
    {
        var value = _values.GetProperty(name);
        if (value.ValueKind == JsonValueKind.String)
        {
            try
            {
                using var document = JsonDocument.Parse(value.GetString()!);
                value = document.RootElement.Clone();
            }
            catch (JsonException)
            {
                throw WrongType(name, expected);
            }
        }

        return value.ValueKind == kind ? value : throw WrongType(name, expected);
    }

    private static DbVcException WrongType(string name, string expected) => Malformed($"This parameter must be {expected}.", name);

    private static DbVcException Malformed(string message, string? where) => new(FailureKind.Usage, "agent.arguments", message, where);
}
