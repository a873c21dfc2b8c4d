using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace DbVc.Benchmarks;

/// <summary>What running a program took: processor time is that of the program and of all it waited for.</summary>
internal sealed record Ended(double Seconds, double CpuSeconds, string Output)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}

/// <summary>Runs programs to their end and measures them.</summary>
internal static partial class Child
{
    private const int Children = -1;

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Runs the published command line; a failure ends the benchmark.</summary>
    public static Ended DbVc(string folder, params string[] arguments) =>
        Run(folder, "dotnet", [Path.Combine(Root, "artifacts", "publish", "cli", "db-vc.dll"), .. arguments], isRequired: true);

    /// <summary>Runs the published command line and looks at it all the while: the most memory that it or a process below it had, in bytes.</summary>
    public static (Ended Ended, long PeakBytes) Watched(string folder, params string[] arguments)
    {
        var peak = 0L;
        var ended = Run(folder, "dotnet", [Path.Combine(Root, "artifacts", "publish", "cli", "db-vc.dll"), .. arguments], isRequired: true,
            process =>
            {
                while (!process.WaitForExit(100)) peak = Math.Max(peak, ProcessTree.PeakBytes(process.Id));
            });
        return (ended, peak);
    }

    /// <summary>Runs the sqlite3 shell; rows that it refuses make it fail, which is no failure here.</summary>
    public static Ended Sqlite(string folder, string database, params string[] commands) =>
        Run(folder, "sqlite3", [database, .. commands], isRequired: false);

    /// <summary>Runs a program; a failure ends the benchmark.</summary>
    public static Ended Program(string folder, string program, params string[] arguments) => Run(folder, program, arguments, isRequired: true);

    private static Ended Run(string folder, string program, string[] arguments, bool isRequired, Action<Process>? watch = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var cpu = CpuOfChildren();
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        watch?.Invoke(process);
        process.WaitForExit();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (isRequired && process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.Result}{output.Result}");
        return new Ended(seconds, CpuOfChildren() - cpu, output.Result);
    }

    private static double CpuOfChildren()
    {
        var usage = new long[18];
        if (ResourceUsage(Children, usage) != 0) throw new InvalidOperationException("getrusage failed.");
        return usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6);
    }

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        var folder = Path.GetDirectoryName(thisFile);
        while (folder is not null && !File.Exists(Path.Combine(folder, "DbVc.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException($"No folder above {thisFile} holds DbVc.slnx.");
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int ResourceUsage(int who, [Out] long[] usage);
}
