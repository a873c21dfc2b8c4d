using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>Questions about a database as it was, in the engine's own SQL.</summary>
public sealed class MySqlHistoryTests : IDisposable
{
    private const string Sql =
        """
        CREATE TABLE people (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40) CHARACTER SET latin1, credit DECIMAL(10,2), born DATE, f FLOAT, bits BIT(10),
          twice DECIMAL(10,2) AS (credit * 2) VIRTUAL, big BIGINT UNSIGNED, t TIME(3), j JSON, b BLOB);
        INSERT INTO people (name, credit, born, f, bits, big, t, j, b) VALUES
          ('Adé', 10.50, '0000-00-00', 0.1, b'1000000001', 18446744073709551615, '-838:59:59', '{"a": 1}', x'000a5c09'),
          ('Bob\t\\\n', NULL, NULL, NULL, NULL, 0, NULL, NULL, '');
        CREATE TABLE orders (id INT PRIMARY KEY, person INT, total INT, FOREIGN KEY (person) REFERENCES people (id), KEY by_total (total));
        INSERT INTO orders VALUES (1, 1, 5), (2, 1, 7), (3, 2, 9);
        CREATE TABLE log (line VARCHAR(9)); INSERT INTO log VALUES ('a'), ('a'), ('A');
        CREATE VIEW spenders AS SELECT p.name, sum(o.total) AS total FROM people AS p JOIN orders AS o ON o.person = p.id GROUP BY p.id, p.name;
        CREATE VIEW top AS SELECT * FROM spenders WHERE total > 10;
        """;

    private static readonly string Repository = $"{0x20000000 + Environment.ProcessId:x8}";

    private readonly MySqlFixture _fixture = new();
    private readonly MemoryChunks _chunks = new();
    private readonly IDatabase _live;
    private readonly HistoricTables _past;

    public MySqlHistoryTests()
    {
        _live = _fixture.NewDatabase(Sql, out _);
        using var read = _live.BeginRead();
        _past = new HistoricTables(new SnapshotReader(_chunks, Capture.Run(read, Snapshot.Empty, _chunks, CancellationToken.None)), Repository);
    }

    public void Dispose()
    {
        _live.Dispose();
        _fixture.Dispose();
    }

    [Theory]
    [InlineData("SELECT * FROM people ORDER BY id")]
    [InlineData("SELECT count(*) FROM log WHERE line = 'A'")]
    [InlineData("SELECT * FROM top")]
    [InlineData("SELECT p.name, o.total FROM people AS p LEFT JOIN orders AS o ON o.person = p.id AND o.total > 6 ORDER BY 1, 2")]
    [InlineData("WITH x AS (SELECT person, total FROM orders) SELECT person, max(total) FROM x GROUP BY person")]
    [InlineData("SELECT `orders`.`id`, JSON_VALUE(j, '$.a') FROM `orders`, people WHERE people.id = person AND twice = 21")]
    [InlineData("SELECT 1 + 1 AS two")]
    public void The_past_answers_as_the_database_did(string sql)
    {
        using var past = _fixture.Provider.QueryHistory(_past, sql, QueryLimits.Default);
        using var live = _live.Query(sql, QueryLimits.Default);
        Assert.Equal(live.Columns, past.Columns);
        Assert.Equal(live.Rows.Select(DatabaseContent.Show), past.Rows.Select(DatabaseContent.Show));
    }

    [Theory]
    [InlineData("SELECT * FROM nowhere", FailureKind.Usage)]
    [InlineData("DELETE FROM people", FailureKind.Refused)]
    [InlineData("SELECT * FROM mysql.user", FailureKind.Refused)]
    public void What_is_no_question_about_it_is_refused_and_nothing_stays(string sql, FailureKind kind)
    {
        Assert.Equal(kind, Assert.Throws<DbVcException>(() => _fixture.Provider.QueryHistory(_past, sql, QueryLimits.Default)).Kind);
        using var server = MySqlHandle.Open(MySqlTestServer.AddressOf(MySqlTestServer.Shared.AdministratorUrl("mysql")));
        foreach (var scratch in MySqlObjects.List(server, "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'dbvc\\_scratch%'"))
        {
            // Those of tests that run beside this one have somebody who holds them.
            Assert.Equal(0, server.ReadInteger($"SELECT IS_FREE_LOCK('{MySqlWriteLock.NameOf("scratch " + scratch[0])}')"));
        }
    }
}
