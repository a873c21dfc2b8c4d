namespace DbVc.Pipelines;

/// <summary>Texts that people write where there is no value.</summary>
internal static class NullWords
{
    public const string Null = "null";
    public const string Keep = "keep";

    private static readonly HashSet<string> s_sure = Words("NULL", "(null)", "<null>", "\\N", "N/A", "#N/A", "n.a.", "#NULL!");
    private static readonly HashSet<string> s_maybe = Words("NA", "NaN", "None", "nil", "-", "--", "?", ".", "unknown", "missing");

    /// <summary>The answers to whether a word means NULL.</summary>
    public static IReadOnlyList<string> Choices { get; } = [Null, Keep];

    public static bool IsBlank(string text) => string.IsNullOrWhiteSpace(text);

    /// <summary>Whether a text may stand for NULL; NA may be Namibia.</summary>
    public static bool IsWord(string text) => IsSure(text) || s_maybe.Contains(text.Trim());

    /// <summary>Whether a text means NULL in texts, too.</summary>
    public static bool IsSure(string text) => s_sure.Contains(text.Trim());

    private static HashSet<string> Words(params string[] words) => new(words, StringComparer.OrdinalIgnoreCase);
}
