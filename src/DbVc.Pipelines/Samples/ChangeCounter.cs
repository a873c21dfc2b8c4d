using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Does the steps of preprocessing to records as a reader gives them, and counts the cells that each changes.</summary>
public sealed class ChangeCounter
{
    /// <summary>A step costs time for each cell; so many cells at most are looked at, and so many records.</summary>
    private const long MostCells = 5_000_000;

    private const long MostRecords = 100_000;

    private readonly IRecordReader _reader;
    private readonly int[] _columns;
    private readonly IReadOnlyList<(SimulatedField Field, IReadOnlyList<int> Steps)> _fields;
    private readonly IReadOnlyList<FieldOperation> _operations;
    private readonly long[] _changed;
    private readonly long[] _of;
    private readonly Scratch _scratch = new();

    internal ChangeCounter(PipelineSpec spec, IRecordReader reader)
    {
        var plan = SimulationPlan.Of(spec);
        (_reader, _operations) = (reader, spec.Operations);
        _columns = [.. plan.Columns.Select(reader.FindOptionalColumn)];
        (_changed, _of) = (new long[_operations.Count], new long[_operations.Count]);
        var steps = Enumerable.Range(0, _operations.Count).ToLookup(i => _operations[i].Field.Name, StringComparer.Ordinal);
        _fields = [.. plan.Fields.Where(f => steps.Contains(f.Field.Name)).Select(f => (f, (IReadOnlyList<int>)[.. steps[f.Field.Name]]))];
    }

    /// <summary>What each step changed so far.</summary>
    internal IReadOnlyList<ChangedCells> Steps =>
        [.. _operations.Select((o, i) => new ChangedCells(o.Text, o.Field.Name, o.Name, _changed[i], _of[i]))];

    /// <summary>Counts in the first records; null where there is no step. Throws <see cref="PipelineException"/> for what cannot be read.</summary>
    /// <param name="spec">With the source's header.</param>
    /// <param name="source">From its beginning.</param>
    /// <param name="cancellation">Ends it.</param>
    public static ChangeCounts? Count(PipelineSpec spec, Stream source, CancellationToken cancellation)
    {
        if (spec.Operations.Count == 0) return null;
        var reader = spec.Source.Open(source);
        var counter = new ChangeCounter(spec, reader);
        var most = Math.Min(MostRecords, Math.Max(1, MostCells / spec.Operations.Count));
        var records = 0L;
        while (records < most && reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            records++;
            counter.Take();
        }

        return new ChangeCounts(records, records < most || !reader.Read(), counter.Steps);
    }

    /// <summary>Counts in the reader's record; one that cannot be split into cells has none.</summary>
    internal void Take()
    {
        if (_reader.Problem is not null) return;
        _scratch.Reset();
        string?[]? cells = null;
        foreach (var (field, steps) in _fields)
        {
            if (field.Field.Origin is null)
            {
                Count(_reader.Cell(_columns[field.Columns[0]]), steps);
                continue;
            }

            cells ??= [.. _columns.Select(c => _reader.Cell(c).ToStringOrNull())];
            if (PipelineSimulator.TryCompose(field, cells, _reader.Record, out var cell)) Count(Text.From(cell), steps);
        }
    }

    private void Count(Text cell, IReadOnlyList<int> steps)
    {
        foreach (var step in steps)
        {
            var after = _operations[step].Apply(cell, _scratch);
            _of[step]++;
            if (after.IsNull != cell.IsNull || !after.Bytes.SequenceEqual(cell.Bytes)) _changed[step]++;
            cell = after;
        }
    }
}
