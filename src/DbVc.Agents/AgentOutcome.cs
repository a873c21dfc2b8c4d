namespace DbVc.Agents;

/// <summary>What became of a run.</summary>
public enum AgentState
{
    /// <summary>The gates passed on what is in the branch now; a person may review it.</summary>
    Ready,

    /// <summary>The work could not be done; branch and report stay.</summary>
    Failed,

    /// <summary>A limit or a person ended the run.</summary>
    Stopped,
}

/// <summary>Why a run ended.</summary>
public enum AgentEnd
{
    /// <summary>The model finished and the gates agree.</summary>
    Finished,

    /// <summary>The model reported that it cannot do it.</summary>
    GaveUp,

    /// <summary><see cref="AgentLimits.FailedValidations"/> was met.</summary>
    GatesRefused,

    /// <summary>The model could not be asked or its answer could not be read.</summary>
    ModelFailed,

    /// <summary><see cref="AgentLimits.Iterations"/> was met.</summary>
    Iterations,

    /// <summary><see cref="AgentLimits.ConsecutiveErrors"/> was met.</summary>
    ConsecutiveErrors,

    /// <summary><see cref="AgentLimits.Tokens"/> was met.</summary>
    Tokens,

    /// <summary>The next answer could cost more than is left of a budget: <see cref="AgentLimits.Usd"/>, or that of a day or of the repository.</summary>
    Money,

    /// <summary><see cref="AgentLimits.WallTime"/> was met.</summary>
    WallTime,

    /// <summary><see cref="AgentLimits.Rows"/> would have been passed.</summary>
    Rows,

    /// <summary>Somebody else changed files or commits of the branch meanwhile.</summary>
    Disturbed,

    /// <summary>A person ended it.</summary>
    Cancelled,
}

/// <summary>How one step went.</summary>
public enum StepState
{
    Passed,

    /// <summary>It ran, and the answer is no: rows could not be loaded, a gate refused.</summary>
    Failed,

    /// <summary>It could not be carried out: unknown tool, wrong arguments, refused.</summary>
    Error,
}

/// <summary>One tool call, as shown to a person.</summary>
/// <param name="Name">The tool.</param>
/// <param name="State">How it went.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Summary">One line.</param>
public sealed record AgentStep(string Name, StepState State, double Seconds, string Summary);

/// <summary>What a run cost.</summary>
public sealed record AgentUsage(int Iterations, int ToolCalls, long InputTokens, long OutputTokens)
{
    public long Tokens => InputTokens + OutputTokens;
}

/// <summary>The end of a run.</summary>
/// <param name="State">What became of it.</param>
/// <param name="End">Which condition ended it.</param>
/// <param name="Reason">One sentence or a short report for a person.</param>
/// <param name="Steps">Every tool call in order.</param>
/// <param name="Usage">What it cost.</param>
public sealed record AgentOutcome(AgentState State, AgentEnd End, string Reason, IReadOnlyList<AgentStep> Steps, AgentUsage Usage);
