using System.Globalization;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Builds conditions that make sense for the types of their fields; throws <see cref="RuleException"/> otherwise.</summary>
internal static class ConditionBuilder
{
    public static Condition Compare(Operand subject, Comparator comparator, Operand value)
    {
        if (OperandTypes.IsLiteral(subject) && OperandTypes.IsLiteral(value)) throw new RuleException("it compares two constants and no field");
        if (OperandTypes.IsLiteral(subject)) (subject, value, comparator) = (value, subject, Mirror(comparator));
        value = Coerce(subject, value);
        var (before, after) = (OperandTypes.Of(subject), OperandTypes.Of(value));
        if (!AreComparable(before, after))
        {
            throw new RuleException($"{ConditionText.NameOperand(subject)} is {FieldTypes.Describe(before)} and cannot be compared with "
                + $"{ConditionText.NameOperand(value)}, which is {FieldTypes.Describe(after)}");
        }

        if (subject is PlacesOperand && comparator is Comparator.Equal or Comparator.NotEqual)
        {
            throw new RuleException("a number does not keep zeros at its end, so it has no exact count of decimals", "say 'at most'.");
        }

        if (comparator is not (Comparator.Equal or Comparator.NotEqual) && (before is FieldType.Text or FieldType.Boolean))
        {
            throw new RuleException($"{ConditionText.NameOperand(subject)} is {FieldTypes.Describe(before)}, which has no order",
                before == FieldType.Text ? "compare its length, for example: length of name at most 20" : null);
        }

        return new Comparison(subject, comparator, value);
    }

    public static Condition InRange(Operand subject, Operand minimum, Operand maximum, bool negated = false)
    {
        var low = (Comparison)Compare(subject, Comparator.GreaterOrEqual, minimum);
        var high = (Comparison)Compare(subject, Comparator.LessOrEqual, maximum);
        if (low.Subject != subject || high.Subject != subject) throw new RuleException("a range needs a field before its bounds");
        if (IsEmptyRange(low.Value, high.Value))
        {
            throw new RuleException($"its minimum {ConditionText.NameOperand(low.Value)} is greater than its maximum {ConditionText.NameOperand(high.Value)}");
        }

        return new Between(subject, low.Value, high.Value, negated);
    }

    public static Condition InList(PipelineField field, IReadOnlyList<Operand> values, bool negated = false, bool ignoresCase = false)
    {
        if (ignoresCase) RequireText(field, "a comparison that ignores case");
        var coerced = values.Select(v => Typed(field, v)).Distinct().ToList();
        return coerced.Count == 0 ? throw new RuleException("its list of values is empty") : new OneOf(field, coerced, negated) { IgnoresCase = ignoresCase };
    }

    public static Condition Format(PipelineField field, FormatDefinition format)
    {
        RequireText(field, "a format");
        return new HasFormat(field, format, Negated: false);
    }

    public static Condition Match(PipelineField field, string pattern)
    {
        RequireText(field, "a pattern");
        try
        {
            _ = new Pattern(pattern);
        }
        catch (ArgumentException e)
        {
            throw new RuleException($"/{pattern}/ is no regular expression: {e.Message.TrimEnd('.')}");
        }

        return new Matches(field, pattern, Negated: false);
    }

    public static Condition Test(PipelineField field, TextTestKind kind, string part)
    {
        RequireText(field, "a text test");
        return part.Length == 0 ? throw new RuleException("the text to look for is empty") : new TextTest(field, kind, part, Negated: false);
    }

    public static Operand LengthOf(PipelineField field)
    {
        RequireText(field, "a length");
        return new LengthOperand(field);
    }

    public static Operand PlacesOf(PipelineField field) => field.Type == FieldType.Decimal
        ? new PlacesOperand(field)
        : throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, and only a decimal has decimals to count");

