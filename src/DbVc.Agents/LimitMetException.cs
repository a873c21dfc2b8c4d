namespace DbVc.Agents;

/// <summary>Work that would go past a limit of the task was not begun.</summary>
/// <param name="end">Which limit.</param>
/// <param name="message">Says the limit, and what was asked.</param>
public sealed class LimitMetException(AgentEnd end, string message) : Exception(message)
{
    public AgentEnd End { get; } = end;
}
