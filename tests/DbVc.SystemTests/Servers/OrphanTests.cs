using System.Diagnostics;
using System.Net.Sockets;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>No server outlives the tests that started it.</summary>
public sealed class OrphanTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>From its own folder: the copy beside this program lacks what ASP.NET brings here.</summary>
    private static readonly string Program = Path.Combine(
        Published.Root, "artifacts", "bin", "DbVc.TestServers", new DirectoryInfo(AppContext.BaseDirectory).Name, "DbVc.TestServers.dll");

    [Theory]
    [InlineData(ServerKind.Postgres15)]
    [InlineData(ServerKind.Postgres18)]
    [InlineData(ServerKind.MariaDb)]
    public void A_server_is_gone_with_its_folder_after_the_process_that_started_it_was_killed(ServerKind kind)
    {
        using var process = StartServer(kind, out var folder, out var port);
        Assert.True(AcceptsConnections(port));
        Assert.NotEmpty(ProcessesIn(folder));

        process.Kill();

        Assert.True(Comes(() => !Directory.Exists(folder) && !AcceptsConnections(port)));
        Assert.Empty(ProcessesIn(folder));
    }

    [Theory]
    [InlineData(ServerKind.Postgres15)]
    [InlineData(ServerKind.MariaDb)]
    public void A_server_is_gone_after_its_guard_was_killed(ServerKind kind)
    {
        using var process = StartServer(kind, out var folder, out var port);
        var guard = Assert.Single(Process.GetProcessesByName("sh"), shell => CommandLine(shell.Id).Contains($"\0{folder}\0", StringComparison.Ordinal));

        guard.Kill();

        Assert.True(Comes(() => !AcceptsConnections(port) && !ProcessesIn(folder).Any()));
        process.Kill();
        RemoveSharedMemory(folder);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The mark of a running server that PostgreSQL, killed so, cannot remove: its id stands in the seventh line.</summary>
    private static void RemoveSharedMemory(string folder)
    {
        var file = Path.Combine(folder, "data", "postmaster.pid");
        if (!File.Exists(file)) return;
        var id = File.ReadLines(file).ElementAt(6).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        using var remove = Process.Start("ipcrm", ["-m", id]);
        remove.WaitForExit();
        Assert.Equal(0, remove.ExitCode);
    }

    private static Process StartServer(ServerKind kind, out string folder, out int port)
    {
        var start = new ProcessStartInfo("dotnet", [Program, kind.ToString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        folder = process.StandardOutput.ReadLine()!;
        port = new Uri(process.StandardOutput.ReadLine()!).Port;
        return process;
    }

    private static bool Comes(Func<bool> state)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; Thread.Sleep(50))
        {
            if (state()) return true;
        }

        return false;
    }

    private static bool AcceptsConnections(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Processes that name the folder in their command line or work in it, as the children of PostgreSQL do.</summary>
    private static IEnumerable<int> ProcessesIn(string folder) =>
        from process in Process.GetProcesses()
        where CommandLine(process.Id).Contains(folder, StringComparison.Ordinal)
            || (WorkingFolder(process.Id)?.StartsWith(folder, StringComparison.Ordinal) ?? false)
        select process.Id;

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string? WorkingFolder(int id)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{id}/cwd", returnFinalTarget: false)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
