using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DbVc.TestServers;

/// <summary>
/// A server under a guard: a small shell in a session of its own that reads orders from a pipe. The pipe closes when this process ends, in
/// whatever way; then the guard ends the server and removes its folder. If the guard is killed, the kernel kills the server.
/// </summary>
internal sealed partial class ServerProcess : IDisposable
{
    private const int SigKill = 9;
    private const int SigStop = 19;

    private const string Guard = """
        folder=$1 signal=$2 pid=
        shift 2
        exec 2>/dev/null
        while read -r order; do
            if [ "$order" = abandon ]; then wait; exit; fi
            if [ -n "$pid" ]; then wait "$pid"; fi
            "$@" </dev/null >>"$folder/server.log" 2>&1 &
            pid=$!
            echo "$pid"
        done
        if [ -n "$pid" ]; then kill -s "$signal" "$pid"; wait "$pid"; fi
        until rm -rf -- "$folder"; do sleep 0.1; done
        """;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);
    private readonly Process _guard;

    public ServerProcess(ServerFolder folder, string endSignal, IReadOnlyList<string> command)
    {
        string[] server = [.. folder.RunAs, "setpriv", "--pdeathsig", "KILL", .. command];
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Guard, "guard", folder.Path, endSignal, .. server])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        _guard = Process.Start(start)!;
    }

    public int Id { get; private set; }

    public bool IsRunning => IsAlive(Id);

    public void Start()
    {
        _guard.StandardInput.Write("start\n");
        _guard.StandardInput.Flush();
        Id = int.Parse(_guard.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    /// <summary>Kills the server with everything it started, and waits until all are gone.</summary>
    public void Kill()
    {
        // Stopped first, so that it starts nothing more while what it started is looked up.
        _ = Signal(Id, SigStop);
        int[] all = [Id, .. ChildrenOf(Id)];
        foreach (var id in all) _ = Signal(id, SigKill);
        while (all.Any(IsAlive)) Thread.Sleep(5);
    }

    /// <summary>Lets the guard go after the server ended by itself; the folder stays.</summary>
    public void Abandon()
    {
        _guard.StandardInput.Write("abandon\n");
        _guard.StandardInput.Close();
        _guard.WaitForExit();
        _guard.Dispose();
    }

    /// <summary>Has the server ended and its folder removed, and does not wait for it.</summary>
    public void BeginEnd() => _guard.StandardInput.Close();

    public void Dispose() => Dispose(EndLimit);

    /// <summary>Ends it, and waits no longer than this.</summary>
    public void Dispose(TimeSpan limit)
    {
        try
        {
            BeginEnd();
            _guard.WaitForExit(limit > TimeSpan.Zero ? limit : TimeSpan.Zero);
        }
        catch (InvalidOperationException)
        {
            // Disposed of before.
        }

        _guard.Dispose();
    }

    private static IEnumerable<int> ChildrenOf(int parent) =>
        from folder in Directory.EnumerateDirectories("/proc")
        let id = int.TryParse(Path.GetFileName(folder), out var number) ? number : 0
        where id > 0 && ReadStatus(id) is { } status && status.Parent == parent
        select id;

    private static bool IsAlive(int id) => ReadStatus(id) is { State: not ("Z" or "X") };

    private static (string State, int Parent)? ReadStatus(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
