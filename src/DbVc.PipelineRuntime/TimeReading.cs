using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>A text being read as a time, part by part of a <see cref="TimeFormat"/>.</summary>
internal ref struct TimeReading(ReadOnlySpan<byte> text)
{
    private const int MaxOffsetMinutes = 14 * 60;

    private static readonly string[] s_months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] s_monthEnds = ["uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"];

    private ReadOnlySpan<byte> _rest = text;
    private int _year;
    private int _month;
    private int _day;
    private int _hour;
    private int _minute;
    private int _second;
    private int _ticks;
    private bool? _afternoon;
    private int? _offset;

    /// <summary>Takes one part; false when something else stands there.</summary>
    public bool TryTake(string part)
    {
        switch (part)
        {
            case "YYYY":
                return TryTakeDigits(4, 4, out _year);
            case "YY":
                if (!TryTakeDigits(2, 2, out _year)) return false;
                _year += _year < 70 ? 2000 : 1900;
                return true;
            case "MON":
                return TryTakeMonth(isShort: true);
            case "MONTH":
                return TryTakeMonth(isShort: false);
            case "MM" or "M":
                return TryTakeDigits(part.Length, 2, out _month);
            case "DD" or "D":
                return TryTakeDigits(part.Length, 2, out _day);
            case "HH" or "H":
                return TryTakeDigits(part.Length, 2, out _hour) && _hour <= 23;
            case "hh" or "h":
                return TryTakeDigits(part.Length, 2, out _hour) && _hour is >= 1 and <= 12;
            case "mm":
                return TryTakeDigits(2, 2, out _minute) && _minute <= 59;
            case "ss":
                return TryTakeDigits(2, 2, out _second) && _second <= 59;
            case "f":
                return TryTakeFraction();
            case "AM":
                return TryTakeHalfDay();
            case "Z":
                return TryTakeOffset();
            case " ":
                return TryTakeSpace();
            default:
                return TryTakeSign(part);
        }
    }

    /// <summary>The time, in UTC where an offset was read; false when text is left or the calendar has no such day.</summary>
    public readonly bool TryFinish(out DateTime time)
    {
        time = default;
        if (!_rest.IsEmpty || _year < 1 || _month is < 1 or > 12 || _day < 1 || _day > DateTime.DaysInMonth(_year, _month)) return false;
        var hour = _afternoon is { } afternoon ? (_hour % 12) + (afternoon ? 12 : 0) : _hour;
        time = new DateTime(_year, _month, _day, hour, _minute, _second).AddTicks(_ticks);
        if (_offset is not { } minutes) return true;
        var ticks = time.Ticks - (minutes * TimeSpan.TicksPerMinute);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) return false;
        time = new DateTime(ticks, DateTimeKind.Utc);
        return true;
    }

    private bool TryTakeDigits(int least, int most, out int number)
    {
        number = 0;
        var count = 0;
        while (count < most && count < _rest.Length && char.IsAsciiDigit((char)_rest[count])) number = (number * 10) + (_rest[count++] - '0');
        _rest = _rest[count..];
        return count >= least;
    }

    private bool TryTakeMonth(bool isShort)
    {
        for (var i = 0; i < s_months.Length; i++)
        {
            if (!TryTakeWord(s_months[i])) continue;
            _month = i + 1;
            return isShort || TryTakeWord(s_monthEnds[i]);
        }

        return false;
    }

    private bool TryTakeFraction()
    {
        var before = _rest.Length;
        if (!TryTakeDigits(1, 7, out _ticks)) return false;
        for (var digits = before - _rest.Length; digits < 7; digits++) _ticks *= 10;
        return true;
    }

    /// <summary>AM, PM, a.m. or p.m., in any case.</summary>
    private bool TryTakeHalfDay()
    {
        if (TryTakeWord("am") || TryTakeWord("a.m.")) _afternoon = false;
        else if (TryTakeWord("pm") || TryTakeWord("p.m.")) _afternoon = true;
        return _afternoon is not null;
    }

    /// <summary>Z, or hours and minutes with a sign.</summary>
    private bool TryTakeOffset()
    {
        if (TryTakeWord("z"))
        {
            _offset = 0;
            return true;
        }

        if (_rest.IsEmpty || _rest[0] is not ((byte)'+' or (byte)'-')) return false;
        var sign = _rest[0] == '-' ? -1 : 1;
        _rest = _rest[1..];
        if (!TryTakeDigits(2, 2, out var hours)) return false;
        if (!_rest.IsEmpty && _rest[0] == ':') _rest = _rest[1..];
        if (!TryTakeDigits(2, 2, out var minutes) || minutes > 59) return false;
        _offset = sign * ((hours * 60) + minutes);
        return Math.Abs(_offset.Value) <= MaxOffsetMinutes;
    }

    private bool TryTakeSpace()
    {
        var trimmed = Operations.LeftTrim(new Text(_rest)).Bytes;
        var any = trimmed.Length < _rest.Length;
        _rest = trimmed;
        return any;
    }

    private bool TryTakeSign(string sign)
    {
        Span<byte> bytes = stackalloc byte[4];
        var length = Encoding.UTF8.GetBytes(sign, bytes);
        if (!_rest.StartsWith(bytes[..length])) return false;
        _rest = _rest[length..];
        return true;
    }

    private bool TryTakeWord(string word)
    {
        if (_rest.Length < word.Length || !Ascii.EqualsIgnoreCase(_rest[..word.Length], word)) return false;
        _rest = _rest[word.Length..];
        return true;
    }
}
