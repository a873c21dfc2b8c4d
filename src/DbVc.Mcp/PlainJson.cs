using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Documents;

namespace DbVc.Mcp;

/// <summary>
/// Documents as models get them. Letters of every script stay readable; what could end a fence, hide or turn around text is written by its number, so that
/// data of rows stays visibly data.
/// </summary>
internal static class PlainJson
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Document document) => Show(document.ToText());

    public static string Write(JsonNode document) => Show(document.ToJsonString(s_options));

    private static string Show(string json)
    {
        var text = new StringBuilder(json.Length);
        // All of these stand inside of strings only, where a number may take their place.
        foreach (var rune in json.EnumerateRunes())
        {
            if (!IsHidden(rune)) text.Append(rune.ToString());
            else foreach (var unit in rune.ToString()) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
        }

        return text.ToString();
    }

    private static bool IsHidden(Rune rune) => rune.Value switch
    {
        '<' or '>' or '`' => true,
        < 0x80 => false,
        // Fillers and selectors are letters and marks to Unicode, and nothing to the eye.
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 => true,
        >= 0x180B and <= 0x180F or >= 0xFE00 and <= 0xFE0F or >= 0xE0000 => true,
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned,
    };
}
