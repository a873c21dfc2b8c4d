using System.Text.Json.Serialization;

namespace DbVc.PipelineRuntime;

internal sealed record HelloReply(int Version, string Confinement)
{
    /// <summary>What a worker says that has bound itself by a filter of system calls.</summary>
    public const string Filtered = "seccomp";
}

internal sealed record WireFile(string Path, bool IsTest);

internal sealed record CompileRequestHeader(string AssemblyName, WireFile[] Files);

/// <summary>The symbol is that which the code should not name, with namespace and type; null where the finding is about something else.</summary>
internal sealed record WireFinding(string Rule, bool IsError, string File, int Line, int Column, string Message, string? Symbol = null);

/// <summary>Where each coverage probe sits. Branch probes do not count as lines.</summary>
internal sealed record WireCoverage(int[] Files, int[] Lines, bool[] IsBranch);

/// <summary>Where each mutant sits, and what it changes.</summary>
internal sealed record WireMutants(int[] Files, int[] Lines, string[] Changes);

/// <summary>What became of a mutant.</summary>
internal enum MutantOutcome : byte
{
    /// <summary>The time was over before.</summary>
    NotTried = 0,

    /// <summary>A test failed, so the tests see the change.</summary>
    Killed = 1,

    /// <summary>All tests that reach it passed.</summary>
    Survived = 2,

    /// <summary>No test reaches it.</summary>
    NotReached = 3,

    /// <summary>The test process ended or hung on it, which somebody would have seen.</summary>
    Broke = 4,
}

/// <summary>Blobs: assembly, symbols, instrumented test assembly, its symbols; empty where there is none.</summary>
internal sealed record CompileReply(
    WireFinding[] Diagnostics, WireFinding[] Lint, WireFinding[] Security, WireFinding[] Tests, WireCoverage Coverage, WireMutants Mutants);

/// <summary>Blobs: test assembly, symbols. Mutants are tried for so many seconds once all tests have passed; 0 for not at all.</summary>
internal sealed record TestRequestHeader(string AssemblyName, double Seconds, double MutantSeconds);

internal sealed record WireTest(string Name, string Outcome, string? Message, double Seconds);

/// <summary>Blobs: one byte per probe, other than 0 where it was hit; one <see cref="MutantOutcome"/> per mutant, as far as they were tried.</summary>
internal sealed record TestReply(WireTest[] Tests, bool Finished, bool TimedOut, int ExitCode, string Output);

/// <summary>Blobs: assembly, symbols.</summary>
internal sealed record RunRequestHeader(string AssemblyName, long? MaxRecords, DateTime? Now = null);

internal sealed record WireColumn(string Name, int Kind);

internal sealed record ColumnsReply(WireColumn[] Columns);

internal sealed record RunReply(long Rows, long Rejected, long Filtered, double Seconds, double CpuSeconds, long PeakMemoryBytes);

/// <summary>Why a request failed: a stable code, and for exceptions type, message and the frames inside generated code.</summary>
internal sealed record FailureReply(string Code, string? Type, string Message, string? Where, long? Record);

[JsonSourceGenerationOptions(MaxDepth = 16, RespectRequiredConstructorParameters = true, GenerationMode = JsonSourceGenerationMode.Default)]
[JsonSerializable(typeof(HelloReply))]
[JsonSerializable(typeof(CompileRequestHeader))]
[JsonSerializable(typeof(CompileReply))]
[JsonSerializable(typeof(TestRequestHeader))]
[JsonSerializable(typeof(TestReply))]
[JsonSerializable(typeof(WireTest))]
[JsonSerializable(typeof(RunRequestHeader))]
[JsonSerializable(typeof(ColumnsReply))]
[JsonSerializable(typeof(RunReply))]
[JsonSerializable(typeof(FailureReply))]
internal sealed partial class WireJson : JsonSerializerContext;
