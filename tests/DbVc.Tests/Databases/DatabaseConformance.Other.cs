using System.Text;
using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

public abstract partial class DatabaseConformance
{
    [Fact]
    public void A_table_under_a_name_of_db_vc_is_not_versioned_and_named()
    {
        using var database = Fixture.NewDatabase(
            "CREATE TABLE _rejected_mine (id INTEGER PRIMARY KEY); CREATE TABLE rejected_mine (id INTEGER PRIMARY KEY);", out _);
        using var read = database.BeginRead();
        Assert.Equal(["rejected_mine"], read.ReadSchema().Tables.Select(t => t.Name));
        Assert.EndsWith("_rejected_mine", Assert.Single(read.Unversioned).Name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_load_goes_on_after_a_refused_row()
    {
        using var database = Fixture.NewDatabase(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER NOT NULL, u INTEGER UNIQUE, CHECK (v > 0)); INSERT INTO t VALUES (1, 1, 1);", out _);
        using (var load = database.BeginLoad(DatabaseContent.Read(database).Schema.FindTable("t")!, Short))
        {
            Assert.NotNull(Insert(load, [Value.Integer(1), Value.Integer(1), Value.Null]));
            Assert.NotNull(Insert(load, [Value.Integer(2), Value.Null, Value.Null]));
            Assert.NotNull(Insert(load, [Value.Integer(3), Value.Integer(0), Value.Null]));
            Assert.NotNull(Insert(load, [Value.Integer(4), Value.Integer(1), Value.Integer(1)]));
            Assert.Null(Insert(load, [Value.Integer(5), Value.Integer(1), Value.Integer(5)]));
            Assert.NotNull(Insert(load, [Value.Integer(5), Value.Integer(1), Value.Integer(6)]));
            Assert.Null(Insert(load, [Value.Integer(6), Value.Integer(1), Value.Null]));
            load.Commit();
        }

        Assert.Equal([1, 5, 6], DatabaseContent.Read(database).Rows["t"].Select(r => r[0].AsInteger));
    }

    [Fact]
    public void A_load_without_commit_leaves_the_old_rows()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out _);
        var dump = DatabaseContent.Read(database).Dump();
        using (var load = database.BeginLoad(DatabaseContent.Read(database).Schema.FindTable("people")!, Short))
        {
            for (var i = 10; i < 20_000; i++) Assert.Null(Insert(load, [Value.Integer(i), Value.Text("name " + i), Value.Null]));
        }

        Assert.Equal(dump, DatabaseContent.Read(database).Dump());
    }

    [Fact]
    public void A_load_refuses_orphans_and_fires_triggers_unless_it_is_raw()
    {
        using var database = Fixture.NewDatabase(PeopleSql + "CREATE TABLE audit (note VARCHAR(40));"
            + "CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER, FOREIGN KEY (owner) REFERENCES people (id));" + Fixture.AuditTrigger("pets"), out _);
        var pets = DatabaseContent.Read(database).Schema.FindTable("pets")!;
        foreach (var options in new[] { LoadOptions.Default, LoadOptions.Raw })
        {
            using var load = database.BeginLoad(pets, Short, options);
            var orphan = Insert(load, [Value.Integer(options.ForeignKeys ? 1 : 2), Value.Integer(99)]);
            Assert.Equal(options.ForeignKeys, orphan is not null);
            Assert.Null(Insert(load, [Value.Integer(options.ForeignKeys ? 3 : 4), Value.Integer(1)]));
            load.Commit();
        }

        var content = DatabaseContent.Read(database);
        Assert.Equal([2, 3, 4], content.Rows["pets"].Select(r => r[0].AsInteger));
        Assert.Single(content.Rows["audit"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30_000)]
    public void A_strict_load_ends_at_a_refused_row_and_leaves_the_old_rows(int refused)
    {
        const int Rows = 40_000;
        using var database = Fixture.NewDatabase(PeopleSql, out _);
        var dump = DatabaseContent.Read(database).Dump();
        var failure = Assert.Throws<DbVcException>(() => Load(i => i == refused ? 10 : i + 10));
        Assert.Contains(failure.Code, new[] { "constraint.violated", "value.rejected" });
        Assert.Equal(dump, DatabaseContent.Read(database).Dump());
        Load(i => i + 10);
        Assert.Equal(Enumerable.Range(10, Rows), DatabaseContent.Read(database).Rows["people"].Select(r => (int)r[0].AsInteger).Where(i => i >= 10).Order());

        void Load(Func<int, int> key)
        {
            using var load = database.BeginLoad(DatabaseContent.Read(database).Schema.FindTable("people")!, Long, LoadOptions.Raw);
            for (var i = 0; i < Rows; i++)
            {
                load.SetInteger(0, key(i));
                load.SetText(1, Encoding.UTF8.GetBytes("name\t\n\\" + i));
                load.Insert();
            }

            Assert.Empty(load.Flush());
            load.Commit();
        }
    }

    [Fact]
    public void A_strict_load_that_is_given_up_leaves_the_old_rows()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out _);
        var dump = DatabaseContent.Read(database).Dump();
        using (var load = database.BeginLoad(DatabaseContent.Read(database).Schema.FindTable("people")!, Short, LoadOptions.Raw))
        {
            for (var i = 10; i < 40_000; i++)
            {
                load.SetInteger(0, i);
                load.SetText(1, "some name"u8);
                load.Insert();
            }
        }

