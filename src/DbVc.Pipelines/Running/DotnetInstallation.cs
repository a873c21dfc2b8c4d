using System.Runtime.InteropServices;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>The parts of a .NET installation that a framework-dependent program needs.</summary>
internal sealed record DotnetInstallation(string Host, string Resolver, string Framework)
{
    private const string FrameworkName = "Microsoft.NETCore.App";

    /// <summary>The installation this process runs on, or else the one that <c>DOTNET_ROOT</c> or the usual folders hold.</summary>
    public static DotnetInstallation Find()
    {
        var running = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        string?[] roots =
        [
            Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(running))),
            Environment.GetEnvironmentVariable("DOTNET_ROOT"), "/usr/share/dotnet", "/usr/lib/dotnet",
        ];
        foreach (var root in roots)
        {
            if (string.IsNullOrEmpty(root) || !File.Exists(Path.Combine(root, "dotnet")))
                continue;
            var framework = Newest(Path.Combine(root, "shared", FrameworkName));
            var resolver = Newest(Path.Combine(root, "host", "fxr"));
            if (framework is not null && resolver is not null)
                return new DotnetInstallation(Path.Combine(root, "dotnet"), resolver, framework);
        }
        throw new DbVcException(FailureKind.Failed, "sandbox.runtime-missing", "No .NET runtime was found for the sandbox.",
            hint: "Install the .NET 10 runtime, or set DOTNET_ROOT to its folder.");
    }

    private static string? Newest(string folder)
    {
        if (!Directory.Exists(folder))
            return null;
        return Directory.EnumerateDirectories(folder)
            .Where(version => Version.TryParse(Path.GetFileName(version), out var parsed) && parsed.Major == Environment.Version.Major)
            .MaxBy(version => Version.Parse(Path.GetFileName(version)));
    }
}
