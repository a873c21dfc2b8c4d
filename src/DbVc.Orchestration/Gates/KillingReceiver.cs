using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Hands records on until some have come, then has their process killed and takes no more.</summary>
/// <param name="inner">Gets them.</param>
/// <param name="after">How many are handed on.</param>
/// <param name="kill">Gets their number.</param>
internal sealed class KillingReceiver(IRowReceiver inner, long after, Action<long> kill) : IRowReceiver
{
    public const string Code = "trial.killed";

    private long _records;

    public void Columns(IReadOnlyList<PipelineColumn> columns) => inner.Columns(columns);

    public void Row(long record, RowView row)
    {
        inner.Row(record, row);
        Count();
    }

    public void Rejected(RejectedRecord rejected)
    {
        inner.Rejected(rejected);
        Count();
    }

    public void FilteredRow(long record, RowView row)
    {
        inner.FilteredRow(record, row);
        Count();
    }

    public void Filtered(long record)
    {
        inner.Filtered(record);
        Count();
    }

    private void Count()
    {
        if (++_records < after) return;
        kill(_records);
        // What the pipe still holds of the dead process does not count: it did not come to its end.
        throw new DbVcException(FailureKind.Failed, Code, "The process was killed on purpose.");
    }
}
