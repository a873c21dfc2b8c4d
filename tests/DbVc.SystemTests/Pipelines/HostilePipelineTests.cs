using System.Net;
using System.Net.Sockets;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Pipelines that attack: each ends in a named failure, and the host has not noticed more than that.</summary>
public sealed class HostilePipelineTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private static readonly WorkerLimits OneSecond = WorkerFixture.TightLimits with { RunTime = TimeSpan.FromSeconds(1) };

    private const string Native = "[System.Runtime.InteropServices.DllImport(\"libc\", SetLastError = true)] private static extern ";

    [Theory]
    [InlineData("File.ReadAllText(\"/etc/shadow\");", "FileNotFoundException|DirectoryNotFoundException")]
    [InlineData("File.ReadAllText(\"/etc/passwd\");", "FileNotFoundException|DirectoryNotFoundException")]
    [InlineData("Directory.GetFiles(\"/root\");", "DirectoryNotFoundException")]
    [InlineData("Directory.GetFiles(\"/home\");", "DirectoryNotFoundException")]
    [InlineData("File.ReadAllBytes(\"/proc/self/fd/3\");", "UnauthorizedAccessException|IOException")]
    [InlineData("File.WriteAllText(\"/worker/x\", \"\");", "IOException|UnauthorizedAccessException")]
    [InlineData("File.WriteAllText(\"/x\", \"\");", "IOException|UnauthorizedAccessException")]
    [InlineData("System.Diagnostics.Process.Start(\"/dotnet/dotnet\");", "Win32Exception")]
    [InlineData("System.Diagnostics.Process.Start(\"/bin/sh\");", "Win32Exception")]
    [InlineData("new System.Net.Sockets.TcpClient().Connect(\"127.0.0.1\", 1);", "SocketException")]
    [InlineData("_ = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);", "SocketException")]
    [InlineData("var keep = new List<byte[]>(); while (true) { keep.Add(new byte[1 << 20]); }", "OutOfMemoryException")]
    [InlineData("while (true) { unsafe_(); } void unsafe_() { var p = System.Runtime.InteropServices.Marshal.AllocHGlobal(1 << 20); "
        + "for (var i = 0; i < 1 << 20; i += 4096) System.Runtime.InteropServices.Marshal.WriteByte(p, i, 1); }", "OutOfMemoryException|signal 6")]
    [InlineData("using var f = File.Create(\"/tmp/f\"); var b = new byte[1 << 20]; while (true) { f.Write(b); f.Flush(); }", "IOException|signal 25")]
    public void What_is_not_there_cannot_be_reached(string body, string expected)
    {
        var error = worker.RunBodyFails(body);
        Assert.Contains(error.Code, (string[])["pipeline.failed", "worker.died"]);
        Assert.Contains(expected.Split('|'), text => error.Message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_repository_cannot_be_listed()
    {
        var error = worker.RunBodyFails($"Directory.GetFiles(\"{Path.GetDirectoryName(AppContext.BaseDirectory)}\");");
        Assert.Contains("DirectoryNotFoundException", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_listening_host_is_not_reached()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        worker.RunBodyFails($"new System.Net.Sockets.TcpClient().Connect(\"127.0.0.1\", {port});");
        Assert.False(listener.Pending());
    }

    [Theory]
    [InlineData("fork()", "int fork();")]
    [InlineData("unshare(0x10000000)", "int unshare(int flags);")]
    [InlineData("(int)mmap(0, 4096, 3, 0x21, -1, 0)", "nint mmap(nint address, nint length, int protection, int flags, int file, nint offset);")]
    [InlineData("memfd_create(\"x\", 0)", "int memfd_create(string name, int flags);")]
    [InlineData("ptrace(0, 0, 0, 0)", "int ptrace(nint a, nint b, nint c, nint d);")]
    [InlineData("setuid(0)", "int setuid(int id);")]
    public void Native_calls_are_denied(string call, string declaration)
    {
        var rows = new RowCollector();
        worker.RunBody($"Accept(sink, 1, ({call}).ToString());", rows, "one\n", Native + declaration);
        Assert.Equal(["1: -1"], rows.Rows);
    }

    [Fact]
    public void A_bomb_of_threads_ends() =>
        Assert.Contains(worker.RunBodyFails("while (true) new System.Threading.Thread(() => System.Threading.Thread.Sleep(100000)).Start();").Code,
            (string[])["pipeline.failed", "worker.died"]);

    [Fact]
    public void An_endless_loop_runs_out_of_time() =>
        Assert.Equal("worker.timeout", worker.RunBodyFails("while (true) { }", limits: OneSecond).Code);

    [Fact]
    public void An_endless_loop_runs_out_of_processor_time() =>
        Assert.Equal("worker.died", worker.RunBodyFails("while (true) { }", limits: WorkerFixture.TightLimits with
        {
            CpuTime = TimeSpan.FromSeconds(1),
            RunTime = TimeSpan.FromSeconds(60),
        }).Code);

    [Fact]
    public void Endless_rows_are_cut_off() =>
        Assert.Equal("worker.records", worker.RunBodyFails("for (long i = 1; ; i++) Accept(sink, i, \"x\");").Code);

    [Fact]
    public void Rows_far_larger_than_allowed_are_cut_off() =>
        Assert.Equal("worker.output", worker.RunBodyFails("for (long i = 1; i <= 3; i++) Accept(sink, i, new string('x', 9_000_000));",
            limits: WorkerFixture.TightLimits with { OutputBytes = 1 << 20 }).Code);

    [Theory]
    [InlineData("new byte[] { 255, 255, 255, 255, 255, 255, 255 }", "unknown frame kind")]
    [InlineData("new byte[] { 8, 255, 255, 255, 127 }", "claims")]
    [InlineData("new byte[] { 8, 3, 0, 0, 0, 9, 9, 9 }", "unknown batch entry")]
    [InlineData("new byte[] { 3, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }", "came between batches")]
    [InlineData("new byte[] { 9, 6, 0, 0, 0, 2, 0, 0, 0, (byte)'{', (byte)'}' }", "worker claims|never came back")]
    public void Garbage_on_the_pipe_is_refused(string bytes, string expected)
    {
        var error = worker.RunBodyFails(
            "for (var fd = 3; fd < 64; fd++) try { using var f = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, false), "
            + $"FileAccess.Write, 0); f.Write({bytes}); }} catch (Exception) {{ }}");
        Assert.Contains(error.Code, (string[])["worker.protocol", "worker.records"]);
        Assert.Contains(expected.Split('|'), text => error.Message.Contains(text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Environment.Exit(0);")]
    [InlineData("Environment.FailFast(\"x\");")]
    [InlineData("Recurse(1); static int Recurse(int n) => Recurse(n + 1) + Recurse(n + 2);")]
    [InlineData("System.Runtime.InteropServices.Marshal.WriteByte(8, 1);")]
    [InlineData("for (var fd = 3; fd < 64; fd++) new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, true).Dispose(); while (true) { }")]
    public void A_worker_that_ends_midway_is_a_named_failure(string end)
    {
        var error = worker.RunBodyFails("Accept(sink, 1, \"a\"); " + end);
        // bubblewrap holds the pipe open, so a worker that closes its own end is only noticed by the clock.
        Assert.Contains(error.Code, (string[])["worker.died", "pipeline.failed", "worker.timeout"]);
    }

    [Fact]
    public void No_variable_of_the_host_is_visible()
    {
        Environment.SetEnvironmentVariable("DBVC_TEST_SECRET", "hunter2");
        var rows = new RowCollector();
        worker.RunBody("Accept(sink, 1, string.Join(\",\", Environment.GetEnvironmentVariables()"
            + ".Keys.Cast<string>().Where(name => !name.StartsWith(\"DOTNET_\"))));", rows, "one\n");
        Assert.Contains(rows.Rows.Single(), (string[])["1: ", "1: PWD"]);
    }

    [Fact]
    public void No_process_of_the_host_is_visible()
    {
        var rows = new RowCollector();
        worker.RunBody("Accept(sink, 1, string.Join(\",\", Directory.GetDirectories(\"/proc\")"
            + ".Select(Path.GetFileName).Where(name => char.IsDigit(name![0]))));", rows, "one\n");
        Assert.Equal(["1: 1,2"], rows.Rows);
    }

    [Fact]
    public void Printing_does_not_break_the_protocol()
    {
        var rows = new RowCollector();
        worker.RunBody("Console.WriteLine(\"hello\"); Accept(sink, 1, \"a\");", rows, "one\n");
        Assert.Equal(["1: a"], rows.Rows);
    }

    [Fact]
    public void Endless_printing_does_not_fill_the_host()
    {
        var error = worker.RunBodyFails("while (true) Console.Error.WriteLine(new string('x', 1000));", limits: OneSecond);
        Assert.Equal("worker.timeout", error.Code);
    }
}
