namespace DbVc.Pipelines;

/// <summary>What a broken rule does to the record.</summary>
public enum RuleSeverity
{
    /// <summary>The record goes to the quarantine.</summary>
    Reject,

    /// <summary>The record is accepted and the finding counted.</summary>
    Warn,
}

/// <summary>One rule over a row, or over all rows when it is about duplicates.</summary>
public sealed record PipelineRule
{
    /// <summary>The canonical name, for example <c>must_be_valid_email</c>, <c>range</c>, <c>no_duplicates</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The fields it looks at, in order of appearance.</summary>
    public required IReadOnlyList<PipelineField> Fields { get; init; }

    /// <summary>The condition a row must not break; null for a rule about duplicates.</summary>
    public required Condition? Condition { get; init; }

    /// <summary>The rule as an English sentence, the same for the same rule however it was written.</summary>
    public required string Text { get; init; }

    /// <summary>What the user is told about a record that breaks it.</summary>
    public required string Message { get; init; }

    public RuleSeverity Severity { get; init; }

    /// <summary>True when it follows from the schema and was not declared as a validation.</summary>
    public bool FromSchema { get; init; }

    /// <summary>For duplicates: whole records, so that NULL equals NULL.</summary>
    public bool NullsAreEqual { get; init; }

    public bool IsUnique => Condition is null;

    /// <summary>The field that reports name: empty for a rule over several.</summary>
    public string ReportedField => Fields.Count == 1 ? Fields[0].Name : "";

    /// <summary>A rule from its condition.</summary>
    public static PipelineRule Of(Condition condition, string? message = null, RuleSeverity severity = RuleSeverity.Reject)
    {
        var text = ConditionText.Describe(condition, severity);
        return new PipelineRule
        {
            Name = ConditionText.NameOf(condition),
            Fields = ConditionFields.Of(condition),
            Condition = condition,
            Text = text,
            Message = message ?? text,
            Severity = severity,
        };
    }

    /// <summary>A rule that no two accepted rows have equal values in <paramref name="fields"/>.</summary>
    public static PipelineRule Unique(IReadOnlyList<PipelineField> fields, bool nullsAreEqual = false, string? message = null)
    {
        var names = string.Join(" and ", fields.Select(f => ConditionText.NameField(f)));
        var text = nullsAreEqual ? "no duplicate records" : fields.Count == 1 ? $"{names} must be unique" : $"{names} must be unique together";
        return new PipelineRule
        {
            Name = "no_duplicates",
            Fields = fields,
            Condition = null,
            Text = text,
            Message = message ?? text,
            NullsAreEqual = nullsAreEqual,
        };
    }
}
