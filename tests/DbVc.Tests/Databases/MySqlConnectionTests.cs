using DbVc.Databases;
using DbVc.Model;
using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

public sealed class MySqlConnectionTests
{
    private static readonly (string Variable, string Value)[] Pins =
    [
        ("sql_mode", "NO_AUTO_VALUE_ON_ZERO,STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"),
        ("time_zone", "+00:00"), ("autocommit", "1"), ("tx_isolation", "REPEATABLE-READ"), ("innodb_lock_wait_timeout", "3"),
        ("lock_wait_timeout", "3"), ("character_set_client", "utf8mb4"), ("character_set_results", "utf8mb4"),
        ("collation_connection", "utf8mb4_general_ci"), ("sql_select_limit", "18446744073709551615"), ("max_statement_time", "0.000000"),
        ("sql_auto_is_null", "0"), ("foreign_key_checks", "1"), ("sql_safe_updates", "0"), ("idle_transaction_timeout", "0"),
    ];

    [Fact]
    public void A_session_is_the_same_whatever_the_server_is_set_to()
    {
        using var server = DatabaseServer.Start(ServerKind.MariaDb);
        var address = MySqlTestServer.AddressOf(server.CreateDatabase());
        server.Run(
            """
            SET GLOBAL time_zone = '+05:30', GLOBAL tx_isolation = 'READ-UNCOMMITTED', GLOBAL character_set_server = latin1, GLOBAL sql_select_limit = 2,
                GLOBAL max_statement_time = 9, GLOBAL sql_safe_updates = 1, GLOBAL idle_transaction_timeout = 7, GLOBAL autocommit = 0,
                GLOBAL init_connect = 'SET sql_auto_is_null = 1', GLOBAL sql_mode = 'ANSI,TRADITIONAL,NO_BACKSLASH_ESCAPES'
            """);
        using var handle = MySqlHandle.Open(address, new MySqlSession { LockTimeout = TimeSpan.FromSeconds(2.1) });
        Assert.Equal(Pins, Pins.Select(p => (p.Variable, handle.ReadText($"SELECT @@{p.Variable}")!)));
        Assert.True(handle.IsMariaDb);
        Assert.Equal("'", handle.ReadText(@"SELECT '\''"));
    }

    [Fact]
    public void Who_is_not_let_in_hears_why_and_never_the_password()
    {
        var address = MySqlTestServer.NewDatabase();
        (MySqlAddress Address, string Code)[] cases =
        [
            (address with { Password = "s3cr3t-word" }, "database.denied"),
            (address with { User = "nobody", Password = "s3cr3t-word" }, "database.denied"),
            (address with { Database = "not there" }, "database.missing"),
            (address with { Port = 1 }, "database.unreachable"),
            (address with { Socket = "/nowhere/socket" }, "database.unreachable"),
            (address with { Host = "no-such-host.invalid" }, "database.unreachable"),
            (address with { Tls = MySqlTls.Required }, "database.tls"),
            (address with { Tls = MySqlTls.Verified }, "database.tls"),
            (address with { Tls = MySqlTls.Verified, AuthorityFile = "/nowhere/ca.crt" }, "database.tls"),
        ];
        foreach (var (wrong, code) in cases)
        {
            var failure = Assert.Throws<DbVcException>(() => MySqlHandle.Open(wrong));
            Assert.Equal(code, failure.Code);
            Assert.DoesNotContain(wrong.Password, $"{failure} {failure.Where} {failure.Hint} {wrong}");
        }
    }

