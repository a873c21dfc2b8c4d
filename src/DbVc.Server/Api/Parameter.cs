using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json.Nodes;
using DbVc.Commands;

namespace DbVc.Server;

/// <summary>What becomes of a parameter that is a file.</summary>
internal enum FileUse
{
    None,

    /// <summary>Names one that was uploaded.</summary>
    Read,

    /// <summary>The answer is the file.</summary>
    Made,
}

/// <summary>A parameter of a verb as requests write it.</summary>
internal sealed class Parameter
{
    private readonly Type _type;
    private readonly Symbol _symbol;

    private Parameter(Symbol symbol, Type type, Verb verb)
    {
        (_symbol, Name) = (symbol, ParameterName.Of(symbol));
        IsList = type.IsArray;
        var single = IsList ? type.GetElementType()! : type;
        _type = Nullable.GetUnderlyingType(single) ?? single;
        File = verb.FilesRead.Contains(symbol) ? FileUse.Read : verb.FilesMade.Contains(symbol) ? FileUse.Made : FileUse.None;
    }

    public string Name { get; }

    public string Description => _symbol.Description ?? "";

    public FileUse File { get; }

    public bool IsList { get; }

    public bool IsFlag => _type == typeof(bool);

    public bool IsNumber => !IsFlag && (_type.IsPrimitive || _type == typeof(decimal));

    public bool IsRequired => _symbol switch
    {
        Option option => option.Required,
        Argument argument => argument.Arity.MinimumNumberOfValues > 0,
        _ => false,
    };

    /// <summary>The word on the command line; null for an argument, which has none.</summary>
    public string? Word => (_symbol as Option)?.Name;

    /// <summary>The words that it takes, where it does not take others.</summary>
    public IReadOnlyList<string> Choices => _symbol switch
    {
        Option option when !IsFlag => Words(option.CompletionSources),
        Argument argument => Words(argument.CompletionSources),
        _ => [],
    };

    /// <summary>Arguments first, in their order.</summary>
    public static IReadOnlyList<Parameter> Of(Verb verb) =>
    [
        .. verb.Arguments.Select(a => new Parameter(a, a.ValueType, verb)),
        .. verb.Options.Where(o => o.Name is not ("--help" or "--version")).Select(o => new Parameter(o, o.ValueType, verb)),
    ];

    /// <summary>As JSON Schema.</summary>
    public JsonObject ToSchema()
    {
        var one = new JsonObject { ["type"] = IsFlag ? "boolean" : IsNumber ? "integer" : "string" };
        if (Choices.Count > 0) one["enum"] = new JsonArray([.. Choices.Select(c => (JsonNode)c)]);
        var schema = IsList ? new JsonObject { ["type"] = "array", ["items"] = one } : one;
        schema["description"] = Description + File switch
        {
            FileUse.Read => " Of a file: the name of one that was uploaded.",
            FileUse.Made => " Here it is the name of the file that the answer is.",
            _ => "",
        };
        return schema;
    }

    private static string[] Words(IEnumerable<Func<CompletionContext, IEnumerable<CompletionItem>>> sources) =>
        [.. sources.SelectMany(source => source(CompletionContext.Empty)).Select(item => item.Label)];
}
