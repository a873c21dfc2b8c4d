using DbVc.Model;

namespace DbVc.Server;

/// <summary>A request as the words that the command line would read, so that one parser checks both.</summary>
internal static class CommandWords
{
    /// <summary>Throws usage failure <c>request.parameter</c> for an argument behind one that is missing.</summary>
    /// <param name="endpoint">Which verb.</param>
    /// <param name="given">Values by parameter.</param>
    /// <param name="folder">The repository.</param>
    /// <param name="options">Added as they are, as <c>--json</c>.</param>
    public static IReadOnlyList<string> Of(
        Endpoint endpoint, IReadOnlyDictionary<string, IReadOnlyList<string>> given, string folder, params ReadOnlySpan<string> options)
    {
        List<string> words = ["-C", folder, .. endpoint.Verb.Split(' '), .. options];
        List<string> arguments = [];
        Parameter? missing = null;
        foreach (var parameter in endpoint.Parameters)
        {
            if (!given.TryGetValue(parameter.Name, out var values))
            {
                if (parameter.Word is null) missing ??= parameter;
                continue;
            }

            if (parameter.Word is { } word)
            {
                words.AddRange(values.SelectMany(value => WordsOf(parameter, word, value)));
                continue;
            }

            if (missing is not null && values.Count > 0)
            {
                throw new DbVcException(FailureKind.Usage, "request.parameter", $"It is not given, and {parameter.Name} is, which comes behind it.",
                    $"/{missing.Name}", "Give both.");
            }

            arguments.AddRange(values);
        }

        // What follows is no option, whatever it looks like.
        return [.. words, "--", .. arguments];
    }

    private static IEnumerable<string> WordsOf(Parameter parameter, string word, string value) =>
        parameter.IsFlag ? value == "true" ? [word] : []
        : value.Length == 0 ? [word, value]
        : [$"{word}={value}"];
}
