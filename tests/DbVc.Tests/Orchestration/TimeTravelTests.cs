using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

public sealed class TimeTravelTests(TimeTravelTests.BigPast big) : IClassFixture<TimeTravelTests.BigPast>
{
    private const string Big = """
        CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, city TEXT, photo BLOB);
        CREATE TABLE lines (doc TEXT, line INTEGER, note TEXT, PRIMARY KEY (doc, line)) WITHOUT ROWID;
        CREATE TABLE visits (person INTEGER, place TEXT);
        CREATE VIEW bonners AS SELECT id, name FROM people WHERE city = 'Bonn';
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO people SELECT i, 'name ' || i, CASE WHEN i % 2 THEN 'Bonn' ELSE 'Kiel' END, CASE WHEN i % 1000 = 0 THEN randomblob(5000) END FROM n;
        INSERT INTO lines SELECT 'doc ' || (id / 100), id % 100, 'note ' || id FROM people;
        INSERT INTO visits SELECT id % 500, 'place ' || (id % 3) FROM people;
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Any_query_gives_what_a_restored_database_gives(int seed)
    {
        var random = new RandomQueries(new Random(seed));
        using var past = new PastDatabase(random.Database(25));
        var failures = 0;
        for (var i = 0; i < 600; i++)
        {
            var (sql, ordered) = random.Next();
            var (expected, actual) = (Ask(past.AskRestored, sql, ordered), Ask(past.AskPast, sql, ordered));
            Assert.True(expected.SequenceEqual(actual),
                $"seed {seed}, query {i}: {sql}\nrestored:\n{string.Join('\n', expected)}\npast:\n{string.Join('\n', actual)}");
            failures += expected[0].StartsWith("query.", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.InRange(failures, 0, 60);
    }

    [Theory]
    [InlineData("SELECT name FROM people WHERE id = 17000", 8, "name 17000")]
    [InlineData("SELECT name FROM people WHERE rowid = '17000'", 8, "name 17000")]
    [InlineData("SELECT name FROM people WHERE id = 17000.5", 8, null)]
    [InlineData("SELECT count(*) FROM people", 3, "20000")]
    [InlineData("SELECT count(*) FROM visits", 3, "20000")]
    [InlineData("SELECT max(id) FROM people", 8, "20000")]
    [InlineData("SELECT min(id) FROM people", 8, "1")]
    [InlineData("SELECT id FROM people ORDER BY id DESC LIMIT 1 OFFSET 5", 8, "19995")]
    [InlineData("SELECT sum(id) FROM people WHERE id IN (3, 9000, 19999, 3)", 14, "29002")]
    [InlineData("SELECT count(name) FROM people WHERE id BETWEEN 9000 AND 9009", 9, "10")]
    [InlineData("SELECT note FROM lines WHERE doc = 'doc 150' AND line = 7", 8, "note 15007")]
    [InlineData("SELECT count(note) FROM lines WHERE doc = 'doc 150'", 9, "100")]
    [InlineData("SELECT count(note) FROM lines WHERE doc = 'doc 150' AND line > 89", 9, "10")]
    [InlineData("SELECT count(note) FROM lines WHERE doc IN ('doc 150', 'doc 7')", 14, "200")]
    [InlineData("SELECT min(doc) FROM lines WHERE doc > 'doc 77'", 8, "doc 78")]
    [InlineData("SELECT p.name FROM lines AS l JOIN people AS p ON p.id = l.line WHERE l.doc = 'doc 3' AND l.line = 4", 14, "name 4")]
    [InlineData("SELECT name FROM bonners WHERE id = 15001", 13, "name 15001")]
    public void Only_what_a_query_touches_is_read(string sql, int mostChunks, string? expected)
    {
        var past = big.Past;
        past.Chunks.Reads = 0;
        using var result = past.OpenPast(sql);
        Assert.Equal(expected, result.Rows.FirstOrDefault()?[0].ToString());
        Assert.InRange(past.Chunks.Reads, 1, mostChunks);
    }

    [Fact]
    public void Large_values_are_read_only_when_asked_for()
    {
        var past = big.Past;
        past.AskPast("SELECT max(name) FROM people");
        past.Chunks.Reads = 0;
        past.AskPast("SELECT max(name) FROM people");
        var withoutPhotos = past.Chunks.Reads;
        past.Chunks.Reads = 0;
        Assert.Equal("100000", past.AskPast("SELECT sum(length(photo)) FROM people")[1]);
        Assert.True(past.Chunks.Reads >= withoutPhotos + 20);
    }

    [Fact]
    public void Joins_outside_the_key_do_not_read_the_table_again_for_every_row()
    {
        var past = big.Past;
        const string Sql = "SELECT count(*), count(v.place) FROM people AS p "
            + "LEFT JOIN visits AS v ON v.person = p.id AND v.place = 'place 1' WHERE p.id <= 400";
        past.Chunks.Reads = 0;
        Assert.Equal(past.AskRestored(Sql), past.AskPast(Sql));
        // Two scans of visits, one to answer the first row and one for the index; then a few chunks for each of the rows found.
        Assert.InRange(past.Chunks.Reads, 1, 20_000);
    }

    [Fact]
    public void Identical_rows_are_counted_numbered_and_found()
    {
        using var past = new PastDatabase("""
            CREATE TABLE t (a, b TEXT); CREATE TABLE n (k TEXT PRIMARY KEY, v); CREATE TABLE u (k INTEGER);
            INSERT INTO t VALUES (1, 'x'), (1, 'x'), (1, 'x'), (2, 'y'), (NULL, NULL), (NULL, NULL), (3, 'z'), (3, 'z');
            INSERT INTO n VALUES (NULL, 1), (NULL, 1), (NULL, 2), ('k', 3), ('', 4); INSERT INTO u VALUES (1), (2), (3), (4), (1);
            """);
        foreach (var sql in new[]
        {
            "SELECT count(*) FROM t", "SELECT rowid, * FROM t ORDER BY rowid", "SELECT rowid, * FROM n ORDER BY rowid", "SELECT max(rowid) FROM t",
            "SELECT u.k, t.b, t.rowid FROM u LEFT JOIN t ON t.a = u.k ORDER BY 1, 2, 3", "SELECT count(DISTINCT rowid) FROM t WHERE a = 3 OR b = 'x'",
            "SELECT n.rowid FROM n WHERE k = 'k'", "SELECT n.v FROM n WHERE k IS NULL ORDER BY 1",
        })
        {
            Assert.Equal(past.AskRestored(sql), past.AskPast(sql));
        }
    }

    [Fact]
    public void The_catalogue_is_the_one_of_then()
    {
        using var past = new PastDatabase(Big.Replace("20000", "200", StringComparison.Ordinal) + "CREATE INDEX by_city ON people (city);");
        const string Sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_autoindex%' ORDER BY name";
        Assert.Equal(past.AskRestored(Sql), past.AskPast(Sql));
        Assert.Equal("5 | 100", past.AskPast("SELECT (SELECT count(*) FROM sqlite_master), (SELECT count(*) FROM bonners)")[1]);
    }

    [Fact]
    public void What_does_not_only_read_is_refused()
    {
        using var past = new PastDatabase("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, email TEXT); INSERT INTO people VALUES (1, 'a', 'b');");
        using var fixture = new SqliteFixture();
        foreach (var sql in fixture.ForbiddenQueries.Concat(["DELETE FROM people", "SELECT 1; SELECT 2", "DROP TABLE people", "CREATE VIEW v AS SELECT 1"]))
        {
            var failure = Assert.Throws<DbVcException>(() => past.AskPast(sql));
            Assert.True(failure.Kind is FailureKind.Refused or FailureKind.Usage, $"{sql}: {failure}");
        }

        Assert.Equal(["query.failed", "query.failed", "query.failed"], new[] { "SELECT * FROM missing", "SELECT missing FROM people", "" }
            .Select(sql => Assert.Throws<DbVcException>(() => past.AskPast(sql)).Code));
        Assert.Contains("no such table: missing", Assert.Throws<DbVcException>(() => past.AskPast("SELECT * FROM missing")).Message, StringComparison.Ordinal);
        Assert.Equal("1", past.AskPast("SELECT count(*) FROM people")[1]);
    }

    [Theory]
    [InlineData("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")]
    [InlineData("SELECT count(*) FROM people a, people b, people c WHERE a.name < b.name AND b.name < c.name")]
    public void A_query_that_never_ends_is_stopped(string sql)
    {
        var past = big.Past;
        using var result = past.OpenPast(sql, new QueryLimits(long.MaxValue, TimeSpan.FromMilliseconds(100)));
        Assert.Equal("query.limit", Assert.Throws<DbVcException>(() => result.Rows.Count()).Code);
    }

    [Fact]
    public void A_lost_chunk_is_named_and_the_process_lives_on()
    {
        using var past = new PastDatabase(Big.Replace("20000", "2000", StringComparison.Ordinal));
        var rows = new DbVc.VersionControl.SnapshotReader(past.Chunks, past.Snapshot).FindTable("people")!.Rows;
        past.Chunks.Lose(rows.Hash);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("store.chunk-missing", Assert.Throws<DbVcException>(() => past.AskPast("SELECT max(name) FROM people")).Code);
            Assert.Equal("store.chunk-missing", Assert.Throws<DbVcException>(() => past.AskPast("SELECT name FROM people WHERE id = 5")).Code);
            Assert.Equal("2000", past.AskPast("SELECT count(*) FROM lines")[1]);
        }
    }

    [Fact]
    public async Task Many_queries_at_once_under_garbage_collection_give_right_answers()
    {
        var past = big.Past;
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(
            () =>
            {
                // A breath between two: without it the process does nothing else, and every other test waits.
                while (!stop.IsCancellationRequested)
                {
                    GC.Collect();
                    Thread.Sleep(5);
                }
            }, CancellationToken.None);
        var workers = Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 30; i++)
            {
                var id = (worker * 997 + i * 61) % 20_000 + 1;
                var name = System.Text.Encoding.UTF8.GetBytes("name " + id);
                Assert.Equal("Text " + Convert.ToHexStringLower(name), past.AskPast($"SELECT name FROM people WHERE id = {id}")[1]);
                Assert.Equal("200", past.AskPast("SELECT count(note) FROM lines WHERE doc IN ('doc 150', 'doc 7') AND note LIKE 'note%'")[1]);
            }
        }));
        try
        {
            await Task.WhenAll(workers);
        }
        finally
        {
            await stop.CancelAsync();
            await collector;
        }
    }

    /// <summary>Made once; every test only reads it.</summary>
    public sealed class BigPast : IDisposable
    {
        internal PastDatabase Past { get; } = new(Big);

        public void Dispose() => Past.Dispose();
    }

    /// <summary>An error is an answer too.</summary>
    private static List<string> Ask(Func<string, List<string>> ask, string sql, bool ordered)
    {
        try
        {
            var rows = ask(sql);
            return ordered ? rows : [rows[0], .. rows.Skip(1).Order(StringComparer.Ordinal)];
        }
        catch (DbVcException failure)
        {
            return [failure.Code + ": " + failure.Message];
        }
    }
}
