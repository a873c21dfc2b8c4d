using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

public abstract partial class DatabaseConformance
{
    private const string LogSql = "CREATE TABLE log (line VARCHAR(20), nr INTEGER); INSERT INTO log VALUES ('a', 1), ('a', 1), ('b', NULL), ('c', 3);";

    private const string PetsSql =
        "CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER, FOREIGN KEY (owner) REFERENCES people (id)); INSERT INTO pets VALUES (1, 2);";

    /// <summary>Name, what both databases begin with, what one does more.</summary>
    public static TheoryData<string, string, string> RowChanges => new()
    {
        { "add", PeopleSql, "INSERT INTO people VALUES (4, 'Di', 'di@example.org')" },
        { "modify", PeopleSql, "UPDATE people SET name = 'Eve' WHERE id = 2" },
        { "delete", PeopleSql, "DELETE FROM people WHERE id = 2" },
        { "null and not null", PeopleSql, "UPDATE people SET email = NULL WHERE id = 1; UPDATE people SET email = '' WHERE id = 3" },
        {
            "swap of unique values", PeopleSql,
            "UPDATE people SET email = 't' WHERE id = 1; UPDATE people SET email = 'ada@example.org' WHERE id = 2;"
            + "UPDATE people SET email = 'bob@example.org' WHERE id = 1"
        },
        { "swap of keys", PeopleSql, "UPDATE people SET id = 9 WHERE id = 1; UPDATE people SET id = 1 WHERE id = 2; UPDATE people SET id = 2 WHERE id = 9" },
        { "everything goes", PeopleSql, "DELETE FROM people" },
        { "no key: one of two alike", LogSql, "DELETE FROM log WHERE line = 'c'; INSERT INTO log VALUES ('b', NULL), ('b', NULL), ('d', 4)" },
        { "no key: all alike", LogSql, "DELETE FROM log WHERE line = 'a'; INSERT INTO log VALUES ('a', 1)" },
        {
            "composite key", "CREATE TABLE c (a INTEGER NOT NULL, b VARCHAR(9) NOT NULL, v INTEGER, PRIMARY KEY (b, a));"
            + "INSERT INTO c VALUES (1, 'x', 1), (2, 'x', 2), (1, 'y', 3);",
            "UPDATE c SET v = 9 WHERE a = 1 AND b = 'y'; DELETE FROM c WHERE a = 2; INSERT INTO c VALUES (2, 'y', 5)"
        },
    };

    public static TheoryData<string, string, string, string> SchemaChanges => new()
    {
        { "create table", PeopleSql, "CREATE TABLE extra (id INTEGER PRIMARY KEY, v VARCHAR(9)); INSERT INTO extra VALUES (1, 'x')", "" },
        { "drop table", PeopleSql + LogSql, "DROP TABLE log", "" },
        { "add column", PeopleSql, "ALTER TABLE people ADD COLUMN age INTEGER", "" },
        { "add column and fill it", PeopleSql, "ALTER TABLE people ADD COLUMN age INTEGER; UPDATE people SET age = 7 WHERE id = 2", "" },
        { "drop column", PeopleSql + "ALTER TABLE people ADD COLUMN age INTEGER;", "ALTER TABLE people DROP COLUMN age", "" },
        { "rename column", PeopleSql, "ALTER TABLE people RENAME COLUMN name TO full_name", "people.name>people.full_name" },
        { "rename table", PeopleSql, "ALTER TABLE people RENAME TO persons; INSERT INTO persons VALUES (4, 'Di', NULL)", "people>persons" },
        { "rename to the name of a dropped one", PeopleSql + LogSql, "DROP TABLE log; ALTER TABLE people RENAME TO log", "log>gone,people>log" },
        { "add index", PeopleSql, "CREATE INDEX by_name ON people (name)", "" },
        { "drop index", PeopleSql + "CREATE INDEX by_name ON people (name);", "DROP INDEX by_name", "" },
        {
            "unique index on swapped values", PeopleSql,
            "UPDATE people SET name = 'Cy' WHERE id = 1; UPDATE people SET name = 'Ada' WHERE id = 3; CREATE UNIQUE INDEX u ON people (name)", ""
        },
        { "index survives a rebuild", PeopleSql + "CREATE INDEX by_name ON people (name);", "ALTER TABLE people ADD COLUMN age INTEGER", "" },
        { "add view", PeopleSql, "CREATE VIEW names AS SELECT name FROM people", "" },
        { "change view", PeopleSql + "CREATE VIEW names AS SELECT name FROM people;", "DROP VIEW names; CREATE VIEW names AS SELECT email FROM people", "" },
        { "foreign key", PeopleSql, PetsSql, "" },
        { "parent is rebuilt", PeopleSql + PetsSql, "ALTER TABLE people ADD COLUMN age INTEGER", "" },
    };

