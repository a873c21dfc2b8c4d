using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Hands records on, and compares the first of them with what the metadata alone makes of them.</summary>
/// <param name="inner">Gets them.</param>
/// <param name="expecting">May be on its way while the records are.</param>
internal sealed class ComparingReceiver(IRowReceiver inner, Task<ExpectedRecords> expecting) : IRowReceiver
{
    private const int MostShown = 10;

    private readonly List<GateFinding> _first = [];
    private long _differences;

    private ExpectedRecords Expected => expecting.GetAwaiter().GetResult();

    /// <summary>What came otherwise.</summary>
    public SampleComparison Comparison => new(Expected.Count, _differences, _first);

    public void Columns(IReadOnlyList<PipelineColumn> columns) => inner.Columns(columns);

    public void Row(long record, RowView row)
    {
        Note(Expected.FindDifference(record, row));
        inner.Row(record, row);
    }

    public void Rejected(RejectedRecord rejected)
    {
        Note(Expected.FindDifferenceOfRejected(rejected.Record, rejected.Reasons.Select(r => $"{r.Field}:{r.Rule}")));
        inner.Rejected(rejected);
    }

    public void FilteredRow(long record, RowView row)
    {
        Note(Expected.FindDifferenceOfLeftOut(record));
        inner.FilteredRow(record, row);
    }

    public void Filtered(long record)
    {
        Note(Expected.FindDifferenceOfLeftOut(record));
        inner.Filtered(record);
    }

    private void Note(string? difference)
    {
        if (difference is null) return;
        _differences++;
        if (_first.Count < MostShown) _first.Add(new GateFinding(difference) { Rule = "trial.expected" });
    }
}

/// <summary>How the code took records, beside what the metadata says of them.</summary>
/// <param name="Records">Records that were compared.</param>
/// <param name="Differences">Those that came otherwise.</param>
/// <param name="First">The first of these.</param>
public sealed record SampleComparison(long Records, long Differences, IReadOnlyList<GateFinding> First)
{
    /// <summary>Nothing was compared.</summary>
    public static SampleComparison None { get; } = new(0, 0, []);
}
