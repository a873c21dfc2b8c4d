using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Operations on addresses, identifiers and what must not be seen.</summary>
internal static class DomainOperations
{
    private const string In = SpaceOperations.In;
    private const string Normalize = "(normalize|normalise)";

    public static IReadOnlyList<OperationDefinition> All { get; } =
    [
        new()
        {
            Name = "normalize_email",
            Aliases = ["normalise_email"],
            Types = [FieldType.Text],
            MethodName = "Normalize{0}",
            Summary = "Trims an e-mail address and lower-cases its domain; the part before the @ keeps its case.",
            Phrases =
            [
                $"{Normalize} (email|emails|e-mail|mail) [addresses|address] {In} {{fields}}", $"(normalize_email|normalise_email) {In} {{fields}}",
                $"{Normalize} {{fields}} as (email|emails|e-mail)",
                new Phrase($"({Normalize} (email|emails|e-mail)|normalize_email|normalise_email) [addresses|address]", PhraseScope.Email),
            ],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.NormalizeEmail(value, scratch),
            Examples =
            [
                new("ann@example.org", "ann@example.org"), new(" Ann@Example.ORG ", "Ann@example.org"), new("no mail", "no mail"),
                new("A@B@C.D", "A@B@c.d"), new("", ""),
                new(null, null),
            ],
        },
        new()
        {
            Name = "normalize_url",
            Aliases = ["normalise_url"],
            Types = [FieldType.Text],
            MethodName = "NormalizeUrlIn{0}",
            Summary = "Trims a web address, lower-cases its scheme and host, removes the port that the scheme has anyway, and gives an empty path its slash.",
            Phrases = [$"{Normalize} (url|urls|uri|web address|web addresses|link|links) {In} {{fields}}"],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.NormalizeUrl(value, scratch),
            Examples =
            [
                new(" HTTPS://Example.ORG ", "https://example.org/"), new("http://example.org:80/A?b=C", "http://example.org/A?b=C"),
                new("https://example.org:8443", "https://example.org:8443/"), new("https://example.org?q=1", "https://example.org/?q=1"),
                new("example.org", "example.org"),
                new("", ""), new(null, null),
            ],
        },
        new()
        {
            Name = "normalize_uuid",
            Aliases = ["normalise_uuid", "normalize_guid"],
            Types = [FieldType.Text],
            MethodName = "NormalizeUuidIn{0}",
            Summary = "Writes a UUID as 8-4-4-4-12 digits in lower case, whether it had braces, urn:uuid:, capitals or no hyphens.",
            Phrases = [$"{Normalize} (uuid|uuids|guid|guids) {In} {{fields}}"],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.NormalizeUuid(value, scratch),
            Examples =
            [
                new("0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5b-d9cb-469f-a165-70867728950e"),
                new("{0f8fad5bd9cb469fa16570867728950e}", "0f8fad5b-d9cb-469f-a165-70867728950e"),
                new("urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e"), new("0f8fad5b", "0f8fad5b"),
                new("0f8f-ad5bd9cb469fa16570867728950e", "0f8f-ad5bd9cb469fa16570867728950e"), new("", ""), new(null, null),
            ],
        },
        new()
        {
            Name = "mask",
            Types = [FieldType.Text],
            Summary = "Puts an asterisk for every character but the last ones; a text that is no longer than those is masked whole.",
            Parameters = [new("keep", ParameterKind.Count, "4")],
            Phrases = ["mask {fields} [(except|but) [the] last {keep} [characters|digits]]",
                "mask all but the last {keep} [characters|digits] (of|in) {fields}"],
            UsesScratch = true,
            IsIdempotent = false,
            Apply = (value, arguments, scratch) => Operations.Mask(value, arguments.Count(0), scratch),
            Examples =
            [
                new("4111111111111111", "************1111", "4"), new("1234", "****", "4"), new("äöü", "**ü", "1"), new("abc", "***", "0"), new("", "", "4"),
                new(null, null, "4"),
            ],
        },
        new()
        {
            Name = "redact",
            Types = [FieldType.Text],
            Summary = "Puts [redacted] for every value.",
            Phrases = ["redact {fields}", "hide {fields}"],
            Apply = (value, _, _) => Operations.Redact(value),
            Examples = [new("secret", "[redacted]"), new("", "[redacted]"), new(null, null)],
        },
        new()
        {
            Name = "hash",
            Aliases = ["sha256"],
            Types = [FieldType.Text],
            Summary = "The SHA-256 of the text, as 64 hexadecimal digits. It hides nothing that can be guessed.",
            Phrases = ["hash {fields}", "(replace|turn) {fields} (by|with|into) [its|their|a] (hash|hashes|sha256)"],
            UsesScratch = true,
            IsIdempotent = false,
            Apply = (value, _, scratch) => Operations.Hash(value, scratch),
            Examples =
            [
                new("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
                new("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), new(null, null),
            ],
        },
        new()
        {
            Name = "tokenize",
            Aliases = ["tokenise", "pseudonymize", "salted_hash"],
            Types = [FieldType.Text],
            Summary = "The HMAC-SHA-256 of the text under a salt, as 64 hexadecimal digits: equal texts stay equal, and nobody tries guesses without the salt, "
                + "which who can read the metadata knows.",
            Parameters = [new("salt", ParameterKind.Text)],
            Phrases = ["(tokenize|tokenise|pseudonymize|hash) {fields} with [the] salt {salt}"],
            UsesScratch = true,
            IsIdempotent = false,
            Apply = (value, arguments, scratch) => Operations.Tokenize(value, arguments.Utf8(0), scratch),
            Refuse = (_, arguments) => arguments[0].Length > 0 ? null : "the salt is empty",
            Examples =
            [
                new("what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "Jefe"),
                new("", "923598ca6d64af2a5dba79dcd021a8a0fe5c5f557519adaaf0ad532d4506dd30", "Jefe"), new(null, null, "Jefe"),
            ],
        },
    ];
}
