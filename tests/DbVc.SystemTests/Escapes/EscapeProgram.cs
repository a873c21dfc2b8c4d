using DbVc.Pipelines;

namespace DbVc.SystemTests;

/// <summary>What a hostile program tries; every kind that the sandbox has to withstand has a name here.</summary>
public enum EscapeKind
{
    ReadOutside,
    WriteOutside,
    Network,
    StartProcesses,
    OtherProcesses,
    Signals,
    ForkBomb,
    ThreadBomb,
    MemoryBomb,
    EndlessLoop,
    EndlessOutput,
    FullDisk,
    Links,
    SharedMemory,
    Descriptors,
    EnvironmentVariables,
    NativeCalls,
    Reflection,
    UnsafePointers,
    DynamicCode,
    MalformedBatches,
    LyingCounts,
    DyingMidway,
    Sleeping,
    HostileExceptions,
    LateThreads,
}

/// <summary>A hostile pipeline, and the named reason in which it has to end.</summary>
/// <param name="Body">Of <c>IPipeline.Run</c>; names in braces, as <c>{repository}</c>, stand for what the host knows.</param>
/// <param name="Codes">Codes of failure that are right, separated by <c>|</c>.</param>
/// <param name="Says">Texts of which the message must hold one, separated by <c>|</c>.</param>
public sealed record EscapeProgram(EscapeKind Kind, string Name, string Body, string Codes, string Says)
{
    /// <summary>More members of the class.</summary>
    public string Members { get; init; } = "";

    public WorkerLimits Limits { get; init; } = Tight;

    /// <summary>
    /// Small enough that every bomb meets them soon. The size of temporary files is this suite's own, so that its processes can be told from others.
    /// </summary>
    public static WorkerLimits Tight { get; } = new()
    {
        RunTime = TimeSpan.FromSeconds(20),
        TestTime = TimeSpan.FromSeconds(4),
        MemoryBytes = 160L << 20,
        TemporaryBytes = (8L << 20) + (4096L * Environment.ProcessId),
        OutputBytes = 8L << 20,
    };

    public static WorkerLimits OneSecond { get; } = Tight with { RunTime = TimeSpan.FromSeconds(1) };

    /// <summary>The program tried what it is denied and says so; had it succeeded, it would say <c>ESCAPED</c>.</summary>
    public static EscapeProgram KeptIn(EscapeKind kind, string name, string body) => new(kind, name, body + " Attack.KeptIn();", "pipeline.failed", "kept in");
}
