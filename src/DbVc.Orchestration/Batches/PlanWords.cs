using System.Globalization;
using System.Text.RegularExpressions;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Reads what a person asks for in words: <c>load these 12 files of the shop: data/*.csv, more/orders.jsonl and https://…</c>. Every word behind the
/// beginning must name a source, and a number that is said must be right: what is not understood is refused, and never passed over.
/// </summary>
internal static partial class PlanWords
{
    private const int TimeoutMilliseconds = 1000;

    /// <summary>The sources as they were written. Throws usage failure <c>plan.words</c>.</summary>
    /// <param name="text">The words.</param>
    /// <param name="expand">The files behind what was written; none for what is no source.</param>
    public static IReadOnlyList<string> Read(string text, Func<string, IReadOnlyList<string>> expand)
    {
        var match = Sentence().Match(text);
        if (!match.Success)
            throw Refuse($"'{text}' does not say what is to be loaded.", "For example: load these 12 files of the shop: data/*.csv, more/orders.jsonl");
        var sources = new List<string>();
        foreach (var word in Word().Matches(match.Groups["rest"].Value).Select(m => m.Value.Trim('"', '\'')))
        {
            if (word.Length == 0 || word is "and" or "from" or "in") continue;
            var found = expand(word);
            if (found.Count == 0) throw Refuse($"'{word}' is no file, folder or address.", "Name sources alone; rules are written into the metadata of each.");
            sources.AddRange(found);
        }

        if (match.Groups["count"] is { Success: true } said && int.Parse(said.Value, CultureInfo.InvariantCulture) != sources.Count)
            throw Refuse($"{said.Value} files are spoken of, and {sources.Count} are named.", "Name all of them, or leave the number out.");
        return sources;
    }

    /// <summary>Whether the words ask for several sources: they say how many files, or name nothing else than sources. A bare word may be anything, and is
    /// taken for a folder only where files are spoken of.</summary>
    public static bool AreAboutMany(string text, Func<string, IReadOnlyList<string>> expand)
    {
        if (Sentence().Match(text) is not { Success: true } match) return false;
        if (match.Groups["count"] is { Success: true } said) return said.Value != "1";
        var speaksOfFiles = match.Groups["noun"].Success;
        try
        {
            return Read(text, word => speaksOfFiles || word.AsSpan().IndexOfAny("./*?") >= 0 ? expand(word) : [])
                .Select(source => source.Contains("://", StringComparison.Ordinal) ? source : Path.GetFullPath(source)).Distinct().Count() > 1;
        }
        catch (DbVcException failure) when (failure.Code == "plan.words")
        {
            return false;
        }
    }

    private static DbVcException Refuse(string message, string hint) => new(FailureKind.Usage, "plan.words", message, "--task", hint);

    [GeneratedRegex("""
        ^\s*(?:please\s+)?(?:ingest|load|import|read|copy|bring\s+in|add|take|put)\s+
        (?:all\s+|the\s+|these\s+|those\s+){0,3}
        (?:(?:(?<count>[0-9]{1,4})\s+)?(?<noun>files?|sources?|tables?)(?:\s+(?:of|for|from|in)\s+the\s+[\p{L}]{1,40})?\s*:?\s+)?
        (?<rest>.+)$
        """, RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace, TimeoutMilliseconds)]
    private static partial Regex Sentence();

    [GeneratedRegex("""("[^"\n]+"|'[^'\n]+'|[^\s,;"']*[^\s,;:."'])""", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex Word();
}
