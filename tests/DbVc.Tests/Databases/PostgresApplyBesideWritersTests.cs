using DbVc.Model;
using Npgsql;
using Xunit;

namespace DbVc.Tests;

/// <summary>A session that changes a live database beside others that write to it.</summary>
public sealed class PostgresApplyBesideWritersTests : PostgresApplying
{
    [Fact]
    public async Task A_row_that_waits_for_a_writer_is_compared_as_it_is_then()
    {
        foreach (var fixture in new[] { Open(15), Open(18, mayReplicate: true) })
        {
            using var database = fixture.NewDatabase(Accounts, out var location);
            var delta = Change(database, "accounts", 0, row => row[2] = Value.Text("11.00"));
            using var writer = PostgresFixture.Connect(location);
            PostgresTestServer.Execute(writer, "BEGIN; UPDATE accounts SET balance = 99 WHERE id = 1");
            var commit = Task.Run(() =>
            {
                WaitForWaiter(location);
                PostgresTestServer.Execute(writer, "COMMIT");
            }, TestContext.Current.CancellationToken);
            using var session = database.BeginApply(Long);
            var moved = Assert.Single(session.Apply(delta).Moved);
            Assert.Equal("99.00", moved.Actual![2].AsText);
            await commit;
        }
    }

    [Fact]
    public async Task A_child_that_came_while_its_parent_was_waited_for_is_found()
    {
        const string Family = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE); INSERT INTO "
            + "p VALUES (1), (2);";
        foreach (var fixture in new[] { Open(15), Open(15, mayReplicate: true) })
        {
            using var database = fixture.NewDatabase(Family, out var location);
            var content = DatabaseContent.Read(database);
            var parent = content.Schema.FindTable("p")!;
            var delta = new DatabaseDelta([new TableDelta(parent, parent, [new RowChange(content.Rows["p"][0], null)])], [], []);
            using var writer = PostgresFixture.Connect(location);
            PostgresTestServer.Execute(writer, "BEGIN; INSERT INTO c VALUES (7, 1)");
            var commit = Task.Run(() =>
            {
                WaitForWaiter(location);
                PostgresTestServer.Execute(writer, "COMMIT");
            }, TestContext.Current.CancellationToken);
            using var session = database.BeginApply(Long);
            Assert.Empty(session.Apply(delta).Moved);
            Assert.Equal(("c", "7"), (session.CheckConstraints(delta)[0].Table, session.CheckConstraints(delta)[0].Key));
            await commit;
        }
    }

    [Fact]
    public async Task Others_go_on_writing_other_rows_and_wait_for_touched_ones_only_until_the_commit()
    {
        var fixture = Open(18, mayReplicate: true);
        using var database = fixture.NewDatabase(Accounts + "CREATE TABLE visits (id serial PRIMARY KEY, account int REFERENCES accounts);", out var location);
        var delta = Change(database, "accounts", 0, row => row[2] = Value.Text("11.00"));
        using var session = database.BeginApply(Short);
        Assert.True(session.Apply(delta).IsClean);
        // Another row of the table, and a row that refers to the touched one.
        fixture.Execute(location, "SET lock_timeout = 1; UPDATE accounts SET balance = balance + 1 WHERE id = 2; INSERT INTO visits (account) VALUES (1)");
        using var writer = PostgresFixture.Connect(location);
        var update = Task.Run(() => PostgresTestServer.Execute(writer, "UPDATE accounts SET balance = balance + 1 WHERE id = 1"),
            TestContext.Current.CancellationToken);
        WaitForWaiter(location);
        session.Commit();
        await update;
        Assert.Equal(["12.00", "21.50", "30.00"], DatabaseContent.Read(database).Rows["accounts"].OrderBy(r => r[0].AsInteger).Select(r => r[2].AsText));
    }

    [Fact]
    public async Task A_deadlock_with_a_writer_is_reported_as_locked_and_leaves_nothing()
    {
        using var database = Open(15).NewDatabase(Accounts, out var location);
        var content = DatabaseContent.Read(database);
        var table = content.Schema.FindTable("accounts")!;
        var delta = new DatabaseDelta([new TableDelta(table, table, [.. content.Rows["accounts"].Select(r => new RowChange(r, null))])], [], []);
        using var writer = PostgresFixture.Connect(location);
        PostgresTestServer.Execute(writer, "BEGIN; UPDATE accounts SET balance = 1 WHERE id = 3");
        DbVcException? failure = null;
        var apply = Task.Run(() =>
        {
            using var session = database.BeginApply(Long);
            failure = Record.Exception(() => session.Apply(delta)) as DbVcException;
        }, TestContext.Current.CancellationToken);
        WaitForWaiter(location);
        var other = Record.Exception(() => PostgresTestServer.Execute(writer, "UPDATE accounts SET balance = 1 WHERE id = 1; COMMIT"));
        await apply;
        // The server chooses one of the two; whichever it is, it is told so and nothing is half done.
        Assert.True(failure is { Kind: FailureKind.Locked, Code: "database.locked" } ^ other is PostgresException { SqlState: "40P01" });
        Assert.Equal(3, DatabaseContent.Read(database).Rows["accounts"].Count);
    }

    [Fact]
    public void Tables_behind_an_invariant_are_held_against_writers()
    {
        var fixture = Open(18);
        using var database = fixture.NewDatabase(Accounts + "CREATE TABLE other (id int PRIMARY KEY); CREATE VIEW sums AS SELECT sum(balance) AS s FROM "
            + "accounts;", out var location);
        var invariant = new Invariant("sum", "SELECT s FROM sums WHERE s <> 60.5");
        var table = DatabaseContent.Read(database).Schema.FindTable("other")!;
        var delta = new DatabaseDelta([new TableDelta(table, table, [new RowChange(null, [Value.Integer(1)])])], [], []);
        using var session = database.BeginApply(Short);
        session.Hold([invariant]);
        Assert.True(session.Apply(delta).IsClean);
        Assert.Empty(session.CheckInvariants([invariant], Long));
        var failure = Assert.Throws<PostgresException>(() => fixture.Execute(location, "SET lock_timeout = 50; UPDATE accounts SET balance = 0 WHERE id = 1"));
        Assert.Equal("55P03", failure.SqlState);
        Assert.Equal("INVARIANT few", Assert.Single(session.CheckInvariants([new Invariant("few",
            "SELECT count(*) AS n FROM accounts HAVING count(*) > 2")], Long)).Constraint);
        Assert.Equal("invariant.failed", Assert.Throws<DbVcException>(() =>
            session.CheckInvariants([new Invariant("w", "DELETE FROM accounts RETURNING id")], Long)).Code);
        session.Commit();
    }

    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public void Writers_are_kept_out_until_the_session_ends_and_readers_go_on(int version)
    {
        var fixture = Open(version);
        using var database = fixture.NewDatabase(Accounts + "CREATE TABLE \"odd table\" (id int PRIMARY KEY); CREATE TABLE keyless (v int);", out var location);
        const string Brief = "SET lock_timeout = 50; ";
        const string Writes = Brief + "UPDATE accounts SET balance = 0 WHERE id = 1";
        using (var session = database.BeginApply(Short))
        {
            Assert.True(session.HoldWriters(DatabaseDelta.Empty));
            foreach (var sql in new[] { Writes, Brief + "INSERT INTO \"odd table\" VALUES (1)", Brief + "INSERT INTO keyless VALUES (1)" })
            {
                Assert.Equal("55P03", Assert.Throws<PostgresException>(() => fixture.Execute(location, sql)).SqlState);
            }

            using var read = database.BeginRead();
            using var rows = read.ReadRows(read.ReadSchema().FindTable("accounts")!);
            Assert.True(rows.Read());
        }

        fixture.Execute(location, Writes);
    }

    [Fact]
    public void Who_wants_to_keep_writers_out_and_meets_one_that_does_not_end_gives_up_as_locked()
    {
        var fixture = Open(18);
        using var database = fixture.NewDatabase(Accounts, out var location);
        using var writer = PostgresFixture.Connect(location);
        using var transaction = writer.BeginTransaction();
        using (var update = new NpgsqlCommand("UPDATE accounts SET balance = 0 WHERE id = 1", writer, transaction)) update.ExecuteNonQuery();
        using var session = database.BeginApply(Short);
        Assert.Equal(FailureKind.Locked, Assert.Throws<DbVcException>(() => session.HoldWriters(DatabaseDelta.Empty)).Kind);
    }
}
