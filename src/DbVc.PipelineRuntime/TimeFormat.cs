using System.Globalization;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>
/// A form of dates and times: <c>YYYY</c>, <c>YY</c>, <c>MM</c>, <c>M</c>, <c>MON</c> (Jan), <c>MONTH</c> (January), <c>DD</c>, <c>D</c>, <c>HH</c> (00 to
/// 23), <c>H</c>,
/// <c>hh</c> (01 to 12), <c>h</c>, <c>mm</c>, <c>ss</c>, <c>f</c> (a fraction of up to seven digits), <c>AM</c>, <c>Z</c> (an offset or Z); anything else
/// stands for
/// itself, a blank for any white space. One letter takes one or two digits, two letters take two. Names of months are English, in any case. A
/// year of two digits lies between 1970 and 2069, as POSIX reads it.
/// </summary>
public sealed class TimeFormat
{
    private static readonly string[] s_parts = ["YYYY", "YY", "MONTH", "MON", "MM", "M", "DD", "D", "HH", "H", "hh", "h", "mm", "ss", "f", "AM", "Z"];
    private static readonly string[] s_months = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[..12];

    private readonly List<string> _parts = [];

    /// <summary>Throws <see cref="ArgumentException"/> when the form has no date in it or says something twice.</summary>
    public TimeFormat(string format)
    {
        Written = format;
        for (var at = 0; at < format.Length;)
        {
            var part = s_parts.FirstOrDefault(p => string.CompareOrdinal(format, at, p, 0, p.Length) == 0) ?? format[at].ToString();
            _parts.Add(part);
            at += part.Length;
        }

        RequireOnce("a year", "YYYY", "YY");
        RequireOnce("a month", "MM", "M", "MON", "MONTH");
        RequireOnce("a day", "DD", "D");
        if (_parts.Count(p => p is "HH" or "H" or "hh" or "h") > 1) throw new ArgumentException($"'{format}' has two hours");
        if (_parts.Any(p => p is "hh" or "h") != _parts.Contains("AM")) throw new ArgumentException($"'{format}' needs both hh and AM, or HH alone");
        if (_parts.Contains("mm") && !_parts.Any(p => p is "HH" or "H" or "hh" or "h")) throw new ArgumentException($"'{format}' has minutes and no hour");
    }

    /// <summary>The form as it was given.</summary>
    public string Written { get; }

    /// <summary>Whether the form has a time of day.</summary>
    public bool HasTime => _parts.Any(p => p is "HH" or "H" or "hh" or "h");

    /// <summary>Day, month and year in the order of the form, with what stands between them: two forms with one shape and another order mean different
    /// days.</summary>
    public (string Shape, string Order) Reading
    {
        get
        {
            var order = string.Concat(_parts.Where(p => p[0] is 'Y' or 'D' || IsNumericMonth(p)).Select(p => p[0]));
            var shape = string.Concat(_parts.Select(p => p[0] is 'Y' or 'D' || IsNumericMonth(p) ? (p == "YYYY" ? "####" : "##") : p));
            return (shape, order);
        }
    }

    /// <summary>Reads a text of this form, white space around it aside; false when it has another form or is no day of the calendar.</summary>
    public bool TryRead(Text value, out DateTime time)
    {
        time = default;
        var reading = new TimeReading(Operations.Trim(value).Bytes);
        foreach (var part in _parts)
        {
            if (!reading.TryTake(part)) return false;
        }

        return reading.TryFinish(out time);
    }

    /// <summary>Writes a time in this form.</summary>
    public string Write(DateTime time)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            var hour = time.Hour % 12 == 0 ? 12 : time.Hour % 12;
            _ = part switch
            {
                "YYYY" => text.Append(time.Year.ToString("0000", CultureInfo.InvariantCulture)),
                "YY" => text.Append((time.Year % 100).ToString("00", CultureInfo.InvariantCulture)),
                "MONTH" => text.Append(s_months[time.Month - 1]),
                "MON" => text.Append(s_months[time.Month - 1][..3]),
                "MM" or "M" => AppendNumber(text, time.Month, part.Length),
                "DD" or "D" => AppendNumber(text, time.Day, part.Length),
                "HH" or "H" => AppendNumber(text, time.Hour, part.Length),
                "hh" or "h" => AppendNumber(text, hour, part.Length),
                "mm" => AppendNumber(text, time.Minute, 2),
                "ss" => AppendNumber(text, time.Second, 2),
                "f" => text.Append((time.Ticks % TimeSpan.TicksPerSecond).ToString("0000000", CultureInfo.InvariantCulture).TrimEnd('0').PadRight(1, '0')),
                "AM" => text.Append(time.Hour < 12 ? "AM" : "PM"),
                "Z" => text.Append(time.Kind == DateTimeKind.Utc ? "Z" : ""),
                _ => text.Append(part),
            };
        }

        return text.ToString();
    }

    private static StringBuilder AppendNumber(StringBuilder text, int number, int digits) =>
        text.Append(number.ToString(digits == 2 ? "00" : "0", CultureInfo.InvariantCulture));

    private static bool IsNumericMonth(string part) => part is "MM" or "M";

    private void RequireOnce(string what, params string[] parts)
    {
        var count = _parts.Count(parts.Contains);
        if (count != 1) throw new ArgumentException(count == 0 ? $"'{Written}' has no place for {what}" : $"'{Written}' has two places for {what}");
    }
}
