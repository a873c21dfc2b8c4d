using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DbVc.Model;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A host with something to steal and break: a repository with its database, a source that anybody may write, listeners, a secret.</summary>
public sealed class EscapeHost : IDisposable
{
    private const string Content = "one\ntwo\nthree\n";
    private const string Secret = "hunter2-of-the-host";
    private const UnixFileMode Everybody = (UnixFileMode)0x1b6;
    private static readonly DateTime Written = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Socket _abstract = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    // Not below /tmp, of which the sandbox has one of its own.
    private readonly string _folder = Directory.CreateDirectory($"/var/tmp/db-vc-escape-{Guid.NewGuid():n}").FullName;
    private WorkerSession? _analysis;

    public EscapeHost()
    {
        Environment.SetEnvironmentVariable("DBVC_TEST_SECRET", Secret);
        Directory.CreateDirectory(Path.Combine(_folder, ".db-version-control"));
        File.WriteAllText(Live, "rows");
        File.WriteAllText(Source, Content);
        File.SetUnixFileMode(Source, Everybody);
        File.SetLastWriteTimeUtc(Source, Written);
        _listener.Start();
        _abstract.Bind(new UnixDomainSocketEndPoint($"\0db-vc-{Environment.ProcessId}"));
        _abstract.Listen();
        // The first of each is the large one.
        RunHonest();
        Memory = MeasureMemory();
    }

    /// <summary>Bytes that this process held before the first program ran.</summary>
    public long Memory { get; }

    /// <summary>Programs that have run.</summary>
    public HashSet<EscapeProgram> Ran { get; } = [];

    /// <summary>What only processes of this suite have on their command line.</summary>
    public static string Mark => EscapeProgram.Tight.TemporaryBytes.ToString(CultureInfo.InvariantCulture);

    private string Live => Path.Combine(_folder, "live.db");

    private string Source => Path.Combine(_folder, "source.csv");

    /// <summary>The memory of this process once nothing is left that need not be.</summary>
    public static long MeasureMemory()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }

    public CompiledPipeline Compile(params (string Path, string Text)[] files)
    {
        _analysis ??= WorkerSession.Start(WorkerFixture.Options);
        var result = _analysis.Compile("Sample",
            [.. files.Select(file => new CodeFile(file.Path, file.Text, file.Path.StartsWith("tests/", StringComparison.Ordinal)))], CancellationToken.None);
        Assert.True(result.Succeeded, string.Join("\n", result.Errors));
        return result.Pipeline!;
    }

    /// <summary>Compiles and runs a program, and looks whether the host still is what it was. The failure that it ended in.</summary>
    public DbVcException Run(EscapeProgram program)
    {
        Ran.Add(program);
        var body = Fill(Samples.WithBody(program.Body, program.Members));
        var pipeline = Compile(("generated/Ingestion.cs", body), ("generated/Attack.cs", AttackCode.Text));
        using var source = SourceFile.Open(Source);
        using var session = WorkerSession.Start(WorkerFixture.Options with { Limits = program.Limits }, source);
        var rows = new RowCollector();
        var failure = Record.Exception(() => session.Run(new RunRequest(pipeline, Samples.CountLines), rows, CancellationToken.None));
        using (var reader = new StreamReader(source.OpenStream()))
            Assert.Equal(Content, reader.ReadToEnd());
        source.RequireUnchanged();
        RequireUntouched();
        return failure as DbVcException
            ?? throw new InvalidOperationException(failure?.ToString() ?? $"It ended well, with the rows {string.Join(", ", rows.Rows)}");
    }

    public void RunHonest()
    {
        var pipeline = Compile(("generated/Ingestion.cs", Samples.Ingestion), ("generated/Validators.cs", Samples.Validators), ("tests/T.cs", Samples.Tests));
        using var source = SourceFile.Open(Source);
        using var session = WorkerSession.Start(WorkerFixture.Options with { Limits = EscapeProgram.Tight }, source);
        Assert.True(session.RunTests(pipeline).Succeeded);
        var rows = new RowCollector();
        session.Run(new RunRequest(pipeline, Samples.CountLines), rows, CancellationToken.None);
        Assert.Equal(["1: one | 3", "2: two | 3", "3: three | 5"], rows.Rows);
    }

    /// <summary>Nothing was written, nobody has called.</summary>
    public void RequireUntouched()
    {
        Assert.Equal("rows", File.ReadAllText(Live));
        Assert.Equal(Content, File.ReadAllText(Source));
        Assert.Equal(Everybody, File.GetUnixFileMode(Source));
        Assert.Equal(Written, File.GetLastWriteTimeUtc(Source));
        Assert.Equal([".db-version-control", "live.db", "source.csv"],
            Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(_listener.Pending());
        Assert.False(_abstract.Poll(0, SelectMode.SelectRead));
        string[] folders =
        [
            "/", "/root/", "/home/", Home + "/", "/etc/", "/tmp/", "/var/tmp/", "/usr/local/", "/run/", "/dev/shm/", "/dev/mqueue/",
            WorkerFixture.Options.Location.Folder + "/",
        ];
        Assert.DoesNotContain(folders, folder => Path.Exists(folder + "db-vc-escaped"));
    }

    /// <summary>Command lines of this suite's workers that are alive.</summary>
    public static List<string> FindWorkers()
    {
        var found = new List<string>();
        foreach (var folder in Directory.GetDirectories("/proc").Where(f => char.IsDigit(Path.GetFileName(f)[0])))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
                if (command.Contains(Mark, StringComparison.Ordinal)) found.Add(command);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }
        }
        return found;
    }

    public void Dispose()
    {
        _analysis?.Dispose();
        _listener.Dispose();
        _abstract.Dispose();
        Directory.Delete(_folder, true);
    }

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    /// <summary>Puts what the host knows in place of names in braces.</summary>
    public string Fill(string text) => new StringBuilder(text)
        .Replace("{home}", Home).Replace("{repository}", _folder).Replace("{live}", Live).Replace("{source}", Source)
        .Replace("{worker}", WorkerFixture.Options.Location.Folder).Replace("{secret}", Secret)
        .Replace("{pid}", Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
        .Replace("{port}", ((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture))
        .ToString();
}
