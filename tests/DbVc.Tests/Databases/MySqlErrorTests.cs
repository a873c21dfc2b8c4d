using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

public sealed class MySqlErrorTests
{
    private const string Tables =
        """
        CREATE TABLE p (id INT PRIMARY KEY, u INT UNIQUE, c INT CHECK (c > 0), n INT NOT NULL DEFAULT 1, s VARCHAR(3), e ENUM('a')) ENGINE=InnoDB;
        CREATE TABLE k (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id)) ENGINE=InnoDB;
        INSERT INTO p (id, u) VALUES (1, 1), (2, 2);
        INSERT INTO k VALUES (1, 1);
        """;

    public static TheoryData<string, int, string, FailureKind> Statements => new()
    {
        { "INSERT INTO p (id) VALUES (1)", 1062, "constraint.violated", FailureKind.Refused },
        { "INSERT INTO p (id, u) VALUES (3, 1)", 1062, "constraint.violated", FailureKind.Refused },
        { "DELETE FROM p WHERE id = 1", 1451, "constraint.violated", FailureKind.Refused },
        { "INSERT INTO k VALUES (2, 9)", 1452, "constraint.violated", FailureKind.Refused },
        { "INSERT INTO p (id, c) VALUES (3, 0)", 4025, "constraint.violated", FailureKind.Refused },
        { "INSERT INTO p (id, n) VALUES (3, NULL)", 1048, "constraint.violated", FailureKind.Refused },
        { "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'", 1644, "constraint.violated", FailureKind.Refused },
        { "INSERT INTO p (id, s) VALUES (3, 'long')", 1406, "value.rejected", FailureKind.Refused },
        { "INSERT INTO p (id, u) VALUES (3, 99999999999)", 1264, "value.rejected", FailureKind.Refused },
        { "INSERT INTO p (id, u) VALUES (3, 'x')", 1366, "value.rejected", FailureKind.Refused },
        { "INSERT INTO p (id, e) VALUES (3, 'b')", 1265, "value.rejected", FailureKind.Refused },
        { "SELECT * FROM nowhere", 1146, "database.failed", FailureKind.Failed },
        { "SELEC 1", 1064, "database.failed", FailureKind.Failed },
        { "USE nowhere", 1044, "database.denied", FailureKind.Refused },
        { "SET STATEMENT max_statement_time=0.1 FOR SELECT count(*) FROM seq_1_to_100000 AS a, seq_1_to_100000 AS b", 1969,
            "database.timeout", FailureKind.Refused },
        { "DROP USER root@localhost", 1227, "database.denied", FailureKind.Refused },
        { "SET GLOBAL read_only = 1", 1227, "database.denied", FailureKind.Refused },
    };

    [Theory]
    [MemberData(nameof(Statements))]
    public void Errors_have_a_meaning(string sql, int number, string code, FailureKind kind)
    {
        using var handle = MySqlTestServer.OpenNewDatabase();
        foreach (var statement in Tables.Split(";\n")) handle.Execute(statement.TrimEnd(';'));
        var failure = Assert.Throws<DbVcException>(() => handle.Execute(sql));
        Assert.Equal((number, code, kind), (MySqlError.NumberOf(failure), failure.Code, failure.Kind));
        var server = Assert.IsType<MySqlServerException>(failure.InnerException);
        Assert.Matches("^[0-9A-Z]{5}$", server.SqlState);
        Assert.Equal(0, handle.ReadInteger("SELECT count(*) FROM p WHERE id = 3"));
    }

    [Fact]
    public void A_prepared_statement_fails_like_a_plain_one()
    {
        using var handle = MySqlTestServer.OpenNewDatabase();
        handle.Execute("CREATE TABLE t (id INT PRIMARY KEY)");
        using var insert = handle.Prepare("INSERT INTO t VALUES (?)");
        insert.BindInteger(0, 1);
        insert.Execute();
        insert.BindInteger(0, 1);
        var failure = Assert.Throws<DbVcException>(insert.Execute);
        Assert.Equal((MySqlError.Duplicate, "constraint.violated"), (MySqlError.NumberOf(failure), failure.Code));
        insert.BindInteger(0, 2);
        insert.Execute();
        Assert.Equal("database.failed", Assert.Throws<DbVcException>(() => handle.Prepare("SELEC 1")).Code);
    }

