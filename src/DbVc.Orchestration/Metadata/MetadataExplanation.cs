using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>A metadata file in plain words.</summary>
/// <param name="Source">Where the records come from and how they are written.</param>
/// <param name="Destination">Where the rows go.</param>
public sealed record MetadataExplanation(
    string Source, string Destination, IReadOnlyList<ExplainedField> Fields, IReadOnlyList<string> Steps, IReadOnlyList<ExplainedRule> Rules)
{
    public IReadOnlyList<string> Assumptions { get; init; } = [];

    /// <summary>What each step of preprocessing changes in the records that <see cref="Preview"/> is about.</summary>
    public IReadOnlyList<ChangedCells> Changes { get; init; } = [];

    /// <summary>What becomes of the first records; null when the source cannot be read.</summary>
    public PreviewCounts? Preview { get; init; }

    /// <summary>What the steps that reshape records did to the source, step by step; empty where there are none, or the source cannot be read.</summary>
    public IReadOnlyList<string> Reshaped { get; init; } = [];

    /// <summary>Why the source cannot be read.</summary>
    public DbVcException? Unreadable { get; init; }

    internal static MetadataExplanation Of(PipelineSpec spec, SourcePreview? preview, DbVcException? unreadable)
    {
        var counts = preview?.Rules.ToDictionary(r => r.Rule) ?? [];
        return new MetadataExplanation(
            SourceOf(spec), DestinationOf(spec), [.. spec.Fields.Select(f => Explain(f, spec))],
            [.. (spec.Source.Reshape?.Steps ?? []).Select(s => s.Text), .. spec.Steps.Select(s => s.Text), .. spec.Operations.Select(o => o.Text)],
            [.. Unnamed(spec, preview), .. spec.Rules.Select(r => Explain(r, counts))])
        {
            Assumptions = spec.Assumptions,
            Changes = preview?.Steps ?? [],
            Preview = preview is null ? null : PreviewCounts.Of(preview),
            Unreadable = unreadable,
        };
    }

    private static string SourceOf(PipelineSpec spec)
    {
        var read = spec.Source.Reshape?.Of ?? spec.Source;
        var tokens = read.Json?.NullTokens ?? read.Csv.NullTokens;
        var named = string.Join(", ", tokens.Select(t => t.Length == 0 ? read.Json is null ? "the empty cell" : "the empty text" : $"'{t}'"));
        if (read.Json is not null) named = named.Length == 0 ? "null" : "null, " + named;
        var count = tokens.Count + (read.Json is null ? 0 : 1);
        var nulls = count switch { 0 => "no cell is NULL", 1 => $"{named} is NULL", _ => $"{named} are NULL" };
        return $"{spec.Source.Location}: {spec.Source.Describe()}; {nulls}";
    }

    private static string DestinationOf(PipelineSpec spec)
    {
        var key = spec.PrimaryKey.Count == 0 ? "no primary key" : "primary key " + string.Join(", ", spec.PrimaryKey.Select(f => f.Name));
        var destination = spec.Destination;
        List<string> parts = [$"table {destination.Table} ({key}): made if it is not there", Dispositions.Describe(destination.Disposition)];
        if (destination.Evolution != Evolution.Freeze) parts.Add(Evolutions.Describe(destination.Evolution));
        parts.AddRange(destination.ForeignKeys.Select(k => $"{string.Join(" and ", k.Columns)} must be in {k.ReferencedTable}"));
        parts.AddRange(destination.Indexes.Select(i => $"{(i.IsUnique ? "unique index" : "index")} of {string.Join(" and ", i.Fields)}"));
        return string.Join("; ", parts);
    }

    private static ExplainedField Explain(PipelineField field, PipelineSpec spec)
    {
        var notes = new List<string>();
        if (field.PrimaryKey) notes.Add("primary key");
        if (!field.Nullable) notes.Add("never NULL");
        if (field.MaxLength is { } longest) notes.Add($"at most {longest} characters");
        if (field.Precision is { } digits) notes.Add($"at most {digits} digits, {field.Scale} of them after the point");
        if (field.Default is { IsCurrentTimestamp: true }) notes.Add("the time of the load where the source has none");
        else if (field.Default is { } value) notes.Add($"{value.Text} instead of NULL");
        if (field.SourceName is { } name) notes.Add($"from column {name}");
        if (!spec.FilledFields.Contains(field)) notes.Add("filled by the database");
        return new ExplainedField(field.Name, FieldTypes.Describe(field.Type), notes);
    }

    private static ExplainedRule Explain(PipelineRule rule, Dictionary<BrokenRule, PreviewedRule> counts)
    {
        var broken = counts.GetValueOrDefault(rule.AsBroken());
        return new ExplainedRule(rule.Text, rule.Written, EffectOf(rule), ConditionOf(rule), broken?.Count ?? 0, FirstOf(broken));
    }

    /// <summary>Types, and records that cannot be split into fields, are rules too, but only worth a line where something breaks them.</summary>
    private static IEnumerable<ExplainedRule> Unnamed(PipelineSpec spec, SourcePreview? preview)
    {
        var named = spec.Rules.Select(r => r.AsBroken()).ToHashSet();
        return (preview?.Rules ?? []).Where(r => !named.Contains(r.Rule))
            .Select(r => new ExplainedRule(r.Rule.Message, null, "quarantine", null, r.Count, FirstOf(r)));
    }

    private static IReadOnlyList<StoppedRecord> FirstOf(PreviewedRule? rule) =>
        [.. (rule?.First ?? []).Select(r => new StoppedRecord(r.Record, r.Line, r.Value))];

    private static string EffectOf(PipelineRule rule)
    {
        if (rule.Table is not null) return (rule.Severity == RuleSeverity.Warn ? "warn" : "fail the run") + ", once all rows are loaded";
        var when = rule.IsForLoad ? ", when the row is loaded" : "";
        if (rule.Described.Count > 0) when = "; its code is to be written, and only its examples are judged here";
        return EffectOf(rule, rule.Severity) + when;
    }

    private static string EffectOf(PipelineRule rule, RuleSeverity severity)
    {
        if (rule.MinimumShare is not null) return rule.Severity == RuleSeverity.Warn ? "warn when fewer pass" : "fail the run when fewer pass";
        return severity switch
        {
            RuleSeverity.Warn => "warn",
            RuleSeverity.Drop => "leave out",
            RuleSeverity.Fail => "quarantine, and fail the run",
            _ => "quarantine",
        };
    }

    private static string? ConditionOf(PipelineRule rule) => rule.Condition is null ? null : CSharpGenerator.Express(rule);
}