    [Fact]
    public void What_is_shown_of_an_address_does_not_say_where_the_password_is()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "s3cr3t-word");
        var address = MySqlAddress.Of(ServerAddress.Parse($"mysql://ann@127.0.0.1:1/shop?password_file={file}&sslmode=disable"));
        File.Delete(file);
        Assert.Equal("mysql://ann@127.0.0.1:1/shop?sslmode=disable", address.Display);
        Assert.Equal("mysql://ann@127.0.0.1:1/shop?sslmode=disable", Assert.Throws<DbVcException>(() => MySqlHandle.Open(address)).Where);
    }

    [Theory]
    [InlineData("host=evil;ssl-enforce=0")]
    [InlineData("a,b")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    public void A_host_that_is_more_than_a_name_is_refused(string host)
    {
        var address = MySqlTestServer.AddressOf("mysql://user:word@127.0.0.1:3306/x") with { Host = host };
        Assert.Equal("database.address", Assert.Throws<DbVcException>(() => MySqlHandle.Open(address)).Code);
    }

    [Fact]
    public void A_statement_that_repeats_the_password_does_not_put_it_into_the_message()
    {
        var address = MySqlTestServer.NewDatabase();
        using var handle = MySqlHandle.Open(address);
        var failure = Assert.Throws<DbVcException>(() => handle.Execute($"CREATE USE x IDENTIFIED BY '{address.Password}'"));
        Assert.Contains("***", failure.Message);
        Assert.DoesNotContain(address.Password, failure.ToString());
    }

    [Fact]
    public void Tls_is_used_as_asked_and_a_wrong_authority_is_refused()
    {
        var server = DatabaseServer.Shared(ServerKind.MariaDb, tls: true);
        var address = MySqlTestServer.AddressOf(server.CreateDatabase());
        var authority = server.CertificateAuthorityFile;
        foreach (var tls in new[] { MySqlTls.Preferred, MySqlTls.Required, MySqlTls.Verified })
        {
            using var handle = MySqlHandle.Open(address with { Tls = tls, AuthorityFile = authority });
            Assert.True(handle.IsEncrypted);
        }

        // Without the file the authorities of the system are asked, and none of them knows the server.
        Assert.Equal("database.tls", Assert.Throws<DbVcException>(() => MySqlHandle.Open(address with { Tls = MySqlTls.Verified })).Code);
        Assert.Throws<DbVcException>(() => MySqlHandle.Open(address with { Tls = MySqlTls.Disabled }));
    }

    [Fact]
    public void Preferred_goes_without_tls_where_the_server_has_none()
    {
        using var handle = MySqlHandle.Open(MySqlTestServer.NewDatabase() with { Tls = MySqlTls.Preferred });
        Assert.False(handle.IsEncrypted);
    }

    [Fact]
    public void A_missing_library_is_named_with_the_command_that_installs_it()
    {
        var failure = Assert.Throws<DbVcException>(() => MySqlLibrary.RequireFile("libmariadb-is-not-here.so.3"));
        Assert.Equal("database.driver-missing", failure.Code);
        Assert.Contains("apt install libmariadb3", failure.Hint);
    }

    [Fact]
    public void Connections_work_side_by_side_on_many_threads()
    {
        var address = MySqlTestServer.NewDatabase();
        using (var handle = MySqlHandle.Open(address)) handle.Execute("CREATE TABLE t (id INT PRIMARY KEY, thread INT)");
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            using var handle = MySqlHandle.Open(address);
            using var insert = handle.Prepare("INSERT INTO t VALUES (?, ?)");
            for (var i = 0; i < 100; i++)
            {
                insert.BindInteger(0, (thread * 100) + i);
                insert.BindInteger(1, thread);
                insert.Execute();
                Assert.Equal(i + 1, handle.ReadInteger($"SELECT count(*) FROM t WHERE thread = {thread}"));
            }
        });
    }

    [Fact]
    public async Task A_statement_is_killed_from_another_thread_and_the_connection_lives_on()
    {
        using var handle = MySqlTestServer.OpenNewDatabase();
        using var watcher = MySqlHandle.Open(MySqlTestServer.AddressOf(MySqlTestServer.Shared.AdministratorUrl("mysql")));
        var id = handle.Id;
        var killer = Task.Run(() =>
        {
            while (watcher.ReadInteger($"SELECT count(*) FROM information_schema.processlist WHERE id = {id} AND info LIKE '%sleep(60)%'") == 0) Thread.Yield();
            handle.KillStatement();
        });
        var failure = Assert.Throws<DbVcException>(() => handle.Execute("SELECT sleep(60) FROM (SELECT 1 UNION SELECT 2) AS x"));
        await killer;
        Assert.Equal("database.interrupted", failure.Code);
        Assert.Equal(1, handle.ReadInteger("SELECT 1"));
    }

    [Fact]
    public void An_aborted_connection_fails_at_once_and_can_be_closed()
    {
        using var handle = MySqlTestServer.OpenNewDatabase();
        using var statement = handle.Prepare("SELECT a.seq FROM seq_1_to_100000 AS a, seq_1_to_100000 AS b");
        using var rows = statement.Query();
        Assert.True(rows.Read());
        handle.Abort();
        var failure = Assert.Throws<DbVcException>(() =>
        {
            while (rows.Read())
            {
            }
        });
        Assert.Equal("database.lost", failure.Code);
    }

    [Fact]
    public void A_server_that_dies_is_a_lost_connection()
    {
        using var server = DatabaseServer.Start(ServerKind.MariaDb);
        var address = MySqlTestServer.AddressOf(server.CreateDatabase());
        using var handle = MySqlHandle.Open(address);
        server.Kill();
        Assert.Equal("database.lost", Assert.Throws<DbVcException>(() => handle.ReadInteger("SELECT 1")).Code);
        // Until the last of its memory is given back, the dead server's port may still take a connection, and drop it.
        Assert.Contains(Assert.Throws<DbVcException>(() => MySqlHandle.Open(address)).Code, new[] { "database.unreachable", "database.lost" });
        server.Restart();
        using var again = MySqlHandle.Open(address);
        Assert.Equal(1, again.ReadInteger("SELECT 1"));
    }
}
