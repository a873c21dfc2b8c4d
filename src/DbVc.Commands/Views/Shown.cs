using System.Globalization;
using DbVc.Model;

namespace DbVc.Commands;

/// <summary>Values, times and people as text for people.</summary>
internal static class Shown
{
    /// <summary>Longer values are cut: a line should stay a line.</summary>
    private const int MaxLength = 60;
    private const int MaxSummary = 120;

    /// <summary>A cell; text that could be mistaken for something else stands in quotes.</summary>
    /// <param name="value">What it holds.</param>
    /// <param name="isNumber">The column holds numbers, some of them as the text of their digits.</param>
    public static string Cell(Value value, bool isNumber = false)
    {
        var isBare = value.Kind != ValueKind.Text || !NeedsQuotes(value.AsText) || (isNumber && value.AsText.Trim() == value.AsText && IsNumber(value.AsText));
        var text = isBare ? value.ToString() : $"'{value.AsText}'";
        return Cut(text, MaxLength);
    }

    /// <summary>The first line of a text, cut to what a line of a terminal may hold.</summary>
    public static string Short(string text) => Cut(Title(text), MaxSummary);

    /// <summary>At most so many characters; a cut text ends with an ellipsis.</summary>
    public static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + "…";

    public static Piece Look(Value value, bool isNumber = false) => value.IsNull ? Piece.Dim("NULL") : Cell(value, isNumber);

    public static string Row(IEnumerable<NamedValue> cells, IReadOnlySet<string>? numbers = null) => Join("  ", cells, numbers);

    public static string Key(IEnumerable<NamedValue> key, IReadOnlySet<string>? numbers = null) => Join(", ", key, numbers);

    /// <summary>Local time to the minute.</summary>
    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    public static string Count(long number) => Quantity.Of(number);

    /// <summary>For example <c>1 row</c> or <c>2,000 rows</c>.</summary>
    public static string Count(long number, string one, string? many = null) => Quantity.Of(number, one, many);

    public static string Percent(double share) => Math.Floor(share * 100).ToString("0", CultureInfo.InvariantCulture) + "%";

    /// <summary>Who made a commit, coloured by what they are.</summary>
    public static Look LookOf(AuthorKind kind) => kind switch
    {
        AuthorKind.Human => Commands.Look.Name,
        AuthorKind.Agent => Commands.Look.Good,
        AuthorKind.External => Commands.Look.Warning,
        _ => Commands.Look.Dim,
    };

    /// <summary>A message's first line.</summary>
    public static string Title(string message) => message.AsSpan().TrimStart().ToString().Split('\n')[0].TrimEnd();

    private static bool NeedsQuotes(string text) =>
        text.Length == 0 || text == "NULL" || char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1])
        || IsNumber(text);

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static string Join(string separator, IEnumerable<NamedValue> cells, IReadOnlySet<string>? numbers) =>
        string.Join(separator, cells.Select(cell => $"{cell.Name}={Cell(cell.Value, numbers?.Contains(cell.Name) == true)}"));
}
