namespace DbVc.Pipelines;

/// <summary>What a broken rule does to the record.</summary>
public enum RuleSeverity
{
    /// <summary>The record goes to the quarantine.</summary>
    Reject,

    /// <summary>The record is accepted and the finding counted.</summary>
    Warn,

    /// <summary>The record is left out and counted.</summary>
    Drop,

    /// <summary>The record goes to the quarantine, and the run does not pass the gates.</summary>
    Fail,
}

/// <summary>One rule over a row, or over all rows when it is about duplicates.</summary>
public sealed record PipelineRule
{
    /// <summary>The canonical name, for example <c>must_be_valid_email</c>, <c>range</c>, <c>no_duplicates</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The fields it looks at, in order of appearance.</summary>
    public required IReadOnlyList<PipelineField> Fields { get; init; }

    /// <summary>The condition a row must not break; null for a rule about duplicates, and for one that only the host judges.</summary>
    public required Condition? Condition { get; init; }

    /// <summary>What it asks of all rows together, judged by the host once they are loaded; null for other rules.</summary>
    public TableCheck? Table { get; init; }

    /// <summary>Where the values must be, judged by the host when rows are loaded; null for other rules.</summary>
    public KeyReference? Reference { get; init; }

    /// <summary>What the value must be by the clock, judged by the host when rows are loaded; null for other rules.</summary>
    public TimeBound? Time { get; init; }

    /// <summary>Whether only the host can judge it: the generated code knows nothing of it.</summary>
    public bool IsForHost => Table is not null || IsForLoad;

    /// <summary>Whether the host judges it, row by row, as rows are loaded.</summary>
    public bool IsForLoad => Reference is not null || Time is not null;

    /// <summary>The rule as an English sentence, the same for the same rule however it was written.</summary>
    public required string Text { get; init; }

    /// <summary>What the user is told about a record that breaks it.</summary>
    public required string Message { get; init; }

    public RuleSeverity Severity { get; init; }

    /// <summary>
    /// The share of the values looked at that must pass, above 0 and below 1; null when each row is judged alone. With it rows that break the
    /// rule are loaded and counted, and the severity, <see cref="RuleSeverity.Warn"/> or <see cref="RuleSeverity.Fail"/>, is for the run.
    /// </summary>
    public decimal? MinimumShare { get; init; }

    /// <summary>Which rows it is about, when not all; part of <see cref="Condition"/> too.</summary>
    public Condition? Premise { get; init; }

    /// <summary>The fields that it judges in these rows.</summary>
    public IReadOnlyList<PipelineField> JudgedFields
    {
        get => field ?? Fields;
        init;
    }

    /// <summary>Whether a row that breaks it goes to the quarantine.</summary>
    public bool Rejects => Table is null && MinimumShare is null && (Severity is RuleSeverity.Reject or RuleSeverity.Fail);

    /// <summary>Whether a row that breaks it is left out.</summary>
    public bool Drops => Severity == RuleSeverity.Drop;

    /// <summary>Whether a row that breaks it is loaded all the same.</summary>
    public bool OnlyCounts => !Rejects && !Drops;

    /// <summary>The sentence that it was read from; null for a long form and for what follows from the schema.</summary>
    public string? Written { get; init; }

    /// <summary>True when it follows from the schema and was not declared as a validation.</summary>
    public bool FromSchema { get; init; }

    /// <summary>For duplicates: whole records, so that NULL equals NULL.</summary>
    public bool NullsAreEqual { get; init; }

    public bool IsUnique => Condition is null && !IsForHost;

    /// <summary>What of it a person or a model writes the code of.</summary>
    public IReadOnlyList<DescribedTest> Described => DescribedTest.In(Condition);

    /// <summary>The field that reports name: empty for a rule over several.</summary>
    public string ReportedField
    {
        get => field ?? (Fields.Count == 1 ? Fields[0].Name : "");
        init;
    }

    /// <summary>What reports say about a record that breaks it.</summary>
    public BrokenRule AsBroken() => new(ReportedField, Name, Message);

    /// <summary>A rule from its condition; throws <see cref="RuleException"/> for a severity that it cannot have.</summary>
    public static PipelineRule Of(Condition condition, RuleSeverity severity = RuleSeverity.Reject) => new PipelineRule
    {
        Name = ConditionText.NameOf(condition),
        Fields = ConditionFields.Of(condition),
        Condition = condition,
        Text = "",
        Message = "",
    }.WithSeverity(severity);

    /// <summary>A rule that no two accepted rows have equal values in <paramref name="fields"/>.</summary>
    public static PipelineRule Unique(IReadOnlyList<PipelineField> fields, bool nullsAreEqual = false) => new PipelineRule
    {
        Name = "no_duplicates",
        Fields = fields,
        Condition = null,
        Text = "",
        Message = "",
        NullsAreEqual = nullsAreEqual,
    }.Worded();

