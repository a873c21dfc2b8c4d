using System.Diagnostics;

namespace DbVc.SystemTests;

/// <summary>Runs tests of this program once more on other terms: as a user without rights, or on a machine that lacks something. Only root can.</summary>
internal static class OrdinaryUser
{
    private static readonly string[] WithoutRights = ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];

    /// <param name="filter">Arguments that choose the tests.</param>
    public static (int ExitCode, string Output) RunTests(params string[] filter) => RunTests([], [], filter);

    /// <param name="launcher">A command that the tests are appended to, run by that user.</param>
    /// <param name="environment">Variables besides those of this process.</param>
    /// <param name="filter">Arguments that choose the tests.</param>
    public static (int ExitCode, string Output) RunTests(
        IReadOnlyList<string> launcher, IReadOnlyList<(string Name, string Value)> environment, params string[] filter) =>
        Run([.. WithoutRights, .. launcher], environment, filter);

    /// <summary>As root, on a machine without bubblewrap: its file is hidden from the tests and from nobody else.</summary>
    public static (int ExitCode, string Output) RunWithoutBubblewrap(IReadOnlyList<(string Name, string Value)> environment, params string[] filter)
    {
        const string hide = """
            copy=$(mktemp -d) && mount --bind /usr/bin "$copy" && mount -t tmpfs none /usr/bin \
              && for file in "$copy"/*; do "$copy/ln" -s "$file" /usr/bin/; done && rm /usr/bin/bwrap && exec "$@"
            """;
        return Run(["/usr/bin/unshare", "-m", "/bin/sh", "-c", hide, "sh"], environment, filter);
    }

    private static (int ExitCode, string Output) Run(string[] launcher, IReadOnlyList<(string Name, string Value)> environment, string[] filter)
    {
        // A home must not lie below /tmp, of which a sandbox has one of its own.
        var results = Directory.CreateDirectory($"/var/tmp/db-vc-results-{Guid.NewGuid():n}").FullName;
        File.SetUnixFileMode(results, (UnixFileMode)0x1ff);
        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, typeof(OrdinaryUser).Assembly.Location]
            : [Environment.ProcessPath!];
        var start = new ProcessStartInfo(launcher[0], [.. launcher[1..], .. program, .. filter, "--results-directory", results])
        {
            Environment = { ["HOME"] = results, ["TMPDIR"] = results },
            WorkingDirectory = results,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var run = Process.Start(start)!;
        var output = run.StandardOutput.ReadToEnd();
        run.WaitForExit();
        Directory.Delete(results, true);
        return (run.ExitCode, output);
    }
}
