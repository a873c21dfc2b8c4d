using System.Text;
using System.Text.Unicode;

namespace DbVc.PipelineRuntime;

/// <summary>The normal forms of Unicode that store a text.</summary>
public enum UnicodeForm
{
    /// <summary>Characters that mean the same are written the same: one é and not e with a mark.</summary>
    Nfc,

    /// <summary>Also what only looks other: ligatures, full-width letters and superscript digits become plain ones.</summary>
    Nfkc,
}

public static partial class Operations
{
    /// <summary>Latin and Greek letters come before it; marks on those of later scripts are letters of their own, as й is.</summary>
    private const int FirstOtherScript = 0x400;

    private static readonly Dictionary<int, string> s_strokes = new()
    {
        ['ø'] = "o",
        ['Ø'] = "O",
        ['ł'] = "l",
        ['Ł'] = "L",
        ['đ'] = "d",
        ['Đ'] = "D",
        ['ħ'] = "h",
        ['Ħ'] = "H",
        ['ŧ'] = "t",
        ['Ŧ'] = "T",
        ['ı'] = "i",
    };

    private static readonly Dictionary<int, string> s_ligatures = new()
    {
        ['ß'] = "ss",
        ['æ'] = "ae",
        ['œ'] = "oe",
        ['þ'] = "th",
        ['ð'] = "d",
        ['&'] = " and ",
    };

    private static readonly string[] s_particles =
        ["al", "bin", "da", "de", "del", "den", "der", "di", "do", "dos", "du", "el", "la", "le", "ten", "ter", "van", "von", "y", "zu"];

    private static readonly string[] s_ordinals = ["II", "III", "IV"];

    /// <summary>Writes characters that mean the same in the same way (Unicode 14). Bytes that are no text stay.</summary>
    public static Text UnicodeNormalize(Text value, UnicodeForm form)
    {
        if (IsPlainText(value)) return value;
        return Text.From(UnicodeTable.Compose(UnicodeTable.Decompose(value.ToString(), form == UnicodeForm.Nfkc)));
    }

    /// <summary>Takes the marks off Latin and Greek letters, strokes too: é, ø and ł become e, o and l. Other scripts keep theirs.</summary>
    public static Text RemoveDiacritics(Text value) => IsPlainText(value) ? value : Text.From(WithoutMarks(value.ToString()));

    /// <summary>
    /// Small letters and digits with one hyphen between words, as in addresses: marks go, ß, æ, œ and þ are spelled out, &amp; becomes "and", and letters of
    /// other
    /// scripts stay.
    /// </summary>
    public static Text Slugify(Text value)
    {
        if (value.IsNull || !Utf8.IsValid(value.Bytes)) return value;
        var slug = new StringBuilder();
        var isBetween = false;
        foreach (var rune in Spell(WithoutMarks(value.ToString())).EnumerateRunes())
        {
            if (!Rune.IsLetterOrDigit(rune))
            {
                isBetween |= rune.Value != '\'' && rune.Value != '’';
                continue;
            }

            if (isBetween && slug.Length > 0) slug.Append('-');
            isBetween = false;
            slug.Append(Rune.ToLowerInvariant(rune).ToString());
        }

        return Text.From(slug.ToString());
    }

    /// <summary>
    /// A person's name: one blank between words, characters in normal form, and a name that is all capitals or all small letters with capitals where names have
    /// them.
    /// </summary>
    public static Text NormalizeName(Text value, Scratch scratch)
    {
        if (value.IsNull || !Utf8.IsValid(value.Bytes)) return value;
        var name = UnicodeNormalize(CollapseWhitespace(value, scratch), UnicodeForm.Nfc).ToString();
        if (name.Any(char.IsUpper) && name.Any(char.IsLower)) return Text.From(name);
        return Text.From(string.Join(' ', name.Split(' ').Select((w, i) => CapitalizeName(w, isFirst: i == 0))));
    }

    private static bool IsPlainText(Text value) => AsciiBytes.IsAscii(value.Bytes) || !Utf8.IsValid(value.Bytes);

    private static string WithoutMarks(string text)
    {
        var parts = UnicodeTable.Decompose(text, compatible: false);
        var kept = new List<int>(parts.Count);
        var isOurs = false;
        foreach (var part in parts)
        {
            var isMark = part is >= 0x300 and <= 0x36F;
            if (isMark && isOurs) continue;
            if (!isMark) isOurs = part < FirstOtherScript;
            if (s_strokes.TryGetValue(part, out var plain)) kept.Add(plain[0]);
            else kept.Add(part);
        }

        return UnicodeTable.Compose(kept);
    }

    private static string Spell(string text)
    {
        var spelled = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            spelled.Append(s_ligatures.TryGetValue(Rune.ToLowerInvariant(rune).Value, out var letters) ? letters : rune.ToString());
        }

        return spelled.ToString();
    }

    private static string CapitalizeName(string word, bool isFirst)
    {
        var small = word.ToLowerInvariant();
        if (!isFirst && s_particles.Contains(small)) return small;
        if (!isFirst && s_ordinals.Contains(word.ToUpperInvariant())) return word.ToUpperInvariant();
        var name = new StringBuilder(small.Length);
        var startsPart = true;
        foreach (var rune in small.EnumerateRunes())
        {
            name.Append((startsPart ? Rune.ToUpperInvariant(rune) : rune).ToString());
            // O'Neil and D'Angelo, but not "it's".
            startsPart = rune.Value == '-' || (rune.Value is '\'' or '’' && name.Length == 2);
        }

        return name.ToString();
    }
}
