using System.Text.RegularExpressions;

namespace DbVc.Pipelines;

/// <summary>Rules and steps that a person wrote in one text, each as a sentence that metadata takes.</summary>
public sealed record ReadClauses(IReadOnlyList<string> Rules, IReadOnlyList<string> Steps)
{
    /// <summary>The fields that a rule of the person is about, alone, or that a step of theirs changes.</summary>
    public IReadOnlySet<string> Fields { get; init; } = new HashSet<string>();
}

/// <summary>
/// Finds the sentences in a text that commas, points and "and" hold together. Where it can be cut in several ways the longest pieces that are understood
/// win, for "and" and commas stand inside of rules too. What is not understood is refused with the nearest known forms; nothing is guessed.
/// </summary>
internal sealed partial class ClauseReader(IReadOnlyList<PipelineField> fields)
{
    private const int MostPieces = 60;
    private const int TimeoutMilliseconds = 1000;
    private const string Quoted = """(?<quoted>'[^']*'|"[^"]*"|/(?:[^/\\]|\\.)*/)""";
    private const string Word = @"[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}\p{N}_]+)*";

    private readonly Regex _word = WordsOf(fields);
    private readonly Dictionary<int, List<(string Text, bool IsRule)>?> _known = [];
    private RuleException? _first;
    private string _text = "";
    private List<(int Start, int End)> _pieces = [];

    /// <summary>Throws <see cref="RuleException"/> for what is not understood.</summary>
    public ReadClauses Read(string text)
    {
        _text = text;
        _pieces = Cut(text);
        if (_pieces.Count > MostPieces) throw new RuleException($"more than {MostPieces} clauses stand in it", "write them into a metadata file.");
        if (Partition(0) is not { } found) throw _first!;
        var rules = found.Where(f => f.IsRule).Select(f => f.Text).ToList();
        var steps = found.Where(f => !f.IsRule).Select(f => f.Text).ToList();
        return new ReadClauses(rules, steps)
        {
            Fields = rules.SelectMany(r => RuleParser.Parse(r, fields)).Where(r => r.Fields.Count == 1).Select(r => r.Fields[0].Name)
                .Concat(steps.SelectMany(s => OperationParser.Parse(s, fields)).Select(o => o.Field.Name)).ToHashSet(),
        };
    }

    private static List<(int, int)> Cut(string text)
    {
        var (pieces, start) = (new List<(int, int)>(), 0);
        foreach (var cut in Joint().Matches(text).Select(m => (m.Index, End: m.Index + m.Length)).Append((Index: text.Length, End: text.Length)))
        {
            if (text[start..cut.Index].Trim().Length > 0) pieces.Add((start, cut.Index));
            start = cut.End;
        }

        return pieces;
    }

    private List<(string Text, bool IsRule)>? Partition(int from)
    {
        if (from == _pieces.Count) return [];
        if (_known.TryGetValue(from, out var known)) return known;
        for (var to = _pieces.Count; to > from; to--)
        {
            if (Understand(_text[_pieces[from].Start.._pieces[to - 1].End], isLast: to == from + 1) is not { } clause) continue;
            if (Partition(to) is { } rest) return _known[from] = [clause, .. rest];
        }

        return _known[from] = null;
    }

    /// <summary>The clause as it is understood; null where it is not. The failure of the shortest piece is the one worth telling.</summary>
    private (string Text, bool IsRule)? Understand(string piece, bool isLast)
    {
        var text = WithFields(Opening().Replace(piece.Trim(), ""));
        RuleException? failure = null;
        foreach (var form in Forms(text))
        {
            try
            {
                RuleParser.Parse(form, fields);
                return (form, true);
            }
            catch (RuleException e)
            {
                failure ??= e;
            }
        }

        try
        {
            OperationParser.Parse(text, fields);
            return (text, false);
        }
        catch (RuleException)
        {
            if (isLast) _first ??= failure;
            return null;
        }
    }

    /// <summary>"age between 0 and 120" lacks its verb.</summary>
    private IEnumerable<string> Forms(string text)
    {
        yield return text;
        var field = fields.Where(f => text.StartsWith(f.Name + " ", StringComparison.OrdinalIgnoreCase)).MaxBy(f => f.Name.Length);
        if (field is null) yield break;
        var rest = text[(field.Name.Length + 1)..].TrimStart();
        yield return $"{field.Name} must be {rest}";
        yield return $"{field.Name} must {rest}";
    }

    /// <summary>Fields by their names, where people write them in the plural or with other signs between: "e-mails" for email.</summary>
    private string WithFields(string text) => _word.Replace(text, word =>
    {
        if (word.Groups["quoted"].Success || fields.Any(f => f.Name.Equals(word.Value, StringComparison.OrdinalIgnoreCase))) return word.Value;
        var meant = fields.Where(f => Singulars(Plain(word.Value)).Contains(Plain(f.Name))).ToList();
        return meant.Count == 1 ? meant[0].Name : word.Value;
    });

    /// <summary>What may be the name of a field: names of several words in a row first, for people write "order dates" for order_date.</summary>
    private static Regex WordsOf(IReadOnlyList<PipelineField> fields)
    {
        var names = fields.Select(f => f.Name.Split('_', StringSplitOptions.RemoveEmptyEntries)).Where(parts => parts.Length > 1)
            .OrderByDescending(parts => parts.Length).Select(parts => string.Join(@"[\s_-]+", parts.Select(Regex.Escape)) + @"(?:e?s)?\b");
        return new Regex(string.Join('|', [Quoted, .. names, Word]), RegexOptions.IgnoreCase, TimeSpan.FromMilliseconds(TimeoutMilliseconds));
    }

    private static string Plain(string name) => Sign().Replace(name, "").ToLowerInvariant();

    private static IEnumerable<string> Singulars(string word)
    {
        yield return word;
        if (word.EndsWith("ies", StringComparison.Ordinal)) yield return word[..^3] + "y";
        if (word.EndsWith("es", StringComparison.Ordinal)) yield return word[..^2];
        if (word.EndsWith('s')) yield return word[..^1];
    }

    [GeneratedRegex(@"\s*(?:[;\n]+|,(?:\s*and\b)?|\.(?=\s|$)|\band\b)\s*", RegexOptions.IgnoreCase, TimeoutMilliseconds)]
    private static partial Regex Joint();

    [GeneratedRegex(@"^(?:(?:and|also|then|with|where|that|the|all|every|each|please|make\s+sure(?:\s+that)?|ensure(?:\s+that)?|check(?:\s+that)?)\s+)+",
        RegexOptions.IgnoreCase, TimeoutMilliseconds)]
    private static partial Regex Opening();

    [GeneratedRegex(@"[\s_-]+")]
    private static partial Regex Sign();
}
