using DbVc.Model;
using static System.FormattableString;

namespace DbVc.Pipelines;

/// <summary>Chooses how the texts of one column are read.</summary>
/// <param name="name">The field's name.</param>
/// <param name="values">The texts that do not stand for NULL.</param>
/// <param name="total">Records with one of them.</param>
internal sealed class ReadingChooser(string name, IReadOnlyList<SampledValue> values, long total)
{
    private const int Tried = 30;
    private const int MostUnits = 3;
    private const int LongestExactFraction = 6;

    private static readonly string[] s_codeNames =
        ["zip", "zipcode", "postcode", "postal", "plz", "phone", "fax", "mobile", "tel", "ssn", "iban", "ean", "isbn", "gtin", "upc"];

    private static readonly string[] s_timeNames = ["at", "date", "day", "time", "timestamp", "ts", "created", "updated", "modified", "epoch", "on"];

    /// <summary>How the supplier wrote before; null where nobody knows.</summary>
    public RememberedDialect? Remembered { get; init; }

    /// <summary>Every reading that some columns have.</summary>
    public static IEnumerable<ColumnReading> All(IReadOnlyList<SampledValue> values) =>
    [
        ColumnReadings.Text, ColumnReadings.Bits, .. ColumnReadings.Plain, ColumnReadings.CompactDate, .. ColumnReadings.Epochs, ColumnReadings.Percent,
        .. ColumnReadings.Orders.SelectMany(o => new[] { o.DayFirst, o.MonthFirst }), .. ColumnReadings.Dates,
        .. ColumnReadings.Written.SelectMany(w => new[] { w.Point, w.Comma }), .. UnitReading(values) is { } unit ? [unit] : Array.Empty<ColumnReading>(),
    ];

    public FoundReading Choose()
    {
        if (KeepsLeadingZeros() is { } code) return code;
        foreach (var reading in ColumnReadings.Plain)
        {
            if (IsMost(reading.Count(values))) return Refine(reading);
        }

        return ChooseDate() ?? ChooseNumber() ?? new FoundReading(ColumnReadings.Text, Mixture());
    }

    private bool IsMost(long count) => count > 0 && count >= total * ColumnInference.Most;

    private bool IsCalled(string[] words) => FieldNaming.WordsOf(name).Any(w => words.Contains(w));

    private FoundReading? KeepsLeadingZeros()
    {
        var zeros = values.Where(v => ColumnReadings.HasLeadingZero(v.Text)).ToList();
        if (zeros.Count == 0 || !IsMost(values.Where(v => v.Text.Trim().All(char.IsAsciiDigit)).Sum(v => v.Count))) return null;
        var count = zeros.Sum(v => v.Count);
        return new FoundReading(ColumnReadings.Text, Invariant($"{count:#,0} of {total:#,0} start with a 0, which a number would lose"),
            Ask($"Is {zeros[0].Show()} a code, or a number?", "text", "text", "integer"));
    }

    private FoundReading Refine(ColumnReading reading)
    {
        if (reading == ColumnReadings.Integer) return RefineInteger();
        if (reading.Type == FieldType.Decimal) return RefineDecimal(reading);
        if (reading.Type != FieldType.Boolean || values.Select(v => v.Text.Trim().ToLowerInvariant()).Distinct().Count() > 1
            || values[0].Text.Trim().Length > 3) return new FoundReading(reading);
        return new FoundReading(ColumnReadings.Text, null, Ask($"Only {values[0].Show()} occurs: is it true or false, or a text?", "text", "text", "boolean"));
    }

    private FoundReading RefineInteger()
    {
        if (IsCalled(s_codeNames))
        {
            return new FoundReading(ColumnReadings.Text, "its name says that it is a code",
                Ask("Is it a code, or a number to count with?", "text", "text", "integer"));
        }

        if (values.Count > 4 && IsMost(ColumnReadings.CompactDate.Count(values)))
            return new FoundReading(ColumnReadings.CompactDate, null, Ask($"Is {values[0].Show()} a day, or a number?", "date", "date", "integer"));
        if (values.Count == 2 && IsMost(ColumnReadings.Bits.Count(values)))
            return new FoundReading(ColumnReadings.Integer, null, Ask("Only 1 and 0 occur: do they mean true and false?", "integer", "integer", "boolean"));
        if (IsCalled(s_timeNames) && ColumnReadings.Epochs.FirstOrDefault(e => IsMost(e.Count(values))) is { } epoch)
            return new FoundReading(ColumnReadings.Integer, null, Ask($"Is {values[0].Show()} {epoch.Noun}?", "integer", "integer", epoch.Name));
        return new FoundReading(ColumnReadings.Integer);
    }

    private FoundReading RefineDecimal(ColumnReading reading)
    {
        var fractions = values.Where(v => reading.Takes(v.Text)).Select(v => v.Text.Trim()).Where(t => t.Contains('.', StringComparison.Ordinal))
            .Select(t => (Whole: t.IndexOf('.', StringComparison.Ordinal), Digits: t.Length - t.IndexOf('.', StringComparison.Ordinal) - 1)).ToList();
        if (fractions.Count > 0 && fractions.TrueForAll(f => f is { Digits: 3, Whole: <= 4 }))
        {
            var shown = values.First(v => v.Text.Contains('.', StringComparison.Ordinal));
            var separates = Remembered?.Dialect.DecimalMark == "comma";
            return new FoundReading(separates ? ColumnReadings.Written[0].Comma : reading, Recall(separates, "the fraction begins with a comma"), Ask(
                $"Every point is followed by three digits. Does the one of {shown.Show()} begin the fraction, or separate thousands?",
                separates ? "decimal-comma" : "decimal", "decimal", "decimal-comma"));
        }

        return fractions.Exists(f => f.Digits > LongestExactFraction)
            ? new FoundReading(ColumnReadings.Plain.First(r => r.Type == FieldType.Real), "many digits after the point: measured rather than counted")
            : new FoundReading(reading);
    }

