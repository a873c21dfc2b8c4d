using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>What one step of a count since 1970 is.</summary>
public enum EpochUnit
{
    Seconds,
    Milliseconds,
    Microseconds,
}

/// <summary>Which day a spreadsheet counts from.</summary>
public enum SpreadsheetCalendar
{
    /// <summary>1 is 1900-01-01, and 60 is the day 1900-02-29 that never was.</summary>
    From1900,

    /// <summary>0 is 1904-01-01.</summary>
    From1904,
}

public static partial class Operations
{
    private static readonly DateTime s_lastExact = new(9999, 12, 31);

    /// <summary>
    /// Turns a date of one of the <paramref name="formats"/> into <c>2024-01-31</c>, and a time too where the form has one. Other texts stay as they are;
    /// what is
    /// no date then fails as such.
    /// </summary>
    public static Text ParseDate(Text value, ReadOnlySpan<TimeFormat> formats, Scratch scratch)
    {
        foreach (var format in formats)
        {
            if (format.TryRead(value, out var time)) return Format(time, format.HasTime, scratch);
        }

        return value;
    }

    /// <summary>Writes a date or a time in <paramref name="format"/>; what is neither stays as it is.</summary>
    public static Text FormatDate(Text value, TimeFormat format) =>
        Cells.TryParseTimestamp(value, out var time) && time is { } known ? new Text(Encoding.UTF8.GetBytes(format.Write(known))) : value;

    /// <summary>Turns a count since 1970-01-01, midnight in UTC, into a time in UTC. What is no number stays as it is.</summary>
    public static Text EpochToDatetime(Text value, EpochUnit unit, Scratch scratch)
    {
        var ticks = unit switch
        {
            EpochUnit.Seconds => TimeSpan.TicksPerSecond,
            EpochUnit.Milliseconds => TimeSpan.TicksPerMillisecond,
            _ => TimeSpan.TicksPerMicrosecond,
        };
        return TryAdd(DateTime.UnixEpoch, value, ticks, out var time) ? Format(time, hasTime: true, scratch) : value;
    }

    /// <summary>
    /// Turns the number by which spreadsheets keep a day, with the time as its fraction (to the millisecond), into a date or a time. What is no number, and the
    /// day that never was, stay as they are.
    /// </summary>
    public static Text ExcelSerialToDate(Text value, SpreadsheetCalendar calendar, Scratch scratch)
    {
        if (!Cells.TryParseDecimal(value, out var number) || number is not { } days || days < 0) return value;
        var first = new DateTime(1904, 1, 1);
        if (calendar == SpreadsheetCalendar.From1900)
        {
            if (decimal.Floor(days) is 0 or 60) return value;
            first = days < 60 ? new DateTime(1899, 12, 31) : new DateTime(1899, 12, 30);
        }

        if (!TryAdd(first, value, TimeSpan.TicksPerDay, out var time)) return value;
        var rounded = new DateTime((time.Ticks + (TimeSpan.TicksPerMillisecond / 2)) / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond);
        return Format(rounded, rounded.TimeOfDay != TimeSpan.Zero, scratch);
    }

    /// <summary>
    /// Writes a date with its time in UTC. One that is written without an offset is taken to be written at <paramref name="offset"/>, such as +02:00. A
    /// day without a time, and what is no time, stay as they are.
    /// </summary>
    public static Text ToUtc(Text value, ReadOnlySpan<byte> offset, Scratch scratch)
    {
        var text = Trim(value);
        if (text.Bytes.Length <= 10 || !Cells.TryParseTimestamp(text, out var read) || read is not { } time) return value;
        if (time.Kind != DateTimeKind.Utc)
        {
            if (!DateText.TryApplyOffset(offset, ref time)) return value;
        }

        return Format(time, hasTime: true, scratch);
    }

    private static bool TryAdd(DateTime start, Text value, long ticksPerUnit, out DateTime time)
    {
        time = default;
        if (!Cells.TryParseDecimal(value, out var number) || number is not { } count) return false;
        if (Math.Abs(count) > long.MaxValue / ticksPerUnit) return false;
        var ticks = (long)(count * ticksPerUnit);
        if (ticks < -start.Ticks || ticks > (s_lastExact - start).Ticks) return false;
        time = start.AddTicks(ticks);
        return true;
    }

    private static Text Format(DateTime time, bool hasTime, Scratch scratch)
    {
        var result = scratch.Take(DateText.LongestTimestamp);
        var length = hasTime ? DateText.WriteTimestamp(time, result) : DateText.WriteDate(DateOnly.FromDateTime(time), result);
        return new Text(result[..length]);
    }
}
