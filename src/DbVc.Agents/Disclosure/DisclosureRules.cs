namespace DbVc.Agents;

/// <summary>How many rows a model may see, and of which columns the values. Names may hold <c>*</c> and <c>?</c>; capitals do not matter.</summary>
public sealed record DisclosureRules
{
    /// <summary>Statistics, and rows of which every value is masked.</summary>
    public static DisclosureRules Default { get; } = new();

    /// <summary>Rows in one answer of a tool.</summary>
    public int Rows { get; init; } = 20;

    /// <summary>Columns whose values may be shown as they are.</summary>
    public IReadOnlyList<string> Shown { get; init; } = [];

    /// <summary>Columns whose values are masked all the same.</summary>
    public IReadOnlyList<string> Masked { get; init; } =
    [
        "*mail*", "*phone*", "*mobile*", "*fax*", "*address*", "*street*", "*birth*", "*first*name*", "*last*name*", "*full*name*", "*surname*", "*ssn*",
        "*iban*", "*card*", "*passport*", "*tax*id*", "*national*id*", "*salary*", "*wage*", "*password*", "*secret*", "*token*",
    ];
}
