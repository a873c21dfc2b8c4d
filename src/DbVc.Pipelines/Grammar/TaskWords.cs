using System.Text.RegularExpressions;

namespace DbVc.Pipelines;

/// <summary>What a person asks for in words: <c>ingest customers.csv into customers, e-mails must be valid, age between 0 and 120</c>.</summary>
/// <param name="Source">A file's path or an address, as it was written.</param>
/// <param name="Table">The destination; null where it is not said.</param>
/// <param name="Clauses">Rules and steps, as they were written; empty where there are none.</param>
public sealed partial record TaskWords(string Source, string? Table, string Clauses)
{
    private const int TimeoutMilliseconds = 1000;

    /// <summary>Null where the words name no source: then they are no task that can be begun without metadata.</summary>
    public static TaskWords? Find(string text)
    {
        var match = Sentence().Match(text);
        if (!match.Success) return null;
        var source = match.Groups["source"].Value.Trim('"', '\'');
        if (!source.Contains("://", StringComparison.Ordinal) && Path.GetExtension(source).Length < 2) return null;
        return new TaskWords(source, match.Groups["table"] is { Success: true } table ? table.Value : null, match.Groups["rest"].Value.Trim());
    }

    [GeneratedRegex("""
        ^\s*(?:please\s+)?(?:ingest|load|import|read|copy|bring(?:\s+in)?|add|take|put)\s+
        (?:[\p{L}][\p{L}\s]{0,60}?\s(?:from|of|in)\s+)?(?:the\s+)?(?:file\s+)?
        (?<source>"[^"\n]+"|'[^'\n]+'|[^\s,;"']*[^\s,;:."'])
        (?:\s+(?:into|to|in)\s+(?:the\s+)?(?:table\s+)?(?<table>[\p{L}_][\p{L}\p{N}_]*)(?:\s+table)?)?
        \s*(?:$|[,;:.](?:\s|$)|(?<=\s)(?:and|with|where|but|so\s+that)\s)
        (?<rest>.*)$
        """, RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace, TimeoutMilliseconds)]
    private static partial Regex Sentence();
}
