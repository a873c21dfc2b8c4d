using System.Text;
using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

public sealed class MySqlLocalInfileTests
{
    private const string LoadSql = "LOAD DATA LOCAL INFILE 'x' INTO TABLE t CHARACTER SET binary (id, name)";

    [Fact]
    public void Rows_are_loaded_from_our_own_stream()
    {
        using var handle = OpenTable();
        var text = new StringBuilder();
        for (var i = 0; i < 100_000; i++) text.Append(i).Append("\tname ").Append(i).Append('\n');
        var count = handle.Load(LoadSql, new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())));
        Assert.Equal(new MySqlLoadCount(100_000, 0, 0, 0), count);
        Assert.True(count.IsClean);
        Assert.Equal(100_000, handle.ReadInteger("SELECT count(*) FROM t WHERE name = concat('name ', id)"));
    }

    [Fact]
    public void Rows_that_the_server_skips_or_alters_are_counted_and_named()
    {
        using var handle = OpenTable();
        handle.Execute("INSERT INTO t VALUES (1, 'x')");
        var count = handle.Load(LoadSql, new MemoryStream("1\ta\n2\tb\nzwei\tc\n3\t\\N\n"u8.ToArray()));
        Assert.Equal((4, 1, false), (count.Records, count.Skipped, count.IsClean));
        Assert.Contains(handle.ReadWarnings(), w => w.Number == MySqlError.Duplicate);
    }

    [Fact]
    public void A_stream_that_fails_fails_the_statement_and_a_rollback_leaves_nothing()
    {
        using var handle = OpenTable();
        handle.Execute("BEGIN");
        var failure = Assert.Throws<IOException>(() => handle.Load(LoadSql, new BreakingStream()));
        Assert.Equal("torn", failure.Message);
        handle.Execute("ROLLBACK");
        Assert.Equal(0, handle.ReadInteger("SELECT count(*) FROM t"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_nobody_offered_is_refused(bool canLoad)
    {
        using var handle = OpenTable(canLoad);
        var failure = Assert.Throws<DbVcException>(() => handle.Execute("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t"));
        Assert.Equal(("database.file-request", FailureKind.Refused), (failure.Code, failure.Kind));
        Assert.Equal(0, handle.ReadInteger("SELECT count(*) FROM t"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_that_asks_for_a_file_in_answer_to_another_statement_gets_nothing(bool canLoad)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "a secret");
        try
        {
            using var server = new FakeMySqlServer(statement => statement == 1 ? file : null);
            using (var handle = MySqlHandle.Open(AddressOf(server), new MySqlSession { CanLoad = canLoad }))
            {
                Assert.Equal("database.file-request", Assert.Throws<DbVcException>(() => handle.Execute("SELECT 1")).Code);
            }

            Assert.Equal(1, server.Asked);
            Assert.Empty(server.Received);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_server_that_asks_while_the_session_is_set_up_gets_nothing()
    {
        using var server = new FakeMySqlServer(_ => "/etc/passwd");
        Assert.Equal("database.file-request", Assert.Throws<DbVcException>(() => MySqlHandle.Open(AddressOf(server))).Code);
        Assert.Empty(server.Received);
    }

    [Fact]
    public void A_server_that_asks_for_another_file_during_a_load_gets_our_stream()
    {
        using var server = new FakeMySqlServer(statement => statement == 1 ? "/etc/passwd" : null);
        using (var handle = MySqlHandle.Open(AddressOf(server), new MySqlSession { CanLoad = true }))
        {
            Assert.Throws<FormatException>(() => handle.Load(LoadSql, new MemoryStream("ours"u8.ToArray())));
        }

        Assert.Equal("ours", Encoding.UTF8.GetString([.. server.Received]));
    }

    private static MySqlAddress AddressOf(FakeMySqlServer server) =>
        new() { Port = server.Port, User = "me", Password = "word", Tls = MySqlTls.Disabled };

    private static MySqlHandle OpenTable(bool canLoad = true)
    {
        var handle = MySqlTestServer.OpenNewDatabase(new MySqlSession { CanLoad = canLoad });
        handle.Execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40)) ENGINE=InnoDB");
        return handle;
    }

    /// <summary>Gives some rows, then fails.</summary>
    private sealed class BreakingStream : MemoryStream
    {
        private int _reads;

        public override int Read(Span<byte> buffer)
        {
            if (_reads++ > 0) throw new IOException("torn");
            "1\ta\n2\tb\n"u8.CopyTo(buffer);
            return 8;
        }
    }
}
