namespace DbVc.Model;

/// <summary>What kind of failure the user meets; the number is the exit code of the command line.</summary>
public enum FailureKind
{
    /// <summary>Something failed; the message says what to do next.</summary>
    Failed = 1,

    /// <summary>The command was called wrongly.</summary>
    Usage = 2,

    /// <summary>Conflicts must be resolved first.</summary>
    Conflict = 3,

    /// <summary>Refused by a gate, a constraint, an invariant or a permission.</summary>
    Refused = 4,

    /// <summary>Another command holds the lock, or rows keep moving; try again.</summary>
    Locked = 5,
}

/// <summary>
/// An expected failure: what was wrong, where, and what to do about it. Never carries a secret:
/// its text may be printed, logged and shown to a model.
/// </summary>
/// <param name="kind">Decides the exit code.</param>
/// <param name="code">A stable dotted name such as <c>branch.exists</c>.</param>
/// <param name="message">What was wrong, one sentence.</param>
/// <param name="where">File, line, JSON path or row, if known.</param>
/// <param name="hint">What to do next, if known.</param>
/// <param name="inner">The cause.</param>
public sealed class DbVcException(
    FailureKind kind, string code, string message, string? where = null, string? hint = null, Exception? inner = null)
    : Exception(message, inner)
{
    public FailureKind Kind { get; } = kind;

    public string Code { get; } = code;

    public string? Where { get; } = where;

    public string? Hint { get; } = hint;
}
