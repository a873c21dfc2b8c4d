namespace DbVc.Pipelines;

/// <summary>
/// What a row must satisfy. Evaluated with three-valued logic: a test of NULL is unknown, and only false breaks a rule.
/// There is no negation node: negation is pushed into the tests, so a condition passes when its parts pass.
/// </summary>
public abstract record Condition;

/// <summary>All parts must pass.</summary>
public sealed record AllOf(IReadOnlyList<Condition> Parts) : Condition;

/// <summary>One part must pass.</summary>
public sealed record AnyOf(IReadOnlyList<Condition> Parts) : Condition;

public enum Comparator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>Compares two operands of one family; both literals never.</summary>
public sealed record Comparison(Operand Subject, Comparator Comparator, Operand Value) : Condition;

/// <summary>Both bounds included.</summary>
public sealed record Between(Operand Subject, Operand Minimum, Operand Maximum, bool Negated) : Condition;

/// <summary>The field's value is one of some literals of its type.</summary>
public sealed record OneOf(PipelineField Field, IReadOnlyList<Operand> Values, bool Negated) : Condition
{
    /// <summary>Texts that differ in case alone are equal, by Unicode's simple mapping.</summary>
    public bool IgnoresCase { get; init; }
}

/// <summary>A number that a positive number divides without rest.</summary>
public sealed record MultipleOf(PipelineField Field, decimal Divisor, bool Negated) : Condition;

public sealed record HasFormat(PipelineField Field, FormatDefinition Format, bool Negated) : Condition;

/// <summary>A regular expression over the whole text.</summary>
public sealed record Matches(PipelineField Field, string Pattern, bool Negated) : Condition;

public enum TextTestKind
{
    StartsWith,
    EndsWith,
    Contains,
}

public sealed record TextTest(PipelineField Field, TextTestKind Kind, string Part, bool Negated) : Condition;

public enum PresenceKind
{
    NotNull,
    Null,

    /// <summary>Neither NULL nor blank.</summary>
    Given,

    /// <summary>NULL or blank.</summary>
    Missing,
}

/// <summary>Looks at NULL itself, so it is never unknown.</summary>
public sealed record Presence(PipelineField Field, PresenceKind Kind) : Condition;

/// <summary>One side of a comparison.</summary>
public abstract record Operand;

public sealed record FieldOperand(PipelineField Field) : Operand;

/// <summary>The number of code points of a text field.</summary>
public sealed record LengthOperand(PipelineField Field) : Operand;

/// <summary>The number of digits after the point of a decimal field, zeros at the end not counted.</summary>
public sealed record PlacesOperand(PipelineField Field) : Operand;

/// <summary>A number, with the text it was written as.</summary>
public sealed record NumberOperand(decimal Value, string Written) : Operand
{
    public bool IsInteger => Value == decimal.Truncate(Value) && Value is >= long.MinValue and <= long.MaxValue;

    public bool Equals(NumberOperand? other) => other is not null && Value == other.Value;

    public override int GetHashCode() => Value.GetHashCode();
}

public sealed record TextOperand(string Value) : Operand;

public sealed record BooleanOperand(bool Value) : Operand;

public sealed record DateOperand(DateOnly Value) : Operand;

public sealed record TimestampOperand(DateTime Value) : Operand;

public enum CalculationKind
{
    Add,
    Subtract,
    Multiply,

    /// <summary>NULL where the divisor is zero.</summary>
    Divide,
}

public sealed record Calculation(Operand First, CalculationKind Kind, Operand Second) : Operand;
