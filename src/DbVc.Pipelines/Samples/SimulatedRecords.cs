using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Interprets a pipeline on the records that a reader gives, one by one.</summary>
internal sealed class SimulatedRecords(PipelineSpec spec, IRecordReader reader, DateTime now)
{
    private readonly PipelineSimulator _simulator = new(spec, now);
    private readonly int[] _columns = [.. spec.SourceColumns.Select(reader.FindOptionalColumn)];

    /// <summary>What the pipeline must do with the reader's record; the row as far as it could be read is left in <paramref name="row"/>.</summary>
    public SimulatedOutcome Take(SampleRow row)
    {
        if (reader.Problem is { } problem)
        {
            _simulator.Skip();
            return new SimulatedOutcome(null, [new BrokenRule("", problem.Rule, problem.Message)]);
        }

        var cells = new string?[_columns.Length];
        for (var i = 0; i < cells.Length; i++) cells[i] = reader.Cell(_columns[i]).ToStringOrNull();
        return _simulator.Take(cells, row);
    }
}
