using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Operations on the characters of a text.</summary>
internal static class TextOperations
{
    private const string In = SpaceOperations.In;

    public static IReadOnlyList<OperationDefinition> All { get; } =
    [
        new()
        {
            Name = "replace",
            MethodName = "ReplaceIn{0}",
            Summary = "Replaces every occurrence of a text, compared exactly.",
            Parameters = [new("search", ParameterKind.Text), new("replacement", ParameterKind.Text)],
            Phrases = [$"replace {{search}} (with|by) {{replacement}} {In} {{fields}}"],
            UsesScratch = true,
            IsIdempotent = false,
            Apply = (value, arguments, scratch) => Operations.Replace(value, arguments.Utf8(0), arguments.Utf8(1), scratch),
            Refuse = (_, arguments) => arguments[0].Length == 0 ? "the text to replace is empty" : null,
            Examples =
            [
                new("a-b-c", "a--b--c", "-", "--"), new("abc", "abc", "-", "--"), new("a-b", "ab", "-", ""), new("", "", "-", "--"), new(null, null, "-", "--"),
            ],
            Cells = arguments => [arguments[0], "x" + arguments[0] + "y" + arguments[0]],
        },
        new()
        {
            Name = "regex_replace",
            MethodName = "ReplacePatternIn{0}",
            Summary = "Replaces whatever a regular expression finds; $1 stands for its first group.",
            Parameters = [new("pattern", ParameterKind.Pattern), new("replacement", ParameterKind.Text, "")],
            Phrases = [$"replace {{pattern}} (with|by) {{replacement}} {In} {{fields}}", $"remove {{pattern}} {In} {{fields}}"],
            IsIdempotent = false,
            Apply = (value, arguments, _) => Operations.RegexReplace(value, arguments.Replacement(0)),
            Examples =
            [
                new("a1b22", "a#b#", "[0-9]+", "#"), new("ab", "ab", "[0-9]+", "#"), new("Lee, Ann", "Ann Lee", "^([^,]+), (.+)$", "$2 $1"),
                new("", "", "x", "y"),
                new(null, null, "x", "y"),
            ],
            Cells = arguments => PatternSamples.Of(arguments[0]),
        },
        new()
        {
            Name = "map_values",
            Aliases = ["map"],
            MethodName = "Map{0}",
            Summary = "Puts one text for another; a cell that is not listed stays.",
            Parameters = [new("values", ParameterKind.Pairs)],
            Phrases = [$"map {{values}} {In} {{fields}}", "(change|recode) {values} in {fields}"],
            IsIdempotent = false,
            Apply = (value, arguments, _) => Operations.MapValues(value, arguments.Pairs(0)),
            Refuse = (_, arguments) => arguments.Chunk(2).GroupBy(p => p[0]).FirstOrDefault(g => g.Count() > 1) is { } twice
                ? $"'{twice.Key}' is mapped twice" : null,
            Examples =
            [
                new("m", "male", "m", "male", "f", "female"), new("f", "female", "m", "male", "f", "female"), new("x", "x", "m", "male"),
                new("M", "M", "m", "male"),
                new(null, null, "m", "male"),
            ],
            Cells = arguments => arguments,
        },
        Removal("remove_chars", "RemoveCharsFrom{0}", "Removes every character that is in the list.",
            [$"remove [the] (characters|chars) {{characters}} {In} {{fields}}"],
            (value, arguments, scratch) => Operations.RemoveChars(value, arguments.Utf8(0), scratch),
            [new("(1) 2-3", "1 23", "()-"), new("123", "123", "()-"), new("é", "", "é"), new("", "", "x"), new(null, null, "x")]),
        Removal("keep_chars", "KeepCharsOf{0}", "Keeps the characters that are in the list and removes the others.",
            [$"keep [only] [the] (characters|chars) {{characters}} {In} {{fields}}"],
            (value, arguments, scratch) => Operations.KeepChars(value, arguments.Utf8(0), scratch),
            [new("(1) 2-3", "123", "0123456789"), new("123", "123", "0123456789"), new("x", "", "0"), new("", "", "0"), new(null, null, "0")]),
        Plain("remove_punctuation", "RemovePunctuationFrom{0}", "Removes quotes, brackets, dashes, full stops and the like; signs such as + and $ stay.",
            [$"remove [all] punctuation {In} {{fields}}"], (value, _, scratch) => Operations.RemovePunctuation(value, scratch),
            [new("\"a\", (b)!", "a b"), new("1+1=2 $", "1+1=2 $"), new("a«b»", "ab"), new("", ""), new(null, null)]),
        Plain("remove_control_chars", "RemoveControlCharsFrom{0}", "Removes control characters and invisible format characters; tabs and line breaks stay.",
            [$"remove [all] control (characters|chars) {In} {{fields}}"], (value, _, scratch) => Operations.RemoveControlChars(value, scratch),
            [new("a\u0007b", "ab"), new("a\u202Eb", "ab"), new("a\u200Bb", "ab"), new("a\tb\nc", "a\tb\nc"), new("", ""), new(null, null)]),
        Plain("remove_bom", "RemoveBomFrom{0}", "Removes byte order marks at the start.",
            [$"remove [the] (bom|byte order mark) {In} {{fields}}"], (value, _, _) => Operations.RemoveBom(value),
            [new("\uFEFFa", "a"), new("\uFEFF\uFEFFa", "a"), new("a\uFEFF", "a\uFEFF"), new("", ""), new(null, null)]) with { UsesScratch = false },
        Plain("strip_html", "StripHtmlFrom{0}", "Removes the tags of HTML and keeps the text between them.",
            [$"(strip|remove) [all] (html|html tags|tags) {In} {{fields}}"], (value, _, scratch) => Operations.StripHtml(value, scratch),
            [new("<b>a</b>", "a"), new("a<br/>b", "ab"), new("1 < 2 > 0", "1 < 2 > 0"), new("<!-- x -->y", "y"), new("a <b", "a <b"), new("", ""),
                new(null, null)])
            with { IsIdempotent = false },
        Plain("unescape_html", "UnescapeHtmlIn{0}", "Turns &amp;amp;, &amp;#233; and the other references of HTML into their characters, once.",
            [$"(unescape|decode) html [entities] {In} {{fields}}"], (value, _, _) => Operations.UnescapeHtml(value),
            [new("a &amp; b", "a & b"), new("caf&#233;", "café"), new("&lt;b&gt;", "<b>"), new("&nothing;", "&nothing;"), new("", ""), new(null, null)])
            with { UsesScratch = false, IsIdempotent = false },
        Plain("fix_mojibake", "FixMojibakeIn{0}", "Repairs UTF-8 that was once read as windows-1252.",
            [$"(fix|repair) (mojibake|encoding|broken encoding) {In} {{fields}}"], (value, _, _) => Operations.FixMojibake(value),
            [new("CafÃ©", "Café"), new("Café", "Café"), new("â‚¬", "€"), new("日本", "日本"), new("abc", "abc"), new("", ""), new(null, null)])
            with { UsesScratch = false, IsIdempotent = false },
    ];

    /// <summary>An operation on text fields without parameters.</summary>
    public static OperationDefinition Plain(string name, string methodName, string summary, IReadOnlyList<Phrase> phrases, CellChange apply,
        IReadOnlyList<OperationExample> examples) => new()
        {
            Name = name,
            Types = [FieldType.Text],
            MethodName = methodName,
            Summary = summary,
            Phrases = phrases,
            UsesScratch = true,
            Apply = apply,
            Examples = examples,
        };

    private static OperationDefinition Removal(string name, string methodName, string summary, IReadOnlyList<Phrase> phrases, CellChange apply,
        IReadOnlyList<OperationExample> examples) => Plain(name, methodName, summary, phrases, apply, examples) with
        {
            Types = [],
            Parameters = [new("characters", ParameterKind.Text)],
            Refuse = (_, arguments) => arguments[0].Length == 0 ? "the list of characters is empty" : null,
            Cells = arguments => [arguments[0], "x" + arguments[0]],
        };
}
