using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DbVc.Agents;

/// <summary>
/// Finds texts in metadata that speak to a model, or to whoever reads, instead of describing data: commands to pass over rules, borrowed roles, and characters
/// that hide what is written. It is a tripwire for people; that nothing can follow from such a text is the work of the tools, gates and sandbox.
/// </summary>
public static partial class InstructionFinder
{
    private const int TimeoutMilliseconds = 1000;
    private const int MostFindings = 20;
    private const int MostShown = 80;
    private const int PieceLength = 1000;
    private const int PieceOverlap = 300;

    /// <summary>The JSON paths of such texts, with the words; metadata that is no JSON has none.</summary>
    public static IReadOnlyList<FoundInstruction> Find(string metadata)
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            using var document = JsonDocument.Parse(metadata, options);
            return [.. Walk(document.RootElement, "$").Take(MostFindings)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static IEnumerable<FoundInstruction> Walk(JsonElement element, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                if (Judge(element.GetString()!) is { } found) yield return new FoundInstruction(path, found);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in element.EnumerateArray().Index())
                {
                    foreach (var inner in Walk(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"))) yield return inner;
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    if (Judge(member.Name) is { } name) yield return new FoundInstruction(path, name);
                    foreach (var inner in Walk(member.Value, $"{path}.{member.Name}")) yield return inner;
                }

                break;
        }
    }

    private static string? Judge(string text)
    {
        try
        {
            if (text.Any(IsHidden)) return "characters that hide what is written";
            var plain = string.Create(text.Length, text, static (into, from) =>
            {
                for (var i = 0; i < into.Length; i++) into[i] = Narrow(from[i]);
            });
            // Piece by piece: what is looked for is short, and a long text shall cost no more than its length.
            for (var start = 0; start < plain.Length; start += PieceLength - PieceOverlap)
            {
                var piece = plain.Substring(start, Math.Min(PieceLength, plain.Length - start));
                var match = Command().Match(piece) is { Success: true } command ? command : Role().Match(piece);
                if (match.Success) return match.Value.Length > MostShown ? match.Value[..MostShown] : match.Value;
                if (start + PieceLength >= plain.Length) break;
            }

            return null;
        }
        catch (RegexMatchTimeoutException)
        {
            return "a text that takes too long to read";
        }
    }

    /// <summary>Wide forms of letters are what they look like.</summary>
    private static char Narrow(char letter) => letter switch
    {
        >= '\uFF01' and <= '\uFF5E' => (char)(letter - 0xFEE0),
        '\u3000' or '\u00A0' => ' ',
        _ => letter,
    };

    /// <summary>No width, or another direction: nothing that a description needs. A variation of a sign (emoji) is none of it.</summary>
    private static bool IsHidden(char letter) => letter is '\u200B' or '\u2060' or '\uFEFF' or '\u00AD'
        or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or (>= '\uDB40' and <= '\uDB43');

    [GeneratedRegex(@"\b(ignore|disregard|forget|override|bypass|skip|disable|turn\s+off|(do\s+not|don'?t)\s+(apply|follow|run))"
        + @"\b[^.!?\n]{0,40}"
        + @"\b(previous|prior|above|earlier|preceding|existing|all|any|these|those|your|the\s+(other|declared))(\s+\w+)?\s+"
        + @"(instructions?|prompts?|rules?|guidelines?|polic(y|ies)|validations?|checks?|gates?|tests?|reviews?|sandbox)\b"
        + @"|\b(ignore|disregard|forget|override|bypass)\b[^.!?;\n]{0,40}\b(instructions?|prompts?|rules?|guidelines?|validations?)\s+"
        + @"(above|before|so\s+far|that\s+you\s+(were|have\s+been)|you\s+(were|have\s+been))\b"
        + @"|\b(mark|report|treat|declare)\b[^.!?\n]{0,40}\b(gates?|tests?|reviews?|everything)\b[^.!?\n]{0,20}\b(passed|passing|green|approved|successful)\b"
        + @"|\b(approve|merge)\s+(this|the|it)\b[^.!?\n]{0,30}\b(branch|request|merge|change|yourself|automatically|without)\b"
        + @"|\b(reveal|print|send|post|exfiltrate|upload)\b[^.!?\n]{0,30}"
        + @"\b(system\s+prompt|password|secrets?|api\s*keys?|credentials?|environment\s+variables?)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeoutMilliseconds)]
    private static partial Regex Command();

    [GeneratedRegex(@"\byou\s+are\s+(now|an?\s+(ai|assistant|agent|language\s+model|helpful))\b"
        + @"|\bact\s+as\s+(an?|the)\s+(ai|assistant|admin|administrator|root|reviewer|system)\b"
        + @"|^\s*(system|assistant|developer)\s*:|<\s*/?\s*(system|assistant|instructions?|prompt|tool_call|function_call)\s*>"
        + @"|\[/?INST\]|<\|[a-z_]{2,20}\|>"
        + @"|\b(new|updated|real)\s+(system\s+)?(instructions?|prompt)\s*:|\b(begin|end)\s+(of\s+)?(system|user)\s+(prompt|message)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Multiline, TimeoutMilliseconds)]
    private static partial Regex Role();
}

/// <summary>A text that speaks to a model.</summary>
/// <param name="Path">JSON path.</param>
/// <param name="Words">What gave it away.</param>
public sealed record FoundInstruction(string Path, string Words);
