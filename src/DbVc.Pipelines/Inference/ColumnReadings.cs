using System.Globalization;
using System.Text.RegularExpressions;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>The ways in which columns are read, in the order in which they are tried.</summary>
internal static partial class ColumnReadings
{
    private static readonly (string True, string False)[] s_pairs = [("ja", "nein"), ("oui", "non"), ("si", "no"), ("sí", "no"), ("sim", "não"), ("да", "нет")];
    private static readonly string[] s_times = ["", " H:mm", " H:mm:ss", " h:mm AM", " h:mm:ss AM"];

    /// <summary>Text as it is: what everything can be read as.</summary>
    public static ColumnReading Text { get; } = new("text", FieldType.Text, "texts", _ => true);

    public static ColumnReading Integer { get; } = new("integer", FieldType.Integer, "whole numbers", text => WholeNumber().IsMatch(text));

    /// <summary>Whole numbers, read as those of which only 1 and 0 occur.</summary>
    public static ColumnReading Bits { get; } = new("boolean", FieldType.Boolean, "true or false", text => text.Trim() is "0" or "1");

    /// <summary>Numbers of which the first two read as they stand; the order is that of trust.</summary>
    public static IReadOnlyList<ColumnReading> Plain { get; } =
    [
        new("boolean", FieldType.Boolean, "true or false", text => !text.Trim().All(char.IsAsciiDigit)),
        .. s_pairs.Select(p => new ColumnReading("boolean", FieldType.Boolean, $"{p.True} or {p.False}",
            text => text.Trim().ToLowerInvariant() is var word && (word == p.True || word == p.False), new ProposedStep("convert_to_bool", p.True, p.False))),
        Integer,
        new("decimal", FieldType.Decimal, "numbers", text => PlainNumber().IsMatch(text)),
        new("float", FieldType.Real, "numbers", text => ScientificNumber().IsMatch(text)),
        new("date", FieldType.Date, "dates", _ => true),
        new("timestamp", FieldType.Timestamp, "timestamps", _ => true),
    ];

    /// <summary>Numbers as people write them, with a point or a comma for the fraction.</summary>
    public static IReadOnlyList<(ColumnReading Point, ColumnReading Comma)> Written { get; } =
    [
        (Number("point"), Number("comma")),
        (Number("point", new ProposedStep("strip_currency")), Number("comma", new ProposedStep("strip_currency"))),
    ];

    public static ColumnReading Percent { get; } =
        new("fraction", FieldType.Decimal, "percentages", text => text.TrimEnd().EndsWith('%'), new ProposedStep("percent_to_fraction"));

    /// <summary>Days without a sign between their parts, which look like numbers.</summary>
    public static ColumnReading CompactDate { get; } =
        new("date", FieldType.Date, "dates like 20240131", text => CompactDay().IsMatch(text), new ProposedStep("parse_date", "YYYYMMDD"));

    /// <summary>Dates whose order of day and month is in the form; in pairs, day first.</summary>
    public static IReadOnlyList<(ColumnReading DayFirst, ColumnReading MonthFirst)> Orders { get; } =
    [
        .. from sign in (string[])["/", ".", "-"]
           from year in (string[])["YYYY", "YY"]
           from time in s_times
           select (Date($"D{sign}M{sign}{year}{time}", "day-first"), Date($"M{sign}D{sign}{year}{time}", "month-first")),
    ];

    /// <summary>Dates that can be read in one way alone.</summary>
    public static IReadOnlyList<ColumnReading> Dates { get; } =
    [
        .. from form in (string[])
           [
               "YYYY.M.D", "YYYY/M/D", "YYYY-M-D", "D MON YYYY", "D MONTH YYYY", "D-MON-YYYY", "D-MON-YY", "MON D, YYYY", "MONTH D, YYYY", "MON D YYYY",
           ]
           from time in s_times
           select Date(form + time, "date"),
    ];

    /// <summary>Seconds or milliseconds since 1970, of this century up to 2100.</summary>
    public static IReadOnlyList<ColumnReading> Epochs { get; } =
    [
        new("epoch-seconds", FieldType.Timestamp, "seconds since 1970", text => IsBetween(text, 946_684_800, 4_102_444_800),
            new ProposedStep("epoch_to_datetime", "seconds")),
        new("epoch-milliseconds", FieldType.Timestamp, "milliseconds since 1970", text => IsBetween(text, 946_684_800_000, 4_102_444_800_000),
            new ProposedStep("epoch_to_datetime", "milliseconds")),
        new("spreadsheet-date", FieldType.Timestamp, "days as spreadsheets count them", text => IsBetween(text, 20_000, 73_050),
            new ProposedStep("excel_serial_to_date")),
    ];

    /// <summary>Numbers with one of some units behind them.</summary>
    public static ColumnReading WithUnit(IReadOnlyList<string> units) =>
        new("number", FieldType.Decimal, $"numbers in {string.Join(", ", units)}", text => text.Any(char.IsAsciiDigit), new ProposedStep("strip_unit", units));

    /// <summary>What stands behind a number.</summary>
    public static string? UnitOf(string text) => NumberWithUnit().Match(text.Trim()) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Whether a text is digits with a 0 before them that a number would lose.</summary>
    public static bool HasLeadingZero(string text) => LeadingZero().IsMatch(text);

    private static ColumnReading Number(string mark, params ProposedStep[] before) => new("decimal-" + mark, FieldType.Decimal,
        $"numbers with a decimal {mark}", text => text.Any(char.IsAsciiDigit), [.. before, new ProposedStep("parse_number", mark)]);

    private static ColumnReading Date(string form, string name) => new(name,
        form.Contains(':', StringComparison.Ordinal) ? FieldType.Timestamp : FieldType.Date, $"dates like {form}", _ => true,
        new ProposedStep("parse_date", form));

    private static bool IsBetween(string text, decimal first, decimal last) =>
        decimal.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= first && number <= last;

    [GeneratedRegex(@"^\s*[-+]?(0|[1-9][0-9]*)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^\s*[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainNumber();

    [GeneratedRegex(@"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex ScientificNumber();

    [GeneratedRegex(@"^(19|20)[0-9]{6}$", RegexOptions.CultureInvariant)]
    private static partial Regex CompactDay();

    [GeneratedRegex(@"^\s*0[0-9]+\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingZero();

    [GeneratedRegex(@"^[-+]?[0-9][0-9.]*\s?(\p{L}[\p{L}.²³/]{0,9})$", RegexOptions.CultureInvariant)]
    private static partial Regex NumberWithUnit();
}
