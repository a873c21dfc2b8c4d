using System.IO.Enumeration;
using System.Text.Json;
using System.Text.RegularExpressions;
using DbVc.Pipelines;

namespace DbVc.Agents;

/// <summary>
/// The one place that decides what of the data a model sees. Values are masked to their shape unless the configuration shows their column, and those that
/// say who somebody is even then. What generated code says of itself counts as data: it may hold a row. Models inside this process see everything.
/// </summary>
public sealed partial class Disclosure
{
    private readonly DisclosureRules? _rules;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private Disclosure(DisclosureRules? rules) => _rules = rules;

    /// <summary>For a model to which nothing is sent.</summary>
    public static Disclosure Everything { get; } = new(null);

    /// <summary>For a model at an address, wherever that is.</summary>
    public static Disclosure By(DisclosureRules rules) => new(rules);

    /// <summary>Most rows of one answer.</summary>
    public int MostRows => _rules?.Rows ?? int.MaxValue;

    private bool ShowsAll => _rules is not null && _rules.Shown.Contains("*");

    /// <summary>Takes words of the metadata, and what the host says about records that break it, for no data.</summary>
    public void Know(string metadata, IEnumerable<string> messages)
    {
        if (_rules is null) return;
        _known.UnionWith(messages);
        using var document = JsonDocument.Parse(metadata);
        Know(document.RootElement);
    }

    /// <summary>A value of a column of the source or of a table.</summary>
    public string? Cell(string column, string? value) => value is null || _rules is null || (IsShown(column) && !PersonalKinds.AreIn(value))
        ? value
        : ValueShape.Of(value);

    /// <summary>A value of a query's answer: a query may call a column anything, so a name shows nothing; that all are shown does.</summary>
    public string? Answer(string column, string? value) => ShowsAll ? Cell(column, value) : value is null || _rules is null ? value : ValueShape.Of(value);

    /// <summary>What generated code says, or what the database says of a row; words of the metadata are as they are.</summary>
    public string Foreign(string text) => _rules is null || IsKnown(text) || (ShowsAll && !PersonalKinds.AreIn(text)) ? text : ValueShape.Of(text);

    /// <summary>What a person once wrote about data, or code that came of it: words stay; what is quoted, or says who somebody is, is masked to its
    /// shape.</summary>
    /// <param name="text">A sentence, or an expression of C#.</param>
    /// <param name="showsNumbers">Whether numbers of four digits and more stay: as bounds of a rule they are no data, in prose they may be.</param>
    public string Sentence(string text, bool showsNumbers)
    {
        if (_rules is null || (ShowsAll && !PersonalKinds.AreIn(text))) return text;
        if (PersonalKinds.AreIn(text)) return ValueShape.Of(text);
        var masked = Quoted().Replace(text, found => $"{found.Value[0]}{ValueShape.Of(found.Value[1..^1])}{found.Value[^1]}");
        return showsNumbers ? masked : Number().Replace(masked, found => ValueShape.Of(found.Value));
    }

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|(?<![\p{L}\p{N}])'[^']*'|`[^`]*`|“[^”]*”|„[^“”]*[“”]|«[^»]*»
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"[0-9][0-9.,\-/]{2,}[0-9]")]
    private static partial Regex Number();

    /// <summary>What the host says, with what others said in it masked.</summary>
    public string Message(string message, IEnumerable<string?> foreign) => _rules is null
        ? message
        : foreign.Where(part => part is { Length: > 0 })
            .Aggregate(message, (said, part) => said.Replace(part!, Foreign(part!), StringComparison.Ordinal));

    private bool IsKnown(string text) => _known.Contains(text) || (text.IndexOf(": ", StringComparison.Ordinal) is var at and > 0
        && _known.Contains(text[..at]) && _known.Contains(text[(at + 2)..]));

    private bool IsShown(string column) => _rules!.Shown.Any(p => Matches(p, column)) && !_rules.Masked.Any(p => Matches(p, column));

    private static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true);

    private void Know(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _known.Add(element.GetString()!);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) Know(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _known.Add(member.Name);
                    Know(member.Value);
                }

                break;
        }
    }
}