    [Theory]
    [MemberData(nameof(RowChanges))]
    public void Apply_turns_rows_before_into_rows_after(string name, string start, string change)
    {
        Assert.NotEmpty(name);
        using var before = Fixture.NewDatabase(start, out _);
        using var after = Fixture.NewDatabase(start + change, out _);
        ApplyDifference(before, after);
    }

    [Theory]
    [MemberData(nameof(RowChanges))]
    public void Apply_of_the_inverse_turns_rows_back(string name, string start, string change)
    {
        Assert.NotEmpty(name);
        using var before = Fixture.NewDatabase(start + change, out _);
        using var after = Fixture.NewDatabase(start, out _);
        ApplyDifference(before, after);
    }

    [Theory]
    [MemberData(nameof(SchemaChanges))]
    public void Apply_turns_schema_before_into_schema_after(string name, string start, string change, string renames)
    {
        Assert.NotEmpty(name);
        using var before = Fixture.NewDatabase(start, out _);
        using var after = Fixture.NewDatabase(start + change, out _);
        ApplyDifference(before, after, ParseRenames(renames));
    }

    [Theory]
    [MemberData(nameof(SchemaChanges))]
    public void Apply_turns_schema_back(string name, string start, string change, string renames)
    {
        Assert.NotEmpty(name);
        using var before = Fixture.NewDatabase(start + change, out _);
        using var after = Fixture.NewDatabase(start, out _);
        ApplyDifference(before, after, ParseRenames(renames).Select(r => (r.After, r.Before)).ToArray());
    }

    [Theory]
    [InlineData("modified since", "UPDATE people SET name = 'x' WHERE id = 2", "2")]
    [InlineData("deleted since", "DELETE FROM people WHERE id = 2", "2")]
    [InlineData("deleted row was modified", "UPDATE people SET email = 'x' WHERE id = 3", "3")]
    [InlineData("added by somebody else", "INSERT INTO people VALUES (4, 'Di', 'other@example.org')", "4")]
    [InlineData("added alike by somebody else", "INSERT INTO people VALUES (4, 'Di', 'di@example.org')", "4")]
    [InlineData("table altered", "ALTER TABLE people ADD COLUMN age INTEGER", "schema")]
    public void Moved_rows_are_found_and_nothing_is_left(string name, string meanwhile, string key)
    {
        Assert.NotEmpty(name);
        using var before = Fixture.NewDatabase(PeopleSql, out var location);
        using var after = Fixture.NewDatabase(
            PeopleSql + "UPDATE people SET name = 'Eve' WHERE id = 2;"
            + "DELETE FROM people WHERE id = 3; INSERT INTO people VALUES (4, 'Di', 'di@example.org')", out _);
        var delta = TestDelta.Between(DatabaseContent.Read(before), DatabaseContent.Read(after));
        Fixture.Execute(location, meanwhile);
        var dump = DatabaseContent.Read(before).Dump();
        using (var session = before.BeginApply(Short))
        {
            var result = session.Apply(delta);
            Assert.Equal(key, Assert.Single(result.Moved).Key);
        }

        Assert.Equal(dump, DatabaseContent.Read(before).Dump());
    }

    [Fact]
    public void A_moved_row_without_key_is_found()
    {
        using var before = Fixture.NewDatabase(LogSql, out var location);
        using var after = Fixture.NewDatabase(LogSql + "DELETE FROM log WHERE line = 'a'", out _);
        var delta = TestDelta.Between(DatabaseContent.Read(before), DatabaseContent.Read(after));
        Fixture.Execute(location, "UPDATE log SET nr = 2 WHERE line = 'a'; INSERT INTO log VALUES ('a', 1)");
        using var session = before.BeginApply(Short);
        Assert.Equal("log", Assert.Single(session.Apply(delta).Moved).Table);
    }

