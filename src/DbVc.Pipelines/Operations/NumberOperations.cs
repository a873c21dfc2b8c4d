using System.Globalization;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Operations on numbers that are still text.</summary>
internal static class NumberOperations
{
    private const string In = SpaceOperations.In;
    private const string Make = "(convert|cast|turn|change)";

    private static readonly FieldType[] s_numbers = [FieldType.Integer, FieldType.Real, FieldType.Decimal];
    private static readonly FieldType[] s_fractions = [FieldType.Real, FieldType.Decimal];

    public static IReadOnlyList<OperationDefinition> All { get; } =
    [
        new()
        {
            Name = "convert_to_int",
            Aliases = ["to_int", "convert_to_integer"],
            Types = s_numbers,
            MethodName = "Convert{0}ToInt",
            Summary = "Prepares a whole number: white space around it and a fraction of zeros go. Another fraction is refused, or dealt with as it is told.",
            Parameters = [new("fraction", ParameterKind.Choice, "refuse", typeof(Fraction))],
            Phrases =
            [
                $"{Make} {{fields}} (to|into) [a|an] (int|integer|whole number) [with fraction {{fraction}}]",
                new Phrase($"{Make} {{fields}} (to|into) [a] number", only: FieldType.Integer),
                "(round {fields} to [a|the nearest] (int|integer|whole number))",
            ],
            OmitsDefaults = true,
            UsesScratch = true,
            Apply = (value, arguments, scratch) => Operations.ConvertToInt(value, arguments.Choice<Fraction>(0), scratch),
            Examples =
            [
                new("42", "42", "refuse"), new(" 42 ", "42", "refuse"), new("42.0", "42", "refuse"), new("1.5", "1.5", "refuse"),
                new("1,234", "1,234", "refuse"),
                new("1.5", "2", "round"), new("-1.5", "-2", "round"), new("1.9", "1", "floor"), new("-1.1", "-2", "floor"), new("1.1", "2", "ceiling"),
                new("-1.9", "-1", "truncate"), new("x", "x", "round"), new("", "", "round"), new(null, null, "round"),
            ],
        },
        new()
        {
            Name = "convert_to_float",
            Aliases = ["to_float", "convert_to_number", "convert_to_decimal", "to_decimal"],
            Types = s_fractions,
            MethodName = "Convert{0}ToFloat",
            Summary = "Prepares a number: white space around it goes.",
            Phrases = [$"{Make} {{fields}} (to|into) [a|an] (float|number|decimal|real|double)"],
            Apply = (value, _, _) => Operations.ConvertToFloat(value),
            Examples = [new("1.5", "1.5"), new(" 1.5 ", "1.5"), new("1,5", "1,5"), new("", ""), new(null, null)],
        },
        new()
        {
            Name = "parse_number",
            Aliases = ["read_number"],
            Types = s_numbers,
            MethodName = "ReadNumberIn{0}",
            Summary = "Reads a number as people write it: groups of three digits, decimal point or comma, sign before or after, (5) for a negative one.",
            Parameters = [new("decimal", ParameterKind.Choice, "point", typeof(DecimalMark))],
            Phrases =
            [
                "(read|parse) {fields} [as numbers] with decimal {decimal}", "(read|parse) {fields} as numbers",
                $"{Make} {{fields}} from decimal {{decimal}}", $"(remove|strip) thousands [separator|separators] {In} {{fields}}",
                $"{Make} {{fields}} to [a|an] (number|float|decimal|int|integer) with decimal {{decimal}}",
            ],
            UsesScratch = true,
            Apply = (value, arguments, scratch) => Operations.ParseNumber(value, arguments.Choice<DecimalMark>(0), scratch),
            Examples =
            [
                new("1,234.50", "1234.50", "point"), new("1.234,50", "1234.50", "comma"), new("1 234,5", "1234.5", "comma"), new("1'234.5", "1234.5", "point"),
                new("1\u00A0234", "1234", "point"), new("(5)", "-5", "point"), new("5-", "-5", "point"), new("+7", "7", "point"),
                new("-1,000", "-1000", "point"),
                new("1,23", "1,23", "point"), new("12,34,567", "12,34,567", "point"), new("1.5", "1.5", "point"), new("1e5", "1e5", "point"),
                new("--1", "--1", "point"),
                new("-(1)", "-(1)", "point"), new("1,234 567", "1,234 567", "point"), new("007", "007", "point"), new("", "", "point"),
                new(null, null, "point"),
            ],
            IsIdempotent = false,
        },
        new()
        {
            Name = "strip_currency",
            Aliases = ["remove_currency"],
            MethodName = "StripCurrencyFrom{0}",
            Summary = "Removes a currency sign, or the three capital letters of a currency, before or after a number.",
            Phrases = [$"(remove|strip) [the] (currency|currency symbols|currency symbol|currency signs|currency sign|currencies) {In} {{fields}}"],
            Apply = (value, _, _) => Operations.StripCurrency(value),
            Examples =
            [
                new("$12.50", "12.50"), new("12,50 €", "12,50"), new("EUR 7", "7"), new("7 USD", "7"), new("£-3", "-3"), new("12", "12"), new("12 kg", "12 kg"),
                new("eur 7", "eur 7"), new("", ""), new(null, null),
            ],
        },
        new()
        {
            Name = "strip_unit",
            Aliases = ["remove_unit"],
            MethodName = "StripUnitFrom{0}",
            Summary = "Removes one of the units after a number. A number with another unit stays as it is, and then fails as no number.",
            Parameters = [new("units", ParameterKind.Texts)],
            Phrases = [$"(remove|strip) [the] (unit|units) {{units}} {In} {{fields}}"],
            Apply = (value, arguments, _) => Operations.StripUnit(value, arguments.Texts(0)),
            Examples =
            [
                new("12.0 oz.", "12.0", "oz", "oz."), new("5kg", "5", "kg"), new("5 lb", "5 lb", "kg"), new("5", "5", "kg"), new("kg", "kg", "kg"),
                new("", "", "kg"),
                new(null, null, "kg"),
            ],
            Cells = arguments => ["5 " + arguments[0], "5" + arguments[^1], "5 " + arguments[0] + "x"],
        },
        new()
        {
            Name = "percent_to_fraction",
            Types = s_fractions,
            MethodName = "ConvertPercentIn{0}",
            Summary = "12.5% becomes 0.125; a number without the sign stays.",
            Phrases = ["(convert|turn|change) (percent|percentage|percentages) [to (fraction|fractions|a fraction)] (in|of) {fields}",
                "percent to fraction in {fields}"],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.PercentToFraction(value, scratch),
            Examples =
            [
                new("12.5%", "0.125"), new("100 %", "1"), new("-5%", "-0.05"), new("12.5", "12.5"), new("x%", "x%"), new("%", "%"), new("", ""),
                new(null, null),
            ],
        },
        new()
        {
            Name = "round",
            Types = s_numbers,
            Summary = "Rounds to so many digits after the point, halves away from zero.",
            Parameters = [new("digits", ParameterKind.Count, "0")],
            Phrases = ["round {fields} to {digits} [decimal] (digits|digit|decimals|decimal|places|place|decimal places)", "round {fields}"],
            UsesScratch = true,
            Apply = (value, arguments, scratch) => Operations.Round(value, arguments.Count(0), scratch),
            Refuse = (_, arguments) => int.Parse(arguments[0], CultureInfo.InvariantCulture) <= 28 ? null : "digits must be from 0 to 28",
            Examples =
            [
                new("1.005", "1.01", "2"), new("-1.005", "-1.01", "2"), new("1.004", "1", "2"), new("2.5", "3", "0"), new("7", "7", "2"), new("x", "x", "2"),
                new("", "", "2"), new(null, null, "2"),
            ],
        },
        new()
        {
            Name = "scale",
            Aliases = ["multiply"],
            Types = s_numbers,
            Summary = "Multiplies by a factor.",
            Parameters = [new("factor", ParameterKind.Number)],
            Phrases = ["(scale|multiply) {fields} by {factor}"],
            UsesScratch = true,
            IsIdempotent = false,
            Apply = (value, arguments, scratch) => Operations.Scale(value, arguments.Number(0), scratch),
            Examples =
            [
                new("12", "1200", "100"), new("12", "0.12", "0.01"), new("-1.5", "-3", "2"), new("0", "0", "5"), new("x", "x", "5"), new("", "", "5"),
                new(null, null, "5"),
            ],
        },
        new()
        {
            Name = "clip",
            Aliases = ["clamp"],
            Types = s_numbers,
            Summary = "A number below the minimum becomes the minimum, one above the maximum the maximum.",
            Parameters = [new("min", ParameterKind.Number), new("max", ParameterKind.Number)],
            Phrases = ["(clip|clamp|limit) {fields} (to|between|from) {min} (and|to) {max}"],
            UsesScratch = true,
            Apply = (value, arguments, scratch) => Operations.Clip(value, arguments.Number(0), arguments.Number(1), scratch),
            Refuse = (_, arguments) => Number(arguments[0]) <= Number(arguments[1])
                ? null : $"the minimum {arguments[0]} lies above the maximum {arguments[1]}",
            Examples =
            [
                new("-1", "0", "0", "100"), new("0", "0", "0", "100"), new("50", "50", "0", "100"), new("100", "100", "0", "100"),
                new("101", "100", "0", "100"),
                new("x", "x", "0", "100"), new("", "", "0", "100"), new(null, null, "0", "100"),
            ],
            Cells = arguments => arguments.SelectMany(a => new[] { Near(a, -1), a, Near(a, 1) }),
        },
        new()
        {
            Name = "abs",
            Aliases = ["absolute"],
            Types = s_numbers,
            MethodName = "TakeAbsolute{0}",
            Summary = "A number without its sign.",
            Phrases = ["(take|use) [the] absolute [value|values] (of|in) {fields}", "(abs|absolute) {fields}", "remove [the] sign (from|of) {fields}"],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.Abs(value, scratch),
            Examples = [new("-5", "5"), new("5", "5"), new("-0.5", "0.5"), new("0", "0"), new("x", "x"), new("", ""), new(null, null)],
        },
        new()
        {
            Name = "convert_to_bool",
            Aliases = ["to_bool", "convert_to_boolean"],
            Types = [FieldType.Boolean],
            MethodName = "Convert{0}ToBool",
            Summary = "true for the text that means true and false for the one that means false, in any case.",
            Parameters = [new("true", ParameterKind.Text, "true"), new("false", ParameterKind.Text, "false")],
            Phrases =
            [
                $"{Make} {{fields}} to [a] (bool|boolean) [where {{true}} is true and {{false}} is false]",
                "(treat|read) {true} as true and {false} as false (in|of|for) {fields}",
            ],
            UsesScratch = true,
            Apply = (value, arguments, scratch) => Operations.ConvertToBool(value, arguments.Utf8(0), arguments.Utf8(1), scratch),
            Refuse = (_, arguments) => arguments[0].Equals(arguments[1], StringComparison.OrdinalIgnoreCase)
                ? "one text cannot mean both true and false" : null,
            Examples =
            [
                new("ja", "true", "ja", "nein"), new(" JA ", "true", "ja", "nein"), new("Nein", "false", "ja", "nein"),
                new("vielleicht", "vielleicht", "ja", "nein"),
                new("", "", "ja", "nein"), new(null, null, "ja", "nein"),
            ],
            Cells = arguments => [arguments[0], arguments[1], arguments[0] + "x"],
        },
    ];

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Near(string text, decimal step) => (Number(text) + step).ToString(CultureInfo.InvariantCulture);
}
