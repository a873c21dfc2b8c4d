using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Documents;
using DbVc.Orchestration;
using ModelContextProtocol.Protocol;

namespace DbVc.Mcp;

/// <summary>A call that is being answered.</summary>
/// <param name="Workspace">Open, as its caller may use it.</param>
/// <param name="Files">Which files the caller may name.</param>
/// <param name="Arguments">Checked.</param>
/// <param name="Progress">Hears of what is done.</param>
/// <param name="Cancel">Ends it.</param>
internal sealed record ToolCall(Workspace Workspace, FileBound Files, ToolArguments Arguments, IAgentProgress Progress, CancellationToken Cancel);

/// <summary>What a tool answers; written at once, while what its rows are read from is open.</summary>
/// <param name="document">The same as the command prints with <c>--json</c>.</param>
/// <param name="isError">True where the command would not end with 0.</param>
internal sealed class ToolAnswer(Document document, bool isError = false)
{
    public string Text { get; } = PlainJson.Write(document);

    public bool IsError { get; } = isError;
}

/// <summary>One verb of the product as a tool.</summary>
/// <param name="Name">As clients call it.</param>
/// <param name="Verb">The command whose permission it takes, as the table of actions has it.</param>
/// <param name="Description">For the model that chooses.</param>
/// <param name="Body">One request, and its answer as a document.</param>
internal sealed record Tool(string Name, string Verb, string Description, Func<ToolCall, ToolAnswer> Body)
{
    public IReadOnlyList<ToolParameter> Parameters { get; init; } = [];

    /// <summary>The parameter that names the branch that is changed; null for a tool that only reads.</summary>
    public string? Writes { get; init; }

    /// <summary>Whether something is lost by it.</summary>
    public bool IsDestructive { get; init; }

    /// <summary>Whether it does nothing more when it is called again.</summary>
    public bool IsIdempotent { get; init; }

    public bool IsReadOnly => Writes is null;

    /// <summary>As the protocol describes it. Nothing that the schema does not name is taken.</summary>
    public ModelContextProtocol.Protocol.Tool ToProtocol() => new()
    {
        Name = Name,
        Description = Description,
        InputSchema = JsonSerializer.SerializeToElement(new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(Parameters.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)p.ToSchema()))),
            ["required"] = new JsonArray([.. Parameters.Where(p => p.IsRequired).Select(p => (JsonNode)p.Name)]),
            ["additionalProperties"] = false,
        }),
        Annotations = new ToolAnnotations
        {
            ReadOnlyHint = IsReadOnly,
            DestructiveHint = IsDestructive,
            IdempotentHint = IsReadOnly || IsIdempotent,
            OpenWorldHint = false,
        },
    };
}