        Assert.Equal(dump, DatabaseContent.Read(database).Dump());
    }

    [Fact]
    public void A_clone_is_equal_and_isolated()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out var location);
        var copy = Fixture.NewLocation();
        Fixture.Provider.Clone(location, copy);
        using var clone = Fixture.Provider.Open(copy);
        Assert.Equal(DatabaseContent.Read(database).Dump(), DatabaseContent.Read(clone).Dump());
        Fixture.Execute(copy, "DELETE FROM people");
        Assert.Equal(3, DatabaseContent.Read(database).Rows["people"].Count);
        Assert.Empty(DatabaseContent.Read(clone).Rows["people"]);
    }

    [Fact]
    public void A_clone_taken_while_a_writer_writes_holds_what_was_committed()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out var location);
        var copy = Fixture.NewLocation();
        using (Fixture.HoldWrite(location, "DELETE FROM people")) Fixture.Provider.Clone(location, copy);
        using var clone = Fixture.Provider.Open(copy);
        Assert.Equal(3, DatabaseContent.Read(clone).Rows["people"].Count);
    }

    [Fact]
    public void Nothing_is_created_or_cloned_over_a_database()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out var location);
        using var other = Fixture.NewDatabase("", out var otherLocation);
        Assert.Equal("database.exists", Assert.Throws<DbVcException>(() => Fixture.Provider.Create(location)).Code);
        Assert.Equal("database.exists", Assert.Throws<DbVcException>(() => Fixture.Provider.Clone(otherLocation, location)).Code);
        Assert.Equal(3, DatabaseContent.Read(database).Rows["people"].Count);
    }

    [Fact]
    public void A_failed_clone_leaves_nothing()
    {
        var (source, destination) = (Fixture.NewLocation(), Fixture.NewLocation());
        Assert.Equal("database.missing", Assert.Throws<DbVcException>(() => Fixture.Provider.Clone(source, destination)).Code);
        Assert.Equal("database.missing", Assert.Throws<DbVcException>(() => Fixture.Provider.Open(destination)).Code);
    }

    [Fact]
    public void Drop_removes_a_database_and_does_not_mind_its_absence()
    {
        Fixture.NewDatabase(PeopleSql, out var location).Dispose();
        Fixture.Provider.Drop(location);
        Fixture.Provider.Drop(location);
        Assert.Equal("database.missing", Assert.Throws<DbVcException>(() => Fixture.Provider.Open(location)).Code);
    }

    [Fact]
    public void A_query_gives_columns_and_rows()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out _);
        using var result = database.Query("SELECT name AS who, email, id + 1 AS next FROM people WHERE id > 1 ORDER BY id -- last first", QueryLimits.Default);
        Assert.Equal(["who", "email", "next"], result.Columns.Select(c => c.Name));
        Assert.Equal([[Value.Text("Bob"), Value.Text("bob@example.org"), Value.Integer(3)], [Value.Text("Cy"), Value.Null, Value.Integer(4)]],
            result.Rows.ToList());
    }

    [Fact]
    public void A_query_cannot_change_or_reach_anything()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out _);
        var dump = DatabaseContent.Read(database).Dump();
        foreach (var sql in Fixture.ForbiddenQueries.Concat(
            ["INSERT INTO people VALUES (9, 'x', 'x')", "DELETE FROM people", "UPDATE people SET name = 'x'", "DROP TABLE people",
             "CREATE TABLE x (id INTEGER)", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE people", "BEGIN", "COMMIT"]))
        {
            var failure = Assert.Throws<DbVcException>(() =>
            {
                using var result = database.Query(sql, QueryLimits.Default);
                _ = result.Rows.ToList();
            });
            Assert.True(failure.Kind is FailureKind.Refused or FailureKind.Usage, $"{sql}: {failure.Code} {failure.Message}");
        }

        Assert.Equal(dump, DatabaseContent.Read(database).Dump());
    }

    [Theory]
    [InlineData("SELEC 1")]
    [InlineData("SELECT * FROM nowhere")]
    [InlineData("SELECT nothing FROM people")]
    [InlineData("")]
    [InlineData("-- only a comment")]
    public void A_wrong_query_is_a_usage_failure(string sql)
    {
        using var database = Fixture.NewDatabase(PeopleSql, out _);
        Assert.Equal(FailureKind.Usage, Assert.Throws<DbVcException>(() => database.Query(sql, QueryLimits.Default)).Kind);
    }

    [Fact]
    public void A_query_stops_at_its_limits()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out _);
        using (var rows = database.Query("SELECT id FROM people", new QueryLimits(2, Long)))
        {
            var seen = 0;
            var failure = Assert.Throws<DbVcException>(() => { foreach (var _ in rows.Rows) seen++; });
            Assert.Equal((FailureKind.Refused, "query.limit", 2), (failure.Kind, failure.Code, seen));
        }

        using (var exact = database.Query("SELECT id FROM people", new QueryLimits(3, Long))) Assert.Equal(3, exact.Rows.Count());
        using var endless = database.Query(Fixture.EndlessQuery, new QueryLimits(long.MaxValue, TimeSpan.FromMilliseconds(50)));
        Assert.Equal("query.limit", Assert.Throws<DbVcException>(() => endless.Rows.Count()).Code);
    }
}
