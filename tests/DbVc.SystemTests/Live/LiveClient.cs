namespace DbVc.SystemTests;

/// <summary>How a client's statement failed.</summary>
internal enum LiveFailureKind
{
    /// <summary>Somebody else holds a lock for longer than the client waits.</summary>
    Busy,

    /// <summary>The engine chose this transaction to end another's waiting: it is rolled back, and may be tried again.</summary>
    Deadlock,

    /// <summary>The connection is gone; whether a commit was done is not known.</summary>
    Lost,

    Other,
}

/// <summary>A plain client's failure.</summary>
internal sealed class LiveFailure(LiveFailureKind kind, Exception cause) : Exception(cause.Message, cause)
{
    public LiveFailureKind Kind { get; } = kind;
}

/// <summary>One connection as an application has it, for one thread. Throws <see cref="LiveFailure"/>.</summary>
internal abstract class LiveClient : IDisposable
{
    public abstract void Execute(string sql);

    /// <summary>Rows as text; null is null.</summary>
    public abstract IReadOnlyList<string?[]> Query(string sql);

    public string Scalar(string sql) => Query(sql) is [[{ } value, ..], ..] ? value : throw new InvalidOperationException($"No value: {sql}");

    public abstract void Dispose();
}
