using System.Globalization;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>What a pipeline must do with one record.</summary>
/// <param name="Values">The row, aligned with the filled fields; null when rejected or left out.</param>
/// <param name="Broken">Every rule that it is rejected for, in the order of reports; empty when left out.</param>
internal sealed record SimulatedOutcome(IReadOnlyList<object?>? Values, IReadOnlyList<BrokenRule> Broken)
{
    /// <summary>The rule that leaves the record out; null when none does.</summary>
    public PipelineRule? DroppedBy { get; init; }

    /// <summary><c>field:rule</c> for every broken rule.</summary>
    public IReadOnlyList<string> Failures => [.. Broken.Select(b => $"{b.Field}:{b.Rule}")];

    public bool IsAccepted => Values is not null;

    public bool IsLeftOut => DroppedBy is not null;

    public bool IsRejected => Broken.Count > 0;
}

/// <summary>Interprets a pipeline record by record, independent of generated code; it knows what tests must expect.</summary>
internal sealed class PipelineSimulator
{
    private readonly PipelineSpec _spec;
    private readonly DateTime? _now;
    private readonly IReadOnlyList<string> _columns;
    private readonly IReadOnlyList<PipelineField> _fields;
    private readonly List<(PipelineRule Rule, ConditionTest Test)> _rules;
    private readonly List<(PipelineRule Rule, ConditionTest Test)> _drops;
    private readonly List<(PipelineRule Rule, KeyFields Unique, UniqueSet Seen)> _unique;

    /// <param name="spec">With the source's header.</param>
    /// <param name="now">What fields take that are filled with the time of the load; null leaves them empty.</param>
    public PipelineSimulator(PipelineSpec spec, DateTime? now = null)
    {
        (_spec, _now) = (spec, now);
        _fields = spec.FilledFields;
        _columns = spec.SourceColumns;
        var index = new SampleRow(_fields);
        var rules = spec.CheckedRules;
        _rules = [.. rules.Where(r => !r.IsUnique && r.Rejects).Select(r => (r, ConditionTest.Build(r.Condition!, index.IndexOf)))];
        _drops = [.. rules.Where(r => !r.IsUnique && r.Drops).Select(r => (r, ConditionTest.Build(r.Condition!, index.IndexOf)))];
        _unique = [.. rules.Where(r => r.IsUnique && !r.OnlyCounts)
            .Select(r => (r, KeyFields.Of(r, index.IndexOf), new UniqueSet(r.NullsAreEqual)))];
    }

    /// <summary>The number of the record that was taken last.</summary>
    public long Record { get; private set; }

    /// <summary>Counts a record that cannot be read.</summary>
    public void Skip() => Record++;

    /// <summary>Takes the next record; cells are raw, aligned with the columns of the source that are read, null for NULL.</summary>
    public SimulatedOutcome Take(IReadOnlyList<string?> cells) => Take(cells, new SampleRow(_fields));

    /// <summary>The same, with the row as far as it could be read left in <paramref name="row"/>.</summary>
    public SimulatedOutcome Take(IReadOnlyList<string?> cells, SampleRow row)
    {
        Record++;
        var broken = new List<BrokenRule>();
        for (var i = 0; i < _fields.Count; i++) Read(row, i, cells, broken);
        if (broken.Count == 0)
        {
            foreach (var (rule, test) in _drops)
            {
                if (!test.Passes(row)) return new SimulatedOutcome(null, []) { DroppedBy = rule };
            }
        }

        foreach (var (rule, test) in _rules)
        {
            if (!IsReadRule(rule) && !test.Passes(row)) broken.Add(rule.AsBroken());
        }

        if (broken.Count == 0 && ClaimKeys(row, broken) is { } repeated) return new SimulatedOutcome(null, []) { DroppedBy = repeated };
        return broken.Count > 0 ? new SimulatedOutcome(null, broken) : new SimulatedOutcome([.. _fields.Select((_, i) => row.ValueAt(i))], []);
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

    /// <summary>The cell of a field, made of the columns that it takes; false when its step rejects them.</summary>
    public static bool TryCompose(PipelineField field, IReadOnlyList<string> columns, IReadOnlyList<string?> cells, long record, out string? cell)
    {
        cell = null;
        if (field.Origin is { } origin) return origin.TryCompose([.. field.SourceColumns.Select(Cell)], record, out cell);
        cell = Cell(field.HeaderName);
        return true;

        string? Cell(string column)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                if (columns[i] == column) return cells[i];
            }

            throw new InvalidOperationException($"The record has no column '{column}'.");
        }
    }

    /// <summary>The time of the load as a field takes it.</summary>
    public static string TextOf(DateTime now, PipelineField field) =>
        now.ToString(field.Type == FieldType.Date ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static bool IsReadRule(PipelineRule rule) => rule.Condition is Presence { Kind: PresenceKind.NotNull or PresenceKind.Given };

    private void Read(SampleRow row, int index, IReadOnlyList<string?> cells, List<BrokenRule> broken)
    {
        var field = _fields[index];
        if (!TryCompose(field, _columns, cells, Record, out var cell))
        {
            broken.Add(new BrokenRule(field.Name, field.Origin!.Step.Name, field.Origin.Step.Problem));
            return;
        }

        if (!TrySet(_spec, row, field, cell))
        {
            broken.Add(new BrokenRule(field.Name, "type", $"{field.Name} must be {FieldTypes.Describe(field.Type)}"));
            return;
        }

        if (_now is { } now && field.Default is { IsCurrentTimestamp: true } && row.KindAt(index) is null) row.TrySet(field, Text.From(TextOf(now, field)));
        foreach (var (rule, test) in _rules)
        {
            if (!IsReadRule(rule) || rule.Fields[0].Name != field.Name || test.Passes(row)) continue;
            broken.Add(rule.AsBroken());
            return;
        }
    }

    /// <summary>Fails what holds a key that was seen before; the rule that leaves it out, if no rule rejects it.</summary>
    private PipelineRule? ClaimKeys(SampleRow row, List<BrokenRule> broken)
    {
        var keys = _unique.Select(u => (u.Rule, u.Seen, Key: RowChecker.KeyOf(u.Unique, row))).ToList();
        var seen = keys.Where(k => k.Seen.Contains(k.Key)).ToList();
        broken.AddRange(seen.Where(k => k.Rule.Rejects).Select(k => k.Rule.AsBroken()));
        if (broken.Count == 0 && seen.Count > 0) return seen[0].Rule;
        if (seen.Count > 0) return null;
        foreach (var key in keys) key.Seen.Add(key.Key);
        return null;
    }
}
