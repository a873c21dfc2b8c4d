using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace DbVc.PipelineRuntime;

public static partial class Rules
{
    private const int JsonDepth = 64;

    private static readonly Pattern s_semver = new(
        @"(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,18})"
        + @"(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?"
        + @"(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?");

    private static readonly SearchValues<byte> s_tokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+"u8);

    /// <summary>ASCII characters alone.</summary>
    public static bool IsAscii(Text value) => AsciiBytes.IsAscii(value.Bytes);

    /// <summary>No control characters and no invisible format characters such as bidirectional overrides.</summary>
    public static bool IsPrintable(Text value)
    {
        foreach (var (rune, _) in new RuneBytes(value.Bytes))
        {
            if (rune is not { } known || Rune.IsControl(known) || Rune.GetUnicodeCategory(known) == System.Globalization.UnicodeCategory.Format) return false;
        }

        return true;
    }

    /// <summary>No white space at either end.</summary>
    public static bool IsTrimmed(Text value) => Operations.Trim(value).Bytes.Length == value.Bytes.Length;

    /// <summary>An even number of hexadecimal digits.</summary>
    public static bool IsHex(Text value) => value.Bytes.Length > 0 && value.Bytes.Length % 2 == 0 && !value.Bytes.ContainsAnyExcept(s_hexDigits);

    /// <summary>An MD5 hash: 32 hexadecimal digits.</summary>
    public static bool IsMd5(Text value) => value.Bytes.Length == 32 && IsHex(value);

    /// <summary>A SHA-1 hash: 40 hexadecimal digits.</summary>
    public static bool IsSha1(Text value) => value.Bytes.Length == 40 && IsHex(value);

    /// <summary>A SHA-256 hash: 64 hexadecimal digits.</summary>
    public static bool IsSha256(Text value) => value.Bytes.Length == 64 && IsHex(value);

    /// <summary>Base64 by RFC 4648, padded, without white space.</summary>
    public static bool IsBase64(Text value) =>
        value.Bytes.Length > 0 && value.Bytes.Length % 4 == 0 && !value.Bytes.ContainsAny(" \t\r\n"u8) && Base64.IsValid(value.Bytes);

    /// <summary>One JSON value by RFC 8259, at most 64 deep, without comments; no name stands twice in one object.</summary>
    public static bool IsJson(Text value)
    {
        try
        {
            using var document = JsonDocument.Parse(value.Bytes.ToArray(), new JsonDocumentOptions { MaxDepth = JsonDepth, AllowDuplicateProperties = false });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A version by semver.org 2.0.0.</summary>
    public static bool IsSemver(Text value) => s_semver.Matches(value);

    /// <summary>Small letters, digits and single hyphens between them.</summary>
    public static bool IsSlug(Text value)
    {
        var bytes = value.Bytes;
        if (bytes.IsEmpty || bytes[0] == '-' || bytes[^1] == '-') return false;
        for (var i = 0; i < bytes.Length; i++)
        {
            var isHyphen = bytes[i] == '-';
            if ((isHyphen && bytes[i - 1] == '-')
                || (!isHyphen && !char.IsAsciiLetterLower((char)bytes[i]) && !char.IsAsciiDigit((char)bytes[i]))) return false;
        }

        return true;
    }

    /// <summary>A media type by RFC 6838, as <c>text/csv</c>, without parameters.</summary>
    public static bool IsMimeType(Text value)
    {
        var bytes = value.Bytes;
        var slash = bytes.IndexOf((byte)'/');
        return slash > 0 && slash < bytes.Length - 1 && IsToken(bytes[..slash]) && IsToken(bytes[(slash + 1)..]);
    }

    /// <summary>A colour as <c>#rgb</c>, <c>#rrggbb</c> or <c>#rrggbbaa</c>.</summary>
    public static bool IsColor(Text value) => value.Bytes is [(byte)'#', .. var digits]
        && digits.Length is 3 or 4 or 6 or 8 && !digits.ContainsAnyExcept(s_hexDigits);

    private static bool IsToken(ReadOnlySpan<byte> text) => text.Length <= 127
        && char.IsAsciiLetterOrDigit((char)text[0]) && !text.ContainsAnyExcept(s_tokenCharacters);
}
