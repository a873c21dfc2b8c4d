using System.Diagnostics;
using System.Runtime.CompilerServices;
using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.SystemTests;

/// <summary>
/// This test program, started once more as a process that carries out one operation and may be killed. It is told what to do on its
/// standard input, says "ready" when the repository is open and "done" at the end.
/// </summary>
internal sealed class OperationHost : IDisposable
{
    private const string Mark = "DBVC_TEST_HOST";
    private const int LockedCode = 5;
    private readonly Process _process;

    public OperationHost()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(OperationHost).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[Mark] = "1";
        _process = Process.Start(start)!;
    }

    public static WorkspaceOptions Options { get; } = new(TimeProvider.System, new Author("Tess", "", AuthorKind.Human), "");

    /// <summary>Begins, and returns when the repository is open.</summary>
    public void Begin(string operation, string folder, string argument, PublishStep? stop = null)
    {
        _process.StandardInput.WriteLine(string.Join('|', operation, folder, argument, stop?.ToString() ?? ""));
        _process.StandardInput.Close();
        Xunit.Assert.Equal("ready", _process.StandardOutput.ReadLine());
    }

    /// <summary>Kills it after a delay as kill -9 does; true if it was not done yet.</summary>
    public bool KillAfter(TimeSpan delay)
    {
        if (_process.WaitForExit(delay)) return Finish() != 0;
        _process.Kill();
        return Finish() != 0;
    }

    /// <summary>Waits for its end: 0 done, 5 locked, 137 killed.</summary>
    public int Finish()
    {
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    /// <summary>Runs before the test program's own entry, and instead of it where the mark is set.</summary>
    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Mark) != "1") return;
        var order = Console.In.ReadLine()!.Split('|');
        var options = Options with { StepReached = step => DieAt(step, order[3]) };
        try
        {
            if (order[0] == "init") RunInit(order[1], order[2], options);
            else RunInRepository(order, options);
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            Environment.Exit(LockedCode);
        }

        Environment.Exit(0);
    }

    private static void RunInit(string folder, string database, WorkspaceOptions options)
    {
        Console.Out.WriteLine("ready");
        Workspace.Init(new InitRequest(folder, database, null), options, CancellationToken.None);
    }

    private static void RunInRepository(string[] order, WorkspaceOptions options)
    {
        using var workspace = Workspace.Open(order[1], options, CancellationToken.None);
        Console.Out.WriteLine("ready");
        var merges = workspace.Merges;
        _ = order[0] switch
        {
            "merge" => (object)merges.Merge(new MergeRequest(BranchName.Parse(order[2]), BranchName.Main, false, []), CancellationToken.None),
            "continue" => merges.Continue(null, CancellationToken.None),
            "rollback" => Replays.Rollback(new RollbackRequest(order[2], false), CancellationToken.None),
            "commit" => workspace.Branches.Commit(BranchName.Parse(order[2]), "Commit " + order[2], null, CancellationToken.None),
            "status" => workspace.Status(CancellationToken.None),
            var other => throw new ArgumentException(other),
        };
    }

    private static void DieAt(PublishStep step, string stop)
    {
        if (step.ToString() != stop) return;
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
