using System.Globalization;
using System.Text.RegularExpressions;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Conditions as English sentences, in one wording whatever the metadata said; the grammar reads them back.</summary>
internal static partial class ConditionText
{
    /// <summary>For example <c>age must be between 0 and 120</c>.</summary>
    public static string Describe(Condition condition) => DescribeNested(condition, nested: false);

    /// <summary>The rule's condition with its severity, where a word says it, and its share of rows.</summary>
    public static string Describe(PipelineRule rule)
    {
        var text = rule.Table is not null ? DescribeTable(rule) : rule.Reference is { } reference ? DescribeReference(rule, reference)
            : rule.Time is { } bound ? DescribeTime(rule, bound)
            : rule.Condition is { } condition ? Describe(condition) : DescribeKey(rule);
        if (rule.Severity == RuleSeverity.Warn) text = MustOrQuoted().Replace(text, m => m.Value == " must " ? " should " : m.Value);
        if (rule.MinimumShare is not { } share) return text;
        return $"{text} in at least {(share * 100).ToString("0.############", CultureInfo.InvariantCulture)} % of rows";
    }

    /// <summary>The canonical rule name that reports use.</summary>
    public static string NameOf(Condition condition) => condition switch
    {
        HasFormat { Negated: false } format => "must_be_valid_" + format.Format.Name,
        Between { Negated: false, Subject: FieldOperand } between when HasLiteralBounds(between) => "range",
        Between { Negated: false, Subject: LengthOperand } => "length",
        Comparison { Subject: LengthOperand } => "length",
        Comparison { Subject: PlacesOperand } => "decimal_places",
        MultipleOf { Negated: false } => "multiple_of",
        Comparison { Subject: FieldOperand, Comparator: not (Comparator.Equal or Comparator.NotEqual) } comparison
            when OperandTypes.IsLiteral(comparison.Value) => "range",
        OneOf oneOf => oneOf.Negated ? "not_one_of" : "one_of",
        Matches { Negated: false } => "matches",
        TextTest { Negated: false } test => test.Kind switch
        {
            TextTestKind.StartsWith => "starts_with",
            TextTestKind.EndsWith => "ends_with",
            _ => "contains",
        },
        Presence { Kind: PresenceKind.NotNull } => "not_null",
        Presence { Kind: PresenceKind.Given } => "required",
        AllOf all when ConditionFields.Of(all).Count == 1 && all.Parts.All(p => NameOf(p) == "range") => "range",
        _ when DescribedTest.In(condition).Count > 0 => "custom",
        _ => "expression",
    };

    public static string NameField(PipelineField field) => NameTable(field.Name);

