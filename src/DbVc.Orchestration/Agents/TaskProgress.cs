using DbVc.Agents;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Keeps a task's report up to date while its agent works, and passes everything on to who watches.</summary>
internal sealed class TaskProgress(WorkspaceContext context, AgentReport start, IAgentProgress progress) : IAgentObserver
{
    private readonly List<TaskStep> _steps = [];

    public AgentReport Report { get; private set; } = start;

    public void StepStarted(string name) => progress.StepStarted(name);

    public void StepFinished(AgentStep step)
    {
        var shown = new TaskStep(step.Name, step.State == StepState.Passed ? "done" : "failed", Math.Round(step.Seconds, 3), step.Summary);
        _steps.Add(shown);
        Save(Report with { Steps = [.. _steps] });
        progress.StepFinished(shown);
    }

    public void GateFinished(GateSummary gate) => progress.GateFinished(gate);

    public void Save(AgentReport report)
    {
        Report = report;
        AgentTasks.Save(context, report);
    }
}
