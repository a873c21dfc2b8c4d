using System.Globalization;

namespace DbVc.PipelineRuntime;

/// <summary>
/// Values at random for tests of rules: the same ones for the same seed on every machine, and more often near what a rule names than elsewhere.
/// A test goes round by round; when one fails, this says which seed, round and values it was.
/// </summary>
/// <param name="seed">Where the values begin.</param>
public sealed class RandomCells(int seed)
{
    private const int Rounds = 200;
    private const int LongestText = 12;
    private const string Alphabet = "aZ09 .@-_/'é€\u00A0😀";

    private readonly Random _random = new(seed);
    private readonly List<string> _drawn = [];
    private int _round;

    /// <summary>The largest number, and with a minus the smallest; calculations with smaller ones stay exact.</summary>
    public long Largest { get; init; } = long.MaxValue;

    /// <summary>Goes to the next round; false after the last.</summary>
    public bool Next()
    {
        _drawn.Clear();
        return _round++ < Rounds;
    }

    /// <summary>A whole number, or NULL.</summary>
    public long? Integer(params ReadOnlySpan<long> near) => Note<long>(_random.Next(8) switch
    {
        0 => null,
        < 6 when near.Length > 0 => Inside(unchecked(Any(near) + _random.Next(-2, 3))),
        7 => _random.NextInt64(-Largest, Largest),
        _ => Inside(_random.Next(-1000, 1001)),
    });

    /// <summary>A decimal, or NULL.</summary>
    public decimal? Decimal(params ReadOnlySpan<decimal> near) => Note<decimal>(_random.Next(8) switch
    {
        0 => null,
        < 6 when near.Length > 0 => Any(near) + (_random.Next(-2, 3) * (_random.Next(2) == 0 ? 1m : 0.01m)),
        7 => _random.NextInt64(-Largest, Largest),
        _ => new decimal(_random.Next(-100_000, 100_001)) / (_random.Next(2) == 0 ? 100m : 10_000m),
    });

    /// <summary>A finite floating-point number, or NULL.</summary>
    public double? Real(params ReadOnlySpan<double> near) => Note<double>(_random.Next(8) switch
    {
        0 => null,
        < 6 when near.Length > 0 => Any(near) + (_random.Next(-2, 3) * (_random.Next(2) == 0 ? 1 : 0.001)),
        7 => _random.NextInt64(-Largest, Largest),
        _ => (_random.NextDouble() * 2000) - 1000,
    });

    /// <summary>True, false or NULL.</summary>
    public bool? Boolean() => Note<bool>(_random.Next(5) switch { 0 => null, < 3 => true, _ => false });

    /// <summary>A day, or NULL.</summary>
    public DateOnly? Date(params ReadOnlySpan<DateOnly> near) => Note<DateOnly>(_random.Next(8) switch
    {
        0 => null,
        < 6 when near.Length > 0 => DateOnly.FromDayNumber(Math.Clamp(Any(near).DayNumber + _random.Next(-2, 3), 0, DateOnly.MaxValue.DayNumber)),
        _ => new DateOnly(1900, 1, 1).AddDays(_random.Next(80_000)),
    });

    /// <summary>A time, or NULL.</summary>
    public DateTime? Timestamp(params ReadOnlySpan<DateTime> near) => Note<DateTime>(_random.Next(8) switch
    {
        0 => null,
        < 6 when near.Length > 0 => new DateTime(Math.Clamp(Any(near).Ticks + (_random.Next(-2, 3) * TimeSpan.TicksPerSecond), 0, DateTime.MaxValue.Ticks)),
        _ => new DateTime(1900, 1, 1).AddSeconds(_random.NextInt64(6_000_000_000)),
    });

    /// <summary>A text, often one of those given or one that differs from it in a character, or NULL.</summary>
    public string? Text(params ReadOnlySpan<string> like) => NoteText(_random.Next(8) switch
    {
        0 => null,
        < 4 when like.Length > 0 => Any(like),
        < 6 when like.Length > 0 => Change(Any(like)),
        _ => Letters(_random.Next(LongestText)),
    });

    /// <summary>A text of about one of the lengths, in characters, or NULL.</summary>
    public string? TextOf(params ReadOnlySpan<int> lengths) => NoteText(_random.Next(8) switch
    {
        0 => null,
        < 7 when lengths.Length > 0 => Letters(Math.Max(0, Any(lengths) + _random.Next(-1, 2))),
        _ => Letters(_random.Next(LongestText)),
    });

    /// <summary>One of the values.</summary>
    public T Of<T>(params T[] values)
    {
        var value = Any<T>(values);
        _drawn.Add(string.Create(CultureInfo.InvariantCulture, $"{value}"));
        return value;
    }

    /// <summary>The characters of a text, counted as code points; NULL has none.</summary>
    public static int? Length(string? text) => text?.EnumerateRunes().Count();

    public override string ToString() => $"seed {seed}, round {_round}: {string.Join(", ", _drawn)}";

    private long Inside(long value) => Math.Clamp(value, Largest == long.MaxValue ? long.MinValue : -Largest, Largest);

    private T Any<T>(ReadOnlySpan<T> values) => values[_random.Next(values.Length)];

    private string Letters(int count)
    {
        var letters = Alphabet.EnumerateRunes().ToArray();
        return string.Concat(Enumerable.Range(0, count).Select(_ => letters[_random.Next(letters.Length)].ToString()));
    }

    private string Change(string text)
    {
        var characters = text.EnumerateRunes().Select(r => r.ToString()).ToList();
        var at = _random.Next(characters.Count + 1);
        switch (_random.Next(3))
        {
            case 0 when at < characters.Count:
                characters.RemoveAt(at);
                break;
            case 1 when at < characters.Count:
                characters[at] = characters[at] == characters[at].ToUpperInvariant() ? characters[at].ToLowerInvariant() : characters[at].ToUpperInvariant();
                break;
            default:
                characters.Insert(at, Letters(1));
                break;
        }

        return string.Concat(characters);
    }

    private T? Note<T>(T? value)
        where T : struct
    {
        _drawn.Add(value is null ? "NULL" : string.Create(CultureInfo.InvariantCulture, $"{value}"));
        return value;
    }

    private string? NoteText(string? value)
    {
        _drawn.Add(value is null ? "NULL" : "'" + value + "'");
        return value;
    }
}
