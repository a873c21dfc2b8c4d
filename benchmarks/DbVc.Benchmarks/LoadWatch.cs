using System.Diagnostics;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Benchmarks;

/// <summary>
/// Measures the processor time of a load by what is reported of it: from the first report, after some twenty thousand rows, to the last, after the COMMIT.
/// That of the sandbox counts.
/// </summary>
internal sealed class LoadWatch : IAgentProgress
{
    private (long Rows, double Cpu) _first;
    private (long Rows, double Cpu) _last;

    /// <summary>Rows for each second of processor time, of this process and the sandbox together.</summary>
    public double RowsPerCpuSecond => (_last.Rows - _first.Rows) / (_last.Cpu - _first.Cpu);

    public void Rows(long loaded, long rejected, long? records)
    {
        var now = (loaded + rejected, Environment.CpuUsage.TotalTime.TotalSeconds + ProcessTree.CpuSecondsBelow(Environment.ProcessId));
        if (_first == default) _first = now;
        _last = now;
    }

    public void Message(string text) => Debug.WriteLine(text);

    public void StepStarted(string name) => Debug.WriteLine(name);

    public void StepFinished(TaskStep step) => Debug.WriteLine(step.Name);

    public void GateFinished(GateSummary gate) => Debug.WriteLine(gate.Name);
}
