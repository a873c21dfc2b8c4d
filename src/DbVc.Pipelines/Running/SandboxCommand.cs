using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>The command line that starts the worker shut in: nothing is visible but what is listed here.</summary>
internal static class SandboxCommand
{
    private const string Nobody = "65534";
    private const int MostProcessors = 8;

    private static readonly string[] Libraries =
    [
        "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libgcc_s.so.1", "libstdc++.so.6",
        // The compiler names assemblies by their SHA-256, which .NET takes from here.
        "libssl.so.3", "libcrypto.so.3",
    ];

    private static readonly string[] OptionalLibraries = ["libpthread.so.0", "libdl.so.2", "librt.so.1", "libssl.so.3", "libcrypto.so.3"];

    public static IReadOnlyList<string> Build(WorkerOptions options)
    {
        if (!OperatingSystem.IsLinux())
            throw new DbVcException(FailureKind.Refused, "sandbox.unsupported", "The sandbox needs Linux.");
        return options.Sandbox == SandboxMode.None ? BuildOpen(options) : BuildShut(options);
    }

    [SupportedOSPlatform("linux")]
    private static List<string> BuildOpen(WorkerOptions options)
    {
        var (command, worker, dotnet) = DropPrivileges(options);
        command.AddRange([SandboxProgram.Env.Require(), "-i", .. RuntimeSettings(options.Limits).Select(setting => $"{setting.Name}={setting.Value}")]);
        command.AddRange([dotnet.Host, Path.Combine(worker, WorkerLocation.AssemblyName), .. WorkerArguments(options)]);
        return command;
    }

    /// <summary>Root's files stay readable for a root that is only renamed, so a launcher that is root really becomes somebody else first.</summary>
    [SupportedOSPlatform("linux")]
    private static (List<string> Command, string Worker, DotnetInstallation Dotnet) DropPrivileges(WorkerOptions options)
    {
        var dotnet = DotnetInstallation.Find();
        if (!Environment.IsPrivilegedProcess)
            return ([], options.Location.Folder, dotnet);
        return ([SandboxProgram.SetPrivileges.Require(), "--reuid", Nobody, "--regid", Nobody, "--clear-groups", "--no-new-privs", "--"],
            WorldReadableCopy.Ensure(options.Location.Folder), WorldReadableCopy.Ensure(dotnet));
    }

    [SupportedOSPlatform("linux")]
    private static List<string> BuildShut(WorkerOptions options)
    {
        var bubblewrap = SandboxProgram.Bubblewrap.Require();
        var (command, worker, dotnet) = DropPrivileges(options);
        command.AddRange(
        [
            bubblewrap, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
            "--unshare-user", "--uid", Nobody, "--gid", Nobody, "--hostname", "sandbox", "--clearenv",
            // The first process is bubblewrap itself: its command line names folders of this machine, and no filter binds it.
            "--proc", "/proc", "--tmpfs", "/proc/1", "--remount-ro", "/proc/1", "--dev", "/dev", "--remount-ro", "/dev",
            "--size", options.Limits.TemporaryBytes.ToString(CultureInfo.InvariantCulture), "--tmpfs", "/tmp",
            "--ro-bind", worker, "/worker", "--ro-bind", dotnet.Host, "/dotnet/dotnet",
            "--ro-bind", dotnet.Resolver, $"/dotnet/host/fxr/{Path.GetFileName(dotnet.Resolver)}",
            "--ro-bind", dotnet.Framework, $"/dotnet/shared/Microsoft.NETCore.App/{Path.GetFileName(dotnet.Framework)}",
        ]);
        foreach (var setting in RuntimeSettings(options.Limits))
            command.AddRange(["--setenv", setting.Name, setting.Value]);
        AddLibraries(command);
        command.AddRange(["--chdir", "/tmp", "--remount-ro", "/", "--", "/dotnet/dotnet", "/worker/" + WorkerLocation.AssemblyName]);
        command.AddRange(WorkerArguments(options));
        return command;
    }

    private static void AddLibraries(List<string> command)
    {
        var (triplet, loader) = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => ("x86_64-linux-gnu", "/lib64/ld-linux-x86-64.so.2"),
            Architecture.Arm64 => ("aarch64-linux-gnu", "/lib/ld-linux-aarch64.so.1"),
            var other => throw new DbVcException(FailureKind.Refused, "sandbox.unsupported", $"The sandbox does not know the processor {other}."),
        };
        string[] folders = [$"/lib/{triplet}", $"/usr/lib/{triplet}", "/lib64", "/usr/lib64"];
        command.AddRange(["--ro-bind", loader, loader]);
        foreach (var library in Libraries)
        {
            var found = folders.Select(folder => Path.Combine(folder, library)).FirstOrDefault(File.Exists);
            if (found is not null)
                command.AddRange(["--ro-bind", found, $"/lib/{library}"]);
            else if (!OptionalLibraries.Contains(library))
                throw new DbVcException(FailureKind.Refused, "sandbox.library-missing", $"The library {library} was not found.", folders[0]);
        }
    }

    private static (string Name, string Value)[] RuntimeSettings(WorkerLimits limits) =>
    [
        ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"),
        ("DOTNET_GCHeapHardLimit", "0x" + (limits.MemoryBytes / 4 * 3).ToString("x", CultureInfo.InvariantCulture)),
        ("DOTNET_TieredPGO", "0"),
        ("DOTNET_EnableDiagnostics", "0"),
        // Double mapping of code needs shared memory, which the worker denies itself.
        ("DOTNET_EnableWriteXorExecute", "0"),
        ("DOTNET_NOLOGO", "1"),
        // Heaps, thread pools and arenas of the C library are made for each core, and addresses are limited.
        ("DOTNET_PROCESSOR_COUNT", Math.Min(Environment.ProcessorCount, MostProcessors).ToString(CultureInfo.InvariantCulture)),
        ("MALLOC_ARENA_MAX", "2"),
    ];

    /// <summary>The worker sets its resource limits itself, inside its namespaces, where a limit on processes counts only its own.</summary>
    private static string[] WorkerArguments(WorkerOptions options)
    {
        var limits = options.Limits;
        long[] values =
        [
            (long)Math.Ceiling(limits.CpuTime.TotalSeconds), limits.MemoryBytes + (limits.MemoryBytes / 4), limits.TemporaryBytes,
            limits.OpenFiles, options.Sandbox == SandboxMode.None ? 0 : limits.Processes,
        ];
        return ["serve", .. values.Select(value => value.ToString(CultureInfo.InvariantCulture))];
    }
}
