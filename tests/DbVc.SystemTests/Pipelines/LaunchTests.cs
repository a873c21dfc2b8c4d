using DbVc.Model;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LaunchTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    [Theory]
    [InlineData(SandboxMode.Bubblewrap)]
    [InlineData(SandboxMode.None)]
    public void A_pipeline_is_compiled_tested_and_run(SandboxMode mode)
    {
        var options = WorkerFixture.Options with { Sandbox = mode };
        using var analysis = WorkerSession.Start(options);
        var pipeline = analysis.Compile("Sample",
            [new("generated/I.cs", Samples.Ingestion, false), new("generated/V.cs", Samples.Validators, false), new("tests/T.cs", Samples.Tests, true)],
            TestContext.Current.CancellationToken).Pipeline!;
        using var source = TemporarySource.Create("Ada\n");
        using var execution = WorkerSession.Start(options, source.Source);
        Assert.Equal(mode, execution.Sandbox);
        Assert.True(execution.RunTests(pipeline, cancellation: TestContext.Current.CancellationToken).Succeeded);
        var rows = new RowCollector();
        execution.Run(new RunRequest(pipeline, Samples.CountLines), rows, TestContext.Current.CancellationToken);
        Assert.Equal(["1: Ada | 3"], rows.Rows);
    }

    [Fact]
    public void A_worker_outlives_the_thread_that_started_it()
    {
        WorkerSession? session = null;
        var thread = new Thread(() => session = WorkerSession.Start(WorkerFixture.Options));
        thread.Start();
        thread.Join();
        using (session!)
            Assert.True(session!.Compile("Sample", [new("A.cs", "public class A;\n", false)], TestContext.Current.CancellationToken).Succeeded);
    }

    [Fact]
    public void Nothing_of_a_session_lives_on_after_it()
    {
        var session = WorkerSession.Start(WorkerFixture.Options);
        var processes = Descendants(session.ProcessId);
        Assert.True(processes.Count >= 3);
        session.Dispose();
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (processes.Exists(id => Directory.Exists($"/proc/{id}")) && DateTime.UtcNow < deadline)
            Thread.Sleep(20);
        Assert.DoesNotContain(processes, id => Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public void A_worker_below_a_closed_folder_is_still_found()
    {
        var closed = Directory.CreateTempSubdirectory("db-vc-closed-").FullName;
        try
        {
            var folder = Path.Combine(closed, "worker");
            Copy(WorkerFixture.Options.Location.Folder, folder);
            using var session = WorkerSession.Start(WorkerFixture.Options with { Location = WorkerLocation.Find(folder) });
            Assert.Equal(SandboxMode.Bubblewrap, session.Sandbox);
        }
        finally
        {
            Directory.Delete(closed, true);
        }
    }

    [Fact]
    public void A_missing_worker_is_named() =>
        Assert.Equal("worker.missing", Assert.Throws<DbVcException>(() => WorkerLocation.Find("/nowhere")).Code);

    [Fact]
    public void A_worker_that_does_not_start_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("db-vc-broken-");
        File.SetUnixFileMode(folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        File.WriteAllText(Path.Combine(folder.FullName, WorkerLocation.AssemblyName), "not a program");
        var error = Assert.Throws<DbVcException>(() => WorkerSession.Start(new WorkerOptions(WorkerLocation.Find(folder.FullName))));
        folder.Delete(true);
        Assert.Equal("worker.died", error.Code);
    }

    [Fact]
    public void An_ordinary_user_can_do_it_too()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "This run is an ordinary user's already.");
        var (exitCode, output) = OrdinaryUser.RunTests("--filter-method", $"DbVc.SystemTests.LaunchTests.{nameof(A_pipeline_is_compiled_tested_and_run)}");
        Assert.True(exitCode == 0, output);
        Assert.Contains("succeeded: 2", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_the_same_code_twice_gives_the_same_findings() =>
        Assert.Equal(worker.Compile(("A.cs", "class A;")).Lint, worker.Compile(("A.cs", "class A;")).Lint);

    public static TheoryData<string, string> BadSources => new()
    {
        { "/nowhere/file.csv", "source.missing" },
        { "/tmp", "source.not-a-file" },
        { "/dev/null", "source.not-a-file" },
    };

    [Theory]
    [MemberData(nameof(BadSources))]
    public void A_source_that_is_no_file_is_named(string path, string code) =>
        Assert.Equal(code, Assert.Throws<DbVcException>(() => SourceFile.Open(path)).Code);

    [Fact]
    public void A_source_that_is_a_named_pipe_is_named_and_does_not_block()
    {
        var path = Path.Combine(Path.GetTempPath(), $"db-vc-{Guid.NewGuid():n}");
        System.Diagnostics.Process.Start("mkfifo", path).WaitForExit();
        Assert.Equal("source.not-a-file", Assert.Throws<DbVcException>(() => SourceFile.Open(path)).Code);
        File.Delete(path);
    }

    private static List<int> Descendants(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id))
                continue;
            try
            {
                var status = File.ReadAllText(Path.Combine(folder, "stat"));
                parents[id] = int.Parse(status[(status.LastIndexOf(')') + 4)..].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }
        var found = new List<int> { root };
        for (var i = 0; i < found.Count; i++)
            found.AddRange(parents.Where(pair => pair.Value == found[i]).Select(pair => pair.Key));
        return found;
    }

    private static void Copy(string folder, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(folder))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        foreach (var inner in Directory.GetDirectories(folder))
            Copy(inner, Path.Combine(target, Path.GetFileName(inner)));
    }
}
