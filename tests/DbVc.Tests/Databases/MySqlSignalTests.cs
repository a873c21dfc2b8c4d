using DbVc.Databases;
using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

/// <summary>
/// That nothing changed without tracking is told by InnoDB's counter of transactions. The server is these tests' own, as everybody's writes count.
/// </summary>
public sealed class MySqlSignalTests : IDisposable
{
    private const string Schema = """
        CREATE TABLE rows_ (id INT PRIMARY KEY, n INT NOT NULL);
        CREATE TABLE child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES rows_ (id) ON DELETE CASCADE);
        CREATE TABLE parted (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100));
        CREATE TABLE other (id INT PRIMARY KEY);
        INSERT INTO rows_ SELECT seq, 0 FROM seq_1_to_20; INSERT INTO child VALUES (1, 1); INSERT INTO other VALUES (1);
        """;

    private const int Rounds = 150;
    private readonly DatabaseServer _server = DatabaseServer.Start(ServerKind.MariaDb);
    private readonly string _url;
    private readonly string _scratch = Directory.CreateTempSubdirectory("dbvc-signal-").FullName;

    public MySqlSignalTests()
    {
        _server.CreateDatabase("test_signal");
        _url = _server.AdministratorUrl("test_signal");
        _server.Run(Schema, "test_signal");
    }

    [Fact]
    public void Nothing_changed_is_known_and_every_change_is_seen()
    {
        var before = MarkAtRest();
        Assert.Equal(["child same", "other same", "parted same", "rows_ same"], Ask(before));
        // Definitions are asked for anyway: this changes no row.
        _server.Run("CREATE VIEW seen AS SELECT 1 AS one", "test_signal");
        Assert.Equal("rows_ same", Ask(before)[^1]);
        foreach (var sql in (string[])
        [
            "UPDATE rows_ SET n = n + 1 WHERE id = 3", "INSERT INTO rows_ VALUES (100, 1)", "DELETE FROM rows_ WHERE id = 1", "TRUNCATE child",
            "ALTER TABLE parted EXCHANGE PARTITION p0 WITH TABLE other", "REPLACE INTO rows_ VALUES (2, 9)", "ALTER TABLE rows_ ADD COLUMN z INT DEFAULT 7",
            "XA START 'x'; UPDATE rows_ SET n = 5 WHERE id = 5; XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x'", "DROP TABLE child", "CREATE TABLE made (id INT)",
        ])
        {
            before = MarkAtRest();
            _server.Run(sql, "test_signal");
            Assert.True(Ask(before) is [], sql);
        }
    }

    [Fact]
    public void What_runs_while_the_view_is_taken_gives_no_signal()
    {
        var before = MarkAtRest();
        using var writer = Connect();
        writer.Execute("START TRANSACTION");
        writer.Execute("UPDATE rows_ SET n = n + 1 WHERE id = 4");
        Assert.Null(Mark());
        Assert.Empty(Ask(before));
        writer.Execute("ROLLBACK");
        Assert.Empty(Ask(before));
        writer.Execute("XA START 'y'");
        writer.Execute("DELETE FROM rows_ WHERE id = 6");
        writer.Execute("XA END 'y'");
        writer.Execute("XA PREPARE 'y'");
        Assert.Null(Mark());
        writer.Execute("XA COMMIT 'y'");
        Assert.NotNull(MarkAtRest());
    }

    [Fact]
    public void Nobody_without_the_right_to_ask_gets_a_signal()
    {
        MarkAtRest();
        using var database = Open(_server.Url("test_signal"));
        using var read = database.BeginRead();
        Assert.Null(read.Mark);
    }

    [Fact]
    public void A_server_that_was_killed_and_started_anew_knows_no_mark_from_before()
    {
        var before = MarkAtRest();
        _server.Kill();
        _server.Restart();
        Assert.Empty(Ask(before));
        Assert.NotEmpty(Ask(MarkAtRest()));
    }

    /// <summary>Whatever the moment: where the answer is that nothing changed, nothing has.</summary>
    [Fact]
    public async Task It_is_true_beside_writers()
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(n => Task.Factory.StartNew(() => Write(n, stop.Token), TaskCreationOptions.LongRunning)).ToArray();
        using var database = Open(_url);
        (string Mark, string Content)? known = null;
        for (var round = 0; round < Rounds; round++)
        {
            using var read = database.BeginRead();
            var content = DatabaseContent.Read(read).Dump();
            if (known is { } before && read.ChangesSince(before.Mark) is not null) Assert.Equal(before.Content, content);
            if (read.Mark is { } mark) known = (mark, content);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.NotEmpty(Ask(MarkAtRest()));
    }

    [Theory]
    [InlineData("x\nTrx id counter 12\nPurge\n---TRANSACTION (0x7f), not started\n---TRANSACTION 421, ACTIVE\n---TRANSACTION 12, ACTIVE\n", 12UL)]
    [InlineData("x\nTrx id counter 12\n---TRANSACTION 11, ACTIVE 1 sec\n", null)]
    [InlineData("x\nTrx id counter 12\n---TRANSACTION 421, ACTIVE\nSELECT '\nTrx id counter 9\n'", null)]
    [InlineData("x\nTrx id counter 12\n---TRANSACTION ?, ACTIVE\n", null)]
    [InlineData("x\nTrx id counter 12\n... truncated...\n", null)]
    [InlineData("x\nTrx id counter \n", null)]
    [InlineData("", null)]
    public void The_servers_words_are_read_with_care(string status, ulong? counter) => Assert.Equal(counter, MySqlSignal.Parse(status));

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_scratch, recursive: true);
    }

    private void Write(int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        using var writer = Connect();
        while (!stop.IsCancellationRequested)
        {
            writer.Execute("START TRANSACTION");
            for (var i = random.Next(3); i >= 0; i--) writer.Execute($"UPDATE rows_ SET n = n + 1 WHERE id = {(seed * 5) + random.Next(1, 6)}");
            writer.Execute(random.Next(4) == 0 ? "ROLLBACK" : "COMMIT");
            if (random.Next(3) == 0) Thread.Sleep(random.Next(25));
        }
    }

    /// <summary>The server's own threads write now and then, statistics above all.</summary>
    private string MarkAtRest()
    {
        for (var attempt = 0; attempt < 200; attempt++, Thread.Sleep(20))
        {
            if (Mark() is { } mark && Mark() == mark) return mark;
        }

        throw new InvalidOperationException("The server never comes to rest.");
    }

    private string? Mark()
    {
        using var database = Open(_url);
        using var read = database.BeginRead();
        return read.Mark;
    }

    /// <summary>What is said of each table; nothing where nothing is known.</summary>
    private List<string> Ask(string mark)
    {
        using var database = Open(_url);
        using var read = database.BeginRead();
        using var changes = read.ChangesSince(mark);
        return changes is null ? [] : [.. read.ReadSchema().Tables.Select(t => $"{t.Name} {(changes.Find(t) == TableChanges.Same ? "same" : "changed")}")];
    }

    private IDatabase Open(string url) => new MySqlProvider(new ProviderOptions(_scratch, TimeSpan.FromSeconds(10))).Open(url);

    private MySqlHandle Connect() => MySqlHandle.Open(MySqlTestServer.AddressOf(_url));
}
