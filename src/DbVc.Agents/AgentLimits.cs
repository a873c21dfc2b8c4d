namespace DbVc.Agents;

/// <summary>The bounds of one run; each has its own <see cref="AgentEnd"/>, and its word in <see cref="LimitsText"/>.</summary>
public sealed record AgentLimits
{
    public static AgentLimits Default { get; } = new();

    /// <summary>How often the model may be asked.</summary>
    public int Iterations { get; init; } = 40;

    /// <summary>How many answers in a row may contain a call that fails, or no call at all.</summary>
    public int ConsecutiveErrors { get; init; } = 3;

    /// <summary>How often the gates may refuse the work before the run ends.</summary>
    public int FailedValidations { get; init; } = 3;

    /// <summary>Input and output tokens of the whole run.</summary>
    public long Tokens { get; init; } = 1_000_000;

    /// <summary>US dollars that the answers of the task may cost, all its runs together; null for what is configured.</summary>
    public decimal? Usd { get; init; }

    /// <summary>Wall time of the whole run.</summary>
    public TimeSpan WallTime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Records that all executions of the run may read together; null for any number.</summary>
    public long? Rows { get; init; }

    /// <summary>Calls that are carried out of one answer; the rest are answered with an error.</summary>
    public int CallsPerAnswer { get; init; } = 16;
}
