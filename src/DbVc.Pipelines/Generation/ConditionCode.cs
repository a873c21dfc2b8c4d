using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Writes conditions as C# expressions that are true unless the condition is false; NULL makes a test pass.</summary>
internal sealed class ConditionCode(Func<PipelineField, string> nameOf)
{
    private const int LongestChain = 6;

    /// <summary>The method of what is said in words of its own.</summary>
    public Func<DescribedTest, string> NameOfDescribed { get; init; } = _ => "Test";

    /// <summary>The expression; the parameters are named after their fields.</summary>
    public string Write(PipelineRule rule)
    {
        var condition = Split(rule.Condition!);
        if (!HasOneGuard(condition)) return WriteNested(condition, guard: true, top: true);
        var fields = ConditionFields.Of(condition);
        var test = WriteNested(condition, guard: false, top: true);
        var unknown = string.Join(" || ", [.. fields.Select(IsNull), .. Tests(condition).SelectMany(ZeroDivisors)]);
        return $"{unknown} || {(NeedsBrackets(condition) ? $"({test})" : test)}";
    }

    /// <summary>The pattern that a condition needs as a static member; null if none.</summary>
    public static IReadOnlyList<Matches> Patterns(Condition condition) => condition switch
    {
        AllOf all => [.. all.Parts.SelectMany(Patterns)],
        AnyOf any => [.. any.Parts.SelectMany(Patterns)],
        Matches matches => [matches],
        _ => [],
    };

