namespace DbVc.Pipelines;

/// <summary>Tells which rows a rule is about.</summary>
public sealed class RowPremise
{
    private readonly ConditionTest? _test;

    /// <summary>For a rule over the columns that a pipeline fills.</summary>
    public RowPremise(PipelineSpec spec, PipelineRule rule)
    {
        var index = spec.FilledFields.Select((f, i) => (f.Name, i)).ToDictionary(f => f.Name, f => f.i);
        if (rule.Premise is { } premise) _test = ConditionTest.Build(ConditionBuilder.Certain(premise), f => index[f.Name]);
    }

    /// <summary>Whether the row is one of them.</summary>
    public bool Covers(IRowView row) => _test is null || _test.Passes(row);
}
