using System.Text.RegularExpressions;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Finds what says who somebody is, or what somebody pays with, wherever it stands in a text.</summary>
public static partial class PersonalKinds
{
    private const int Longest = 4096;

    private static readonly (Regex Candidate, string? Format)[] s_kinds =
        [(Mail(), null), (NationalId(), null), (Digits(), "credit_card"), (Account(), "iban"), (Phone(), null)];

    /// <summary>Whether a text holds an e-mail address, the number of a card, an account or a telephone, or a person's number with an authority. What is too
    /// long to look through is taken for one.</summary>
    public static bool AreIn(string text) =>
        text.Length > Longest || s_kinds.Any(kind => kind.Candidate.Matches(text).Any(found => Is(found.Value, kind.Format)));

    private static bool Is(string found, string? format) => format is null || FormatVocabulary.Find(format)!.Judge(Text.From(found));

    [GeneratedRegex(@"[^\s@]{1,64}@[^\s@.]{1,63}\.[^\s@]{2,63}")]
    private static partial Regex Mail();

    // United States, United Kingdom, Nordic countries and Poland, as they are written; numbers without signs are told by their columns' names.
    [GeneratedRegex(@"\b(?:[0-9]{3}-[0-9]{2}-[0-9]{4}|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]|[0-9]{6}[-+A][0-9]{3}[0-9A-Z]"
        + @"|[0-9]{2}(?:[02468][1-9]|[13579][0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{5})\b")]
    private static partial Regex NationalId();

    [GeneratedRegex(@"\b[0-9](?:[ -]?[0-9]){11,18}\b")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b")]
    private static partial Regex Account();

    [GeneratedRegex(@"\+[0-9](?:[ ()./-]{0,2}[0-9]){6,14}\b")]
    private static partial Regex Phone();
}
