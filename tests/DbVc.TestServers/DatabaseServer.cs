using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace DbVc.TestServers;

/// <summary>
/// A real database server on 127.0.0.1 with data of its own in a temporary folder. It ends, and its folder goes, when it is disposed of or
/// when this process ends, in whatever way. It never touches a server that is there already.
/// </summary>
public abstract class DatabaseServer : IDisposable
{
    /// <summary>The user of the URLs: no administrator, but may create databases (in MariaDB those named <c>test_…</c> and <c>dbvc_…</c>).</summary>
    public const string User = "dbvc_test";

    private const int MaxPorts = 5;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<(ServerKind, bool Tls), Lazy<DatabaseServer>> SharedServers = new();

    private ServerProcess? _process;
    private int _lastDatabase;

    private protected DatabaseServer(ServerFolder folder, ServerOptions options)
    {
        Folder = folder;
        Options = options;
        if (options.Tls) Certificate = ServerCertificate.Write(folder.Path);
    }

    static DatabaseServer() => AppDomain.CurrentDomain.ProcessExit += (_, _) => EndShared();

    /// <summary>The port on 127.0.0.1. It stays the same over <see cref="Restart"/>.</summary>
    public int Port { get; private set; }

    /// <summary>The password of <see cref="User"/>, drawn anew for each server.</summary>
    public string Password { get; private protected init; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>The certificate that signed the server's (PEM); null without TLS.</summary>
    public string? CertificateAuthorityFile => Certificate?.AuthorityFile;

    /// <summary>The server's own process.</summary>
    public int ProcessId => Process.Id;

    /// <summary>The temporary folder, which also holds the server's socket and its log, <c>server.log</c>.</summary>
    public string FolderPath => Folder.Path;

    private protected string AdministratorPassword { get; init; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    private protected ServerFolder Folder { get; }

    private protected ServerOptions Options { get; }

    private protected ServerCertificate? Certificate { get; }

    /// <summary>The one server of its kind that the tests of this process share; the first call starts it.</summary>
    public static DatabaseServer Shared(ServerKind kind, bool tls = false) =>
        SharedServers.GetOrAdd((kind, tls), _ => new(() => Start(kind, new ServerOptions(Tls: tls)))).Value;

    /// <summary>Starts a server that nobody else uses, for tests that kill it or need settings.</summary>
    public static DatabaseServer Start(ServerKind kind, ServerOptions? options = null)
    {
        options ??= new ServerOptions();
        return Start(kind == ServerKind.MariaDb ? new MariaDbServer(options) : new PostgresServer(kind, options));
    }

    /// <summary>Starts a second server that follows this one, with all that it holds, the same users and passwords, and takes no writes.
    /// This one must have been started to be followed (<see cref="ServerOptions.Followed"/>).</summary>
    public DatabaseServer StartReplica()
    {
        if (!Options.Followed) throw new InvalidOperationException("The server was not started to be followed.");
        var replica = Start(MakeReplica());
        try
        {
            replica.CatchUp();
            return replica;
        }
        catch
        {
            replica.Dispose();
            throw;
        }
    }

    /// <summary>Waits until this replica holds everything that its primary does.</summary>
    public abstract void CatchUp();

    /// <summary>Makes a primary out of this replica, whatever became of the one that it followed.</summary>
    public abstract void Promote();

    /// <summary>The URL of a database for <see cref="User"/>, with its password.</summary>
    public string Url(string database) => Url(User, Password, database);

    /// <summary>The URL of a database for the administrator, with the password.</summary>
    public string AdministratorUrl(string database) => Url(Administrator, AdministratorPassword, database);

    /// <summary>Makes an empty database that <see cref="User"/> owns, and gives its URL. Without a name it gets one of its own.</summary>
    public string CreateDatabase(string? name = null)
    {
        name ??= string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _lastDatabase)}");
        MakeDatabase(name);
        return Url(name);
    }

