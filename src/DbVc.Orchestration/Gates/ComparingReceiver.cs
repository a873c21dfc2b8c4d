using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Hands records on, and compares each with what the metadata alone makes of it.</summary>
internal sealed class ComparingReceiver(IRowReceiver inner, ExpectedRecords expected) : IRowReceiver
{
    private const int MostShown = 10;

    /// <summary>Records that came otherwise.</summary>
    public long Differences { get; private set; }

    /// <summary>The first of them.</summary>
    public List<GateFinding> First { get; } = [];

    public void Columns(IReadOnlyList<PipelineColumn> columns) => inner.Columns(columns);

    public void Row(long record, RowView row)
    {
        Note(expected.FindDifference(record, row));
        inner.Row(record, row);
    }

    public void Rejected(RejectedRecord rejected)
    {
        Note(expected.FindDifferenceOfRejected(rejected.Record));
        inner.Rejected(rejected);
    }

    public void FilteredRow(long record, RowView row)
    {
        Note(expected.FindDifferenceOfLeftOut(record));
        inner.FilteredRow(record, row);
    }

    public void Filtered(long record)
    {
        Note(expected.FindDifferenceOfLeftOut(record));
        inner.Filtered(record);
    }

    private void Note(string? difference)
    {
        if (difference is null) return;
        Differences++;
        if (First.Count < MostShown) First.Add(new GateFinding(difference) { Rule = "trial.expected" });
    }
}
