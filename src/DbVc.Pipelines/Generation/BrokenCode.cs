using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>
/// Writes when a condition is broken, in plain C# over values that may be null: the same as <see cref="ConditionCode"/> said the other way round and without
/// the runtime library, so that a test can hold one against the other. Comparisons with null are false, so nothing is said of NULL where nothing need be.
/// </summary>
internal sealed class BrokenCode(Func<PipelineField, string> nameOf)
{
    /// <summary>A longer one is read by nobody; a set that large is another list of the same values.</summary>
    private const int MostParts = 12;

    /// <summary>The expression; null where it cannot be said without the library, or would not be read.</summary>
    public string? Write(Condition condition)
    {
        var written = WriteBroken(condition);
        return written is null || written.Split(" && ").Sum(part => part.Split(" || ").Length) > MostParts ? null : written;
    }

    private string? WriteBroken(Condition condition)
    {
        switch (condition)
        {
            case AllOf all:
                return Join(" || ", all.Parts);
            case AnyOf any:
                return Join(" && ", any.Parts);
            case Comparison comparison:
                return WriteComparison(comparison);
            case Between between:
                var low = WriteComparison(new Comparison(between.Subject, between.Negated ? Comparator.Less : Comparator.GreaterOrEqual, between.Minimum));
                var high = WriteComparison(new Comparison(between.Subject, between.Negated ? Comparator.Greater : Comparator.LessOrEqual, between.Maximum));
                return low is null || high is null ? null : $"{low} {(between.Negated ? "&&" : "||")} {high}";
            case OneOf { IgnoresCase: false, Field.Type: not FieldType.Boolean, Values.Count: <= MostParts } oneOf:
                return WriteOneOf(oneOf);
            case MultipleOf multiple:
                var rest = $"{Cast(multiple.Field, FieldType.Decimal)} % {Literals.Number(multiple.Divisor, FieldType.Decimal)}";
                return multiple.Negated ? $"{rest} == 0" : $"{Name(multiple.Field)} is not null && {rest} != 0";
            case TextTest test:
                var found = $"{Name(test.Field)}.{test.Kind}({Literals.Text(test.Part)}, StringComparison.Ordinal)";
                return $"{Name(test.Field)} is not null && {(test.Negated ? "" : "!")}{found}";
            case Presence presence:
                return WritePresence(presence);
            default:
                return null;
        }
    }

    private string? Join(string sign, IReadOnlyList<Condition> parts)
    {
        var written = parts.Select(p => (Part: p, Text: WriteBroken(p))).ToList();
        if (written.Any(w => w.Text is null)) return null;
        return string.Join(sign, written.Select(w => w.Text!.Contains(" && ", StringComparison.Ordinal) || w.Text.Contains(" || ", StringComparison.Ordinal)
            ? $"({w.Text})" : w.Text));
    }

    private string WritePresence(Presence presence)
    {
        var name = Name(presence.Field);
        var isText = presence.Field.Type == FieldType.Text;
        return presence.Kind switch
        {
            PresenceKind.NotNull => $"{name} is null",
            PresenceKind.Null => $"{name} is not null",
            PresenceKind.Given => isText ? $"string.IsNullOrWhiteSpace({name})" : $"{name} is null",
            _ => isText ? $"!string.IsNullOrWhiteSpace({name})" : $"{name} is not null",
        };
    }

    private string WriteOneOf(OneOf oneOf)
    {
        var name = Name(oneOf.Field);
        var type = oneOf.Field.Type;
        var values = oneOf.Values.Select(v => WriteOperand(v, type)!).Distinct().ToList();
        if (type is FieldType.Date or FieldType.Timestamp)
        {
            return oneOf.Negated ? string.Join(" || ", values.Select(v => $"{name} == {v}"))
                : $"{name} is not null && {string.Join(" && ", values.Select(v => $"{name} != {v}"))}";
        }

        return oneOf.Negated ? $"{name} is {string.Join(" or ", values)}" : $"{name} is not (null or {string.Join(" or ", values)})";
    }

    private string? WriteComparison(Comparison comparison)
    {
        var (subject, comparator, value) = comparison;
        if (subject is PlacesOperand { Field: var field }) return WritePlaces(field, comparator, value);
        var type = OperandTypes.Common(OperandTypes.Of(subject), OperandTypes.Of(value));
        var isEquality = comparator is Comparator.Equal or Comparator.NotEqual;

        // Calculated doubles are compared with a tolerance.
        if (type == FieldType.Real && isEquality && (subject is Calculation || value is Calculation)) return null;
        if (WriteOperand(subject, type) is not { } first || WriteOperand(value, type) is not { } second) return null;
        List<string> parts = [.. ConditionFields.Divisors(comparison).Select(d => WriteOperand(d, type) + " != 0")];

        // What differs from null is not broken; and null equals null.
        var unknown = comparator == Comparator.Equal ? ConditionFields.Of(comparison)
            : comparator == Comparator.NotEqual && !OperandTypes.IsLiteral(value) ? ConditionFields.Of(comparison).Take(1) : [];
        parts.AddRange(unknown.Select(f => $"{Name(f)} is not null"));
        parts.Add($"{first} {Opposite(comparator)} {second}");
        return string.Join(" && ", parts);
    }

    /// <summary>Rounding to so many places changes what has more.</summary>
    private string? WritePlaces(PipelineField field, Comparator comparator, Operand value)
    {
        if (comparator != Comparator.LessOrEqual || value is not NumberOperand { Value: >= 0 and <= 28, IsInteger: true } most) return null;
        return $"{Name(field)} is not null && decimal.Round({Name(field)}.Value, {most.Value:0}) != {Name(field)}";
    }

    private static string Opposite(Comparator comparator) => comparator switch
    {
        Comparator.Equal => "!=",
        Comparator.NotEqual => "==",
        Comparator.Less => ">=",
        Comparator.LessOrEqual => ">",
        Comparator.Greater => "<=",
        _ => "<",
    };

    private string? WriteOperand(Operand operand, FieldType type)
    {
        switch (operand)
        {
            case FieldOperand field:
                return Cast(field.Field, type);
            case LengthOperand length:
                return $"RandomCells.Length({Name(length.Field)})";
            case NumberOperand number:
                return Literals.Number(number.Value, type);
            case TextOperand text:
                return Literals.Text(text.Value);
            case BooleanOperand truth:
                return truth.Value ? "true" : "false";
            case DateOperand date:
                return type == FieldType.Timestamp ? Literals.Timestamp(date.Value.ToDateTime(TimeOnly.MinValue)) : Literals.Date(date.Value);
            case TimestampOperand time:
                return Literals.Timestamp(time.Value);
            case Calculation calculation:
                if (WriteOperand(calculation.First, type) is not { } first || WriteOperand(calculation.Second, type) is not { } second) return null;
                var sign = calculation.Kind switch
                {
                    CalculationKind.Add => "+",
                    CalculationKind.Subtract => "-",
                    CalculationKind.Multiply => "*",
                    _ => "/",
                };
                return $"({first} {sign} {second})";
            default:
                return null;
        }
    }

    /// <summary>A field's value in the type of a comparison; null stays null.</summary>
    private string Cast(PipelineField field, FieldType type)
    {
        if (field.Type == type) return Name(field);
        return type switch
        {
            FieldType.Timestamp => $"{Name(field)}?.ToDateTime(TimeOnly.MinValue)",
            FieldType.Real => $"(double?){Name(field)}",
            _ => $"(decimal?){Name(field)}",
        };
    }

    private string Name(PipelineField field) => nameOf(field);
}
