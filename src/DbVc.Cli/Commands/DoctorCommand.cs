using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Cli;

/// <summary>Says what this machine lacks and how to get it.</summary>
internal static class DoctorCommand
{
    private static readonly string[] Folders = ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin"];

    public static Verb Create() => new Verb("doctor", "Check what this machine needs to run agents, and how to get what is missing.",
        "db-vc doctor").Runs(context =>
    {
        var checks = Checks().ToList();
        var isOk = checks.TrueForAll(check => check.IsFound);
        foreach (var check in checks)
        {
            context.Output.Line(check.IsFound ? Piece.Good("✓ ") : Piece.Bad("✗ "), check.Name, "  ", Piece.Dim(check.Detail));
            if (!check.IsFound) context.Output.Line("    ", check.Install);
        }

        context.Output.Json(new JsonObject
        {
            ["ok"] = isOk,
            ["checks"] = Json.Array(checks, check => new JsonObject
            {
                ["name"] = check.Name,
                ["found"] = check.IsFound,
                ["detail"] = check.Detail,
                ["install"] = check.IsFound ? null : check.Install,
            }),
        });
        return isOk ? 0 : (int)FailureKind.Failed;
    });

    private static IEnumerable<Check> Checks()
    {
        yield return new Check("linux", OperatingSystem.IsLinux(), Environment.OSVersion.ToString(), "The sandbox for generated code needs Linux.");
        yield return new Check("dotnet", true, $"runtime {Environment.Version}", "");
        yield return Program("bwrap", "shuts generated code in", "bubblewrap");
        if (Environment.IsPrivilegedProcess) yield return Program("setpriv", "lets root start the sandbox as nobody", "util-linux");
        var worker = Path.Combine(Session.WorkerFolder, "DbVc.Worker.dll");
        yield return new Check("worker", File.Exists(worker), worker, "Publish it with: ./dev publish");
    }

    private static Check Program(string name, string purpose, string package)
    {
        var found = Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return new Check(name, found is not null, found ?? purpose, $"sudo apt-get install -y {package}");
    }

    private sealed record Check(string Name, bool IsFound, string Detail, string Install);
}
