using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

/// <summary>The servers that other tests run against do what those tests count on.</summary>
public sealed class ServerTests
{
    public static TheoryData<ServerKind> Kinds => new(Enum.GetValues<ServerKind>());

    [Theory]
    [InlineData(ServerKind.Postgres15, "15.")]
    [InlineData(ServerKind.Postgres18, "18.")]
    [InlineData(ServerKind.MariaDb, "10.11.")]
    public void A_server_has_the_version_that_its_name_says(ServerKind kind, string version)
    {
        var sql = kind == ServerKind.MariaDb ? "SELECT version()" : "SELECT current_setting('server_version')";
        Assert.StartsWith(version, DatabaseServer.Shared(kind).Run(sql), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tests_share_one_server_and_get_an_empty_database_each(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        Assert.Same(server, DatabaseServer.Shared(kind));
        var first = server.CreateDatabase();
        var second = server.CreateDatabase();
        Assert.NotEqual(first, second);
        _ = ServerLogin.Ask(first, "CREATE TABLE only_here (id int PRIMARY KEY)");
        Assert.Equal("0", ServerLogin.Ask(first, "SELECT count(*) FROM only_here"));
        Assert.ThrowsAny<Exception>(() => ServerLogin.Ask(second, "SELECT count(*) FROM only_here"));
        server.DropDatabase(first);
        Assert.ThrowsAny<Exception>(() => ServerLogin.Ask(first, "SELECT 1"));
        server.DropDatabase(first);
        server.DropDatabase(second);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_user_needs_its_password_may_create_databases_and_is_no_administrator(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var url = server.CreateDatabase();
        Assert.ThrowsAny<Exception>(() => ServerLogin.Ask(url, "SELECT 1", password: "wrong"));
        Assert.ThrowsAny<Exception>(() => ServerLogin.Ask(url, "SELECT 1", password: ""));
        var branch = $"dbvc_branch_of_{new Uri(url).AbsolutePath.TrimStart('/')}";
        _ = ServerLogin.Ask(url, $"CREATE DATABASE {branch}");
        _ = ServerLogin.Ask(url, $"DROP DATABASE {branch}");
        Assert.ThrowsAny<Exception>(() => ServerLogin.Ask(url, "CREATE USER somebody"));
        Assert.Equal("1", ServerLogin.Ask(server.AdministratorUrl(kind == ServerKind.MariaDb ? "mysql" : "postgres"), "SELECT 1"));
        server.DropDatabase(url);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_database_may_have_any_name(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var url = server.CreateDatabase("Größe \"100 %\" `x`_?#");
        _ = ServerLogin.Ask(url, "CREATE TABLE here (id int PRIMARY KEY)");
        Assert.Equal("0", ServerLogin.Ask(url, "SELECT count(*) FROM here"));
        server.DropDatabase(url);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_server_with_TLS_proves_who_it_is_and_refuses_plain_connections(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind, tls: true);
        var url = server.CreateDatabase();
        Assert.Contains($"sslmode=verify-full&sslrootcert={server.CertificateAuthorityFile}", url, StringComparison.Ordinal);
        Assert.Equal("1", ServerLogin.Ask(url, "SELECT 1"));
        Assert.ThrowsAny<Exception>(() => ServerLogin.Ask(url, "SELECT 1", tls: false));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_killed_server_comes_back_with_what_was_committed_and_is_gone_when_disposed_of(ServerKind kind)
    {
        var server = DatabaseServer.Start(kind, new ServerOptions(Durable: true) { Settings = new Dictionary<string, string> { ["max_connections"] = "23" } });
        var url = server.CreateDatabase();
        _ = ServerLogin.Ask(url, "CREATE TABLE kept (id int PRIMARY KEY)");
        _ = ServerLogin.Ask(url, "INSERT INTO kept VALUES (7)");
        var killed = server.ProcessId;
        server.Kill();
        Assert.ThrowsAny<Exception>(() => ServerLogin.Ask(url, "SELECT id FROM kept"));
        server.Restart();
        Assert.NotEqual(killed, server.ProcessId);
        Assert.Equal("7", ServerLogin.Ask(url, "SELECT id FROM kept"));
        var settings = kind == ServerKind.MariaDb
            ? "SELECT concat_ws(' ', @@max_connections, @@innodb_flush_log_at_trx_commit, @@innodb_flush_method)"
            : "SELECT concat_ws(' ', current_setting('max_connections'), current_setting('fsync'), current_setting('full_page_writes'))";
        Assert.Equal(kind == ServerKind.MariaDb ? "23 1 fsync" : "23 on on", ServerLogin.Ask(url, settings));

        server.Dispose();
        Assert.False(Directory.Exists(server.FolderPath));
        Assert.ThrowsAny<Exception>(() => ServerLogin.Ask(url, "SELECT 1"));
        server.Dispose();
    }

    [Fact]
    public void A_server_that_does_not_start_says_why()
    {
        var options = new ServerOptions { Settings = new Dictionary<string, string> { ["no_such_setting"] = "1" } };
        var error = Assert.Throws<InvalidOperationException>(() => DatabaseServer.Start(ServerKind.Postgres15, options));
        Assert.Contains("no_such_setting", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<InvalidOperationException>(() => DatabaseServer.Start(ServerKind.MariaDb, options));
        Assert.Contains("no-such-setting", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_server_whose_port_is_taken_each_time_gives_up_and_says_so(ServerKind kind)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var options = new ServerOptions { Settings = new Dictionary<string, string> { ["port"] = port } };
        var error = Assert.Throws<InvalidOperationException>(() => DatabaseServer.Start(kind, options));
        Assert.Contains("ddress already in use", error.Message, StringComparison.Ordinal);
        Assert.Contains("5 ports were tried", error.Message, StringComparison.Ordinal);
    }
}
