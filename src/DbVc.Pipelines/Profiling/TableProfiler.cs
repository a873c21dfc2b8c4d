using System.Runtime.CompilerServices;

namespace DbVc.Pipelines;

/// <summary>
/// Gathers a profile while rows are loaded, in memory that does not grow with them: a few counters and at most 128 KiB a column, and a sample of
/// rows. For one thread at a time.
/// </summary>
public sealed class TableProfiler
{
    private readonly ColumnProfiler[] _columns;
    private readonly RowSample _sample;

    /// <summary>For the columns that the pipeline fills.</summary>
    public TableProfiler(PipelineSpec spec)
    {
        _columns = [.. spec.FilledFields.Select(f => new ColumnProfiler(f))];
        _sample = new RowSample(_columns.Length);
    }

    /// <summary>A row was loaded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(IRowView row)
    {
        for (var i = 0; i < _columns.Length; i++) _columns[i].Add(row, i);
        _sample.Add(row);
    }

    /// <summary>What the rows were until now.</summary>
    public TableProfile Build() => new(_sample.Passed, _sample.Count, [.. _columns.Select((c, i) => c.Build(_sample, i))]);
}
