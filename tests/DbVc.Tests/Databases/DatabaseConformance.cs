using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>What every engine must do. SQL in here is the part that all engines share; the rest comes from the fixture.</summary>
public abstract partial class DatabaseConformance : IDisposable
{
    protected static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    protected static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private const string PeopleSql =
        """
        CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, email VARCHAR(80) UNIQUE);
        INSERT INTO people VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bob', 'bob@example.org'), (3, 'Cy', NULL);
        """;

    protected DatabaseConformance(DatabaseFixture fixture) => Fixture = fixture;

    protected DatabaseFixture Fixture { get; }

    public void Dispose()
    {
        Fixture.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Schema_comes_back_with_columns_keys_uniques_and_foreign_keys()
    {
        using var database = Fixture.NewDatabase(PeopleSql +
            """
            CREATE TABLE visits (
              person INTEGER NOT NULL, nr INTEGER NOT NULL, place VARCHAR(20) DEFAULT 'here', note VARCHAR(20),
              PRIMARY KEY (nr, person), UNIQUE (place, note),
              FOREIGN KEY (person) REFERENCES people (id) ON DELETE CASCADE);
            """, out _);
        var schema = DatabaseContent.Read(database).Schema;
        Assert.Equal(["people", "visits"], schema.Tables.Select(t => t.Name));
        var visits = schema.FindTable("visits")!;
        Assert.Equal(["person", "nr", "place", "note"], visits.Columns.Select(c => c.Name));
        Assert.Equal([false, false, true, true], visits.Columns.Select(c => c.Nullable));
        Assert.Equal(["nr", "person"], visits.PrimaryKey);
        Assert.Equal(["place", "note"], Assert.Single(visits.Uniques));
        Assert.NotNull(visits.FindColumn("place")!.DefaultSql);
        var key = Assert.Single(visits.ForeignKeys);
        Assert.Equal(["person"], key.Columns);
        Assert.Equal("people", key.ReferencedTable);
        Assert.Equal(["id"], key.ReferencedColumns);
        Assert.Equal("CASCADE", key.OnDelete);
        Assert.Equal("NO ACTION", key.OnUpdate);
        Assert.All(schema.Tables.SelectMany(t => t.Columns), c => Assert.Equal(0, c.Id));
    }

    [Theory]
    [InlineData("select")]
    [InlineData("with space")]
    [InlineData("quote\"back`bracket]apos'")]
    [InlineData("Überstraße 表 😀")]
    [InlineData("semi;colon--")]
    public void Nasty_names_work_everywhere(string name)
    {
        name = Fixture.OddName(name);
        var quoted = Fixture.Quote(name);
        using var before = Fixture.NewDatabase($"CREATE TABLE {quoted} ({quoted} INTEGER PRIMARY KEY, {Fixture.Quote(name + "2")} VARCHAR(20));", out _);
        using var after = Fixture.NewDatabase(
            $"""
            CREATE TABLE {quoted} ({quoted} INTEGER PRIMARY KEY, {Fixture.Quote(name + "2")} VARCHAR(20));
            INSERT INTO {quoted} VALUES (1, 'x'), (2, NULL);
            CREATE INDEX {Fixture.Quote(name + "3")} ON {quoted} ({Fixture.Quote(name + "2")});
            """, out _);
        ApplyDifference(before, after);
        using var load = before.BeginLoad(DatabaseContent.Read(before).Schema.FindTable(Fixture.TableName(name))!, Short);
        load.SetInteger(0, 3);
        load.SetText(1, "y"u8);
        load.Insert();
        Assert.Empty(load.Flush());
        load.Commit();
        using var query = before.Query($"SELECT {quoted} FROM {quoted} ORDER BY 1", QueryLimits.Default);
        Assert.Equal([1, 2, 3], query.Rows.Select(r => r[0].AsInteger));
    }

    [Fact]
    public void Objects_come_back_with_their_tables()
    {
        using var database = Fixture.NewDatabase(PeopleSql + "CREATE TABLE audit (note VARCHAR(40));"
            + "CREATE INDEX by_name ON people (name); CREATE VIEW names AS SELECT name FROM people;" + Fixture.AuditTrigger("people"), out _);
        var objects = DatabaseContent.Read(database).Schema.Objects;
        Assert.Contains(objects, o => o is { Kind: SchemaObjectKind.Index, Table: "people" } && o.Name == Fixture.IndexName("people", "by_name"));
        Assert.Contains(objects, o => o is { Kind: SchemaObjectKind.View, Name: "names", Table: null });
        Assert.Contains(objects, o => o is { Kind: SchemaObjectKind.Trigger, Table: "people" });
        Assert.Equal(objects.Select(o => o.Name).Order(StringComparer.Ordinal), objects.Select(o => o.Name));
    }

    [Fact]
    public void Tables_of_db_vc_are_left_out()
    {
        using var database = Fixture.NewDatabase(PeopleSql + "CREATE TABLE _rejected_people (id INTEGER); CREATE TABLE _dbvc_other (id INTEGER);", out _);
        using (var session = database.BeginApply(Short))
        {
            session.SetState(new LiveState("r", "d", "c", "o"));
            session.Commit();
        }

        Assert.Equal(["people"], DatabaseContent.Read(database).Schema.Tables.Select(t => t.Name));
    }

    [Fact]
    public void Rows_come_in_key_order()
    {
        using var database = Fixture.NewDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (3), (1), (-2);", out _);
        Assert.Equal([-2, 1, 3], DatabaseContent.Read(database).Rows["t"].Select(r => r[0].AsInteger));
    }

    [Fact]
    public void Values_survive_the_way_out_and_in()
    {
        using var database = Fixture.NewDatabase(
            $"CREATE TABLE t (id INTEGER PRIMARY KEY, i BIGINT, r DOUBLE PRECISION, s VARCHAR(200), b {Fixture.BlobType});", out _);
        var big = new byte[1_000_000];
        new Random(1).NextBytes(big);
        Value[][] rows =
        [
            [Value.Integer(1), Value.Integer(long.MaxValue), Value.Real(double.MaxValue), Value.Text(""), Value.Blob(Array.Empty<byte>())],
            [Value.Integer(2), Value.Integer(long.MinValue), Value.Real(double.Epsilon), Value.Text("ß 表 😀 'q' \\"), Value.Blob(big)],
            [Value.Integer(3), Value.Null, Value.Null, Value.Null, Value.Null],
            [Value.Integer(4), Value.Integer(0), Value.Real(0.1), Value.Text("12"), Value.Blob(new byte[] { 0, 255, 0 })],
        ];
        LoadRows(database, "t", rows);
        Assert.Equal(rows.Select(DatabaseContent.Show), DatabaseContent.Read(database).Rows["t"].Select(DatabaseContent.Show));
    }

    [Fact]
    public void A_snapshot_does_not_see_what_is_written_after_it_and_does_not_block_the_writer()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out var location);
        using var snapshot = database.BeginRead();
        Fixture.Execute(location, "DELETE FROM people WHERE id = 1; UPDATE people SET name = 'x'; CREATE TABLE later (id INTEGER);");
        var content = DatabaseContent.Read(snapshot);
        Assert.Equal(["people"], content.Schema.Tables.Select(t => t.Name));
        Assert.Equal(["Ada", "Bob", "Cy"], content.Rows["people"].Select(r => r[1].AsText));
        Assert.Equal(["x", "x"], DatabaseContent.Read(database).Rows["people"].Select(r => r[1].AsText));
    }

    [Fact]
    public void A_snapshot_does_not_see_an_open_transaction()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out var location);
        using var writer = Fixture.HoldWrite(location, "DELETE FROM people");
        Assert.Equal(3, DatabaseContent.Read(database).Rows["people"].Count);
    }

    [Fact]
    public void State_is_written_with_the_transaction_and_seen_by_snapshots_and_sessions()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out _);
        var state = new LiveState("repository", "database", new string('a', 40), "head");
        using (var session = database.BeginApply(Short))
        {
            Assert.Null(session.State);
            session.SetState(state);
        }

        using (var snapshot = database.BeginRead()) Assert.Null(snapshot.State);
        using (var session = database.BeginApply(Short))
        {
            session.SetState(state with { Commit = "b" });
            session.SetState(state);
            session.Commit();
        }

        using var later = database.BeginRead();
        using var next = database.BeginApply(Short);
        Assert.Equal(state, later.State);
        Assert.Equal(state, next.State);
    }

    /// <summary>At the beginning or at the row in question: that is the engine's business.</summary>
    [Fact]
    public void A_writer_in_the_way_is_reported_as_locked()
    {
        using var database = Fixture.NewDatabase(PeopleSql, out var location);
        var content = DatabaseContent.Read(database);
        var table = content.Schema.FindTable("people")!;
        using var writer = Fixture.HoldWrite(location, "DELETE FROM people WHERE id = 1; INSERT INTO people VALUES (9, 'x', NULL)");
        var delta = new DatabaseDelta([new TableDelta(table, table, [new RowChange(content.Rows["people"][0], null)])], [], []);
        Value[] row = [Value.Integer(9), Value.Text("y"), Value.Null];
        foreach (var write in new[] { Apply, Load })
        {
            var failure = Assert.Throws<DbVcException>(write);
            Assert.Equal((FailureKind.Locked, "database.locked"), (failure.Kind, failure.Code));
            Assert.NotNull(failure.Hint);
        }

        void Apply()
        {
            using var session = database.BeginApply(Short);
            session.Apply(delta);
        }

        void Load()
        {
            using var load = database.BeginLoad(table, Short);
            Insert(load, row);
        }
    }

    [Fact]
    public void A_missing_database_is_reported()
    {
        var failure = Assert.Throws<DbVcException>(() => Fixture.Provider.Open(Fixture.NewLocation()));
        Assert.Equal("database.missing", failure.Code);
    }

    protected static void LoadRows(IDatabase database, string table, params IEnumerable<Value[]> rows)
    {
        using var load = database.BeginLoad(DatabaseContent.Read(database).Schema.FindTable(table)!, Long);
        foreach (var row in rows) Assert.Null(Insert(load, row));
        load.Commit();
    }

    protected static string? Insert(IBulkLoad load, Value[] row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            switch (row[i].Kind)
            {
                case ValueKind.Integer: load.SetInteger(i, row[i].AsInteger); break;
                case ValueKind.Real: load.SetReal(i, row[i].AsReal); break;
                case ValueKind.Text: load.SetText(i, row[i].AsBytes.Span); break;
                case ValueKind.Blob: load.SetBlob(i, row[i].AsBytes.Span); break;
                default: load.SetNull(i); break;
            }
        }

        load.Insert();
        return load.Flush() is [var refused] ? refused.Sentence : null;
    }

    /// <summary>Applies what makes <paramref name="before"/> into <paramref name="after"/>, and checks that it did.</summary>
    protected static void ApplyDifference(IDatabase before, IDatabase after, params (string Before, string After)[] renames)
    {
        var wanted = DatabaseContent.Read(after);
        var delta = TestDelta.Between(DatabaseContent.Read(before), wanted, renames);
        using (var session = before.BeginApply(Short))
        {
            var result = session.Apply(delta);
            Assert.Empty(result.Moved);
            Assert.Empty(result.Violations);
            Assert.Empty(session.CheckConstraints(delta));
            session.Commit();
        }

        Assert.Equal(wanted.Dump(), DatabaseContent.Read(before).Dump());
    }
}
