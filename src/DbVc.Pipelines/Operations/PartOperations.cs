using System.Globalization;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Operations that take a part of a text or add to it.</summary>
internal static class PartOperations
{
    public static IReadOnlyList<OperationDefinition> All { get; } =
    [
        new()
        {
            Name = "substring",
            Types = [FieldType.Text],
            MethodName = "TakePartOf{0}",
            Summary = "The characters from a place on, 1 being the first, as many as are asked for or there are.",
            Parameters = [new("start", ParameterKind.Count), new("length", ParameterKind.Count)],
            Phrases = ["(take|keep) {length} (characters|chars) from [position] {start} (of|in|from) {fields}"],
            IsIdempotent = false,
            Apply = (value, arguments, _) => Operations.Substring(value, arguments.Count(0), arguments.Count(1)),
            Refuse = (_, arguments) => arguments[0] == "0" ? "start must be 1 or more, as 1 is the first character" : null,
            Examples =
            [
                new("abcdef", "bcd", "2", "3"), new("äöü", "öü", "2", "3"), new("ab", "", "3", "1"), new("a", "", "1", "0"), new("", "", "1", "3"),
                new(null, null, "1", "3"),
            ],
        },
        Part("left", "TakeStartOf{0}", "The first characters.",
            "(take|keep) [only] [the] first {length} (characters|chars|digits|letters) (of|in|from) {fields}",
            (value, arguments, _) => Operations.Left(value, arguments.Count(0)),
            [new("abcdef", "abc", "3"), new("äöü", "äö", "2"), new("ab", "ab", "3"), new("ab", "", "0"), new("", "", "3"), new(null, null, "3")]),
        Part("right", "TakeEndOf{0}", "The last characters.", "(take|keep) [only] [the] last {length} (characters|chars|digits|letters) (of|in|from) {fields}",
            (value, arguments, _) => Operations.Right(value, arguments.Count(0)),
            [new("abcdef", "def", "3"), new("äöü", "öü", "2"), new("ab", "ab", "3"), new("ab", "", "0"), new("", "", "3"), new(null, null, "3")]),
        Part("truncate", "Truncate{0}", "Cuts off what is longer than so many characters.",
            "(truncate|cut|shorten) {fields} (to|at|after) {length} [characters|chars]",
            (value, arguments, _) => Operations.Left(value, arguments.Count(0)),
            [new("abcdef", "abc", "3"), new("abc", "abc", "3"), new("ääää", "äää", "3"), new("", "", "3"), new(null, null, "3")]) with { Method = "Left" },
        Padding("pad_left", "PadLeftOf{0}", "Puts a character before a text until it is long enough.",
            [
                "pad {fields} left to {length} [characters|chars|digits] [with {fill}]",
                "left pad {fields} to {length} [characters|chars|digits] [with {fill}]",
                "pad {fields} to {length} digits [with {fill}]", "pad {fields} [with {fill}] on the left to {length} [characters|chars|digits]",
            ],
            (value, arguments, scratch) => Operations.PadLeft(value, arguments.Count(0), arguments.Utf8(1), scratch),
            [new("42", "00042", "5", "0"), new("12345", "12345", "5", "0"), new("123456", "123456", "5", "0"), new("", "000", "3", "0"),
                new("é", "ééé", "3", "é"),
                new(null, null, "5", "0")]),
        Padding("pad_right", "PadRightOf{0}", "Puts a character after a text until it is long enough.",
            [
                "pad {fields} right to {length} [characters|chars|digits] [with {fill}]",
                "right pad {fields} to {length} [characters|chars|digits] [with {fill}]",
                "pad {fields} [with {fill}] on the right to {length} [characters|chars|digits]",
            ],
            (value, arguments, scratch) => Operations.PadRight(value, arguments.Count(0), arguments.Utf8(1), scratch),
            [new("42", "42000", "5", "0"), new("12345", "12345", "5", "0"), new("", "000", "3", "0"), new(null, null, "5", "0")]),
        Affix("prefix", "Prefix{0}", "Puts a text before one that does not start with it.",
            ["prefix {fields} with {text}", "(add|put) {text} (before|in front of) {fields}", "add [the] prefix {text} to {fields}"],
            (value, arguments, scratch) => Operations.Prefix(value, arguments.Utf8(0), scratch),
            [new("1", "A-1", "A-"), new("A-1", "A-1", "A-"), new("", "A-", "A-"), new(null, null, "A-")]),
        Affix("suffix", "Suffix{0}", "Puts a text after one that does not end with it.",
            ["suffix {fields} with {text}", "(add|put) {text} after {fields}", "(append {text}|add [the] suffix {text}) to {fields}"],
            (value, arguments, scratch) => Operations.Suffix(value, arguments.Utf8(0), scratch),
            [new("1", "1-A", "-A"), new("1-A", "1-A", "-A"), new("", "-A", "-A"), new(null, null, "-A")]),
    ];

    private static OperationDefinition Part(string name, string methodName, string summary, Phrase phrase, CellChange apply,
        IReadOnlyList<OperationExample> examples) => TextOperations.Plain(name, methodName, summary, [phrase], apply, examples) with
        {
            UsesScratch = false,
            Parameters = [new("length", ParameterKind.Count, Aliases: ["max"])],
            Cells = arguments => LengthsAround(arguments[0]),
        };

    private static OperationDefinition Padding(string name, string methodName, string summary, IReadOnlyList<Phrase> phrases, CellChange apply,
        IReadOnlyList<OperationExample> examples) => TextOperations.Plain(name, methodName, summary, phrases, apply, examples) with
        {
            Parameters = [new("length", ParameterKind.Count), new("fill", ParameterKind.Text, "0")],
            Refuse = (_, arguments) => arguments[1].EnumerateRunes().Count() == 1 ? null : $"fill must be one character, not '{arguments[1]}'",
            Cells = arguments => LengthsAround(arguments[0]),
        };

    private static OperationDefinition Affix(string name, string methodName, string summary, IReadOnlyList<Phrase> phrases, CellChange apply,
        IReadOnlyList<OperationExample> examples) => TextOperations.Plain(name, methodName, summary, phrases, apply, examples) with
        {
            Parameters = [new("text", ParameterKind.Text)],
            Refuse = (_, arguments) => arguments[0].Length == 0 ? "the text to add is empty" : null,
            Cells = arguments => ["x", arguments[0], arguments[0] + "x" + arguments[0]],
        };

    private static IEnumerable<string> LengthsAround(string length)
    {
        var middle = Math.Min(int.Parse(length, CultureInfo.InvariantCulture), 1000);
        return [new string('7', Math.Max(0, middle - 1)), new string('7', middle), new string('7', middle + 1)];
    }
}
