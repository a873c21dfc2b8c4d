using System.Text.RegularExpressions;

namespace DbVc.Pipelines;

internal enum JsonKind
{
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

/// <summary>A JSON value that knows where it stands.</summary>
internal sealed partial record JsonValue(JsonKind Kind, string Path, int Line, int Column)
{
    /// <summary>The text of a string, the digits of a number, <c>true</c>, <c>false</c> or <c>null</c>.</summary>
    public string Text { get; init; } = "";

    /// <summary>The members of an object in order; of equal names only the first.</summary>
    public List<JsonMember> Members { get; } = [];

    public List<JsonValue> Items { get; } = [];

    public JsonValue? Find(string name) => Members.Find(m => m.Name == name)?.Value;

    public string Describe() => Kind switch
    {
        JsonKind.Object => "an object",
        JsonKind.Array => "a list",
        JsonKind.String => "a text",
        JsonKind.Number => "a number",
        JsonKind.Boolean => "true or false",
        _ => "null",
    };

    public static string Append(string path, string name) =>
        SimpleName().IsMatch(name) ? $"{path}.{name}" : $"{path}['{name.Replace("'", "\\'", StringComparison.Ordinal)}']";

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex SimpleName();
}

internal sealed record JsonMember(string Name, JsonValue Value);
