using System.Globalization;
using System.Text.RegularExpressions;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Fetching;

/// <summary>Which of two values of a cursor is further. A number may come as a text, as databases and many addresses write exact ones.</summary>
internal static partial class CursorOrder
{
    /// <summary>Throws <c>fetch.cursor</c> for values that have no order.</summary>
    /// <param name="one">As JSON.</param>
    /// <param name="other">As JSON.</param>
    /// <param name="number">The record, for messages.</param>
    public static int Compare(string one, string other, long number)
    {
        if (one.StartsWith('"') != other.StartsWith('"')) throw Fail("Its cursor is a text, and others are numbers, or the other way round", number);
        var (first, second) = one.StartsWith('"') ? (ApiAnswer.Unquote(one), ApiAnswer.Unquote(other)) : (one, other);
        if (IsNumber(first, out var a) && IsNumber(second, out var b)) return a.CompareTo(b);
        if (!one.StartsWith('"')) return double.Parse(one, CultureInfo.InvariantCulture).CompareTo(double.Parse(other, CultureInfo.InvariantCulture));
        if (IsTime(first, out var from) && IsTime(second, out var to))
        {
            if (from.Kind == to.Kind) return from.CompareTo(to);
            throw Fail("Its cursor is a time with an offset, and others have none, or the other way round", number);
        }

        if (DayFirst().IsMatch(first)) throw Fail($"Its cursor '{first}' is a date that does not begin with the year, so it tells no order", number);
        return string.CompareOrdinal(first, second);
    }

    /// <summary>Whether a value, as JSON, is a text that is ordered byte for byte, which a database's own order of texts is not.</summary>
    public static bool IsPlainText(string value) =>
        value.StartsWith('"') && ApiAnswer.Unquote(value) is var text && !IsNumber(text, out _) && !IsTime(text, out _);

    public static DbVcException Fail(string why, long number) => FetchFailure.Failed("fetch.cursor", $"{why}.", $"record {number}",
        "\"incremental\" needs a field that every record has, and that grows: a time or a number.");

    private static bool IsNumber(string text, out decimal number) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static bool IsTime(string text, out DateTime time)
    {
        time = default;
        if (!Cells.TryParseTimestamp(Text.From(text), out var read) || read is not { } known) return false;
        time = known;
        return true;
    }

    [GeneratedRegex(@"^\s*([0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[A-Za-z]{3}, ?[0-9]{1,2} )", RegexOptions.CultureInvariant)]
    private static partial Regex DayFirst();
}