    public static Condition Multiple(PipelineField field, decimal divisor)
    {
        if (divisor <= 0) throw new RuleException("what a number is a multiple of is greater than 0");
        return field.Type is FieldType.Integer or FieldType.Decimal
            ? new MultipleOf(field, divisor, Negated: false)
            : throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, "
                + "and only a whole number or a decimal is a multiple");
    }

    /// <summary>A pattern of SQL: % stands for any text, _ for one character, a backslash takes their meaning away.</summary>
    public static Condition Like(PipelineField field, string pattern) => Match(field, LikePattern.ToExpression(pattern));

    /// <summary>No two of the fields are equal.</summary>
    public static Condition Different(IReadOnlyList<PipelineField> fields)
    {
        if (fields.Count < 2) throw new RuleException("one field alone cannot be different from itself");
        return All([.. fields.SelectMany((f, i) => fields.Skip(i + 1).Select(g => Compare(new FieldOperand(f), Comparator.NotEqual, new FieldOperand(g))))]);
    }

    /// <summary>The fields have the values of one of the rows, or one of them is NULL.</summary>
    public static Condition OneOfRows(IReadOnlyList<PipelineField> fields, IReadOnlyList<IReadOnlyList<Operand>> rows) => Any(
    [
        .. fields.Select(f => new Presence(f, PresenceKind.Null)),
        .. rows.Select(row => All([.. fields.Zip(row, (f, value) => Compare(new FieldOperand(f), Comparator.Equal, value))])),
    ]);

    public static Condition SumIs(IReadOnlyList<PipelineField> fields, Operand sum) => Compare(
        fields.Skip(1).Aggregate((Operand)new FieldOperand(fields[0]), (total, f) => Calculate(total, CalculationKind.Add, new FieldOperand(f))),
        Comparator.Equal, sum);

    public static Condition AnyGiven(IReadOnlyList<PipelineField> fields) => Any([.. fields.Select(f => new Presence(f, PresenceKind.Given))]);

    public static Condition AllOrNone(IReadOnlyList<PipelineField> fields) => Any(
    [
        All([.. fields.Select(f => new Presence(f, PresenceKind.Given))]),
        All([.. fields.Select(f => new Presence(f, PresenceKind.Missing))]),
    ]);

    public static Condition OneGiven(IReadOnlyList<PipelineField> fields) => Any(
        [.. fields.Select(given => All([.. fields.Select(f => new Presence(f, f == given ? PresenceKind.Given : PresenceKind.Missing))]))]);

    public static Operand Calculate(Operand first, CalculationKind kind, Operand second)
    {
        foreach (var operand in new[] { first, second })
        {
            var type = OperandTypes.Of(operand);
            if (OperandTypes.IsNumber(type)) continue;
            throw new RuleException($"{ConditionText.NameOperand(operand)} is {FieldTypes.Describe(type)} and cannot be calculated with");
        }

        if (kind == CalculationKind.Divide && second is NumberOperand { Value: 0 }) throw new RuleException("nothing can be divided by zero");
        return new Calculation(first, kind, second);
    }

    public static Condition All(IReadOnlyList<Condition> parts) => parts.Count == 1
        ? parts[0] : new AllOf([.. parts.SelectMany(p => p is AllOf all ? all.Parts : [p])]);

    public static Condition Any(IReadOnlyList<Condition> parts) => parts.Count == 1
        ? parts[0] : new AnyOf([.. parts.SelectMany(p => p is AnyOf any ? any.Parts : [p])]);

    public static Condition Negate(Condition condition) => condition switch
    {
        AllOf all => Any([.. all.Parts.Select(Negate)]),
        AnyOf any => All([.. any.Parts.Select(Negate)]),
        Comparison comparison => comparison with { Comparator = Invert(comparison.Comparator) },
        Between between => between with { Negated = !between.Negated },
        OneOf oneOf => oneOf with { Negated = !oneOf.Negated },
        MultipleOf multiple => multiple with { Negated = !multiple.Negated },
        HasFormat format => format with { Negated = !format.Negated },
        Matches matches => matches with { Negated = !matches.Negated },
        TextTest test => test with { Negated = !test.Negated },
        Presence presence => presence with
        {
            Kind = presence.Kind switch
            {
                PresenceKind.NotNull => PresenceKind.Null,
                PresenceKind.Null => PresenceKind.NotNull,
                PresenceKind.Given => PresenceKind.Missing,
                _ => PresenceKind.Given,
            },
        },
        DescribedTest => throw new RuleException("what is said in words of its own has no opposite", "say what rows must satisfy, with examples of it."),
        _ => throw new InvalidOperationException($"Unknown condition {condition.GetType().Name}."),
    };

    /// <summary>What a person or a model writes the code of.</summary>
    public static Condition Described(
        IReadOnlyList<PipelineField> fields, string words, IReadOnlyList<IReadOnlyList<Operand>> passing, IReadOnlyList<IReadOnlyList<Operand>> failing)
    {
        if (fields.Distinct().Count() < fields.Count) throw new RuleException("it names a field twice");
        if (string.IsNullOrWhiteSpace(words) || words.Any(char.IsControl)) throw new RuleException("what rows must satisfy is one line of words");
        if (words.Length > DescribedTest.LongestWords) throw new RuleException($"what rows must satisfy has more than {DescribedTest.LongestWords} characters");
        var (good, bad) = (Examples(fields, passing, "pass"), Examples(fields, failing, "do not pass"));
        if (good.FirstOrDefault(g => bad.Any(b => b.SequenceEqual(g))) is { } both)
            throw new RuleException($"the example {string.Join(", ", both.Select(ConditionText.NameOperand))} both passes and does not");
        return new DescribedTest(fields, words.Trim(), good, bad);
    }

    private static Operand Typed(PipelineField field, Operand value) => ((Comparison)Compare(new FieldOperand(field), Comparator.Equal, value)).Value;

    private static List<IReadOnlyList<Operand>> Examples(IReadOnlyList<PipelineField> fields, IReadOnlyList<IReadOnlyList<Operand>> examples, string which)
    {
        if (examples.Count is 0 or > DescribedTest.MostExamples)
        {
            throw new RuleException($"it has {examples.Count} examples of values that {which}",
                $"give 1 to {DescribedTest.MostExamples}: what the vocabulary has no words for is known by its examples alone.");
        }

        if (examples.Any(e => e.Count != fields.Count)) throw new RuleException($"an example has as many values as there are fields, {fields.Count}");
        return [.. examples.Select(e => (IReadOnlyList<Operand>)[.. e.Select((v, i) => Typed(fields[i], v))])];
    }

    /// <summary>The condition when it is surely true: a test of NULL, which is neither true nor false, does not pass.</summary>
    public static Condition Certain(Condition condition) => condition switch
    {
        AllOf all => All([.. all.Parts.Select(Certain)]),
        AnyOf any => Any([.. any.Parts.Select(Certain)]),
        Presence => condition,
        _ => All(
        [
            .. ConditionFields.Of(condition).Select(f => new Presence(f, PresenceKind.NotNull)),
            .. ConditionFields.Divisors(condition).Select(d => new Comparison(d, Comparator.NotEqual, new NumberOperand(0, "0"))), condition,
        ]),
    };

    private static void RequireText(PipelineField field, string what)
    {
        if (field.Type == FieldType.Text) return;
        throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, and {what} needs text");
    }

    private static Operand Coerce(Operand subject, Operand value)
    {
        var type = OperandTypes.Of(subject);
        switch (value)
        {
            case NumberOperand number when type == FieldType.Text:
                return new TextOperand(number.Written);
            case NumberOperand { Value: 0 or 1 } number when type == FieldType.Boolean:
                return new BooleanOperand(number.Value == 1);
            case BooleanOperand truth when type == FieldType.Text:
                return new TextOperand(truth.Value ? "true" : "false");
            case DateOperand date when type == FieldType.Timestamp:
                return new TimestampOperand(date.Value.ToDateTime(TimeOnly.MinValue));
            case DateOperand date when type == FieldType.Text:
                return new TextOperand(date.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            case TextOperand text when type == FieldType.Date && Cells.TryParseDate(Text.From(text.Value), out var day) && day is { } known:
                return new DateOperand(known);
            case TextOperand text when type == FieldType.Timestamp && Cells.TryParseTimestamp(Text.From(text.Value), out var time) && time is { } known:
                return new TimestampOperand(known);
            case TextOperand text when OperandTypes.IsNumber(type) && Cells.TryParseDecimal(Text.From(text.Value), out var number) && number is { } known:
                return new NumberOperand(known, text.Value);
            default:
                return value;
        }
    }

    private static bool AreComparable(FieldType first, FieldType second) => first == second
        || (OperandTypes.IsNumber(first) && OperandTypes.IsNumber(second))
        || (first is FieldType.Date or FieldType.Timestamp && second is FieldType.Date or FieldType.Timestamp);

    private static bool IsEmptyRange(Operand minimum, Operand maximum) => (minimum, maximum) switch
    {
        (NumberOperand low, NumberOperand high) => low.Value > high.Value,
        (DateOperand low, DateOperand high) => low.Value > high.Value,
        (TimestampOperand low, TimestampOperand high) => low.Value > high.Value,
        _ => false,
    };

    private static Comparator Mirror(Comparator comparator) => comparator switch
    {
        Comparator.Less => Comparator.Greater,
        Comparator.LessOrEqual => Comparator.GreaterOrEqual,
        Comparator.Greater => Comparator.Less,
        Comparator.GreaterOrEqual => Comparator.LessOrEqual,
        _ => comparator,
    };

    private static Comparator Invert(Comparator comparator) => comparator switch
    {
        Comparator.Equal => Comparator.NotEqual,
        Comparator.NotEqual => Comparator.Equal,
        Comparator.Less => Comparator.GreaterOrEqual,
        Comparator.LessOrEqual => Comparator.Greater,
        Comparator.Greater => Comparator.LessOrEqual,
        _ => Comparator.Less,
    };
}
