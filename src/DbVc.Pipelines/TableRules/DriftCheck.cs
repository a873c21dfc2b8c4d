namespace DbVc.Pipelines;

/// <summary>
/// The column is what it was in the last merged run, as <see cref="ProfileDrift"/> judges it: nulls, different values, range, and the population stability
/// index of its distribution. Without the rule, drift is remarked and fails nothing.
/// </summary>
/// <param name="Of">The column.</param>
public sealed record DriftCheck(PipelineField Of) : TableCheck
{
    public override string Name => "no_drift";

    public override PipelineField Field => Of;

    /// <summary>A profile is that of all rows.</summary>
    public override bool TakesPremise => false;

    public override string Text => $"{ConditionText.NameField(Of)} must not drift from the last run";

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => new Observer(this);

    private sealed class Observer(DriftCheck check) : TableObserver
    {
        public override void Add(long record, IRowView row)
        {
            // The profile looks at all rows anyway.
        }

        public override TableVerdict Judge(LoadFacts facts)
        {
            if (facts.Drift is not { } drift) return TableVerdict.Nothing("there is no merged run to compare with");
            var found = drift.Where(d => d.Field == check.Of.Name).Select(d => d.Message).ToList();
            return found.Count == 0 ? new TableVerdict(true, "nothing changed much") : new TableVerdict(false, string.Join(" ", found));
        }
    }
}