    [Fact]
    public void Moved_rows_are_reported_with_both_values_and_at_most_a_hundred()
    {
        using var before = Fixture.NewDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER);", out var location);
        LoadRows(before, "t", Enumerable.Range(0, 150).Select(i => new[] { Value.Integer(i), Value.Integer(i) }));
        var old = DatabaseContent.Read(before);
        Fixture.Execute(location, "UPDATE t SET v = -1");
        var delta = TestDelta.Between(old, new DatabaseContent { Schema = old.Schema, Rows = new() { ["t"] = [] } });
        using var session = before.BeginApply(Short);
        var moved = session.Apply(delta).Moved;
        Assert.Equal(100, moved.Count);
        Assert.Equal([Value.Integer(0), Value.Integer(0)], moved[0].Expected!);
        Assert.Equal([Value.Integer(0), Value.Integer(-1)], moved[0].Actual!);
    }

    [Fact]
    public void A_session_without_commit_leaves_nothing()
    {
        using var before = Fixture.NewDatabase(PeopleSql, out _);
        using var after = Fixture.NewDatabase("CREATE TABLE other (id INTEGER PRIMARY KEY);", out _);
        var dump = DatabaseContent.Read(before).Dump();
        using (var session = before.BeginApply(Short))
        {
            Assert.True(session.Apply(TestDelta.Between(DatabaseContent.Read(before), DatabaseContent.Read(after))).IsClean);
        }

        Assert.Equal(dump, DatabaseContent.Read(before).Dump());
    }

    [Fact]
    public void Triggers_do_not_fire_in_apply_and_survive_it()
    {
        var start = PeopleSql + "CREATE TABLE audit (note VARCHAR(40));";
        using var before = Fixture.NewDatabase(start + Fixture.AuditTrigger("people"), out var location);
        using var after = Fixture.NewDatabase(start + "ALTER TABLE people ADD COLUMN age INTEGER;"
            + "DELETE FROM people WHERE id = 1;" + Fixture.AuditTrigger("people"), out _);
        ApplyDifference(before, after);
        Assert.Empty(DatabaseContent.Read(before).Rows["audit"]);
        Fixture.Execute(location, "DELETE FROM people WHERE id = 2");
        Assert.Single(DatabaseContent.Read(before).Rows["audit"]);
    }

    [Fact]
    public void Foreign_keys_do_not_cascade_in_apply_and_orphans_are_named()
    {
        var start = PeopleSql +
            """
            CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER, FOREIGN KEY (owner) REFERENCES people (id) ON DELETE CASCADE);
            INSERT INTO pets VALUES (7, 2), (8, 1), (9, NULL);
            """;
        using var database = Fixture.NewDatabase(start, out _);
        var content = DatabaseContent.Read(database);
        var people = content.Schema.FindTable("people")!;
        var delta = new DatabaseDelta([new TableDelta(people, people, [new RowChange(content.Rows["people"][1], null)])], [], []);
        using (var session = database.BeginApply(Short))
        {
            Assert.True(session.Apply(delta).IsClean);
            var violation = Assert.Single(session.CheckConstraints(delta));
            Assert.Equal(("pets", "7"), (violation.Table, violation.Key));
            Assert.Contains("people", violation.Message);
        }

        Assert.Equal(content.Dump(), DatabaseContent.Read(database).Dump());
    }

    [Fact]
    public void Broken_constraints_are_returned_with_table_and_key()
    {
        using var database = Fixture.NewDatabase(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER NOT NULL, u INTEGER UNIQUE, CHECK (v > 0)); INSERT INTO t VALUES (1, 1, 1);", out _);
        var table = DatabaseContent.Read(database).Schema.FindTable("t")!;
        Value[][] rows =
        [
            [Value.Integer(2), Value.Null, Value.Null],
            [Value.Integer(3), Value.Integer(-1), Value.Null],
            [Value.Integer(4), Value.Integer(1), Value.Integer(1)],
        ];
        foreach (var row in rows)
        {
            var delta = new DatabaseDelta([new TableDelta(table, table, [new RowChange(null, row)])], [], []);
            using var session = database.BeginApply(Short);
            var violation = Assert.Single(session.Apply(delta).Violations);
            Assert.Equal(("t", row[0].ToString()), (violation.Table, violation.Key));
        }

        Assert.Single(DatabaseContent.Read(database).Rows["t"]);
    }

    private static (string Before, string After)[] ParseRenames(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('>')).Select(p => (p[0], p[1])).ToArray();
}
