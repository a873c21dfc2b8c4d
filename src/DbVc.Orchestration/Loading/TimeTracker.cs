using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Judges a rule about the time: all rows of a load by the time at which it began, and a row that is tried again by the time of that.</summary>
internal sealed class TimeTracker(KeyFields fields, PipelineSpec spec, DateTimeOffset now) : ILoadRule
{
    private readonly RowPremise _premise = new(spec, fields.Rule);
    private readonly TimeTest _test = new(fields, now);

    public KeyFields Fields => fields;

    public bool Allows(IRowView row) => !_premise.Covers(row) || _test.Passes(row);
}
