namespace DbVc.Pipelines;

/// <summary>One C# file of a pipeline.</summary>
/// <param name="Path">As findings should name it, for example <c>generated/Ingestion.cs</c>.</param>
/// <param name="IsTest">Test code may use xunit, and is neither covered nor part of the pipeline's assembly.</param>
public sealed record CodeFile(string Path, string Text, bool IsTest);

/// <summary>Something a person or model should look at in the code.</summary>
/// <param name="Rule">A compiler id such as CS0103, or a dotted name such as <c>security.api</c>.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public sealed record CodeFinding(string Rule, bool IsError, string File, int Line, int Column, string Message)
{
    /// <summary>What the code names and should not, with namespace and type; null where the finding is about something else.</summary>
    public string? Symbol { get; init; }

    public override string ToString() => $"{File}:{Line}:{Column}: {Rule}: {Message}";
}

/// <summary>What the analysis session says about a pipeline's code. Made without running any of it.</summary>
/// <param name="Errors">What keeps it from compiling, tests included.</param>
/// <param name="Lint">Compiler warnings, unused usings, formatting, size and complexity.</param>
/// <param name="Security">Everything outside the allowed vocabulary, SQL built from text, secrets.</param>
/// <param name="Pipeline">Null when there are errors.</param>
public sealed record CompileResult(
    IReadOnlyList<CodeFinding> Errors, IReadOnlyList<CodeFinding> Lint, IReadOnlyList<CodeFinding> Security, CompiledPipeline? Pipeline)
{
    public bool Succeeded => Pipeline is not null;

    /// <summary>Security findings that a person's policy allows; each says why.</summary>
    public IReadOnlyList<CodeFinding> Excused { get; init; } = [];

    /// <summary>Tests that cannot fail: without an assertion, about constants, or past the code.</summary>
    public IReadOnlyList<CodeFinding> Tests { get; init; } = [];
}

/// <summary>A compiled pipeline: the assembly that runs on data, and the one instrumented for coverage that holds the tests too.</summary>
public sealed record CompiledPipeline(
    string AssemblyName, byte[] Assembly, byte[] Symbols, byte[] TestAssembly, byte[] TestSymbols, CoverageMap Coverage, MutantMap Mutants)
{
    public bool HasTests => TestAssembly.Length > 0;
}

/// <summary>Where the coverage probes of a test assembly sit.</summary>
public sealed record CoverageMap(IReadOnlyList<string> Files, IReadOnlyList<CoverageProbe> Probes);

/// <summary>The mutants of a test assembly: small changes of the code, switched off, that the tests should notice.</summary>
public sealed record MutantMap(IReadOnlyList<string> Files, IReadOnlyList<Mutant> Mutants);

/// <summary>One change of the code.</summary>
/// <param name="File">An index into <see cref="MutantMap.Files"/>.</param>
/// <param name="Line">From 1.</param>
/// <param name="Change">What stands there and what would instead.</param>
public readonly record struct Mutant(int File, int Line, string Change);

/// <summary>One probe: a statement, or one outcome of a branch.</summary>
public readonly record struct CoverageProbe(int File, int Line, bool IsBranch);
