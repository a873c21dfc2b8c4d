using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>What a pipeline must do with one record.</summary>
/// <param name="Values">The row, aligned with the filled fields; null when rejected or left out.</param>
/// <param name="Failures"><c>field:rule</c> for every broken rule, in the order of reports; empty when left out.</param>
internal sealed record SimulatedOutcome(IReadOnlyList<object?>? Values, IReadOnlyList<string> Failures)
{
    public static SimulatedOutcome LeftOut { get; } = new(null, []);

    public bool IsAccepted => Values is not null;

    public bool IsLeftOut => Values is null && Failures.Count == 0;

    public bool IsRejected => Failures.Count > 0;
}

/// <summary>Interprets a pipeline record by record, independent of generated code; it knows what tests must expect.</summary>
internal sealed class PipelineSimulator
{
    private readonly PipelineSpec _spec;
    private readonly IReadOnlyList<PipelineField> _fields;
    private readonly List<(PipelineRule Rule, ConditionTest Test)> _rules;
    private readonly List<ConditionTest> _drops;
    private readonly List<(PipelineRule Rule, UniqueFields Unique, UniqueSet Seen)> _unique;

    public PipelineSimulator(PipelineSpec spec)
    {
        _spec = spec;
        _fields = spec.FilledFields;
        var index = new SampleRow(_fields);
        var rules = spec.CheckedRules;
        _rules = [.. rules.Where(r => !r.IsUnique && r.Rejects).Select(r => (r, ConditionTest.Build(r.Condition!, index.IndexOf)))];
        _drops = [.. rules.Where(r => !r.IsUnique && r.Drops).Select(r => ConditionTest.Build(r.Condition!, index.IndexOf))];
        _unique = [.. rules.Where(r => r.IsUnique && !r.OnlyCounts)
            .Select(r => (r, UniqueFields.Of(r, index.IndexOf), new UniqueSet(r.NullsAreEqual)))];
    }

    /// <summary>Takes the next record; cells are raw, aligned with the filled fields, null for NULL.</summary>
    public SimulatedOutcome Take(IReadOnlyList<string?> cells)
    {
        var row = new SampleRow(_fields);
        var failures = new List<string>();
        for (var i = 0; i < _fields.Count; i++) Read(row, i, cells[i], failures);
        if (failures.Count == 0 && _drops.Any(d => !d.Passes(row))) return SimulatedOutcome.LeftOut;
        foreach (var (rule, test) in _rules.Where(r => !IsReadRule(r.Rule)))
        {
            if (!test.Passes(row)) failures.Add($"{rule.ReportedField}:{rule.Name}");
        }

        if (failures.Count == 0 && !ClaimKeys(row, failures) && failures.Count == 0) return SimulatedOutcome.LeftOut;
        return failures.Count > 0 ? new SimulatedOutcome(null, failures) : new SimulatedOutcome([.. _fields.Select((_, i) => row.ValueAt(i))], []);
    }

    /// <summary>Applies the preprocessing of a field to one cell.</summary>
    public static string? Preprocess(IEnumerable<FieldOperation> operations, string? cell)
    {
        var scratch = new Scratch();
        var text = Text.From(cell);
        foreach (var operation in operations) text = operation.Apply(text, scratch);
        return text.ToStringOrNull();
    }

    /// <summary>Preprocesses and types one cell of a record, its default included; false when it has another type.</summary>
    public static bool TrySet(PipelineSpec spec, SampleRow row, PipelineField field, string? cell)
    {
        if (!row.TrySet(field, Text.From(Preprocess(PreprocessorsWriter.Of(spec, field), cell)))) return false;
        if (row.KindAt(row.IndexOf(field)) is null && field.Default is { Text: { } fallback }) row.TrySet(field, Text.From(fallback));
        return true;
    }

    private static bool IsReadRule(PipelineRule rule) => rule.Condition is Presence { Kind: PresenceKind.NotNull or PresenceKind.Given };

    private void Read(SampleRow row, int index, string? cell, List<string> failures)
    {
        var field = _fields[index];
        if (!TrySet(_spec, row, field, cell))
        {
            failures.Add($"{field.Name}:type");
            return;
        }

        foreach (var (rule, test) in _rules.Where(r => IsReadRule(r.Rule) && r.Rule.Fields[0].Name == field.Name))
        {
            if (test.Passes(row)) continue;
            failures.Add($"{rule.ReportedField}:{rule.Name}");
            return;
        }
    }

    /// <summary>False when a key was seen before: failed by a rule that rejects, else left out.</summary>
    private bool ClaimKeys(SampleRow row, List<string> failures)
    {
        var keys = _unique.Select(u => (u.Rule, u.Seen, Key: RowChecker.KeyOf(u.Unique, row))).ToList();
        var seen = keys.Where(k => k.Seen.Contains(k.Key)).ToList();
        failures.AddRange(seen.Where(k => k.Rule.Rejects).Select(k => $"{k.Rule.ReportedField}:{k.Rule.Name}"));
        if (seen.Count > 0) return false;
        foreach (var key in keys) key.Seen.Add(key.Key);
        return true;
    }
}
