using DbVc.Databases;
using Xunit;

namespace DbVc.Tests;

/// <summary>Copies of MariaDB databases: by the server itself where nobody writes, and never taken for whole before they are.</summary>
public sealed class MySqlCloneTests : IDisposable
{
    private const string Sql =
        """
        SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
        CREATE TABLE people (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40) CHARACTER SET latin1, f FLOAT, n INT CHECK (n < 9),
          twice INT AS (n * 2) STORED, half INT AS (n DIV 2) VIRTUAL, born DATE, at TIMESTAMP(6) NULL, b BLOB, bits BIT(10), UNIQUE KEY by_name (name));
        INSERT INTO people (id, name, n, f, born, at, b, bits) VALUES (0, 'Adé', 7, 0.1, '0000-00-00', '2024-03-31 01:30:00.123456', x'00ff', b'1000000001'),
          (5, 'Bob', NULL, NULL, NULL, NULL, '', NULL);
        CREATE TABLE orders (id INT PRIMARY KEY, person INT NOT NULL, FOREIGN KEY (person) REFERENCES people (id));
        INSERT INTO orders VALUES (1, 0), (2, 5), (3, 5);
        CREATE TABLE audit (note VARCHAR(20)); CREATE TABLE keyless (v INT); INSERT INTO keyless VALUES (1), (1), (2);
        CREATE TRIGGER t AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit VALUES ('inserted');
        CREATE VIEW names AS SELECT name FROM people;
        """;

    private readonly MySqlFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_copy_holds_what_the_database_holds_whether_or_not_somebody_writes(bool isWritten)
    {
        using var database = _fixture.NewDatabase(Sql, out var location);
        var copy = _fixture.NewLocation();
        using (isWritten ? _fixture.HoldWrite(location, "DELETE FROM keyless") : null) _fixture.Provider.Clone(location, copy);
        using var clone = _fixture.Provider.Open(copy);
        Assert.Equal(Describe(database), Describe(clone));
        // Where it goes on counting, and that the trigger came after the rows.
        _fixture.Execute(copy, "INSERT INTO people (name) VALUES ('Cid'); INSERT INTO orders VALUES (4, 6)");
        Assert.Equal("6|1", Ask(clone, "SELECT max(id), (SELECT count(*) FROM audit) FROM people"));
    }

    [Fact]
    public void Whoever_writes_meanwhile_is_not_kept_waiting_for_ever_and_is_not_in_the_copy_half()
    {
        using var database = _fixture.NewDatabase(Sql, out var location);
        using var held = MySqlServerCopy.TryBegin(MySqlTestServer.AddressOf(location), MySqlTestServer.AddressOf(_fixture.NewLocation()));
        Assert.NotNull(held);
        var refused = Assert.Throws<InvalidOperationException>(() => _fixture.Execute(location, "SET lock_wait_timeout = 1; DELETE FROM keyless"));
        Assert.Contains("1205", refused.Message);
        held.Dispose();
        _fixture.Execute(location, "DELETE FROM keyless");
    }

    [Fact]
    public void A_database_that_was_only_begun_is_not_there_and_makes_way()
    {
        using var database = _fixture.NewDatabase(Sql, out var location);
        var copy = _fixture.NewLocation();
        // A process that was killed right after its first statement.
        MySqlTestServer.Shared.Run($"CREATE DATABASE {ServerAddress.Parse(copy).Database} COMMENT 'dbvc draft'");
        Assert.False(_fixture.Provider.Exists(copy));
        _fixture.Provider.Clone(location, copy);
        Assert.True(_fixture.Provider.Exists(copy));
        using var clone = _fixture.Provider.Open(copy);
        Assert.Equal(Describe(database), Describe(clone));
    }

    private static string Describe(IDatabase database)
    {
        using var read = database.BeginRead();
        var schema = read.ReadSchema();
        return string.Join('\n', schema.Tables.Select(t => t.Sql).Concat(schema.Objects.Select(o => o.Sql)).Concat(schema.Tables.Select(t => t.Name + ": "
            + Ask(database, $"SELECT * FROM {t.Name} ORDER BY 1"))));
    }

    private static string Ask(IDatabase database, string sql)
    {
        using var result = database.Query(sql, QueryLimits.Default);
        return string.Join(" / ", result.Rows.Select(r => string.Join('|', r.Select(v => v.ToString()))));
    }
}
