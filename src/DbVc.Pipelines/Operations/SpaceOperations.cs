using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Operations on white space and on the case of letters.</summary>
internal static class SpaceOperations
{
    /// <summary>The words between an operation and its fields.</summary>
    public const string In = "(in|from|of|on|for)";

    private const string Spaces = "(whitespace|white space|spaces)";

    public static IReadOnlyList<OperationDefinition> All { get; } =
    [
        new()
        {
            Name = "trim",
            Aliases = ["strip", "trim_whitespace"],
            Summary = "Removes white space at both ends.",
            Phrases =
            [
                "(trim|strip) {fields}", $"(trim|strip) {Spaces} {In} {{fields}}", $"remove (leading and trailing|surrounding) {Spaces} {In} {{fields}}",
                new Phrase($"(trim|strip) [{Spaces}] [{In}] [all fields|all text fields|all columns|every field|everything]", PhraseScope.EveryText),
            ],
            Apply = (value, _, _) => Operations.Trim(value),
            Examples = [new("a b", "a b"), new("  a b  ", "a b"), new("\ta\r\n", "a"), new("\u00A0a\u2003", "a"), new("", ""), new("   ", ""), new(null, null)],
        },
        new()
        {
            Name = "ltrim",
            Aliases = ["left_trim"],
            Method = "LeftTrim",
            Summary = "Removes white space at the start.",
            Phrases =
            [
                "(left trim|ltrim) {fields}", $"remove leading {Spaces} {In} {{fields}}",
                new Phrase("(left trim|ltrim)", PhraseScope.EveryText),
            ],
            Apply = (value, _, _) => Operations.LeftTrim(value),
            Examples = [new("a b", "a b"), new("  a b  ", "a b  "), new("\ta\r\n", "a\r\n"), new("\u00A0a\u2003", "a\u2003"), new("   ", ""), new(null, null)],
        },
        new()
        {
            Name = "rtrim",
            Aliases = ["right_trim"],
            Method = "RightTrim",
            Summary = "Removes white space at the end.",
            Phrases =
            [
                "(right trim|rtrim) {fields}", $"remove trailing {Spaces} {In} {{fields}}",
                new Phrase("(right trim|rtrim)", PhraseScope.EveryText),
            ],
            Apply = (value, _, _) => Operations.RightTrim(value),
            Examples = [new("a b", "a b"), new("  a b  ", "  a b"), new("\ta\r\n", "\ta"), new("\u00A0a\u2003", "\u00A0a"), new("   ", ""), new(null, null)],
        },
        new()
        {
            Name = "collapse_whitespace",
            Aliases = ["squeeze"],
            MethodName = "CollapseWhitespaceIn{0}",
            Summary = "Turns every run of white space into one blank and removes it at both ends.",
            Phrases =
            [
                $"(collapse|squeeze|normalize|normalise) {Spaces} {In} {{fields}}", "(collapse|squeeze) {fields}",
                new Phrase($"(collapse|squeeze|normalize|normalise) {Spaces}", PhraseScope.EveryText),
            ],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.CollapseWhitespace(value, scratch),
            Examples = [new("a b", "a b"), new(" a \t b ", "a b"), new("a\u00A0\u00A0b", "a b"), new("", ""), new(null, null)],
        },
        new()
        {
            Name = "remove_spaces",
            Aliases = ["remove_whitespace"],
            MethodName = "RemoveSpacesFrom{0}",
            Summary = "Removes all white space, inside too.",
            Phrases =
            [
                $"remove [all] (spaces|whitespace|white space) (from|in|of|on|for) {{fields}}", "remove_spaces (from|in|of|on|for) {fields}",
            ],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.RemoveSpaces(value, scratch),
            Examples = [new("ab", "ab"), new(" a b ", "ab"), new("a\tb\u00A0c", "abc"), new("", ""), new(null, null)],
        },
        new()
        {
            Name = "lowercase",
            Aliases = ["lower", "to_lowercase"],
            Types = [Model.FieldType.Text],
            Summary = "Turns capitals into small letters, the same in every culture.",
            Phrases =
            [
                "(lowercase|lower case|lower|make lowercase) {fields}", "(convert|turn|change|make|cast) {fields} [to|into] (lowercase|lower case)",
                $"(lowercase|lower case) [all] values {In} {{fields}}",
            ],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.Lowercase(value, scratch),
            Examples = [new("abc", "abc"), new("ABC", "abc"), new("ÄÖ", "äö"), new("I1", "i1"), new("", ""), new(null, null)],
        },
        new()
        {
            Name = "uppercase",
            Aliases = ["upper", "to_uppercase"],
            Types = [Model.FieldType.Text],
            Summary = "Turns small letters into capitals, the same in every culture.",
            Phrases =
            [
                "(uppercase|upper case|upper|make uppercase|capitalize all of) {fields}",
                "(convert|turn|change|make|cast) {fields} [to|into] (uppercase|upper case)",
                $"(uppercase|upper case) [all] values {In} {{fields}}",
            ],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.Uppercase(value, scratch),
            Examples = [new("ABC", "ABC"), new("abc", "ABC"), new("äö", "ÄÖ"), new("i1", "I1"), new("", ""), new(null, null)],
        },
        new()
        {
            Name = "title_case",
            Aliases = ["titlecase", "proper_case"],
            Types = [Model.FieldType.Text],
            MethodName = "TitleCase{0}",
            Summary = "The first letter of every word as a capital and the others small; words end at white space and hyphens.",
            Phrases =
            [
                "(title case|titlecase|title_case) {fields}", "(convert|turn|change|make|cast) {fields} [to|into] (title case|titlecase)",
                $"capitalize [the first letter of] [each|every] [word|words] {In} {{fields}}",
            ],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.TitleCase(value, scratch),
            Examples =
            [
                new("ann lee", "Ann Lee"), new("ANNE-MARIE", "Anne-Marie"), new("o'neil", "O'neil"), new("élan vital", "Élan Vital"),
                new("4th street", "4th Street"),
                new("", ""), new(null, null),
            ],
        },
        new()
        {
            Name = "casefold",
            Types = [Model.FieldType.Text],
            Summary = "Makes texts equal that differ in case alone.",
            Phrases = ["(casefold|case fold|ignore case in|ignore the case of) {fields}"],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.Casefold(value, scratch),
            Examples = [new("ABC", "abc"), new("ΑΣ", "ασ"), new("ας", "ασ"), new("abc", "abc"), new("", ""), new(null, null)],
        },
    ];
}