    private FoundReading? ChooseDate()
    {
        var some = values.Take(Tried).ToList();
        bool MayBe(ColumnReading reading) => some.Count(v => reading.Takes(v.Text)) * 2 >= some.Count;
        foreach (var reading in ColumnReadings.Dates.Where(MayBe))
        {
            if (IsMost(reading.Count(values))) return new FoundReading(reading);
        }

        foreach (var order in ColumnReadings.Orders.Where(o => MayBe(o.DayFirst) || MayBe(o.MonthFirst)))
        {
            if (ChooseOrder(order.DayFirst, order.MonthFirst) is { } found) return found;
        }

        return null;
    }

    private FoundReading? ChooseOrder(ColumnReading dayFirst, ColumnReading monthFirst)
    {
        long Only(ColumnReading reading, ColumnReading other) => values.Where(v => reading.Takes(v.Text) && !other.Takes(v.Text)).Sum(v => v.Count);
        if (!IsMost(Math.Max(dayFirst.Count(values), monthFirst.Count(values)))) return null;
        var (days, months) = (Only(dayFirst, monthFirst), Only(monthFirst, dayFirst));
        var (reading, sure, against) = days >= months ? (dayFirst, days, months) : (monthFirst, months, days);
        if (sure > against * 20)
        {
            return new FoundReading(reading, Invariant(
                $"{sure:#,0} of {total:#,0} can only be read with the {(reading == dayFirst ? "day" : "month")} first, {against:#,0} only the other way"));
        }

        var question = Invariant($"Does the day or the month of {values[0].Show()} come first? {days:#,0} values say the day, {months:#,0} the month.");
        if (Remembered?.DayFirst is { } dayIsFirst)
        {
            return new FoundReading(dayIsFirst ? dayFirst : monthFirst, Recall(true, $"the {(dayIsFirst ? "day" : "month")} comes first"),
                Ask($"{question} It is the {(dayIsFirst ? "day" : "month")} {Remembered.As}.", dayIsFirst ? "day-first" : "month-first",
                    "day-first", "month-first", "text"));
        }

        return new FoundReading(ColumnReadings.Text, "dates whose order is not known stay text", Ask(question, "text", "day-first", "month-first", "text"));
    }

    private string? Recall(bool isRecalled, string what) => isRecalled ? $"{what}, {Remembered!.As}" : null;

    private FoundReading? ChooseNumber()
    {
        if (IsMost(ColumnReadings.Percent.Count(values))) return new FoundReading(ColumnReadings.Percent);
        if (UnitReading(values) is { } unit && IsMost(unit.Count(values))) return new FoundReading(unit);
        foreach (var (point, comma) in ColumnReadings.Written)
        {
            var (points, commas) = (point.Count(values), comma.Count(values));
            if (!IsMost(Math.Max(points, commas))) continue;
            if (points != commas) return new FoundReading(points > commas ? point : comma);
            var open = values.FirstOrDefault(v => point.Prepare(v.Text) != comma.Prepare(v.Text));
            if (open is null) return new FoundReading(point);
            var asked = $"Is {open.Show()} the number {point.Prepare(open.Text)} or {comma.Prepare(open.Text)}?";
            if (Remembered?.Dialect.DecimalMark is { } mark)
            {
                return new FoundReading(mark == "comma" ? comma : point, Recall(true, $"the fraction begins with a {mark}"),
                    Ask($"{asked} The fraction begins with a {mark} {Remembered.As}.", "decimal-" + mark, "decimal-point", "decimal-comma", "text"));
            }

            return new FoundReading(ColumnReadings.Text, "numbers whose decimal sign is not known stay text",
                Ask(asked, "text", "decimal-point", "decimal-comma", "text"));
        }

        return null;
    }

    private static ColumnReading? UnitReading(IReadOnlyList<SampledValue> values)
    {
        var units = values.Select(v => ColumnReadings.UnitOf(v.Text)).OfType<string>().Distinct().Take(MostUnits + 1).ToList();
        // Numbers in different units are not one kind of number.
        return units.Count > 0 && units.Select(u => u.TrimEnd('.').ToLowerInvariant()).Distinct().Count() == 1 ? ColumnReadings.WithUnit(units) : null;
    }

    /// <summary>What half of a text column's values could be read as.</summary>
    private string? Mixture()
    {
        foreach (var reading in ColumnReadings.Plain)
        {
            var count = reading.Count(values);
            if (count * 2 <= total) continue;
            var other = values.First(v => !reading.Takes(v.Text));
            return Invariant($"{count:#,0} of {total:#,0} values are {reading.Noun}, too few for that type; not {other.Show()}");
        }

        return null;
    }

    private OpenQuestion Ask(string text, string assumed, params IReadOnlyList<string> choices) => new(name, text, choices, assumed);
}
