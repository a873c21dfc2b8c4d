using System.Diagnostics;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Finds out how much the speed of a pipeline differs from itself: the same records, several times, loaded nowhere.</summary>
internal static class SpeedNoise
{
    private const int Rounds = 5;
    private const long MostRecords = 20_000;

    /// <summary>The distance of the fastest from the slowest round, as a share of the middle one; null where there are no records.</summary>
    public static double? Measure(WorkerSession session, CompiledPipeline pipeline, long records, CancellationToken cancel)
    {
        if (records == 0) return null;
        var request = new RunRequest(pipeline, _ => records) { MaxRecords = Math.Min(records, MostRecords) };
        var seconds = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            session.Run(request, Nowhere.Instance, cancel);
            // The first one is still being compiled while it runs.
            if (round > 0) seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        seconds.Sort();
        return seconds[Rounds / 2] > 0 ? (seconds[^1] - seconds[0]) / seconds[Rounds / 2] : null;
    }

    private sealed class Nowhere : IRowReceiver
    {
        public static Nowhere Instance { get; } = new();

        public void Columns(IReadOnlyList<PipelineColumn> columns)
        {
        }

        public void Row(long record, RowView row)
        {
        }

        public void Rejected(RejectedRecord rejected)
        {
        }

        public void FilteredRow(long record, RowView row)
        {
        }

        public void Filtered(long record)
        {
        }
    }
}
