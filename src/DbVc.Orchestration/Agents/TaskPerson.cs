using DbVc.Agents;

namespace DbVc.Orchestration;

/// <summary>Whoever watches a task answers for the person who started it.</summary>
internal sealed class TaskPerson(IAgentProgress progress) : ITaskPerson
{
    public string? Answer(string question, IReadOnlyList<string> choices) => progress.Ask(question, choices) is { } answer && answer.Trim().Length > 0
        ? answer.Trim()
        : null;
}