    /// <summary>The rules that the fields tell rows apart: none is NULL, and no two rows have equal values.</summary>
    public static IReadOnlyList<PipelineRule> Key(IReadOnlyList<PipelineField> fields) =>
        [.. fields.Select(f => Of(new Presence(f, PresenceKind.NotNull))), Unique(fields)];

    /// <summary>A rule that the values are in a table; where one of them is NULL it passes (MATCH SIMPLE of SQL).</summary>
    public static PipelineRule ReferringTo(IReadOnlyList<PipelineField> fields, KeyReference reference) => new PipelineRule
    {
        Name = "foreign_key",
        Fields = fields,
        Condition = null,
        Reference = reference,
        Text = "",
        Message = "",
    }.Worded();

    /// <summary>A rule about a time, judged by the clock.</summary>
    public static PipelineRule BesideNow(PipelineField field, TimeBound bound) => new PipelineRule
    {
        Name = bound.Name,
        Fields = [field],
        Condition = null,
        Time = bound,
        Text = "",
        Message = "",
    }.Worded();

    /// <summary>A rule about the whole table: the run breaks it, unless it only warns.</summary>
    public static PipelineRule Of(TableCheck check) => new PipelineRule
    {
        Name = check.Name,
        Fields = check.Field is { } field ? [field] : [],
        Condition = null,
        Table = check,
        Text = "",
        Message = "",
        Severity = RuleSeverity.Fail,
    }.Worded();

    /// <summary>The same rule with another severity; throws <see cref="RuleException"/> for one that the rule cannot have.</summary>
    public PipelineRule WithSeverity(RuleSeverity severity)
    {
        if (Table is not null && severity is RuleSeverity.Reject or RuleSeverity.Drop)
            throw new RuleException("a rule about the whole table finds no single row to keep out", "use severity fail or warn.");
        // db-vc counts and leaves out by its own judgement, and of these it has none.
        if (Described.Count > 0 && severity is RuleSeverity.Warn or RuleSeverity.Drop)
            throw new RuleException("only the written code knows which rows break it, so it can neither warn nor leave out", "use quarantine or fail.");
        return (this with { Severity = severity }).Worded();
    }

    /// <summary>The same rule for a share of the rows; throws <see cref="RuleException"/> for a rule that judges each row alone.</summary>
    public PipelineRule WithShare(decimal share)
    {
        if (share is <= 0 or > 1) throw new RuleException("the share of rows that must pass is above 0 and at most 100 %");
        if (Table is not null) throw new RuleException("a rule about the whole table has no share of rows that may break it");
        if (IsUnique) throw new RuleException("a rule about duplicates has no share of rows that may break it");
        if (Described.Count > 0) throw new RuleException("only the written code knows which rows break it, so no share of rows may");
        if (Drops) throw new RuleException("rows are left out one by one, and a share is known only at the end", "use severity warn or fail.");
        return (this with { Severity = Severity == RuleSeverity.Warn ? RuleSeverity.Warn : RuleSeverity.Fail, MinimumShare = share }).Worded();
    }

    /// <summary>The same rule for the rows that satisfy <paramref name="premise"/>; throws <see cref="RuleException"/> for a rule about duplicates.</summary>
    public PipelineRule Where(Condition premise)
    {
        if (DescribedTest.In(premise).Count > 0)
        {
            throw new RuleException("words of one's own do not say which rows a rule is about: db-vc has no judgement of most rows",
                "say it in the words of the vocabulary, or put all of it into the rule's own words.");
        }

        if (Table is { TakesPremise: false }) throw new RuleException($"the rule '{Name}' is not about rows", "leave out 'where'.");
        if (Table is not null) return (this with { Premise = Premise is null ? premise : ConditionBuilder.All([Premise, premise]) }).Worded();
        if (IsForLoad)
        {
            var all = this with { Fields = [.. Fields.Union(ConditionFields.Of(premise))], ReportedField = ReportedField, JudgedFields = JudgedFields };
            return (all with { Premise = Premise is null ? premise : ConditionBuilder.All([Premise, premise]) }).Worded();
        }

        if (Condition is null) throw new RuleException("a rule about duplicates looks at all rows", "leave out 'where'.");
        var condition = ConditionBuilder.Any([ConditionBuilder.Negate(premise), Condition]);
        var rule = this with { Condition = condition, Fields = ConditionFields.Of(condition), ReportedField = ReportedField, JudgedFields = Fields };
        return (rule with { Premise = Premise is null ? premise : ConditionBuilder.All([Premise, premise]) }).Worded();
    }

    /// <summary>A message that was the old wording becomes the new one.</summary>
    private PipelineRule Worded()
    {
        var text = ConditionText.Describe(this);
        return this with { Text = text, Message = Message == Text ? text : Message };
    }
}
