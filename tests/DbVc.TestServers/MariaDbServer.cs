using System.Diagnostics;
using System.Globalization;

namespace DbVc.TestServers;

/// <summary>MariaDB 10.11. Everybody needs a password; the administrator is root.</summary>
public sealed class MariaDbServer : DatabaseServer
{
    private const string Program = "/usr/sbin/mariadbd";

    private readonly MariaDbServer? _primary;

    internal MariaDbServer(ServerOptions options, MariaDbServer? primary = null)
        : base(new ServerFolder("mysql"), options)
    {
        _primary = primary;
        if (primary is not null) (Password, AdministratorPassword) = (primary.Password, primary.AdministratorPassword);
    }

    private protected override string Scheme => "mysql";

    private protected override string Administrator => "root";

    private protected override string EndSignal => "KILL";

    private protected override string PortIsTaken => "Bind on TCP/IP port";

    private string Socket => Path.Combine(Folder.Path, "socket");

    private string UserFile => Path.Combine(Folder.Path, "users.sql");

    /// <summary>Runs at every start, before anybody gets in. The user may do everything in databases with
    /// names that begin so, make and drop them included.</summary>
    private string Users => $"""
        DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host NOT IN ('localhost', '127.0.0.1'));
        FLUSH PRIVILEGES;
        ALTER USER root@localhost IDENTIFIED BY '{AdministratorPassword}';
        CREATE USER IF NOT EXISTS root@127.0.0.1;
        ALTER USER root@127.0.0.1 IDENTIFIED BY '{AdministratorPassword}';
        GRANT ALL ON *.* TO root@127.0.0.1 WITH GRANT OPTION;
        CREATE USER IF NOT EXISTS {User}@'%' IDENTIFIED BY '{Password}';
        GRANT ALL ON `test\_%`.* TO {User}@'%';
        GRANT ALL ON `dbvc\_%`.* TO {User}@'%';

        """;

    /// <inheritdoc/>
    public override string Run(string sql, string? database = null)
    {
        var (code, output, error) = RunClient(sql, database);
        return code == 0 ? output : throw new InvalidOperationException($"MariaDB refused: {error}");
    }

    private protected override void Prepare()
    {
        if (!File.Exists(Program)) throw new FileNotFoundException("MariaDB is not installed. ./dev test installs it.", Program);
        Folder.CopyNewData("MariaDb", Program, data => ServerFolder.Run(
        [
            .. Folder.RunAs, "mariadb-install-db", "--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=normal",
            "--skip-test-db", "--innodb-log-file-size=32M",
        ]));
        File.WriteAllText(UserFile, Users);
        File.SetUnixFileMode(UserFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private protected override IReadOnlyList<string> Command(int port)
    {
        var settings = new Dictionary<string, string>
        {
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["bind-address"] = "127.0.0.1",
            ["socket"] = Socket,
            ["datadir"] = Folder.Data,
            ["tmpdir"] = Folder.Path,
            ["pid-file"] = Path.Combine(Folder.Path, "pid"),
            ["init-file"] = UserFile,
            ["skip-name-resolve"] = "ON",
            ["local-infile"] = "ON",
            ["character-set-server"] = "utf8mb4",
            ["default-time-zone"] = "+00:00",
            ["innodb-buffer-pool-size"] = "64M",
            ["innodb-log-file-size"] = "32M",
            ["innodb-flush-log-at-trx-commit"] = Options.Durable ? "1" : "2",
            ["innodb-flush-method"] = Options.Durable ? "fsync" : "nosync",
        };
        if (Certificate is not null)
        {
            settings["ssl-ca"] = Certificate.AuthorityFile;
            settings["ssl-cert"] = Certificate.CertificateFile;
            settings["ssl-key"] = Certificate.KeyFile;
            settings["require-secure-transport"] = "ON";
        }

        if (Options.Followed)
        {
            settings["log-bin"] = "binlog";
            settings["server-id"] = _primary is null ? "1" : "2";
            settings["read-only"] = _primary is null ? "OFF" : "ON";
        }

        foreach (var (name, value) in Options.Settings) settings[name.Replace('_', '-')] = value;
        return [Program, "--no-defaults", .. settings.Select(s => $"--{s.Key}={s.Value}")];
    }

    private protected override bool IsReady() => File.Exists(Socket) && RunClient("SELECT 1", null).ExitCode == 0;

    /// <summary><see cref="Users"/> did it. A replica reads the primary's log from its first word on.</summary>
    private protected override void CreateUser()
    {
        if (_primary is null) return;
        Run(string.Create(CultureInfo.InvariantCulture, $"""
            CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {_primary.Port}, MASTER_USER = '{Administrator}',
                MASTER_PASSWORD = '{AdministratorPassword}', MASTER_LOG_FILE = 'binlog.000001', MASTER_LOG_POS = 4, MASTER_CONNECT_RETRY = 1;
            START SLAVE;
            """));
    }

    private protected override DatabaseServer MakeReplica() => new MariaDbServer(Options, this);

    /// <inheritdoc/>
    public override void CatchUp()
    {
        var position = _primary!.Run("SHOW MASTER STATUS").Split('\t');
        var waited = Run($"SELECT MASTER_POS_WAIT('{position[0]}', {position[1]}, 60)").Trim();
        if (waited is "NULL" or "-1") throw new InvalidOperationException($"The replica does not follow:\n{Run("SHOW SLAVE STATUS")}");
    }

    /// <inheritdoc/>
    public override void Promote() => Run("STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = OFF;");

    private protected override void MakeDatabase(string name)
    {
        var pattern = string.Concat(name.Select(c => c is '_' or '%' or '\\' ? $"\\{c}" : c.ToString()));
        Run($"CREATE DATABASE {Quote(name)}; GRANT ALL ON {Quote(pattern)}.* TO {User}@'%';");
    }

    private protected override void DropNamed(string database) => Run($"DROP DATABASE IF EXISTS {Quote(database)}");

    private static string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    private (int ExitCode, string Output, string Error) RunClient(string sql, string? database)
    {
        string[] options =
        [
            "--no-defaults", $"--socket={Socket}", $"--user={Administrator}", "--batch", "--skip-column-names", "--default-character-set=utf8mb4",
        ];
        var start = new ProcessStartInfo("mariadb", database is null ? options : [.. options, $"--database={database}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["MYSQL_PWD"] = AdministratorPassword;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(sql);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read everything; its exit code and its words say why.
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }
}
