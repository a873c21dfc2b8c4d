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

    /// <summary>The rules that are said in words of their own, and have no example like this row: the code may reject it by them too.</summary>
    public IReadOnlyList<PipelineRule> Open { get; init; } = [];

    public bool IsOpen => Open.Count > 0;

    /// <summary><c>field:rule</c> for every broken rule.</summary>
    public IReadOnlyList<string> Failures => [.. Broken.Select(b => $"{b.Field}:{b.Rule}")];

    public bool IsAccepted => Values is not null;

    public bool IsLeftOut => DroppedBy is not null;

    public bool IsRejected => Broken.Count > 0;
}

/// <summary>Interprets a pipeline record by record, independent of generated code; it knows what tests must expect.</summary>
internal sealed class PipelineSimulator
{
    private readonly SimulationPlan _plan;
    private readonly DateTime? _now;
    private readonly List<(PipelineRule Rule, KeyFields Key, UniqueSet Seen)> _unique;

    /// <param name="spec">With the source's header.</param>
    /// <param name="now">What fields take that are filled with the time of the load; null leaves them empty.</param>
    public PipelineSimulator(PipelineSpec spec, DateTime? now = null)
    {
        (_plan, _now) = (SimulationPlan.Of(spec), now);
        _unique = [.. _plan.Unique.Select(u => (u.Rule, u.Key, new UniqueSet(u.Rule.NullsAreEqual)))];
    }

    /// <summary>The number of the record that was taken last.</summary>
    public long Record { get; private set; }

    /// <summary>Counts a record that cannot be read.</summary>
    public void Skip() => Record++;

    /// <summary>Takes the next record; cells are raw, aligned with the columns of the source that are read, null for NULL.</summary>
    public SimulatedOutcome Take(IReadOnlyList<string?> cells) => Take(cells, new SampleRow(_plan.Filled));

    /// <summary>The same, with the row as far as it could be read left in <paramref name="row"/>.</summary>
    public SimulatedOutcome Take(IReadOnlyList<string?> cells, SampleRow row)
    {
        Record++;
        var broken = new List<BrokenRule>();
        for (var i = 0; i < _plan.Fields.Count; i++) Read(row, i, cells, broken);
        if (broken.Count == 0)
        {
            foreach (var (rule, test) in _plan.Drops)
            {
                if (!test.Passes(row)) return new SimulatedOutcome(null, []) { DroppedBy = rule };
            }
        }

        List<PipelineRule>? open = null;
        foreach (var (rule, test) in _plan.Rules)
        {
            if (!test.IsKnown(row)) (open ??= []).Add(rule);
            else if (!test.Passes(row)) broken.Add(rule.AsBroken());
        }

        return Settle(row, broken) with { Open = open ?? (IReadOnlyList<PipelineRule>)[] };
    }

    private SimulatedOutcome Settle(SampleRow row, List<BrokenRule> broken)
    {
        if (broken.Count == 0 && ClaimKeys(row, broken) is { } repeated) return new SimulatedOutcome(null, []) { DroppedBy = repeated };
        return broken.Count > 0 ? new SimulatedOutcome(null, broken) : new SimulatedOutcome([.. _plan.Fields.Select((_, i) => row.ValueAt(i))], []);
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
    /// <param name="spec">The pipeline.</param>
    /// <param name="row">Of its filled fields.</param>
    /// <param name="index">Of the field among them.</param>
    /// <param name="cell">As the source has it.</param>
    public static bool TrySet(PipelineSpec spec, SampleRow row, int index, string? cell) => TrySet(SimulationPlan.Of(spec).Fields[index], row, index, cell);

    /// <summary>The cell of a field, made of the columns that it takes; false when its step rejects them.</summary>
    public static bool TryCompose(SimulatedField field, IReadOnlyList<string?> cells, long record, out string? cell)
    {
        if (field.Field.Origin is { } origin) return origin.TryCompose([.. field.Columns.Select(c => cells[c])], record, out cell);
        cell = cells[field.Columns[0]];
        return true;
    }

    /// <summary>The time of the load as a field takes it.</summary>
    public static string TextOf(DateTime now, PipelineField field) =>
        now.ToString(field.Type == FieldType.Date ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static bool TrySet(SimulatedField plan, SampleRow row, int index, string? cell)
    {
        if (!row.TrySet(index, Text.From(Preprocess(plan.Operations, cell)))) return false;
        if (row.KindAt(index) is null && plan.Field.Default is { Text: { } fallback }) row.TrySet(index, Text.From(fallback));
        return true;
    }

    private void Read(SampleRow row, int index, IReadOnlyList<string?> cells, List<BrokenRule> broken)
    {
        var plan = _plan.Fields[index];
        var field = plan.Field;
        if (!TryCompose(plan, cells, Record, out var cell))
        {
            broken.Add(new BrokenRule(field.Name, field.Origin!.Step.Name, field.Origin.Step.Problem));
            return;
        }

        if (!TrySet(plan, row, index, cell))
        {
            broken.Add(new BrokenRule(field.Name, "type", $"{field.Name} must be {FieldTypes.Describe(field.Type)}"));
            return;
        }

        if (_now is { } now && field.Default is { IsCurrentTimestamp: true } && row.KindAt(index) is null) row.TrySet(index, Text.From(TextOf(now, field)));
        foreach (var (rule, test) in plan.Reads)
        {
            if (test.Passes(row)) continue;
            broken.Add(rule.AsBroken());
            return;
        }
    }

    /// <summary>Fails what holds a key that was seen before; the rule that leaves it out, if no rule rejects it.</summary>
    private PipelineRule? ClaimKeys(SampleRow row, List<BrokenRule> broken)
    {
        var keys = _unique.Select(u => (u.Rule, u.Seen, Key: RowChecker.KeyOf(u.Key, row))).ToList();
        var seen = keys.Where(k => k.Seen.Contains(k.Key)).ToList();
        broken.AddRange(seen.Where(k => k.Rule.Rejects).Select(k => k.Rule.AsBroken()));
        if (broken.Count == 0 && seen.Count > 0) return seen[0].Rule;
        if (seen.Count > 0) return null;
        foreach (var key in keys) key.Seen.Add(key.Key);
        return null;
    }
}
