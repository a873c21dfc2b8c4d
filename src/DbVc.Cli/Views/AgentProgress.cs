using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>Shows what an agent does as it does it.</summary>
internal sealed class AgentProgress(IProgressView view) : IAgentProgress
{
    public void Message(string text) => view.Line("  ", Piece.Dim(text));

    public void StepStarted(string name) => view.Begin(name);

    public void StepFinished(TaskStep step) => view.End(step.State != "failed", Shown.Short(step.Summary));

    public void GateFinished(GateSummary gate)
    {
        foreach (var line in GateView.Lines(gate, isTimed: true)) view.Line(line);
    }

    public void Rows(long loaded, long rejected, long? records) => view.Report(loaded + rejected, records, "records");
}