    /// <summary>The name of the static member of a pattern inside the method <paramref name="method"/>.</summary>
    public static string PatternName(string method, int index) => method + "Expression"
        + (index == 0 ? "" : (index + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The lists that a condition looks texts up in, as static members; a short list is plainer as a chain of comparisons.</summary>
    public static IReadOnlyList<OneOf> Lists(Condition condition) => condition switch
    {
        AllOf all => [.. all.Parts.SelectMany(Lists)],
        AnyOf any => [.. any.Parts.SelectMany(Lists)],
        OneOf list when IsLookedUp(list) => [list],
        _ => [],
    };

    /// <summary>The name of the static member of a list inside the method <paramref name="method"/>.</summary>
    public static string ListName(string method, int index) => method + "Values"
        + (index == 0 ? "" : (index + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));

    private string? _method;
    private int _pattern;
    private int _list;

    public string Write(PipelineRule rule, string method)
    {
        (_method, _pattern, _list) = (method, 0, 0);
        return Write(rule);
    }

    private static bool NeedsBrackets(Condition condition) => condition is AllOf or Between { Negated: false };

    /// <summary>Whether all tests look at the same fields, so that one test for NULL in front does for all.</summary>
    private static bool HasOneGuard(Condition condition)
    {
        var tests = Tests(condition).ToList();
        if (tests.Any(t => t is Presence || (tests.Count > 1 && ConditionFields.Divisors(t).Count > 0))) return false;
        var first = ConditionFields.Of(tests[0]);
        return tests.All(t => ConditionFields.Of(t).SequenceEqual(first));
    }

    /// <summary>A range whose bounds are fields is two tests, each unknown for itself: one that is above a known bound is out, whatever the other is.</summary>
    private static Condition Split(Condition condition) => condition switch
    {
        AllOf all => new AllOf([.. all.Parts.Select(Split)]),
        AnyOf any => new AnyOf([.. any.Parts.Select(Split)]),
        Between between when OperandTypes.IsLiteral(between.Minimum) && OperandTypes.IsLiteral(between.Maximum) => between,
        Between { Negated: false } between => new AllOf(
        [
            new Comparison(between.Subject, Comparator.GreaterOrEqual, between.Minimum),
            new Comparison(between.Subject, Comparator.LessOrEqual, between.Maximum),
        ]),
        Between between => new AnyOf(
        [
            new Comparison(between.Subject, Comparator.Less, between.Minimum), new Comparison(between.Subject, Comparator.Greater, between.Maximum),
        ]),
        _ => condition,
    };

    private static bool IsLookedUp(OneOf list) => list.Field.Type == FieldType.Text && list.Values.Count > LongestChain;

    private static IEnumerable<Condition> Tests(Condition condition) => condition switch
    {
        AllOf all => all.Parts.SelectMany(Tests),
        AnyOf any => any.Parts.SelectMany(Tests),
        _ => [condition],
    };

    private string WriteNested(Condition condition, bool guard, bool top)
    {
        switch (condition)
        {
            case AllOf all:
                var both = string.Join(" && ", all.Parts.Select(p => WriteNested(p, guard, top: false)));
                return top ? both : $"({both})";
            case AnyOf any:
                var either = string.Join(" || ", any.Parts.Select(p => WriteNested(p, guard, top: false)));
                return top ? either : $"({either})";
        }

        var test = WriteTest(condition);
        if (!guard || condition is Presence) return condition is Between && !top ? $"({test})" : test;
        var nulls = string.Join(" || ", [.. ConditionFields.Of(condition).Select(IsNull), .. ZeroDivisors(condition)]);
        return NeedsBrackets(condition) ? $"({nulls} || ({test}))" : $"({nulls} || {test})";
    }

    /// <summary>What makes a test unknown besides NULL: that it divides by zero, in the type in which it compares.</summary>
    private IEnumerable<string> ZeroDivisors(Condition test)
    {
        var divisors = ConditionFields.Divisors(test);
        if (divisors.Count == 0) return [];
        var (subject, value) = test is Between between ? (between.Subject, between.Minimum) : (((Comparison)test).Subject, ((Comparison)test).Value);
        var type = OperandTypes.Common(OperandTypes.Of(subject), OperandTypes.Of(value));
        return divisors.Select(d => $"{WriteOperand(d, type, inside: d is Calculation)} == 0").Distinct();
    }

    private string WriteTest(Condition condition)
    {
        switch (condition)
        {
            case Comparison comparison:
                return WriteComparison(comparison.Subject, comparison.Comparator, comparison.Value);
            case Between { Negated: false } between:
                return WriteComparison(between.Subject, Comparator.GreaterOrEqual, between.Minimum) + " && "
                    + WriteComparison(between.Subject, Comparator.LessOrEqual, between.Maximum);
            case Between between:
                return WriteComparison(between.Subject, Comparator.Less, between.Minimum) + " || "
                    + WriteComparison(between.Subject, Comparator.Greater, between.Maximum);
            case OneOf oneOf:
                return WriteOneOf(oneOf);
            case MultipleOf multiple:
                var number = WriteOperand(new FieldOperand(multiple.Field), FieldType.Decimal, inside: true);
                return $"{Not(multiple.Negated)}Arithmetic.IsMultiple({number}, {Literals.Number(multiple.Divisor, FieldType.Decimal)})";
            case HasFormat format:
                return $"{Not(format.Negated)}Rules.{format.Format.Method}({Name(format.Field)})";
            case Matches matches:
                return $"{Not(matches.Negated)}{PatternName(_method!, _pattern++)}.Matches({Name(matches.Field)})";
            case TextTest test:
                return $"{Not(test.Negated)}Rules.{test.Kind}({Name(test.Field)}, {Literals.Utf8(test.Part)})";
            case Presence presence:
                return WritePresence(presence);
            case DescribedTest described:
                var values = described.Subjects.Select(f => f.Type == FieldType.Text ? $"{Name(f)}.ToString()" : $"{Name(f)}.Value");
                return $"{CustomRulesWriter.ClassName}.{NameOfDescribed(described)}({string.Join(", ", values)})";
            default:
                throw new InvalidOperationException($"Unknown condition {condition.GetType().Name}.");
        }
    }

    private string WritePresence(Presence presence)
    {
        var isText = presence.Field.Type == FieldType.Text;
        var name = Name(presence.Field);
        return presence.Kind switch
        {
            PresenceKind.NotNull => isText ? $"!{name}.IsNull" : $"{name} is not null",
            PresenceKind.Null => isText ? $"{name}.IsNull" : $"{name} is null",
            PresenceKind.Given => isText ? $"!Rules.IsBlank({name})" : $"{name} is not null",
            _ => isText ? $"Rules.IsBlank({name})" : $"{name} is null",
        };
    }

    private string WriteOneOf(OneOf oneOf)
    {
        var name = Name(oneOf.Field);
        var type = oneOf.Field.Type;
        if (IsLookedUp(oneOf)) return $"{Not(oneOf.Negated)}{ListName(_method!, _list++)}.Contains{(oneOf.IgnoresCase ? "IgnoringCase" : "")}({name})";
        if (oneOf.IgnoresCase)
        {
            var tests = oneOf.Values.Select(v => $"{Not(oneOf.Negated)}Rules.AreEqualIgnoringCase({name}, {Literals.Utf8(((TextOperand)v).Value)})");
            return string.Join(oneOf.Negated ? " && " : " || ", tests);
        }

        if (type is FieldType.Text or FieldType.Date or FieldType.Timestamp)
        {
            var sign = oneOf.Negated ? Comparator.NotEqual : Comparator.Equal;
            return string.Join(oneOf.Negated ? " && " : " || ", oneOf.Values.Select(v => WriteComparison(new FieldOperand(oneOf.Field), sign, v)));
        }

        var values = oneOf.Values.Select(v => WriteOperand(v, type, inside: false)).Distinct().ToList();
        var list = string.Join(" or ", values);
        return oneOf.Negated ? values.Count == 1 ? $"{name} is not {list}" : $"{name} is not ({list})" : $"{name} is {list}";
    }

    private string WriteComparison(Operand subject, Comparator comparator, Operand value)
    {
        var common = OperandTypes.Common(OperandTypes.Of(subject), OperandTypes.Of(value));
        var calculated = subject is Calculation || value is Calculation;
        var first = WriteOperand(subject, common, calculated);
        var second = WriteOperand(value, common, calculated);
        var isEquality = comparator is Comparator.Equal or Comparator.NotEqual;
        if (common == FieldType.Text) return $"{Not(comparator == Comparator.NotEqual)}Rules.AreEqual({first}, {second})";
        if (common == FieldType.Real && calculated && isEquality) return $"{Not(comparator == Comparator.NotEqual)}Arithmetic.AreClose({first}, {second})";
        var sign = comparator switch
        {
            Comparator.Equal => "==",
            Comparator.NotEqual => "!=",
            Comparator.Less => "<",
            Comparator.LessOrEqual => "<=",
            Comparator.Greater => ">",
            _ => ">=",
        };
        return $"{first} {sign} {second}";
    }

    /// <param name="operand">What to write.</param>
    /// <param name="type">The type of the comparison.</param>
    /// <param name="inside">Whether a plain value is needed and not one that may be null.</param>
    private string WriteOperand(Operand operand, FieldType type, bool inside)
    {
        switch (operand)
        {
            case FieldOperand field:
                return WriteField(field.Field, type, inside);
            case LengthOperand length:
                var measured = $"Rules.Length({Name(length.Field)})";
                return inside ? $"({KeywordOf(type)}){measured}" : measured;
            case PlacesOperand places:
                return $"Arithmetic.CountPlaces({Name(places.Field)}.Value)";
            case NumberOperand number:
                return Literals.Number(number.Value, type);
            case TextOperand text:
                return Literals.Utf8(text.Value);
            case BooleanOperand truth:
                return truth.Value ? "true" : "false";
            case DateOperand date when type == FieldType.Timestamp:
                return Literals.Timestamp(date.Value.ToDateTime(TimeOnly.MinValue));
            case DateOperand date:
                return Literals.Date(date.Value);
            case TimestampOperand time:
                return Literals.Timestamp(time.Value);
            case Calculation calculation:
                var (first, second) = (WriteOperand(calculation.First, type, inside: true), WriteOperand(calculation.Second, type, inside: true));
                return $"Arithmetic.{calculation.Kind}({first}, {second})";
            default:
                throw new InvalidOperationException($"Unknown operand {operand.GetType().Name}.");
        }
    }

    private string WriteField(PipelineField field, FieldType type, bool inside)
    {
        var name = Name(field);
        if (field.Type == type) return inside && field.Type != FieldType.Text ? name + ".Value" : name;
        if (type == FieldType.Timestamp) return $"{name}.Value.ToDateTime(TimeOnly.MinValue)";
        if (inside) return $"({KeywordOf(type)}){name}.Value";
        return field.Type == FieldType.Decimal ? $"(double?){name}" : name;
    }

    private static string KeywordOf(FieldType type) => type == FieldType.Real ? "double" : "decimal";

    private string IsNull(PipelineField field) => field.Type == FieldType.Text ? $"{Name(field)}.IsNull" : $"{Name(field)} is null";

    private string Name(PipelineField field) => nameOf(field);

    private static string Not(bool negated) => negated ? "!" : "";
}
