using System.Runtime.CompilerServices;

namespace DbVc.Pipelines;

/// <summary>
/// What interpreting a pipeline needs to know, worked out once: tests of it try thousands of records, each in a simulator of its own, and a source may have
/// hundreds of columns.
/// </summary>
internal sealed class SimulationPlan
{
    private static readonly ConditionalWeakTable<PipelineSpec, SimulationPlan> s_plans = [];

    private SimulationPlan(PipelineSpec spec)
    {
        Columns = spec.SourceColumns;
        var columns = Columns.Select((name, at) => (name, at)).ToDictionary(c => c.name, c => c.at, StringComparer.Ordinal);
        Filled = spec.FilledFields;
        var indexes = Filled.Select((field, at) => (field.Name, at)).ToDictionary(f => f.Name, f => f.at, StringComparer.Ordinal);
        var operations = spec.Operations.ToLookup(o => o.Field.Name, StringComparer.Ordinal);
        var checks = spec.CheckedRules.Where(r => !r.IsUnique).Select(r => (Rule: r, Test: r.Rejects || r.Drops
            ? ConditionTest.Build(r.Condition!, f => indexes[f.Name]) : null)).ToList();
        Rules = [.. checks.Where(c => c.Rule.Rejects && !IsReadRule(c.Rule)).Select(c => (c.Rule, c.Test!))];
        Drops = [.. checks.Where(c => c.Rule.Drops).Select(c => (c.Rule, c.Test!))];
        Unique = [.. spec.CheckedRules.Where(r => r.IsUnique && !r.OnlyCounts).Select(r => (r, KeyFields.Of(r, f => indexes[f.Name])))];
        var reads = checks.Where(c => c.Rule.Rejects && IsReadRule(c.Rule))
            .ToLookup(c => c.Rule.Fields[0].Name, c => (c.Rule, c.Test!), StringComparer.Ordinal);
        Fields = [.. Filled.Select(f => new SimulatedField(f, [.. f.SourceColumns.Select(c => columns[c])],
            [.. operations[f.Name]], [.. reads[f.Name]]))];
    }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>What rows are made of, in order.</summary>
    public IReadOnlyList<PipelineField> Filled { get; }

    /// <summary>The same, ready to be interpreted.</summary>
    public IReadOnlyList<SimulatedField> Fields { get; }

    /// <summary>Rules that reject, but for those that are judged when a field is read.</summary>
    public IReadOnlyList<(PipelineRule Rule, ConditionTest Test)> Rules { get; }

    public IReadOnlyList<(PipelineRule Rule, ConditionTest Test)> Drops { get; }

    public IReadOnlyList<(PipelineRule Rule, KeyFields Key)> Unique { get; }

    public static SimulationPlan Of(PipelineSpec spec) => s_plans.GetValue(spec, known => new SimulationPlan(known));

    private static bool IsReadRule(PipelineRule rule) => rule.Condition is Presence { Kind: PresenceKind.NotNull or PresenceKind.Given };
}

/// <summary>A field as it is interpreted.</summary>
/// <param name="Columns">Where the columns that it takes are in a record.</param>
/// <param name="Operations">Its preprocessing.</param>
/// <param name="Reads">Rules that are judged as soon as it is read.</param>
internal sealed record SimulatedField(PipelineField Field, IReadOnlyList<int> Columns, IReadOnlyList<FieldOperation> Operations,
    IReadOnlyList<(PipelineRule Rule, ConditionTest Test)> Reads);
