using System.Text.Json;
using DbVc.Fetching;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class DatabaseFetchTests
{
    private const string Schema = """
        "id": "integer", "big": "integer", "price": "decimal", "t": "string", "r": "float", "b": "string", "at": "timestamp", "ok": "boolean"
        """;

    private const string Values = """
        (1, 9223372036854775807, DECIMAL, 'ä "x" \ 
        y', 0.1, BYTES, '2024-01-31 23:59:59.5', TRUE),
        (2, NULL, NULL, '', NULL, NULL, NULL, NULL),
        (3, -5, 0.10, 'NULL', 1e300, NULL, '1999-12-31 00:00:00', FALSE)
        """;

    public static TheoryData<string> Engines => ["sqlite", "mariadb", "postgres15", "postgres18"];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Every_value_comes_exactly_and_NULL_is_no_empty_text(string engine)
    {
        using var database = new SourceDatabase(engine, Table(engine));
        var spec = database.Read("\"table\": \"odd names\"", Schema);

        var bytes = File.ReadAllBytes(database.Fetch(spec).Path);
        var known = SourceInspector.Inspect(spec, () => new MemoryStream(bytes));

        const string Price = "12345678901234567.0123456789";
        Assert.Equal(
            $"1|9223372036854775807|{Price}|ä \"x\" \\ \ny|0.1|AP8=|2024-01-31 23:59:59.5|1 2|~|~||~|~|~|~ "
            + "3|-5|0.1|NULL|1E+300|~|1999-12-31 00:00:00|0",
            Normal(SourceOutcome.Read(known, bytes)));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_sample_is_one_row_more_than_are_looked_at(string engine)
    {
        using var database = new SourceDatabase(engine,
            "CREATE TABLE people (id INTEGER PRIMARY KEY); INSERT INTO people VALUES (1), (2), (3), (4), (5); CREATE VIEW few AS SELECT * FROM people;");

        Assert.Equal(3, File.ReadAllLines(database.Fetch(database.Read("\"table\": \"people\""), sample: 2).Path).Length);
        Assert.Equal(3, File.ReadAllLines(database.Fetch(database.Read("\"query\": \"SELECT id FROM people -- all;\""), sample: 2).Path).Length);
        Assert.Equal(5, File.ReadAllLines(database.Fetch(database.Read("\"table\": \"people\""), sample: 9).Path).Length);
        Assert.Equal(["few", "people"], database.ListTables().Select(t => t.Split('.')[^1]));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_query_gives_its_own_columns_and_cannot_write(string engine)
    {
        using var database = new SourceDatabase(engine,
            "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20)); INSERT INTO people VALUES (1, 'a'), (2, 'b');");

        var spec = database.Read("\"query\": \"SELECT id, name AS called FROM people WHERE id > 1;\"");
        Assert.Equal(["{\"id\":2,\"called\":\"b\"}"], File.ReadAllLines(database.Fetch(spec).Path));

        Assert.StartsWith("query.", database.Fail("\"query\": \"DELETE FROM people\""), StringComparison.Ordinal);
        Assert.StartsWith("query.", database.Fail("\"query\": \"SELECT 1 AS id; DELETE FROM people\""), StringComparison.Ordinal);
        Assert.StartsWith("query.failed", database.Fail("\"query\": \"SELECT nothing FROM people\""), StringComparison.Ordinal);
        Assert.StartsWith("query.failed", database.Fail("\"table\": \"persons\""), StringComparison.Ordinal);
        Assert.StartsWith("fetch.columns The query gives two columns 'id'.", database.Fail("\"query\": \"SELECT id, id FROM people\""),
            StringComparison.Ordinal);
        Assert.Equal(2, File.ReadAllLines(database.Fetch(database.Read("\"table\": \"people\"")).Path).Length);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Each_fetch_begins_where_the_last_one_ended_and_ties_come_once(string engine)
    {
        var time = engine == "sqlite" ? "TEXT" : engine == "mariadb" ? "DATETIME(6)" : "TIMESTAMP";
        using var database = new SourceDatabase(engine, $"""
            CREATE TABLE events (id INTEGER, seen {time});
            INSERT INTO events VALUES (1, '2024-01-01 10:00:00'), (2, '2024-01-01 11:00:00'), (3, '2024-01-01 11:00:00');
            """);
        var spec = database.Read("\"query\": \"SELECT id, seen FROM events -- all of them\", \"incremental\": \"seen\"");
        Assert.Equal(["1", "2", "3"], Ids(database, spec, null, out var first));

        // Again: nothing. Then one with the time of the last ones, one of before, which is too late, and a newer one.
        Assert.Equal([], Ids(database, spec, first, out var again));
        Assert.Equal(first!.Value, again!.Value);
        database.Execute("INSERT INTO events VALUES (4, '2024-01-01 11:00:00'), (5, '2024-01-01 09:00:00'), (6, '2024-01-01 12:00:00')");
        Assert.Equal(["4", "6"], Ids(database, spec, again, out var second));
        database.Execute("INSERT INTO events VALUES (6, '2024-01-01 12:00:00')");
        Assert.Equal(["6"], Ids(database, spec, FetchedCursor.Parse(second!.ToBytes()), out var third));
        Assert.Equal([], Ids(database, spec, third, out _));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Numbers_lead_on_as_numbers_from_where_the_metadata_says(string engine)
    {
        using var database = new SourceDatabase(engine,
            "CREATE TABLE events (id INTEGER, odd_name INTEGER); INSERT INTO events VALUES (1, 5), (2, 9), (3, 10);");
        var spec = database.Read("\"table\": \"events\", \"incremental\": {\"cursor\": \"odd_name\", \"initial\": 9}");

        Assert.Equal(["2", "3"], Ids(database, spec, null, out var first));
        Assert.Equal("10", first!.Value);
        database.Execute("INSERT INTO events VALUES (4, 100), (5, 11)");
        Assert.Equal(["4", "5"], Ids(database, spec, first, out var second));
        Assert.Equal("100", second!.Value);
        database.Execute("INSERT INTO events VALUES (6, NULL)");
        Assert.Equal([], Ids(database, spec, second, out _));
    }

    [Fact]
    public void A_time_with_its_zone_comes_in_UTC()
    {
        using var database = new SourceDatabase("postgres18",
            "CREATE TABLE t (id INTEGER, at timestamptz); INSERT INTO t VALUES (1, '2024-01-31 23:59:59.5+02'), (2, '2024-06-30 00:00:00-05:30');");
        var spec = database.Read("\"table\": \"t\"", "\"id\": \"integer\", \"at\": \"timestamp\"");
        var bytes = File.ReadAllBytes(database.Fetch(spec).Path);
        var known = SourceInspector.Inspect(spec, () => new MemoryStream(bytes));
        Assert.Equal("1|2024-01-31 21:59:59.5Z 2|2024-06-30 05:30:00Z", SourceOutcome.Read(known, bytes));
    }

    [Fact]
    public void A_record_without_the_field_is_a_failure()
    {
        using var database = new SourceDatabase("sqlite", "CREATE TABLE events (id INTEGER, n INTEGER); INSERT INTO events VALUES (1, NULL);");
        Assert.Equal("fetch.cursor It has no 'n'.", database.Fail("\"table\": \"events\", \"incremental\": \"n\""));
    }

    [Fact]
    public void What_is_no_text_reaches_the_reader_as_it_is()
    {
        using var database = new SourceDatabase("sqlite",
            "CREATE TABLE t (id INTEGER, a TEXT); INSERT INTO t VALUES (1, CAST(x'61ff' AS TEXT)), (2, 'ok');");
        var spec = database.Read("\"table\": \"t\"", "\"id\": \"integer\", \"a\": \"string\"");
        var bytes = File.ReadAllBytes(database.Fetch(spec).Path);
        var known = SourceInspector.Inspect(spec, () => new MemoryStream(bytes));
        Assert.StartsWith("2|ok; 1:encoding", SourceOutcome.Read(known, bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "$.source", "'table' or 'query' is missing")]
    [InlineData("\"table\": \"a\", \"query\": \"b\"", "$.source.query", "one is enough")]
    [InlineData("\"table\": 5", "$.source.table", "must be a text")]
    [InlineData("\"table\": \"a\", \"delimiter\": \";\"", "$.source.delimiter", "for sources of type csv")]
    [InlineData("\"table\": \"a\", \"auth\": {}", "$.source.auth", "for sources of type api")]
    [InlineData("\"table\": \"a\", \"limits\": {\"pages\": 1}", "$.source.limits.pages", "not known here")]
    [InlineData("\"table\": \"a\", \"incremental\": {\"cursor\": \"x\", \"parameter\": \"y\"}", "$.source.incremental.parameter", "not known here")]
    [InlineData("\"table\": \"a\", \"incremental\": {}", "$.source.incremental", "'cursor' is missing")]
    [InlineData("\"table\": \"a\", \"incremental\": {\"cursor\": \"x\", \"initial\": true}", "$.source.incremental.initial", "must be a number or a text")]
    public void Every_problem_of_a_database_is_found(string members, string path, string text) => AssertProblem("legacy.db", members, path, text);

    [Theory]
    [InlineData("oracle://host/db")]
    [InlineData("postgres://me:hunter2@host/db")]
    [InlineData("mysql://host/db?password=hunter2")]
    [InlineData("mysql://me:hun${X}ter2@host/db")]
    public void A_location_with_a_secret_or_of_an_unknown_kind_is_refused_without_repeating_it(string location)
    {
        AssertProblem(location, "\"table\": \"a\"", "$.source.location", location.StartsWith('o') ? "must be a SQLite file" : "holds a password");
    }

    [Fact]
    public void A_load_of_what_is_new_cannot_replace()
    {
        var problem = Assert.Single(MetadataReader.Check("""
            {"source": {"type": "database", "location": "a.db", "table": "t", "incremental": "id"}, "schema": {"id": "integer"},
             "destination": {"table": "t", "disposition": "replace"} }
            """));
        Assert.Equal("$.source.incremental", problem.Path);
    }

    private static void AssertProblem(string location, string members, string path, string text)
    {
        var rest = members.Length == 0 ? "" : ", " + members;
        var problem = Assert.Single(MetadataReader.Check(
            $$"""{"source": {"type": "database", "location": "{{location}}"{{rest}}}, "schema": {"id": "integer"}, "destination": "t"}"""));
        Assert.Equal(path, problem.Path);
        Assert.Contains(text, problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);
    }

    private static string[] Ids(SourceDatabase database, PipelineSpec spec, FetchedCursor? since, out FetchedCursor? cursor)
    {
        (var path, cursor) = database.Fetch(spec, since);
        return [.. File.ReadAllLines(path).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("id").GetRawText()).Order(StringComparer.Ordinal)];
    }

    private static string Normal(string rows) => rows.Replace("\r\n", "\n", StringComparison.Ordinal).Replace(".500000", ".5", StringComparison.Ordinal)
        .Replace("00:00:00.000000", "00:00:00", StringComparison.Ordinal);

    private static string Table(string engine)
    {
        var (types, quote, bytes) = engine switch
        {
            "sqlite" => ("id INTEGER, big INTEGER, price TEXT, t TEXT, r REAL, b BLOB, at TEXT, ok INTEGER", '"', "x'00ff'"),
            "mariadb" => ("id BIGINT, big BIGINT, price DECIMAL(30,10), t TEXT, r DOUBLE, b LONGBLOB, at DATETIME(6), ok BOOLEAN", '`', "x'00ff'"),
            _ => ("id bigint, big bigint, price numeric(30,10), t text, r float8, b bytea, at timestamp, ok boolean", '"', "'\\x00ff'"),
        };
        var values = Values.Replace("DECIMAL", engine == "sqlite" ? "'12345678901234567.0123456789'" : "12345678901234567.0123456789", StringComparison.Ordinal)
            .Replace("BYTES", bytes, StringComparison.Ordinal);
        if (engine == "sqlite") values = values.Replace(" 0.10,", " '0.10',", StringComparison.Ordinal);
        if (engine == "mariadb") values = values.Replace("\\", "\\\\", StringComparison.Ordinal);
        return $"CREATE TABLE {quote}odd names{quote} ({types}); INSERT INTO {quote}odd names{quote} VALUES {values};";
    }
}
