using System.Text.Json.Nodes;

namespace DbVc.Mcp;

/// <summary>What a parameter holds.</summary>
internal enum ParameterKind
{
    Text,
    Whole,
    Flag,
    Texts,
}

/// <summary>One parameter of a tool.</summary>
internal sealed record ToolParameter(string Name, ParameterKind Kind, string Description)
{
    /// <summary>Longer texts are refused.</summary>
    public int MostCharacters { get; init; } = 10_000;

    /// <summary>The largest number that is taken; the least is 1.</summary>
    public int Most { get; init; } = 1000;

    public bool IsRequired { get; init; }

    public static ToolParameter Text(string name, string description) => new(name, ParameterKind.Text, description);

    public static ToolParameter Required(string name, string description) => new(name, ParameterKind.Text, description) { IsRequired = true };

    public static ToolParameter Whole(string name, string description, int most) => new(name, ParameterKind.Whole, description) { Most = most };

    public static ToolParameter Flag(string name, string description) => new(name, ParameterKind.Flag, description);

    /// <summary>As JSON Schema.</summary>
    public JsonObject ToSchema() => Kind switch
    {
        ParameterKind.Text => new JsonObject { ["type"] = "string", ["description"] = Description, ["maxLength"] = MostCharacters },
        ParameterKind.Whole => new JsonObject { ["type"] = "integer", ["description"] = Description, ["minimum"] = 1, ["maximum"] = Most },
        ParameterKind.Flag => new JsonObject { ["type"] = "boolean", ["description"] = Description },
        _ => new JsonObject
        {
            ["type"] = "array",
            ["description"] = Description,
            ["maxItems"] = Most,
            ["items"] = new JsonObject { ["type"] = "string", ["maxLength"] = MostCharacters },
        },
    };
}
