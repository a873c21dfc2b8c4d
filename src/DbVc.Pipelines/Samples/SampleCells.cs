using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Values worth trying on a field: those at and around every bound that its rules name, and some of every kind.</summary>
internal static class SampleCells
{
    /// <summary>Texts for a field as a condition sees it, most telling first; NULL is not among them.</summary>
    public static IReadOnlyList<string> For(PipelineField field, IEnumerable<Condition> conditions)
    {
        var cells = new List<string>();
        foreach (var condition in conditions) AddFrom(cells, field, condition);
        cells.AddRange(Plain(field.Type));
        return [.. cells.Distinct()];
    }

    /// <summary>Ordinary values of a type, no two equal.</summary>
    public static IReadOnlyList<string> Plain(FieldType type) => type switch
    {
        FieldType.Integer => ["1", "2", "3", "0", "-1", "10", "100", "1000"],
        FieldType.Real => ["1.5", "2.5", "3.5", "0", "-1", "10", "100"],
        FieldType.Decimal => ["1.5", "2.25", "3", "0", "-1", "10", "100"],
        FieldType.Boolean => ["true", "false"],
        FieldType.Date => ["2024-01-31", "2024-02-29", "2024-03-01", "2000-01-01"],
        FieldType.Timestamp => ["2024-01-31 12:30:00", "2024-02-29 00:00:00", "2024-03-01 23:59:59", "2000-01-01 00:00:00"],
        _ => ["abc", "def", "Ghi", "x", ""],
    };

    private static void AddFrom(List<string> cells, PipelineField field, Condition condition)
    {
        switch (condition)
        {
            case AllOf all:
                foreach (var part in all.Parts) AddFrom(cells, field, part);
                break;
            case AnyOf any:
                foreach (var part in any.Parts) AddFrom(cells, field, part);
                break;
            case Comparison comparison:
                AddAround(cells, field, comparison.Subject, comparison.Value);
                break;
            case Between between:
                AddAround(cells, field, between.Subject, between.Minimum);
                AddAround(cells, field, between.Subject, between.Maximum);
                break;
            case OneOf oneOf when oneOf.Field.Name == field.Name:
                foreach (var value in oneOf.Values) cells.Add(TextOf(value));
                if (field.Type == FieldType.Text) cells.Add(TextOf(oneOf.Values[0]) + "x");
                if (oneOf.IgnoresCase) cells.AddRange([TextOf(oneOf.Values[0]).ToUpperInvariant(), TextOf(oneOf.Values[0]).ToLowerInvariant()]);
                break;
            case MultipleOf multiple when multiple.Field.Name == field.Name:
                foreach (var value in new[] { multiple.Divisor, multiple.Divisor * 3, multiple.Divisor * 3 / 2, multiple.Divisor + 1 })
                {
                    if (field.Type == FieldType.Integer && value != decimal.Truncate(value)) continue;
                    cells.Add((value / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture));
                }

                break;
            case HasFormat format when format.Field.Name == field.Name:
                cells.AddRange([.. format.Format.Accepted, .. format.Format.Refused]);
                break;
            case Matches matches when matches.Field.Name == field.Name:
                var samples = PatternSamples.Of(matches.Pattern);
                cells.AddRange(samples);
                if (samples.Count > 0) cells.AddRange(["x" + samples[0], samples[0] + "x"]);
                break;
            case TextTest test when test.Field.Name == field.Name:
                cells.AddRange([test.Part, "x" + test.Part, test.Part + "x", "x" + test.Part + "x"]);
                break;
            case DescribedTest described when described.Subjects.Contains(field):
                var at = described.Subjects.ToList().IndexOf(field);
                cells.AddRange(described.Passing.Concat(described.Failing).Select(e => TextOf(e[at])));
                break;
            case Presence presence when presence.Field.Name == field.Name && field.Type == FieldType.Text:
                cells.AddRange(["x", "", " "]);
                break;
        }
    }

