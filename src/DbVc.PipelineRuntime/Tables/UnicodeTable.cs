using System.Globalization;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>
/// Decompositions, compositions and combining classes of Unicode 14. They come with the library, as a runtime without ICU knows none, and so that a text is the
/// same on every machine. Characters that are younger stay as they are.
/// </summary>
internal static class UnicodeTable
{
    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadFirst = 0x1100;
    private const int VowelFirst = 0x1161;
    private const int TailFirst = 0x11A7;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Dictionary<int, int[]> s_canonical = [];
    private static readonly Dictionary<int, int[]> s_compatible = [];
    private static readonly Dictionary<(int First, int Second), int> s_composed = [];
    private static readonly Dictionary<int, byte> s_classes = [];

    static UnicodeTable()
    {
        foreach (var line in EmbeddedTable.Lines("Unicode"))
        {
            var sign = line.AsSpan().IndexOfAny("=-~.");
            var character = Hex(line[..sign]);
            var rest = line[(sign + 1)..].Split(' ');
            if (line[sign] == '.')
            {
                for (var c = character; c <= Hex(rest[0]); c++) s_classes[c] = byte.Parse(rest[1], CultureInfo.InvariantCulture);
                continue;
            }

            int[] parts = [.. rest.Select(Hex)];
            (line[sign] == '~' ? s_compatible : s_canonical)[character] = parts;
            if (line[sign] == '=') s_composed[(parts[0], parts[1])] = character;
        }
    }

    /// <summary>A character taken apart as far as it goes, in canonical order.</summary>
    public static List<int> Decompose(string text, bool compatible)
    {
        var parts = new List<int>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes()) AddParts(parts, rune.Value, compatible);
        Sort(parts);
        return parts;
    }

    /// <summary>Puts together what can be, in place, and gives the text.</summary>
    public static string Compose(List<int> parts)
    {
        var (written, starter, last) = (0, -1, -1);
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            var own = ClassOf(part);
            var isBlocked = last >= own && last >= 0;
            if (starter >= 0 && !isBlocked && TryCompose(parts[starter], part, out var whole))
            {
                parts[starter] = whole;
                continue;
            }

            if (own == 0) (starter, last) = (written, -1);
            else last = own;
            parts[written++] = part;
        }

        parts.RemoveRange(written, parts.Count - written);
        return Write(parts);
    }

    /// <summary>The text of code points.</summary>
    public static string Write(List<int> parts)
    {
        var text = new StringBuilder(parts.Count);
        foreach (var part in parts) text.Append(new Rune(part).ToString());
        return text.ToString();
    }

    private static void AddParts(List<int> parts, int character, bool compatible)
    {
        var hangul = character - HangulFirst;
        if (hangul is >= 0 and < HangulCount)
        {
            parts.Add(LeadFirst + (hangul / (Vowels * Tails)));
            parts.Add(VowelFirst + (hangul % (Vowels * Tails) / Tails));
            if (hangul % Tails > 0) parts.Add(TailFirst + (hangul % Tails));
        }
        else if (s_canonical.TryGetValue(character, out var known) || (compatible && s_compatible.TryGetValue(character, out known)))
        {
            foreach (var part in known) AddParts(parts, part, compatible);
        }
        else
        {
            parts.Add(character);
        }
    }

    /// <summary>Marks behind one character in the order of their classes; equal ones keep theirs.</summary>
    private static void Sort(List<int> parts)
    {
        for (var start = 0; start < parts.Count; start++)
        {
            if (ClassOf(parts[start]) == 0) continue;
            var end = start + 1;
            while (end < parts.Count && ClassOf(parts[end]) != 0) end++;
            if (end - start > 1)
            {
                var sorted = parts.GetRange(start, end - start).OrderBy(ClassOf).ToList();
                for (var i = 0; i < sorted.Count; i++) parts[start + i] = sorted[i];
            }

            start = end;
        }
    }

    private static bool TryCompose(int first, int second, out int whole)
    {
        var (lead, vowel, tail) = (first - LeadFirst, second - VowelFirst, second - TailFirst);
        if (lead is >= 0 and < 19 && vowel is >= 0 and < Vowels)
        {
            whole = HangulFirst + (((lead * Vowels) + vowel) * Tails);
            return true;
        }

        if (first - HangulFirst is >= 0 and < HangulCount && (first - HangulFirst) % Tails == 0 && tail is > 0 and < Tails)
        {
            whole = first + tail;
            return true;
        }

        return s_composed.TryGetValue((first, second), out whole);
    }

    private static byte ClassOf(int character) => s_classes.GetValueOrDefault(character);

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