/// <summary>A field in plain words.</summary>
public sealed record ExplainedField(string Name, string Type, IReadOnlyList<string> Notes);

/// <summary>A rule in plain words.</summary>
/// <param name="Text">The one wording.</param>
/// <param name="Written">The sentence it was read from; null for a long form or one that follows from the schema.</param>
/// <param name="Effect">What becomes of a record that breaks it.</param>
/// <param name="Condition">The test as it is compiled; null for a rule about duplicates, which is a set of keys, and for one about the whole table.</param>
/// <param name="Broken">How many of the first records of the source break it.</param>
/// <param name="First">The first of them.</param>
public sealed record ExplainedRule(string Text, string? Written, string Effect, string? Condition, long Broken, IReadOnlyList<StoppedRecord> First);

/// <summary>A record that breaks a rule.</summary>
/// <param name="Record">Its number in the source, from 1, the header not counted.</param>
/// <param name="Line">The line where it starts, from 1.</param>
/// <param name="Value">The field as it was read; the whole record for a rule over several fields.</param>
public sealed record StoppedRecord(long Record, long Line, string Value);

/// <summary>What would become of the first records of a source.</summary>
/// <param name="Records">Records looked at.</param>
/// <param name="IsWhole">Whether these are all.</param>
public sealed record PreviewCounts(long Records, bool IsWhole, long Loaded, long Rejected, long LeftOut)
{
    internal static PreviewCounts Of(SourcePreview preview) =>
        new(preview.Records, preview.IsWhole, preview.Accepted, preview.Rejected, preview.LeftOut);
}
