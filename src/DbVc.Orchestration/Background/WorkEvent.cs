using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What kind of work an event is about.</summary>
public enum WorkKind
{
    /// <summary>A task that was left to the background; its subject is a branch.</summary>
    Task,

    /// <summary>A pipeline that was due.</summary>
    Schedule,

    /// <summary>A branch of the merge queue.</summary>
    Queue,

    /// <summary>Notifications that had not arrived.</summary>
    Notifications,

    /// <summary>Branches whose time is over.</summary>
    Branches,

    /// <summary>The work itself, such as finding out what is due.</summary>
    Work,
}

/// <summary>What happened in the background.</summary>
/// <param name="Time">When.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Subject">Which one; empty where there are no several.</param>
/// <param name="State">What became of it: the state of a task, of a due time or of a branch in the queue; <c>running</c> when it begins, <c>failed</c>
/// where the work itself went wrong, <c>says</c> for a message on the way.</param>
/// <param name="Message">In a sentence; null where the state says it all.</param>
public sealed record WorkEvent(DateTimeOffset Time, WorkKind Kind, string Subject, string State, string? Message);

/// <summary>Passes on what is said and nothing else: nobody watches.</summary>
internal sealed class QuietProgress(Action<string> said) : IAgentProgress
{
    public void Message(string text) => said(text);

    public void StepStarted(string name)
    {
    }

    public void StepFinished(TaskStep step)
    {
    }

    public void GateFinished(GateSummary gate)
    {
    }

    public void Rows(long loaded, long rejected, long? records)
    {
    }
}
