using System.Text;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>A condition made ready to test many rows without allocating. NULL makes a test pass.</summary>
internal abstract class ConditionTest
{
    /// <summary>Makes a condition ready; <paramref name="indexOf"/> gives the columns of fields.</summary>
    public static ConditionTest Build(Condition condition, Func<PipelineField, int> indexOf) => condition switch
    {
        AllOf all => new All([.. all.Parts.Select(p => Build(p, indexOf))]),
        AnyOf any => new Any([.. any.Parts.Select(p => Build(p, indexOf))]),
        Comparison comparison => BuildComparison(comparison.Subject, comparison.Comparator, comparison.Value, indexOf),
        Between { Negated: false } between => new All([
            BuildComparison(between.Subject, Comparator.GreaterOrEqual, between.Minimum, indexOf),
            BuildComparison(between.Subject, Comparator.LessOrEqual, between.Maximum, indexOf)]),
        Between between => new Any([
            BuildComparison(between.Subject, Comparator.Less, between.Minimum, indexOf),
            BuildComparison(between.Subject, Comparator.Greater, between.Maximum, indexOf)]),
        OneOf { IgnoresCase: true } oneOf => new FoldedList(
            indexOf(oneOf.Field), [.. oneOf.Values.Select(v => Encoding.UTF8.GetBytes(((TextOperand)v).Value))], oneOf.Negated),
        MultipleOf multiple => new Multiple(OperandReader.Build(new FieldOperand(multiple.Field), indexOf), multiple.Divisor, multiple.Negated),
        OneOf { Negated: false } oneOf => new Any([.. oneOf.Values.Select(v => BuildComparison(new FieldOperand(oneOf.Field), Comparator.Equal, v, indexOf))]),
        OneOf oneOf => new All([.. oneOf.Values.Select(v => BuildComparison(new FieldOperand(oneOf.Field), Comparator.NotEqual, v, indexOf))]),
        HasFormat format => new FormatTest(indexOf(format.Field), format.Format.Judge, format.Negated),
        Matches matches => new PatternTest(indexOf(matches.Field), new Pattern(matches.Pattern), matches.Negated),
        TextTest test => new PartTest(indexOf(test.Field), test.Kind, Encoding.UTF8.GetBytes(test.Part), test.Negated),
        Presence presence => new PresenceTest(indexOf(presence.Field), presence.Kind, presence.Field.Type == FieldType.Text),
        DescribedTest described => new ExampleTest(described, [.. described.Subjects.Select(indexOf)]),
        _ => throw new InvalidOperationException($"Unknown condition {condition.GetType().Name}."),
    };

    /// <summary>False only when the row breaks the condition.</summary>
    public abstract bool Passes(IRowView row);

    /// <summary>Whether that is certain: false where what is said in words alone decides, and the row is none of its examples.</summary>
    public virtual bool IsKnown(IRowView row) => true;

    private static ConditionTest BuildComparison(Operand subject, Comparator comparator, Operand value, Func<PipelineField, int> indexOf)
    {
        var common = OperandTypes.Common(OperandTypes.Of(subject), OperandTypes.Of(value));
        if (common == FieldType.Text)
        {
            var literal = value is TextOperand text ? Encoding.UTF8.GetBytes(text.Value) : null;
            var second = value is FieldOperand field ? indexOf(field.Field) : -1;
            return new TextComparison(indexOf(((FieldOperand)subject).Field), literal, second, comparator == Comparator.NotEqual);
        }

        var (before, after) = (OperandReader.Build(subject, indexOf), OperandReader.Build(value, indexOf));
        return common switch
        {
            FieldType.Real => new DoubleComparison(before, comparator, after, subject is Calculation || value is Calculation),
            FieldType.Decimal => new DecimalComparison(before, comparator, after),
            _ => new LongComparison(before, comparator, after),
        };
    }

    internal static bool Holds(int order, Comparator comparator) => comparator switch
    {
        Comparator.Equal => order == 0,
        Comparator.NotEqual => order != 0,
        Comparator.Less => order < 0,
        Comparator.LessOrEqual => order <= 0,
        Comparator.Greater => order > 0,
        _ => order >= 0,
    };

    private sealed class All(ConditionTest[] parts) : ConditionTest
    {
        public override bool Passes(IRowView row)
        {
            foreach (var part in parts)
            {
                if (!part.Passes(row)) return false;
            }

            return true;
        }