    /// <summary>Drops the database of a URL, whoever is connected to it. None there is no error.</summary>
    public void DropDatabase(string url) => DropNamed(Uri.UnescapeDataString(new Uri(url).AbsolutePath.TrimStart('/')));

    /// <summary>Runs SQL as administrator and gives its rows, one a line, columns separated by tabs, null as NULL. In MariaDB a statement
    /// with semicolons inside needs <c>DELIMITER</c>, as in its shell.</summary>
    public abstract string Run(string sql, string? database = null);

    /// <summary>Kills the server and what it started (SIGKILL), and waits until it is gone. Only for a server that is not shared.</summary>
    public void Kill()
    {
        Forget();
        Process.Kill();
    }

    /// <summary>Starts the killed server again, on the same data and port, and waits until it lets people in.</summary>
    public void Restart()
    {
        Process.Start();
        WaitUntilReady();
    }

    /// <summary>All are told before one is waited for. Servers that take longer are seen to by their guards: whoever runs tests gives a process ten
    /// seconds to end.</summary>
    private static void EndShared()
    {
        var servers = SharedServers.Values.Where(server => server.IsValueCreated).Select(server => server.Value).ToList();
        foreach (var server in servers)
        {
            server.Forget();
            server._process?.BeginEnd();
        }

        var waited = Stopwatch.StartNew();
        foreach (var server in servers) server._process?.Dispose(ExitLimit - waited.Elapsed);
    }

    /// <summary>Ends the server and removes its folder.</summary>
    public void Dispose()
    {
        Forget();
        if (_process is null) Folder.Delete();
        _process?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract string Scheme { get; }

    private protected abstract string Administrator { get; }

    /// <summary>Ends the server at once, in an orderly way if it has one.</summary>
    private protected abstract string EndSignal { get; }

    /// <summary>Text in the log of a server that found its port taken.</summary>
    private protected abstract string PortIsTaken { get; }

    /// <summary>Puts a new server's data into the folder.</summary>
    private protected abstract void Prepare();

    private protected abstract IReadOnlyList<string> Command(int port);

    private protected abstract bool IsReady();

    private protected abstract void CreateUser();

    private protected abstract DatabaseServer MakeReplica();

    private protected abstract void MakeDatabase(string name);

    private protected abstract void DropNamed(string database);

    /// <summary>Lets go of connections kept open to a server that is about to end.</summary>
    private protected virtual void Forget()
    {
    }

    private static DatabaseServer Start(DatabaseServer server)
    {
        try
        {
            server.Prepare();
            server.Folder.HandOver();
            server.StartOnFreePort();
            server.CreateUser();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    private ServerProcess Process => _process ?? throw new InvalidOperationException("The server was not started.");

    private string Url(string user, string password, string database)
    {
        var tls = Certificate is null ? "" : $"?sslmode=verify-full&sslrootcert={Certificate.AuthorityFile}";
        return string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{user}:{password}@127.0.0.1:{Port}/{Uri.EscapeDataString(database)}{tls}");
    }

    private void StartOnFreePort()
    {
        for (var attempt = 1; ; attempt++)
        {
            Port = FreePort.Pick();
            _process = new ServerProcess(Folder, EndSignal, Command(Port));
            _process.Start();
            try
            {
                WaitUntilReady();
                return;
            }
            catch (InvalidOperationException e) when (Folder.ReadLog().Contains(PortIsTaken, StringComparison.Ordinal))
            {
                if (attempt == MaxPorts) throw new InvalidOperationException($"{MaxPorts} ports were tried. {e.Message}", e);
                Folder.ClearLog();
                _process.Abandon();
            }
        }
    }

    private void WaitUntilReady()
    {
        var waited = Stopwatch.StartNew();
        while (Process.IsRunning && waited.Elapsed < StartLimit)
        {
            if (IsReady()) return;
            Thread.Sleep(20);
        }

        throw new InvalidOperationException($"{GetType().Name} did not start:\n{Folder.ReadLog()}");
    }
}
