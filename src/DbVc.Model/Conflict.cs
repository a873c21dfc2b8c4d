namespace DbVc.Model;

/// <summary>What a <see cref="Conflict"/> is about.</summary>
public enum ConflictKind
{
    /// <summary>Both sides gave one cell different values.</summary>
    Cell,

    /// <summary>
    /// One side deleted the row that the other modified, both added it differently, or one side took away what the other side's row refers to.
    /// </summary>
    Row,

    /// <summary>Both sides changed one table's schema, or one index, view or trigger, differently.</summary>
    Schema,

    /// <summary>Both sides changed one file differently.</summary>
    File,
}

/// <summary>
/// A place where a three-way merge cannot decide alone. Data, not an error: it is kept with the merge, listed, shown and resolved.
/// </summary>
public sealed record Conflict
{
    /// <summary>Made from the place and the three values, so a resolution never applies to values it was not made for.</summary>
    public required string Id { get; init; }

    public required ConflictKind Kind { get; init; }

    /// <summary>The table; for a schema object or file its name or path.</summary>
    public required string Table { get; init; }

    /// <summary>Names and values of the row's key; empty for schema and file conflicts.</summary>
    public IReadOnlyList<NamedValue> Key { get; init; } = [];

    /// <summary>The column of a cell conflict.</summary>
    public string? Column { get; init; }

    /// <summary>Where in the cell's JSON document, for example <c>$.address.city</c>; null when it is about the whole cell.</summary>
    public string? Path { get; init; }

    /// <summary>What stands against the row, where that is another row: one sentence that names it.</summary>
    public string? Cause { get; init; }

    /// <summary>What the sides' definitions contradict each other in, for example <c>type of column qty</c>; empty for other kinds.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Both sides added a row under this key, and it may get another one: <see cref="ResolutionKind.Both"/> keeps the two.</summary>
    public bool CanTakeBoth { get; init; }

    /// <summary>The value, the row, the DDL or the text on each side; null where it does not exist.</summary>
    public IReadOnlyList<NamedValue>? Base { get; init; }

    public IReadOnlyList<NamedValue>? Source { get; init; }

    public IReadOnlyList<NamedValue>? Target { get; init; }
}

/// <summary>A column's name and value.</summary>
public sealed record NamedValue(string Name, Value Value);

/// <summary>Which value a resolution takes.</summary>
public enum ResolutionKind
{
    Source,
    Target,
    Base,

    /// <summary>The value in <see cref="Resolution.Value"/>; cell conflicts only.</summary>
    Value,

    /// <summary>Two rows: the target's keeps the key, the source's gets a new one, and what the source let refer to it follows.</summary>
    Both,
}

/// <summary>What a person, or a policy on their behalf, decided about a conflict.</summary>
/// <param name="Kind">Which side, or a value of its own.</param>
/// <param name="Value">The value as a cell.</param>
/// <param name="Json">The value as it was typed, for a place inside a JSON document.</param>
public sealed record Resolution(ResolutionKind Kind, Value? Value = null, string? Json = null);
