using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>What a field holds when its cell is NULL or its column is missing in the source.</summary>
/// <param name="Text">The value as canonical text; null for the time of the load.</param>
public sealed record FieldDefault(string? Text)
{
    public static FieldDefault CurrentTimestamp { get; } = new((string?)null);

    public bool IsCurrentTimestamp => Text is null;
}

/// <summary>One field of the schema: a column of the source and of the destination.</summary>
public sealed record PipelineField
{
    /// <summary>The name in the schema and of the destination column.</summary>
    public required string Name { get; init; }

    public required FieldType Type { get; init; }

    public bool PrimaryKey { get; init; }

    public bool Nullable { get; init; } = true;

    /// <summary>Longest text in code points.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Digits of a decimal, those after the point included; null: as many as fit.</summary>
    public int? Precision { get; init; }

    /// <summary>Digits of a decimal after the point; null where <see cref="Precision"/> is.</summary>
    public int? Scale { get; init; }

    public FieldDefault? Default { get; init; }

    /// <summary>The name in the source's header if it is another.</summary>
    public string? SourceName { get; init; }

    public string? Description { get; init; }

    /// <summary>The step that makes its cells of several columns, or of none; null when it reads a column of its own.</summary>
    public FieldOrigin? Origin { get; init; }

    /// <summary>The columns of the source that its cells are made of.</summary>
    public IReadOnlyList<string> SourceColumns => Origin?.Step.Columns ?? [HeaderName];

    /// <summary>The name to look for in the source's header.</summary>
    public string HeaderName => SourceName ?? Name;

    /// <summary>The kind of cell that carries the field's values.</summary>
    public CellKind CellKind => Type switch
    {
        FieldType.Integer or FieldType.Boolean => CellKind.Integer,
        FieldType.Real => CellKind.Real,
        _ => CellKind.Text,
    };
}

/// <summary>The words of metadata for types.</summary>
public static class FieldTypes
{
    private static readonly Dictionary<string, FieldType> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["string"] = FieldType.Text,
        ["text"] = FieldType.Text,
        ["varchar"] = FieldType.Text,
        ["char"] = FieldType.Text,
        ["str"] = FieldType.Text,
        ["integer"] = FieldType.Integer,
        ["int"] = FieldType.Integer,
        ["bigint"] = FieldType.Integer,
        ["long"] = FieldType.Integer,
        ["float"] = FieldType.Real,
        ["real"] = FieldType.Real,
        ["double"] = FieldType.Real,
        ["number"] = FieldType.Real,
        ["decimal"] = FieldType.Decimal,
        ["numeric"] = FieldType.Decimal,
        ["money"] = FieldType.Decimal,
        ["boolean"] = FieldType.Boolean,
        ["bool"] = FieldType.Boolean,
        ["date"] = FieldType.Date,
        ["timestamp"] = FieldType.Timestamp,
        ["datetime"] = FieldType.Timestamp,
    };

    /// <summary>Every accepted word.</summary>
    public static IReadOnlyCollection<string> Names => s_names.Keys;

    /// <summary>Finds a type by its word, ignoring case.</summary>
    public static bool TryFind(string name, out FieldType type) => s_names.TryGetValue(name.Trim(), out type);

    /// <summary>The type as metadata names it.</summary>
    public static string NameOf(FieldType type) => type switch
    {
        FieldType.Text => "string",
        FieldType.Real => "float",
        _ => type.ToString().ToLowerInvariant(),
    };

    /// <summary>One of several types in a sentence.</summary>
    public static string Describe(IReadOnlyList<FieldType> types) => types switch
    {
        [FieldType.Integer, FieldType.Real, FieldType.Decimal] => "a number",
        [FieldType.Real, FieldType.Decimal] => "a float or decimal",
        _ => string.Join(" or ", types.Select(Describe)),
    };

    /// <summary>The type in a sentence.</summary>
    public static string Describe(FieldType type) => type switch
    {
        FieldType.Text => "text",
        FieldType.Integer => "a whole number",
        FieldType.Real => "a number",
        FieldType.Decimal => "a decimal number",
        FieldType.Boolean => "true or false",
        FieldType.Date => "a date",
        _ => "a timestamp",
    };
}
