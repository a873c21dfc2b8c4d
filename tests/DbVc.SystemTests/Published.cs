using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace DbVc.SystemTests;

/// <summary>The published command line, as a user runs it.</summary>
internal static class Published
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The program's assembly.</summary>
    public static string ProgramPath { get; } = Path.Combine(Root, "artifacts", "publish", "cli", "db-vc.dll");

    /// <summary>Runs db-vc to its end, standard input closed, in <paramref name="folder"/>.</summary>
    public static Task<Ended> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        EndAsync(Start(folder, environment, arguments));

    /// <summary>Starts db-vc, standard input closed.</summary>
    public static Process Start(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        if (!File.Exists(ProgramPath)) throw new FileNotFoundException("db-vc is not published. Run ./dev publish first.", ProgramPath);
        var start = new ProcessStartInfo("dotnet", [ProgramPath, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Waits for the end of a process and gathers what it still says.</summary>
    public static async Task<Ended> EndAsync(Process started)
    {
        using var process = started;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Ended(process.ExitCode, await output, await error);
    }

    /// <summary>The folder of the published worker.</summary>
    public static string WorkerFolder { get; } = Path.Combine(Root, "artifacts", "publish", "cli", "worker");

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        for (var folder = Path.GetDirectoryName(thisFile); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "DbVc.slnx"))) return folder;
        }

        throw new DirectoryNotFoundException($"No folder above {thisFile} holds DbVc.slnx.");
    }
}

/// <summary>How a process ended and what it said.</summary>
internal sealed record Ended(int ExitCode, string Output, string Error);
