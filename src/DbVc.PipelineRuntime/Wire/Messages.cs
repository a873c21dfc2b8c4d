using System.Text.Json.Serialization;

namespace DbVc.PipelineRuntime;

internal sealed record HelloReply(int Version, string Confinement);

internal sealed record WireFile(string Path, bool IsTest);

internal sealed record CompileRequestHeader(string AssemblyName, WireFile[] Files);

internal sealed record WireFinding(string Rule, bool IsError, string File, int Line, int Column, string Message);

/// <summary>Where each coverage probe sits. Branch probes do not count as lines.</summary>
internal sealed record WireCoverage(int[] Files, int[] Lines, bool[] IsBranch);

/// <summary>Blobs: assembly, symbols, instrumented test assembly, its symbols; empty where there is none.</summary>
internal sealed record CompileReply(WireFinding[] Diagnostics, WireFinding[] Lint, WireFinding[] Security, WireCoverage Coverage);

/// <summary>Blobs: test assembly, symbols.</summary>
internal sealed record TestRequestHeader(string AssemblyName, double Seconds);

internal sealed record WireTest(string Name, string Outcome, string? Message, double Seconds);

/// <summary>Blob: one byte per probe, other than 0 where it was hit.</summary>
internal sealed record TestReply(WireTest[] Tests, bool Finished, bool TimedOut, int ExitCode, string Output);

/// <summary>Blobs: assembly, symbols.</summary>
internal sealed record RunRequestHeader(string AssemblyName, long? MaxRecords);

internal sealed record WireColumn(string Name, int Kind);

internal sealed record ColumnsReply(WireColumn[] Columns);

internal sealed record RunReply(long Rows, long Rejected, long Filtered, double Seconds, double CpuSeconds, long PeakMemoryBytes);

/// <summary>Why a request failed: a stable code, and for exceptions type, message and the frames inside generated code.</summary>
internal sealed record FailureReply(string Code, string? Type, string Message, string? Where, long? Record);

[JsonSourceGenerationOptions(MaxDepth = 16, GenerationMode = JsonSourceGenerationMode.Default)]
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