        public override bool IsKnown(IRowView row) => parts.All(p => p.IsKnown(row)) || parts.Any(p => p.IsKnown(row) && !p.Passes(row));
    }

    private sealed class Any(ConditionTest[] parts) : ConditionTest
    {
        public override bool Passes(IRowView row)
        {
            foreach (var part in parts)
            {
                if (part.Passes(row)) return true;
            }

            return false;
        }

        public override bool IsKnown(IRowView row) => parts.All(p => p.IsKnown(row)) || parts.Any(p => p.IsKnown(row) && p.Passes(row));
    }

    private sealed class LongComparison(OperandReader first, Comparator comparator, OperandReader second) : ConditionTest
    {
        public override bool Passes(IRowView row) =>
            !first.TryLong(row, out var before) || !second.TryLong(row, out var after) || Holds(before.CompareTo(after), comparator);
    }

    private sealed class DecimalComparison(OperandReader first, Comparator comparator, OperandReader second) : ConditionTest
    {
        public override bool Passes(IRowView row) =>
            !first.TryDecimal(row, out var before) || !second.TryDecimal(row, out var after) || Holds(before.CompareTo(after), comparator);
    }

    private sealed class DoubleComparison(OperandReader first, Comparator comparator, OperandReader second, bool calculated) : ConditionTest
    {
        public override bool Passes(IRowView row)
        {
            if (!first.TryDouble(row, out var before) || !second.TryDouble(row, out var after)) return true;
            return comparator switch
            {
                Comparator.Equal => calculated ? Arithmetic.AreClose(before, after) : before == after,
                Comparator.NotEqual => calculated ? !Arithmetic.AreClose(before, after) : before != after,
                Comparator.Less => before < after,
                Comparator.LessOrEqual => before <= after,
                Comparator.Greater => before > after,
                _ => before >= after,
            };
        }
    }

    private sealed class TextComparison(int column, byte[]? literal, int second, bool negated) : ConditionTest
    {
        public override bool Passes(IRowView row)
        {
            if (row.KindAt(column) is null || (literal is null && row.KindAt(second) is null)) return true;
            return row.Bytes(column).SequenceEqual(literal ?? row.Bytes(second)) != negated;
        }
    }

    private sealed class FoldedList(int column, byte[][] values, bool negated) : ConditionTest
    {
        public override bool Passes(IRowView row)
        {
            if (row.KindAt(column) is null) return true;
            foreach (var value in values)
            {
                if (Rules.AreEqualIgnoringCase(new Text(row.Bytes(column)), value)) return !negated;
            }

            return negated;
        }
    }

    private sealed class Multiple(OperandReader subject, decimal divisor, bool negated) : ConditionTest
    {
        public override bool Passes(IRowView row) => !subject.TryDecimal(row, out var value) || Arithmetic.IsMultiple(value, divisor) != negated;
    }

    private sealed class FormatTest(int column, TextJudge judge, bool negated) : ConditionTest
    {
        public override bool Passes(IRowView row) => row.KindAt(column) is null || judge(new Text(row.Bytes(column))) != negated;
    }

    private sealed class PatternTest(int column, Pattern pattern, bool negated) : ConditionTest
    {
        public override bool Passes(IRowView row) => row.KindAt(column) is null || pattern.Matches(new Text(row.Bytes(column))) != negated;
    }

    private sealed class PartTest(int column, TextTestKind kind, byte[] part, bool negated) : ConditionTest
    {
        public override bool Passes(IRowView row)
        {
            if (row.KindAt(column) is null) return true;
            var text = new Text(row.Bytes(column));
            var found = kind switch
            {
                TextTestKind.StartsWith => Rules.StartsWith(text, part),
                TextTestKind.EndsWith => Rules.EndsWith(text, part),
                _ => Rules.Contains(text, part),
            };
            return found != negated;
        }
    }

    private sealed class PresenceTest(int column, PresenceKind kind, bool isText) : ConditionTest
    {
        public override bool Passes(IRowView row)
        {
            var isNull = row.KindAt(column) is null;
            return kind switch
            {
                PresenceKind.NotNull => !isNull,
                PresenceKind.Null => isNull,
                PresenceKind.Given => !isNull && !(isText && Rules.IsBlank(new Text(row.Bytes(column)))),
                _ => isNull || (isText && Rules.IsBlank(new Text(row.Bytes(column)))),
            };
        }
    }
}