    private static void AddAround(List<string> cells, PipelineField field, Operand subject, Operand value)
    {
        if (subject is LengthOperand length && length.Field.Name == field.Name && value is NumberOperand { Value: >= 0 and <= 5000 } number)
        {
            var count = (int)number.Value;
            for (var size = Math.Max(0, count - 1); size <= count + 1; size++) cells.Add(new string('a', size));
            cells.Add(new string('é', count));
            return;
        }

        if (subject is PlacesOperand places && places.Field.Name == field.Name && value is NumberOperand { Value: >= 0 and <= 20 } least)
        {
            for (var digits = Math.Max(0, (int)least.Value - 1); digits <= least.Value + 1; digits++)
            {
                cells.Add(digits == 0 ? "1" : "1." + new string('2', digits));
            }

            return;
        }

        if (subject is Calculation sum && value is NumberOperand limit && ConditionFields.Of(sum).Any(f => f.Name == field.Name))
        {
            if (field.Type != FieldType.Integer || limit.IsInteger) cells.Add(limit.Value.ToString(CultureInfo.InvariantCulture));
            return;
        }

        if (subject is not FieldOperand own || own.Field.Name != field.Name) return;
        if (value is Calculation calculation) AddResults(cells, field, calculation);
        switch (value)
        {
            case NumberOperand bound:
                var step = field.Type == FieldType.Integer ? 1m : 0.01m;
                var middle = field.Type == FieldType.Integer ? decimal.Floor(bound.Value) : bound.Value;
                foreach (var near in new[] { middle, middle + step, middle - step })
                {
                    var fits = field.Type != FieldType.Integer || near is >= long.MinValue and <= long.MaxValue;
                    if (fits) cells.Add(near.ToString(CultureInfo.InvariantCulture));
                }

                break;
            case DateOperand day:
                foreach (var days in new[] { 0, 1, -1 }) cells.Add(day.Value.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case TimestampOperand time:
                foreach (var seconds in new[] { 0, 1, -1 })
                {
                    cells.Add(time.Value.AddSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ssK", CultureInfo.InvariantCulture));
                }

                break;
            case TextOperand text:
                cells.AddRange([text.Value, text.Value + "x"]);
                break;
            case BooleanOperand:
                cells.AddRange(["true", "false"]);
                break;
        }
    }

    /// <summary>What a calculation gives for ordinary values of its fields, so that there are rows in which it is exactly so.</summary>
    private static void AddResults(List<string> cells, PipelineField field, Calculation calculation)
    {
        for (var i = 0; i < 3; i++)
        {
            if (Calculate(calculation, i) is not { } result || (field.Type == FieldType.Integer && result != decimal.Truncate(result))) continue;
            cells.Add(result.ToString(CultureInfo.InvariantCulture));
            cells.Add((result + 1).ToString(CultureInfo.InvariantCulture));
        }
    }

    private static decimal? Calculate(Operand operand, int choice) => operand switch
    {
        NumberOperand number => number.Value,
        FieldOperand { Field.Type: FieldType.Integer or FieldType.Decimal or FieldType.Real } field =>
            decimal.Parse(Plain(field.Field.Type)[choice], CultureInfo.InvariantCulture),
        Calculation { Kind: CalculationKind.Add } sum => Calculate(sum.First, choice) + Calculate(sum.Second, choice),
        Calculation { Kind: CalculationKind.Subtract } difference => Calculate(difference.First, choice) - Calculate(difference.Second, choice),
        Calculation { Kind: CalculationKind.Divide } quotient when Calculate(quotient.Second, choice) is { } divisor and not 0 =>
            Calculate(quotient.First, choice) / divisor,
        Calculation { Kind: CalculationKind.Multiply } product => Calculate(product.First, choice) * Calculate(product.Second, choice),
        _ => null,
    };

    /// <summary>A literal as a source might write it.</summary>
    internal static string TextOf(Operand literal) => literal switch
    {
        NumberOperand number => number.Value.ToString(CultureInfo.InvariantCulture),
        TextOperand text => text.Value,
        BooleanOperand truth => truth.Value ? "true" : "false",
        DateOperand date => date.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimestampOperand time => time.Value.ToString("yyyy-MM-dd HH:mm:ssK", CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"{literal.GetType().Name} is no literal."),
    };
}
