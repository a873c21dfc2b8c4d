namespace DbVc.Pipelines;

internal enum RuleParameterKind
{
    /// <summary>A number, a text, or true or false.</summary>
    Value,

    /// <summary>A list of such values.</summary>
    Values,

    /// <summary>A list of lists of such values.</summary>
    Rows,

    /// <summary>A list of such values for a rule about one field, of lists of them for one about several.</summary>
    Examples,
    Number,
    Text,
    Texts,
    Truth,

    /// <summary>A distribution that somebody wrote down.</summary>
    Distribution,

    /// <summary>The name of a measure of <see cref="DistributionMeasures"/>.</summary>
    Measure,
}

/// <summary>One parameter of a rule in its long form.</summary>
internal sealed record RuleParameter(string Name, RuleParameterKind Kind, bool Required = true);

/// <summary>
/// One rule of the vocabulary in its long form. Reading metadata, the published schema, suggestions and the documentation all take what they know
/// of a rule from here; formats have a table of their own.
/// </summary>
/// <param name="Name">Canonical, as metadata and reports name it.</param>
/// <param name="Summary">One sentence for a person.</param>
internal sealed record RuleDefinition(string Name, string Summary)
{
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public IReadOnlyList<RuleParameter> Parameters { get; init; } = [];

    /// <summary>The condition on one field; null for a rule about several as a group, or about duplicates.</summary>
    public Func<RuleArguments, PipelineField, Condition?>? Build { get; init; }

    /// <summary>The condition on a group of fields.</summary>
    public Func<RuleArguments, IReadOnlyList<PipelineField>, Condition?>? BuildGroup { get; init; }

    /// <summary>The condition on one field or several together.</summary>
    public Func<RuleArguments, IReadOnlyList<PipelineField>, Condition?>? BuildTogether { get; init; }

    /// <summary>The check of the whole table, for a rule without a field.</summary>
    public Func<RuleArguments, TableCheck?>? BuildTable { get; init; }

    /// <summary>The check of the whole table on one field.</summary>
    public Func<RuleArguments, PipelineField, TableCheck?>? BuildTableOf { get; init; }

    /// <summary>The check of the whole table on a group of fields.</summary>
    public Func<RuleArguments, IReadOnlyList<PipelineField>, TableCheck?>? BuildTableOfGroup { get; init; }

    /// <summary>What the values of a group of fields, or of one, must be found in.</summary>
    public Func<RuleArguments, IReadOnlyList<PipelineField>, KeyReference?>? BuildReference { get; init; }

    /// <summary>The rule about the time of one field.</summary>
    public Func<RuleArguments, PipelineField, PipelineRule?>? BuildTime { get; init; }

    /// <summary>The share of rows that must pass, for a rule that takes it as a parameter.</summary>
    public Func<RuleArguments, decimal?>? Share { get; init; }

    /// <summary>The members of an example besides <c>rule</c>.</summary>
    public required string Example { get; init; }

    /// <summary>The same in English.</summary>
    public required string English { get; init; }

    /// <summary>Whether it needs two fields at least.</summary>
    public bool IsAboutGroup => BuildGroup is not null || BuildTableOfGroup is not null;

    public IEnumerable<string> Names => [Name, .. Aliases];
}
