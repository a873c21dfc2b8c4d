using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Operations on dates and times.</summary>
internal static class TimeOperations
{
    private const string Make = "(convert|parse|read)";

    private static readonly DateTime[] s_samples = [new(2024, 1, 31, 13, 5, 9), new(2024, 2, 29), new(1999, 12, 3, 23, 59, 59)];
    private static readonly FieldType[] s_times = [FieldType.Date, FieldType.Timestamp];

    public static IReadOnlyList<OperationDefinition> All { get; } =
    [
        new()
        {
            Name = "parse_date",
            Aliases = ["parse_datetime", "parse_timestamp", "convert_to_date"],
            Types = s_times,
            MethodName = "ReadDateIn{0}",
            Summary = "Reads dates and times in one of the given forms, such as DD/MM/YYYY; what has none of them stays, and then fails as no date.",
            Parameters = [new("formats", ParameterKind.Formats, Aliases: ["format"])],
            Phrases =
            [
                $"{Make} {{fields}} from {{formats}}", $"{Make} {{fields}} (as|with format|with formats|in [the] format) {{formats}}",
                $"{Make} {{fields}} to [a] (date|timestamp|datetime) from {{formats}}",
                new Phrase($"{Make} [all] (dates|times|timestamps) from {{formats}}", PhraseScope.Every),
            ],
            UsesScratch = true,
            Apply = (value, arguments, scratch) => Operations.ParseDate(value, arguments.Formats(0), scratch),
            Refuse = (field, arguments) => RefuseFormats(field, [.. arguments.Select(f => new TimeFormat(f))]),
            Examples =
            [
                new("31/01/2024", "2024-01-31", "DD/MM/YYYY"), new("1/2/2024", "2024-02-01", "D/M/YYYY"), new("01/02/24", "2024-02-01", "DD/MM/YY"),
                new("01/02/70", "1970-02-01", "DD/MM/YY"), new("30/02/2024", "30/02/2024", "DD/MM/YYYY"), new("1/2/2024", "1/2/2024", "DD/MM/YYYY"),
                new("2024-01-31", "2024-01-31", "DD/MM/YYYY"), new("5 Mar 2024", "2024-03-05", "D MON YYYY"),
                new("march 5, 2024", "2024-03-05", "MONTH D, YYYY"),
                new("31.01.2024 7:05 pm", "2024-01-31 19:05:00", "DD.MM.YYYY h:mm AM"), new("20240131235959.5", "2024-01-31 23:59:59.5", "YYYYMMDDHHmmss.f"),
                new("2024-01-31T23:00+02:00", "2024-01-31 21:00:00Z", "YYYY-MM-DDTHH:mmZ"),
                new("12:30 a.m. 1/2/2024", "2024-02-01 00:30:00", "h:mm AM D/M/YYYY"),
                new("31/01/2024", "2024-01-31", "YYYY-MM-DD", "DD/MM/YYYY"), new("", "", "DD/MM/YYYY"), new(null, null, "DD/MM/YYYY"),
            ],
            Cells = arguments => arguments.SelectMany(f => s_samples.Select(new TimeFormat(f).Write)),
        },
        new()
        {
            Name = "format_date",
            Types = [FieldType.Text],
            MethodName = "WriteDateIn{0}",
            Summary = "Writes a date or a time in a form such as DD/MM/YYYY; what is neither stays.",
            Parameters = [new("format", ParameterKind.Format)],
            Phrases = ["(format|write) {fields} (as|like) {format}", "format [the] (date|dates|time|times) in {fields} as {format}"],
            IsIdempotent = false,
            Apply = (value, arguments, _) => Operations.FormatDate(value, arguments.Format(0)),
            Examples =
            [
                new("2024-01-31", "31/01/2024", "DD/MM/YYYY"), new("2024-01-05 19:05:00", "5 Jan 2024 7:05 PM", "D MON YYYY h:mm AM"),
                new("x", "x", "DD/MM/YYYY"),
                new("", "", "DD/MM/YYYY"), new(null, null, "DD/MM/YYYY"),
            ],
            Cells = _ => ["2024-01-31", "2024-12-01 23:59:59"],
        },
        new()
        {
            Name = "epoch_to_datetime",
            Aliases = ["from_epoch", "unix_to_datetime"],
            Types = s_times,
            MethodName = "ConvertEpochIn{0}",
            Summary = "Turns a count since 1970-01-01, midnight in UTC, into a time in UTC.",
            Parameters = [new("unit", ParameterKind.Choice, "seconds", typeof(EpochUnit))],
            Phrases =
            [
                "(convert|read) {fields} from (epoch|unix time|unix timestamp|unix epoch) [in {unit}]",
                "(convert|read) [unix] epoch [{unit}] in {fields} [to (datetime|timestamp|date)]",
            ],
            UsesScratch = true,
            Apply = (value, arguments, scratch) => Operations.EpochToDatetime(value, arguments.Choice<EpochUnit>(0), scratch),
            Refuse = (field, _) => field.Type == FieldType.Timestamp ? null : "a count since 1970 is a time; the field must be a timestamp",
            Examples =
            [
                new("0", "1970-01-01 00:00:00Z", "seconds"), new("1706745599", "2024-01-31 23:59:59Z", "seconds"), new("-1", "1969-12-31 23:59:59Z", "seconds"),
                new("1706745599500", "2024-01-31 23:59:59.5Z", "milliseconds"), new("1706745599000001", "2024-01-31 23:59:59.000001Z", "microseconds"),
                new("999999999999999999", "999999999999999999", "seconds"), new("x", "x", "seconds"), new("", "", "seconds"), new(null, null, "seconds"),
            ],
        },
        new()
        {
            Name = "excel_serial_to_date",
            Aliases = ["from_excel"],
            Types = s_times,
            MethodName = "ConvertSpreadsheetDayIn{0}",
            Summary = "Turns the number by which spreadsheets keep a day into a date; the fraction is the time.",
            Parameters = [new("calendar", ParameterKind.Choice, "from1900", typeof(SpreadsheetCalendar))],
            Phrases =
            [
                "(convert|read) {fields} from (excel|spreadsheet) [serial|serials|serial numbers|days] [with calendar {calendar}]",
                "(convert|read) (excel|spreadsheet) (serials|serial numbers|dates|days) in {fields} [to dates]",
            ],
            UsesScratch = true,
            Apply = (value, arguments, scratch) => Operations.ExcelSerialToDate(value, arguments.Choice<SpreadsheetCalendar>(0), scratch),
            Examples =
            [
                new("1", "1900-01-01", "from1900"), new("59", "1900-02-28", "from1900"), new("60", "60", "from1900"), new("61", "1900-03-01", "from1900"),
                new("45322", "2024-01-31", "from1900"), new("45322.5", "2024-01-31 12:00:00", "from1900"), new("0", "1904-01-01", "from1904"),
                new("0", "0", "from1900"),
                new("-1", "-1", "from1900"), new("2024-01-31", "2024-01-31", "from1900"), new("", "", "from1900"), new(null, null, "from1900"),
            ],
        },
        new()
        {
            Name = "to_utc",
            Aliases = ["set_timezone", "convert_to_utc"],
            Types = [FieldType.Timestamp, FieldType.Text],
            MethodName = "Convert{0}ToUtc",
            Summary = "Writes a time in UTC; one without an offset is taken to be written at the offset that is given. "
                + "Names of zones are not known, as their rules change.",
            Parameters = [new("offset", ParameterKind.Text, "Z", Aliases: ["timezone"])],
            Phrases =
            [
                "(convert|turn) {fields} (to|into) utc [from {offset}]", "set [the] (timezone|time zone|offset) of {fields} to {offset}",
                "(take|treat|read) {fields} as [times] at {offset}",
            ],
            UsesScratch = true,
            Apply = (value, arguments, scratch) => Operations.ToUtc(value, arguments.Utf8(0), scratch),
            Refuse = (_, arguments) => RefuseOffset(arguments[0]),
            Examples =
            [
                new("2024-01-31 12:00:00", "2024-01-31 10:00:00Z", "+02:00"), new("2024-01-31T12:00:00-05:00", "2024-01-31 17:00:00Z", "+02:00"),
                new("2024-01-01 00:30:00", "2023-12-31 22:30:00Z", "+02:00"), new("2024-01-31 12:00:00", "2024-01-31 12:00:00Z", "Z"),
                new("2024-01-31 12:00:00Z", "2024-01-31 12:00:00Z", "+02:00"), new("2024-01-31", "2024-01-31", "+02:00"),
                new("0001-01-01 00:00:00", "0001-01-01 00:00:00", "+02:00"), new("noon", "noon", "+02:00"), new("", "", "+02:00"), new(null, null, "+02:00"),
            ],
        },
    ];

    /// <summary>Two forms that read one text as different days are a question that only a person can answer.</summary>
    private static string? RefuseFormats(PipelineField field, IReadOnlyList<TimeFormat> formats)
    {
        if (field.Type == FieldType.Date && formats.FirstOrDefault(f => f.HasTime) is { } timed)
        {
            return $"'{timed.Written}' has a time, and {ConditionText.NameField(field)} is a date";
        }

        for (var i = 0; i < formats.Count; i++)
        {
            var other = formats.Take(i).FirstOrDefault(f => f.Reading.Shape == formats[i].Reading.Shape && f.Reading.Order != formats[i].Reading.Order);
            if (other is not null) return
                $"'{other.Written}' and '{formats[i].Written}' read the same text as different days; keep the one that the source means";
        }

        return null;
    }

    /// <summary>A zone's name would need rules that change from year to year and are not the same on every machine.</summary>
    private static string? RefuseOffset(string offset)
    {
        var noon = new DateTime(2000, 1, 1, 12, 0, 0);
        return DateText.TryApplyOffset(System.Text.Encoding.UTF8.GetBytes(offset), ref noon) ? null
            : $"'{offset}' is no offset such as +02:00 or Z; names of time zones are not known";
    }
}
