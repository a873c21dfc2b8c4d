namespace DbVc.Pipelines;

/// <summary>What became of a rule about the whole table.</summary>
/// <param name="Rule">As declared.</param>
/// <param name="Holds">Null when there was nothing to judge; the rule is not broken then.</param>
/// <param name="Found">What was found, for a person.</param>
public sealed record TableOutcome(PipelineRule Rule, bool? Holds, string Found)
{
    public bool IsBroken => Holds == false;
}

/// <summary>Looks at loaded rows for the rules about the whole table. For one thread at a time.</summary>
public sealed class TableTally
{
    private readonly (PipelineRule Rule, ConditionTest? Premise, TableObserver Observer)[] _rules;

    /// <summary>For the rules about the whole table.</summary>
    public TableTally(PipelineSpec spec)
    {
        var columns = spec.FilledFields.Select((f, i) => (f.Name, i)).ToDictionary(f => f.Name, f => f.i);
        _rules =
        [
            .. spec.TableRules.Select(r => (r,
                r.Premise is { } premise ? ConditionTest.Build(ConditionBuilder.Certain(premise), f => columns[f.Name]) : null,
                r.Table!.Start(f => columns[f.Name]))),
        ];
    }

    /// <summary>Whether there is a rule to look for.</summary>
    public bool IsEmpty => _rules.Length == 0;

    /// <summary>A row was loaded; rows come in the order of records.</summary>
    public void Add(long record, IRowView row)
    {
        foreach (var (_, premise, observer) in _rules)
        {
            if (premise is null || premise.Passes(row)) observer.Add(record, row);
        }
    }

    /// <summary>What the rules say, once all rows are loaded.</summary>
    public IReadOnlyList<TableOutcome> Judge(LoadFacts facts) =>
    [
        .. _rules.Select(r => (r.Rule, Verdict: r.Observer.Judge(facts))).Select(r => new TableOutcome(r.Rule, r.Verdict.Holds, r.Verdict.Found)),
    ];
}
