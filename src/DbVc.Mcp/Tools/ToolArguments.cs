using System.Text.Json;
using DbVc.Model;

namespace DbVc.Mcp;

/// <summary>The arguments of a call, held against the tool's parameters before anything is done: a client may send whatever it likes.</summary>
internal sealed class ToolArguments
{
    private readonly Dictionary<string, JsonElement> _given = [];

    /// <summary>Throws usage failure <c>mcp.arguments</c> for what is missing, unknown, or of another kind.</summary>
    public ToolArguments(Tool tool, IEnumerable<KeyValuePair<string, JsonElement>> given)
    {
        foreach (var (name, value) in given)
        {
            var parameter = tool.Parameters.FirstOrDefault(p => p.Name == name)
                ?? throw Wrong(tool, $"'{Cut(name)}' is no parameter of {tool.Name}.");
            if (value.ValueKind == JsonValueKind.Null && !parameter.IsRequired) continue;
            if (FindProblem(parameter, value) is { } problem) throw Wrong(tool, $"'{name}' {problem}.");
            _given[name] = value;
        }

        var missing = tool.Parameters.FirstOrDefault(p => p.IsRequired && !_given.ContainsKey(p.Name));
        if (missing is not null) throw Wrong(tool, $"'{missing.Name}' is missing.");
    }

    public string? Find(string name) => _given.TryGetValue(name, out var value) ? value.GetString() : null;

    public string Get(string name) => Find(name) ?? throw new InvalidOperationException($"The tool does not require '{name}'.");

    public int Whole(string name, int otherwise) => _given.TryGetValue(name, out var value) ? value.GetInt32() : otherwise;

    public bool Flag(string name) => _given.TryGetValue(name, out var value) && value.GetBoolean();

    public IReadOnlyList<string> Texts(string name) =>
        _given.TryGetValue(name, out var value) ? [.. value.EnumerateArray().Select(item => item.GetString()!)] : [];

    public BranchName Branch(string name) => BranchName.Parse(Get(name));

    public BranchName? FindBranch(string name) => Find(name) is { } text ? BranchName.Parse(text) : null;

    private static string? FindProblem(ToolParameter parameter, JsonElement value) => parameter.Kind switch
    {
        ParameterKind.Text => FindTextProblem(parameter, value),
        ParameterKind.Whole => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1 && number <= parameter.Most
            ? null : $"is no whole number from 1 to {parameter.Most}",
        ParameterKind.Flag => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "is neither true nor false",
        _ => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= parameter.Most
            ? value.EnumerateArray().Select(item => FindTextProblem(parameter, item)).FirstOrDefault(problem => problem is not null)
            : $"is no list of at most {parameter.Most} texts",
    };

    private static string? FindTextProblem(ToolParameter parameter, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return "is no text";
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "is no Unicode text";
        }

        if (text.Length > parameter.MostCharacters) return $"is longer than {parameter.MostCharacters} characters";
        return text.Contains('\0', StringComparison.Ordinal) ? "holds a character that no text holds" : null;
    }

    private static string Cut(string name) => name.Length <= 50 ? name : name[..50] + "…";

    private static DbVcException Wrong(Tool tool, string message) => new(FailureKind.Usage, "mcp.arguments", message, tool.Name,
        "Parameters: " + (tool.Parameters.Count == 0 ? "none." : string.Join(", ", tool.Parameters.Select(p => p.Name)) + "."));
}
