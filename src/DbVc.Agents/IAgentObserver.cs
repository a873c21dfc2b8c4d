using DbVc.Model;

namespace DbVc.Agents;

/// <summary>Watches a run, for the live view. Called on the run's own thread; must not throw.</summary>
public interface IAgentObserver
{
    /// <summary>A tool call begins.</summary>
    void StepStarted(string name);

    void StepFinished(AgentStep step);

    /// <summary>One gate inside <c>validate_results</c> has decided.</summary>
    void GateFinished(GateSummary gate);
}

/// <summary>Watches nothing.</summary>
public sealed class SilentObserver : IAgentObserver
{
    public static SilentObserver Instance { get; } = new();

    public void StepStarted(string name)
    {
    }

    public void StepFinished(AgentStep step)
    {
    }

    public void GateFinished(GateSummary gate)
    {
    }
}