    [Fact]
    public void A_lock_that_does_not_come_is_reported_as_locked()
    {
        var address = MySqlTestServer.NewDatabase();
        using var holder = MySqlHandle.Open(address);
        holder.Execute("CREATE TABLE t (id INT PRIMARY KEY) ENGINE=InnoDB");
        holder.Execute("INSERT INTO t VALUES (1)");
        holder.Execute("BEGIN");
        holder.Execute("UPDATE t SET id = 2");
        using var other = MySqlHandle.Open(address, new MySqlSession { LockTimeout = TimeSpan.FromMilliseconds(100) });
        foreach (var sql in new[] { "DELETE FROM t", "ALTER TABLE t ADD COLUMN x INT" })
        {
            var failure = Assert.Throws<DbVcException>(() => other.Execute(sql));
            Assert.Equal((MySqlError.LockTimeout, "database.locked", FailureKind.Locked), (MySqlError.NumberOf(failure), failure.Code, failure.Kind));
            Assert.NotNull(failure.Hint);
        }
    }

    [Fact]
    public async Task A_deadlock_is_reported_to_one_of_the_two()
    {
        var address = MySqlTestServer.NewDatabase();
        using var first = MySqlHandle.Open(address);
        using var second = MySqlHandle.Open(address);
        first.Execute("CREATE TABLE t (id INT PRIMARY KEY, v INT) ENGINE=InnoDB");
        first.Execute("INSERT INTO t VALUES (1, 1), (2, 2)");
        first.Execute("BEGIN");
        second.Execute("BEGIN");
        first.Execute("UPDATE t SET v = 10 WHERE id = 1");
        second.Execute("UPDATE t SET v = 20 WHERE id = 2");
        var waiting = Task.Run(() => Record.Exception(() => first.Execute("UPDATE t SET v = 11 WHERE id = 2")));
        var failure = Record.Exception(() => second.Execute("UPDATE t SET v = 21 WHERE id = 1")) ?? await waiting;
        var deadlock = Assert.IsType<DbVcException>(failure);
        Assert.Equal(("database.deadlock", FailureKind.Locked), (deadlock.Code, deadlock.Kind));
        await waiting;
    }

    [Fact]
    public void Writing_in_a_transaction_that_only_reads_is_read_only()
    {
        using var handle = MySqlTestServer.OpenNewDatabase();
        handle.Execute("CREATE TABLE t (id INT)");
        handle.Execute("START TRANSACTION READ ONLY");
        var failure = Assert.Throws<DbVcException>(() => handle.Execute("INSERT INTO t VALUES (1)"));
        Assert.Equal((1792, "database.read-only"), (MySqlError.NumberOf(failure), failure.Code));
    }

    [Theory]
    [InlineData(1021, "Disk full (/tmp); waiting", "database.full")]
    [InlineData(1114, "The table 't' is full", "database.full")]
    [InlineData(1030, "Got error 28 \"No space left on device\" from storage engine InnoDB", "database.full")]
    [InlineData(3, "Error writing file '/x' (Errcode: 28 \"No space left on device\")", "database.full")]
    [InlineData(1030, "Got error 122 from storage engine", "database.failed")]
    [InlineData(1290, "The MariaDB server is running with the --read-only option so it cannot execute this statement", "database.read-only")]
    [InlineData(2006, "Server has gone away", "database.lost")]
    public void Errors_that_no_test_can_order_have_a_meaning_too(int number, string message, string code) =>
        Assert.Equal(code, MySqlError.Create(number, "HY000", message, "here").Code);
}