    public static string NameOperand(Operand operand) => operand switch
    {
        FieldOperand field => NameField(field.Field),
        LengthOperand length => "length of " + NameField(length.Field),
        PlacesOperand places => "decimals of " + NameField(places.Field),
        NumberOperand number => number.Value.ToString(CultureInfo.InvariantCulture),
        TextOperand text => "'" + text.Value.Replace("'", "''", StringComparison.Ordinal) + "'",
        BooleanOperand truth => truth.Value ? "true" : "false",
        DateOperand date => date.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimestampOperand { Value: { Kind: DateTimeKind.Unspecified, TimeOfDay.Ticks: 0 } midnight } =>
            midnight.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimestampOperand time => "'" + time.Value.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture) + "'",
        Calculation calculation =>
            $"{NameFactor(calculation.First, calculation.Kind, false)} {SymbolOf(calculation.Kind)} {NameFactor(calculation.Second, calculation.Kind, true)}",
        _ => throw new InvalidOperationException($"Unknown operand {operand.GetType().Name}."),
    };

    /// <summary>A table or a column of one, which is no field.</summary>
    public static string NameTable(string name) => PlainName().IsMatch(name) && !Words.IsReserved(name) ? name
        : "`" + name.Replace("`", "``", StringComparison.Ordinal) + "`";

    private static string DescribeReference(PipelineRule rule, KeyReference reference)
    {
        var text = $"{string.Join(" and ", rule.JudgedFields.Select(NameField))} must exist in {reference.Text}";
        return rule.Premise is { } premise ? $"{text} where {Describe(premise)}" : text;
    }

    private static string DescribeTime(PipelineRule rule, TimeBound bound)
    {
        var text = $"{NameField(rule.JudgedFields[0])} {bound.Text}";
        return rule.Premise is { } premise ? $"{text} where {Describe(premise)}" : text;
    }

    private static string DescribeTable(PipelineRule rule) =>
        rule.Premise is { } premise ? $"{rule.Table!.Text} where {Describe(premise)}" : rule.Table!.Text;

    private static string DescribeKey(PipelineRule rule)
    {
        if (rule.NullsAreEqual) return rule.Severity == RuleSeverity.Warn ? "there should be no duplicate records" : "no duplicate records";
        var names = string.Join(" and ", rule.Fields.Select(NameField));
        return rule.Fields.Count == 1 ? $"{names} must be unique" : $"{names} must be unique together";
    }

    private static string DescribeNested(Condition condition, bool nested)
    {
        switch (condition)
        {
            case AllOf all:
                return Join(all.Parts, " and ", nested);
            case AnyOf any:
                return Join(any.Parts, " or ", nested);
            default:
                var (subject, predicate) = Split(condition);
                return $"{subject} {predicate}";
        }
    }

    private static string Join(IReadOnlyList<Condition> parts, string word, bool nested)
    {
        // Tests of one subject share it: "age must be greater than 0 and less than 120".
        var shared = TrySplitAll(parts, out var subject, out var predicates);
        var text = shared
            ? $"{subject} {predicates[0]}{word}{string.Join(word, predicates.Skip(1).Select(p => p.Replace("must be ", "", StringComparison.Ordinal)))}"
            : string.Join(word, parts.Select(p => DescribeNested(p, nested: true)));
        return nested ? $"({text})" : text;
    }

    private static bool TrySplitAll(IReadOnlyList<Condition> parts, out string subject, out List<string> predicates)
    {
        predicates = [];
        subject = "";
        foreach (var part in parts)
        {
            if (part is not Comparison { Comparator: not (Comparator.Equal or Comparator.NotEqual), Subject: FieldOperand }) return false;
            var (own, predicate) = Split(part);
            if (predicates.Count > 0 && own != subject) return false;
            subject = own;
            predicates.Add(predicate);
        }

        return true;
    }

    private static (string Subject, string Predicate) Split(Condition condition) => condition switch
    {
        Comparison { Subject: LengthOperand length } comparison => (NameField(length.Field), DescribeLength(comparison)),
        Comparison { Subject: PlacesOperand places } comparison => (NameField(places.Field),
            $"must have {VerbOf(comparison).Replace("be ", "", StringComparison.Ordinal)} {NameOperand(comparison.Value)} decimals"),
        Comparison comparison => (NameOperand(comparison.Subject), $"must {VerbOf(comparison)} {NameOperand(comparison.Value)}"),
        Between { Subject: LengthOperand length } between => (NameField(length.Field),
            $"must {Not(between.Negated)}be between {NameOperand(between.Minimum)} and {NameOperand(between.Maximum)} characters long"),
        Between between => (NameOperand(between.Subject),
            $"must {Not(between.Negated)}be between {NameOperand(between.Minimum)} and {NameOperand(between.Maximum)}"),
        OneOf oneOf => (NameField(oneOf.Field), $"must {Not(oneOf.Negated)}be one of {List(oneOf.Values)}{(oneOf.IgnoresCase ? " ignoring case" : "")}"),
        MultipleOf multiple => (NameField(multiple.Field),
            $"must {Not(multiple.Negated)}be a multiple of {multiple.Divisor.ToString(CultureInfo.InvariantCulture)}"),
        HasFormat format => (NameField(format.Field), $"must {Not(format.Negated)}be a valid {format.Format.Nouns[0]}"),
        Matches matches => (NameField(matches.Field), $"must {Not(matches.Negated)}match /{matches.Pattern.Replace("/", "\\/", StringComparison.Ordinal)}/"),
        TextTest test => (NameField(test.Field), $"must {Not(test.Negated)}{VerbOf(test.Kind)} {NameOperand(new TextOperand(test.Part))}"),
        DescribedTest described => (string.Join(" and ", described.Subjects.Select(NameField)),
            $"must satisfy {NameOperand(new TextOperand(described.Words))} as in {Examples(described.Passing)} but not {Examples(described.Failing)}"),
        Presence presence => (NameField(presence.Field), presence.Kind switch
        {
            PresenceKind.NotNull => "must not be null",
            PresenceKind.Null => "must be null",
            PresenceKind.Given => "must be given",
            _ => "must be empty",
        }),
        _ => throw new InvalidOperationException($"Unknown condition {condition.GetType().Name}."),
    };

    /// <summary>Values of one field as they are, of several in brackets.</summary>
    private static string Examples(IReadOnlyList<IReadOnlyList<Operand>> examples) =>
        string.Join(", ", examples.Select(e => e.Count == 1 ? NameOperand(e[0]) : $"({string.Join(", ", e.Select(NameOperand))})"));

    private static string DescribeLength(Comparison comparison)
    {
        var value = NameOperand(comparison.Value);
        if (comparison.Value is not NumberOperand) return $"must have length {SymbolOf(comparison.Comparator)} {value}";
        return comparison.Comparator switch
        {
            Comparator.Equal => $"must be exactly {value} characters long",
            Comparator.NotEqual => $"must not be exactly {value} characters long",
            Comparator.Less => $"must be less than {value} characters long",
            Comparator.LessOrEqual => $"must be at most {value} characters long",
            Comparator.Greater => $"must be more than {value} characters long",
            _ => $"must be at least {value} characters long",
        };
    }

    private static string VerbOf(Comparison comparison) =>
        VerbOf(comparison.Comparator, OperandTypes.Of(comparison.Subject) is FieldType.Date or FieldType.Timestamp);

    internal static string VerbOf(Comparator comparator, bool isTime) => comparator switch
    {
        Comparator.Equal => "equal",
        Comparator.NotEqual => "not equal",
        Comparator.Less => isTime ? "be before" : "be less than",
        Comparator.LessOrEqual => isTime ? "be on or before" : "be at most",
        Comparator.Greater => isTime ? "be after" : "be greater than",
        _ => isTime ? "be on or after" : "be at least",
    };

    private static string VerbOf(TextTestKind kind) => kind switch
    {
        TextTestKind.StartsWith => "start with",
        TextTestKind.EndsWith => "end with",
        _ => "contain",
    };

    private static string SymbolOf(Comparator comparator) => comparator switch
    {
        Comparator.Equal => "=",
        Comparator.NotEqual => "!=",
        Comparator.Less => "<",
        Comparator.LessOrEqual => "<=",
        Comparator.Greater => ">",
        _ => ">=",
    };

    private static string SymbolOf(CalculationKind kind) => kind switch
    {
        CalculationKind.Add => "+",
        CalculationKind.Subtract => "-",
        CalculationKind.Divide => "/",
        _ => "*",
    };

    private static string NameFactor(Operand operand, CalculationKind outer, bool second)
    {
        var text = NameOperand(operand);
        if (operand is not Calculation inner) return text;
        return second || (IsProduct(outer) && !IsProduct(inner.Kind)) ? $"({text})" : text;
    }

    private static bool IsProduct(CalculationKind kind) => kind is CalculationKind.Multiply or CalculationKind.Divide;

    private static string List(IReadOnlyList<Operand> values)
    {
        var names = values.Select(NameOperand).ToList();
        return names.Count == 1 ? names[0] : string.Join(", ", names.Take(names.Count - 1)) + " or " + names[^1];
    }

    private static bool HasLiteralBounds(Between between) => OperandTypes.IsLiteral(between.Minimum) && OperandTypes.IsLiteral(between.Maximum);

    private static string Not(bool negated) => negated ? "not " : "";

    /// <summary>"must", and what is quoted and may hold that word too.</summary>
    [GeneratedRegex("'(?:[^']|'')*'|`(?:[^`]|``)*`|(?<=match )/(?:\\\\.|[^/\\\\])*/| must ", RegexOptions.CultureInvariant)]
    private static partial Regex MustOrQuoted();

    [GeneratedRegex(@"\A[\p{L}_][\p{L}\p{Nd}_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();
}
