using Judge = DbVc.PipelineRuntime.Rules;

namespace DbVc.Pipelines;

/// <summary>Formats of how something is written.</summary>
internal static class WritingFormats
{
    public static IReadOnlyList<FormatDefinition> All { get; } =
    [
        new("json", nameof(Judge.IsJson), Judge.IsJson, "One JSON value (RFC 8259), at most 64 deep; no name stands twice in one object.")
        {
            Nouns = ["json", "json document", "json text"],
            Hints = ["json"],
            Accepted = ["{\"a\": [1, null]}", "1", "\"x\""],
            Refused = ["", "{", "{\"a\": 1,}", "{'a': 1}", "{\"a\": 1, \"a\": 2}", "1 2", "NaN"],
        },
        new("hex", nameof(Judge.IsHex), Judge.IsHex, "An even number of hexadecimal digits.")
        {
            Nouns = ["hex", "hexadecimal text", "hex text"],
            Aliases = ["hexadecimal"],
            Accepted = ["00ff", "DEADBEEF"],
            Refused = ["", "0", "0g", "00 ff", "0x00"],
        },
        new("base64", nameof(Judge.IsBase64), Judge.IsBase64, "Base64 (RFC 4648), padded, without white space.")
        {
            Nouns = ["base64", "base64 text"],
            Accepted = ["YWJj", "YWI=", "YQ=="],
            Refused = ["", "YQ", "YQ=", "YW Jj", "YW-j", "===="],
        },
        new("md5", nameof(Judge.IsMd5), Judge.IsMd5, "An MD5 hash: 32 hexadecimal digits.")
        {
            Nouns = ["md5", "md5 hash"],
            Accepted = ["d41d8cd98f00b204e9800998ecf8427e"],
            Refused = ["", "d41d8cd98f00b204e9800998ecf8427", "d41d8cd98f00b204e9800998ecf8427g"],
        },
        new("sha1", nameof(Judge.IsSha1), Judge.IsSha1, "A SHA-1 hash: 40 hexadecimal digits.")
        {
            Nouns = ["sha1", "sha1 hash"],
            Accepted = ["da39a3ee5e6b4b0d3255bfef95601890afd80709"],
            Refused = ["", "da39a3ee5e6b4b0d3255bfef95601890afd8070", "ga39a3ee5e6b4b0d3255bfef95601890afd80709"],
        },
        new("sha256", nameof(Judge.IsSha256), Judge.IsSha256, "A SHA-256 hash: 64 hexadecimal digits.")
        {
            Nouns = ["sha256", "sha256 hash"],
            Accepted = ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
            Refused = ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85"],
        },
        new("semver", nameof(Judge.IsSemver), Judge.IsSemver, "A version by semver.org 2.0.0.")
        {
            Nouns = ["semantic version", "semver"],
            Hints = ["semver"],
            Accepted = ["1.0.0", "2.11.0-rc.1+build.5", "0.0.0"],
            Refused = ["", "1.0", "01.0.0", "v1.0.0", "1.0.0-", "1.0.0-01"],
        },
        new("slug", nameof(Judge.IsSlug), Judge.IsSlug, "Small letters, digits and single hyphens between them.")
        {
            Nouns = ["slug"],
            Hints = ["slug"],
            Accepted = ["hello-world", "a1"],
            Refused = ["", "Hello", "a--b", "-a", "a-", "a_b", "é"],
        },
        new("mime_type", nameof(Judge.IsMimeType), Judge.IsMimeType, "A media type (RFC 6838) without parameters.")
        {
            Nouns = ["mime type", "media type"],
            Aliases = ["media_type"],
            Hints = ["mime_type", "media_type"],
            Accepted = ["text/csv", "application/vnd.api+json"],
            Refused = ["", "text", "text/", "/csv", "text/a b", "text/csv; charset=utf-8"],
        },
        new("color", nameof(Judge.IsColor), Judge.IsColor, "A colour as #rgb, #rgba, #rrggbb or #rrggbbaa.")
        {
            Nouns = ["hex color", "hex colour"],
            Aliases = ["hex_color", "colour"],
            Accepted = ["#fff", "#1A2b3C", "#1a2b3c80"],
            Refused = ["", "fff", "#ff", "#fffff", "#ggg", "red"],
        },
        new("ascii", nameof(Judge.IsAscii), Judge.IsAscii, "ASCII characters alone; the empty text too.")
        {
            Nouns = ["ascii", "ascii text"],
            Accepted = ["abc", "", "~!"],
            Refused = ["é", "ab\u00A0c", "日本"],
        },
        new("printable", nameof(Judge.IsPrintable), Judge.IsPrintable,
            "No control characters and no invisible format characters such as bidirectional overrides.")
        {
            Nouns = ["printable text", "printable"],
            Aliases = ["no_control_chars"],
            Accepted = ["abc", "", "日本 é"],
            Refused = ["a\tb", "a\nb", "a\u202Eb", "a\u200Bb", "\u0007"],
        },
        new("trimmed", nameof(Judge.IsTrimmed), Judge.IsTrimmed, "No white space at either end.")
        {
            Nouns = ["trimmed text", "trimmed"],
            Aliases = ["no_leading_trailing_space"],
            Accepted = ["a b", "", "é"],
            Refused = [" a", "a ", "\u00A0a", "a\n"],
        },
    ];
}
