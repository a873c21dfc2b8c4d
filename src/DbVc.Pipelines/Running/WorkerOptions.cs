using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>How generated code is shut in.</summary>
public enum SandboxMode
{
    /// <summary>bubblewrap: own namespaces, no network, no capabilities, only the files that are needed.</summary>
    Bubblewrap,

    /// <summary>No isolation of files and network. Only when a person wrote <c>sandbox: none</c>; every report must show it.</summary>
    None,
}

/// <summary>The folder that holds <c>DbVc.Worker.dll</c>.</summary>
public sealed record WorkerLocation(string Folder)
{
    public const string AssemblyName = "DbVc.Worker.dll";

    /// <summary>
    /// Looks in the given folder if there is one, else in <c>worker/</c> beside the program and in the publish folders of a source checkout.
    /// Throws <c>worker.missing</c> when there is none.
    /// </summary>
    public static WorkerLocation Find(string? folder = null)
    {
        var candidates = folder is not null ? [folder] : Candidates(AppContext.BaseDirectory);
        foreach (var candidate in candidates)
        {
            if (File.Exists(Path.Combine(candidate, AssemblyName)))
                return new WorkerLocation(Path.GetFullPath(candidate));
        }
        throw new DbVcException(FailureKind.Failed, "worker.missing", $"{AssemblyName} was not found.", candidates[0],
            "Publish it with: dotnet publish src/DbVc.Worker");
    }

    /// <summary>In a checkout the worker of the program's own configuration comes first: the other one may be old.</summary>
    private static List<string> Candidates(string programFolder)
    {
        var folder = Path.TrimEndingDirectorySeparator(programFolder);
        var candidates = new List<string> { Path.Combine(folder, "worker") };
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (at.Name != "artifacts")
                continue;
            foreach (var configuration in (string[])[Path.GetFileName(folder), "release", "debug"])
                candidates.Add(Path.Combine(at.FullName, "publish", "DbVc.Worker", configuration));
        }
        return candidates;
    }
}

/// <summary>Bounds on what the worker may use.</summary>
public sealed record WorkerLimits
{
    public static WorkerLimits Default { get; } = new();

    /// <summary>Wall-clock time from the start of the process to its first word.</summary>
    public TimeSpan StartTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Wall-clock time of one compilation.</summary>
    public TimeSpan CompileTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Wall-clock time of one test run.</summary>
    public TimeSpan TestTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Wall-clock time in which mutants are tried; those left over are not judged.</summary>
    public TimeSpan MutantTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Wall-clock time of one pipeline run, loading of its rows included.</summary>
    public TimeSpan RunTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Processor time of the whole session.</summary>
    public TimeSpan CpuTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Bytes of private memory.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of temporary files.</summary>
    public long TemporaryBytes { get; init; } = 256L << 20;

    /// <summary>Processes and threads inside the sandbox.</summary>
    public int Processes { get; init; } = 96;

    public int OpenFiles { get; init; } = 512;

    /// <summary>Bytes that the worker may send in one session.</summary>
    public long OutputBytes { get; init; } = 64L << 30;
}

/// <summary>Where the worker is and how it is shut in.</summary>
public sealed record WorkerOptions(WorkerLocation Location)
{
    public SandboxMode Sandbox { get; init; } = SandboxMode.Bubblewrap;

    public WorkerLimits Limits { get; init; } = WorkerLimits.Default;
}
