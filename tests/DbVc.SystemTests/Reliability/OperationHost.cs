using System.Diagnostics;
using System.Globalization;
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
    private static bool s_isReady;
    private static int s_writes;

    /// <param name="heapLimit">Bytes of managed memory that the process may have; null leaves it to the machine.</param>
    public OperationHost(long? heapLimit = null)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(OperationHost).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[Mark] = "1";
        if (heapLimit is { } bytes) start.Environment["DOTNET_GCHeapHardLimit"] = "0x" + bytes.ToString("x", CultureInfo.InvariantCulture);
        _process = Process.Start(start)!;
    }

    public static WorkspaceOptions Options { get; } = new(TimeProvider.System, new Author("Tess", "", AuthorKind.Human), "");

    /// <summary>Begins, and returns when the repository is open.</summary>
    public void Begin(string operation, string folder, string argument, PublishStep? stop = null) =>
        Order(operation, folder, argument, stop?.ToString() ?? "", "");

    /// <summary>Begins, and dies as by kill -9 when the store is about to touch the disk, or just has, for the given time, counted from 1.</summary>
    public void BeginDying(string operation, string folder, string argument, int write) =>
        Order(operation, folder, argument, "", write.ToString(CultureInfo.InvariantCulture));

    /// <summary>Begins, and returns when it has come to a step, at which it stays for ever.</summary>
    public void BeginAndStay(string operation, string folder, string argument, PublishStep step)
    {
        Order(operation, folder, argument, "stay:" + step, "");
        Xunit.Assert.Equal("staying", _process.StandardOutput.ReadLine());
    }

    /// <summary>Begins, and returns when it has come to a step, at which it stays until <see cref="Continue"/>.</summary>
    public void BeginAndPause(string operation, string folder, string argument, PublishStep step)
    {
        Send(operation, folder, argument, "pause:" + step, "");
        Xunit.Assert.Equal("ready", _process.StandardOutput.ReadLine());
        Xunit.Assert.Equal("staying", _process.StandardOutput.ReadLine());
    }

    /// <summary>Lets it go on, and waits for its end.</summary>
    public int Continue()
    {
        _process.StandardInput.Close();
        return Finish();
    }

    private void Order(params string[] words)
    {
        Send(words);
        _process.StandardInput.Close();
        Xunit.Assert.Equal("ready", _process.StandardOutput.ReadLine());
    }

    private void Send(params string[] words) => _process.StandardInput.WriteLine(string.Join('|', words));

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
        var options = Options with { StepReached = step => DieAt(step, order[3]), StoreReached = _ => DieAtWrite(order[4]) };
        try
        {
            if (order[0] == "init") RunInit(order[1], order[2], options);
            else RunInRepository(order, options);
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            Environment.Exit(LockedCode);
        }
        catch (DbVcException failure)
        {
            Environment.Exit((int)failure.Kind);
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
        s_isReady = true;
        var merges = workspace.Merges;
        _ = order[0] switch
        {
            "merge" => (object)merges.Merge(new MergeRequest(BranchName.Parse(order[2]), BranchName.Main, false, []), CancellationToken.None),
            "continue" => merges.Continue(null, CancellationToken.None),
            "rollback" => workspace.Replays.Rollback(new RollbackRequest(order[2], false), CancellationToken.None),
            "commit" => workspace.Branches.Commit(BranchName.Parse(order[2]), "Commit " + order[2], null, CancellationToken.None),
            "create" => workspace.Branches.Create(BranchName.Parse(order[2]), null, CancellationToken.None),
            "create-part" => workspace.Branches.Create(BranchName.Parse(order[2]), null, BranchTerms.None with { Tables = ["orders"] }, CancellationToken.None),
            "fetch" => workspace.Branches.Fetch(BranchName.Parse(order[2]), []),
            "past" => Ask(workspace, order[2]),
            "delete" => Delete(workspace, order[2]),
            "status" => workspace.Status(CancellationToken.None),
            "gc" => workspace.Upkeep.Collect(new GcRequest(false, TimeSpan.Zero), CancellationToken.None),
            "purge" => workspace.Upkeep.Purge(new PurgeRequest("customers", [order[2]]), CancellationToken.None),
            "import" => workspace.Upkeep.Import(new ImportRequest(order[2], null), CancellationToken.None),
            var other => throw new ArgumentException(other),
        };
    }

    /// <summary>Asks the newest commit.</summary>
    private static string Ask(Workspace workspace, string sql)
    {
        using var answer = workspace.History.Query(new QueryRequest(sql, "HEAD", null, 1));
        return answer.Rows.Single()[0].ToString();
    }

    private static string Delete(Workspace workspace, string branch)
    {
        workspace.Branches.Delete(BranchName.Parse(branch));
        return branch;
    }

    private static void DieAt(PublishStep step, string stop)
    {
        if (stop == "pause:" + step)
        {
            Console.Out.WriteLine("staying");
            Console.In.ReadLine();
        }

        if (stop == "stay:" + step)
        {
            Console.Out.WriteLine("staying");
            Thread.Sleep(Timeout.Infinite);
        }

        if (step.ToString() == stop) Die();
    }

    private static void DieAtWrite(string write)
    {
        if (s_isReady && write.Length > 0 && ++s_writes == int.Parse(write, CultureInfo.InvariantCulture)) Die();
    }

    private static void Die()
    {
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
