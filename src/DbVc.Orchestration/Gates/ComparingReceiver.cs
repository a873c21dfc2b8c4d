using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Hands records on, and compares the first of them with what the metadata alone makes of them.</summary>
/// <param name="inner">Gets them.</param>
/// <param name="expecting">May be on its way while the records are.</param>
internal sealed class ComparingReceiver(IRowReceiver inner, Task<ExpectedRecords> expecting) : IRowReceiver
{
    private readonly Dictionary<string, DifferenceKind> _kinds = new(StringComparer.Ordinal);
    private long _differences;

    private ExpectedRecords Expected => expecting.GetAwaiter().GetResult();

    /// <summary>What came otherwise.</summary>
    public SampleComparison Comparison => new(Expected.Count, _differences, [.. _kinds.Values]);

    public void Columns(IReadOnlyList<PipelineColumn> columns) => inner.Columns(columns);

    public void Row(long record, RowView row)
    {
        Note(record, Expected.FindDifferences(record, row));
        inner.Row(record, row);
    }

    public void Rejected(RejectedRecord rejected)
    {
        Note(rejected.Record, Expected.FindDifferencesOfRejected(rejected.Record, rejected.Reasons.Select(r => $"{r.Field}:{r.Rule}")));
        inner.Rejected(rejected);
    }

    public void FilteredRow(long record, RowView row)
    {
        Note(record, Expected.FindDifferencesOfLeftOut(record));
        inner.FilteredRow(record, row);
    }

    public void Filtered(long record)
    {
        Note(record, Expected.FindDifferencesOfLeftOut(record));
        inner.Filtered(record);
    }

    private void Note(long record, IReadOnlyList<RecordDifference> differences)
    {
        if (differences.Count == 0) return;
        _differences++;
        foreach (var (what, how) in differences)
            _kinds[what] = _kinds.TryGetValue(what, out var kind) ? kind with { Records = kind.Records + 1 } : new DifferenceKind(what, 1, record, how);
    }
}

/// <summary>How the code took records, beside what the metadata says of them.</summary>
/// <param name="Records">Records that were compared.</param>
/// <param name="Differences">Those that came otherwise.</param>
/// <param name="Kinds">In what, in the order in which they were met.</param>
public sealed record SampleComparison(long Records, long Differences, IReadOnlyList<DifferenceKind> Kinds)
{
    /// <summary>Nothing was compared.</summary>
    public static SampleComparison None { get; } = new(0, 0, []);
}

/// <summary>Records that the code took otherwise than the metadata says in the same respect.</summary>
/// <param name="What">In which.</param>
/// <param name="Records">How many.</param>
/// <param name="First">The first, by its number.</param>
/// <param name="How">What is so of that one.</param>
public sealed record DifferenceKind(string What, long Records, long First, string How);
