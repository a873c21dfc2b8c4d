using System.Globalization;
using System.Text.Json;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The table that a pipeline loads into: made with its keys and indexes, and changed only as the metadata allows.</summary>
public sealed class DestinationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-destination-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(LiveEngine.SqliteWal)]
    [InlineData(LiveEngine.Postgres18)]
    [InlineData(LiveEngine.MariaDb)]
    public async Task A_table_is_made_with_its_foreign_key_its_index_and_the_digits_of_its_decimals(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine);
        await Begin(live, "CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(40));\nINSERT INTO customers VALUES (1, 'Ann'), (2, 'Bea');");
        await Describe("""
            {
              "task_id": "orders", "source": "orders.csv",
              "destination": { "table": "orders", "indexes": ["customer_id", { "fields": ["code"], "unique": true }] },
              "schema": {
                "id": { "type": "integer", "primary_key": true },
                "customer_id": { "type": "integer", "references": "customers.id" },
                "code": { "type": "string", "max_length": 10 },
                "total": "decimal(6,2)"
              },
              "test_data": { "sample_size": 10, "validation_threshold": 0.2 }
            }
            """);

        // 2 has a customer that is not there, 3 more digits than its column, 4 a code that is taken, 5 is too large.
        await Write("orders.csv", "id,customer_id,code,total", "1,1,a,10.50", "2,9,b,1", "3,1,c,1.005", "4,2,a,1", "5,2,d,10000", "6,2,e,9999.99", "7,,f,1");
        var task = await Do("agent", "create", "--metadata", "metadata.json", "--auto-merge");
        Assert.Equal((7, 3, 4), (Count(task, "read"), Count(task, "loaded"), Count(task, "rejected")));
        Assert.Equal("3", live.Scalar("SELECT count(*) FROM orders"));
        Assert.Equal("1", live.Scalar("SELECT count(*) FROM orders WHERE id = 6 AND total = 9999.99"));
        live.Execute("INSERT INTO orders (id, customer_id, code) VALUES (8, 1, 'z');");
        Assert.ThrowsAny<Exception>(() => live.Execute("INSERT INTO orders (id, customer_id, code) VALUES (9, 77, 'y');"));
        Assert.ThrowsAny<Exception>(() => live.Execute("INSERT INTO orders (id, customer_id, code) VALUES (10, 1, 'a');"));
        await Do("verify");
    }

    /// <summary>To be asked beside the rows that were loaded, and in no commit and no merge.</summary>
    [Theory]
    [InlineData(LiveEngine.SqliteWal)]
    [InlineData(LiveEngine.Postgres18)]
    [InlineData(LiveEngine.MariaDb)]
    public async Task What_was_rejected_is_a_table_of_the_branch_and_of_nothing_else(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine);
        await Begin(live, "CREATE TABLE other (id INTEGER PRIMARY KEY);\nINSERT INTO other VALUES (1);");
        await Write("people.csv", "id,name,age", "1,Ann,30", "x,Bea,-5", "3,\"D'Arcy; DROP TABLE other\",200", "4,Eve,a\0b");
        await Describe("""
            {
              "task_id": "people", "source": "people.csv", "destination": "people",
              "schema": { "id": { "type": "integer", "primary_key": true }, "name": "string", "age": "integer" },
              "validations": ["age must be between 0 and 120"],
              "test_data": { "sample_size": 10, "validation_threshold": 0.2 }
            }
            """);
        await Do("agent", "create", "--metadata", "metadata.json", "--branch", "people");
        var rows = await Do("query", "--branch", "people", "SELECT record, reason, line, field, rule, value FROM _rejected_people ORDER BY record, reason");
        Assert.Equal("2,1,3,id,type,x|2,2,3,age,range,-5|3,1,4,age,range,200|4,1,5,,nul,4,Eve,a\u2400b",
            string.Join('|', rows.GetProperty("rows").EnumerateArray().Select(r => string.Join(',', r.EnumerateArray().Select(c => c.ToString())))));
        var raw = await Do("query", "--branch", "people", "SELECT raw, run FROM _rejected_people WHERE record = 3");
        Assert.Contains("D'Arcy; DROP TABLE other", raw.GetRawText(), StringComparison.Ordinal);

        // A person works on in the branch: what is captured then is everything but that table.
        await Do("commit", "--branch", "people", "-m", "Nothing");
        var diff = await Do("diff", "main", "people");
        Assert.DoesNotContain("_rejected_people", diff.GetRawText(), StringComparison.Ordinal);
        await Do("branch", "merge", "people");
        Assert.Equal("1", live.Scalar("SELECT count(*) FROM people"));
        Assert.ThrowsAny<Exception>(() => live.Scalar("SELECT count(*) FROM _rejected_people"));
        await Do("verify");
    }

    /// <summary>Keys that each engine writes in its own way: a text, a decimal and a date together.</summary>
    [Theory]
    [InlineData(LiveEngine.SqliteWal)]
    [InlineData(LiveEngine.Postgres18)]
    [InlineData(LiveEngine.MariaDb)]
    public async Task Values_are_looked_for_in_other_tables_as_the_rule_says(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine);
        await Begin(live, "CREATE TABLE prices (code VARCHAR(10), price DECIMAL(8,2), since DATE);\n"
            + "INSERT INTO prices VALUES ('a', 1.50, '2024-01-31'), ('b', 2, '2024-02-29'), ('c', NULL, NULL);");
        await Write("lines.csv", "id,code,price,since,note", "1,a,1.5,2024-01-31,", "2,b,2.00,2024-02-29,", "3,a,2,2024-02-29,", "4,c,3,2024-02-29,",
            "5,a,,2024-01-31,", "6,z,1,2024-01-31,free");
        await DescribeLines("quarantine");
        var task = await Do("agent", "create", "--metadata", "metadata.json", "--branch", "strict");
        Assert.Equal((6, 4, 2), (Count(task, "read"), Count(task, "loaded"), Count(task, "rejected")));

        await DescribeLines("drop");
        task = await Do("agent", "create", "--metadata", "metadata.json", "--branch", "loose");
        Assert.Equal((4, 2), (Count(task, "loaded"), Count(task, "filtered")));

        await DescribeLines("warn");
        task = await Do("agent", "create", "--metadata", "metadata.json", "--branch", "all");
        Assert.Equal(6, Count(task, "loaded"));

        await DescribeLines("warn", "customers");
        var refused = await Say("agent", "create", "--metadata", "metadata.json");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("there is no table 'customers'", refused.Error, StringComparison.Ordinal);

        Task DescribeLines(string severity, string table = "prices") => Describe($$"""
            {
              "task_id": "lines", "source": "lines.csv", "destination": "lines",
              "schema": { "id": { "type": "integer", "primary_key": true }, "code": "string", "price": "decimal(8,2)", "since": "date",
                "note": "string" },
              "validations": [ { "rule": "foreign_key", "fields": ["code", "price", "since"], "references": "{{table}}(code, price, since)",
                "severity": "{{severity}}", "where": "note must be null" } ],
              "test_data": { "sample_size": 10, "validation_threshold": 0.2 }
            }
            """);
    }

    /// <summary>Rows are judged by the day on which they are loaded, whatever severity says what becomes of them.</summary>
    [Fact]
    public async Task Times_are_judged_by_the_clock_of_the_load()
    {
        using var live = LiveUnderTest.Start(LiveEngine.SqliteWal);
        await Begin(live, "CREATE TABLE other (id INTEGER PRIMARY KEY)");
        var today = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
        await Write("visits.csv", "id,on_day,kind", $"1,{Day(-1)},a", $"2,{Day(9)},a", $"3,{Day(-400)},a", "4,,a", $"5,{Day(9)},b", $"6,{Day(-40)},a");
        await Describe("""
            {
              "task_id": "visits", "source": "visits.csv", "destination": "visits",
              "schema": { "id": { "type": "integer", "primary_key": true }, "on_day": "date", "kind": "string" },
              "validations": [
                "on_day must not be in the future where kind is 'a'",
                { "rule": "max_age", "field": "on_day", "max": "365 days", "severity": "drop" },
                "on_day should be at most 30 days old"
              ],
              "test_data": { "sample_size": 10, "validation_threshold": 0.5 }
            }
            """);
        var task = await Do("agent", "create", "--metadata", "metadata.json", "--branch", "visits");
        Assert.Equal((6, 4, 1, 1), (Count(task, "read"), Count(task, "loaded"), Count(task, "rejected"), Count(task, "filtered")));
        var kept = await Do("query", "--branch", "visits", "SELECT group_concat(id, ' ') FROM visits");
        Assert.Contains("1 4 5 6", kept.GetRawText(), StringComparison.Ordinal);
        var rejected = await Do("query", "--branch", "visits", "SELECT record || ' ' || rule FROM _rejected_visits");
        Assert.Contains("2 not_future", rejected.GetRawText(), StringComparison.Ordinal);
        var report = await File.ReadAllTextAsync(Path.Combine(_folder, "branches", "visits", "results", "test_results.json"));
        var quality = JsonDocument.Parse(report).RootElement.GetProperty("gates").EnumerateArray()
            .First(g => g.GetProperty("name").GetString() == "data quality");
        var warned = quality.GetProperty("evidence").GetProperty("rules").EnumerateArray()
            .Single(r => r.GetRawText().Contains("30 days", StringComparison.Ordinal));
        Assert.Equal((3, 1), (warned.GetProperty("evaluated").GetInt32(), warned.GetProperty("failed").GetInt32()));

        string Day(int days) => today.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// A branch that is to be smaller than main has the tables that the rules ask about; a row whose key went with one that was not loaded is not lost.
    /// </summary>
    [Fact]
    public async Task What_a_rule_asks_about_is_in_the_branch_and_no_row_is_lost_for_one_that_it_keeps_out()
    {
        using var live = LiveUnderTest.Start(LiveEngine.SqliteWal);
        await Begin(live, "CREATE TABLE customers (id INTEGER PRIMARY KEY);\nINSERT INTO customers VALUES (1), (2);\n"
            + "CREATE TABLE other (id INTEGER PRIMARY KEY);\n"
            + "INSERT INTO other VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11);");
        await Write("orders.csv", "id,customer,code", "1,9,a", "1,1,b", "2,2,c", "2,2,d", "3,8,e");
        await Describe("""
            {
              "task_id": "orders", "source": "orders.csv", "destination": "orders",
              "schema": { "id": "integer", "customer": "integer", "code": "string" },
              "validations": [
                { "rule": "no_duplicates", "field": "id", "severity": "drop" },
                { "rule": "foreign_key", "field": "customer", "references": "customers", "mostly": 0.1 },
                { "rule": "foreign_key", "field": "customer", "references": "customers.id" }
              ],
              "test_data": { "sample_size": 10, "validation_threshold": 0.1 }
            }
            """);
        var task = await Do("agent", "create", "--metadata", "metadata.json", "--branch", "few", "--budget", "rows=10");
        // 1,9 and 3,8 have no customer; 1,1 only repeats a row that is not there; 2,2,d is left out.
        Assert.Equal((5, 1, 3, 1), (Count(task, "read"), Count(task, "loaded"), Count(task, "rejected"), Count(task, "filtered")));
        var rules = await Do("query", "--branch", "few", "SELECT group_concat(rule, ' ') FROM (SELECT rule FROM _rejected_orders ORDER BY record)");
        Assert.Contains("foreign_key no_duplicates foreign_key", rules.GetRawText(), StringComparison.Ordinal);
        var path = Path.Combine(_folder, "branches", "few", "results", "test_results.json");
        var report = JsonDocument.Parse(await File.ReadAllTextAsync(path)).RootElement;
        var quality = report.GetProperty("gates").EnumerateArray().First(g => g.GetProperty("name").GetString() == "data quality");
        var counted = quality.GetProperty("evidence").GetProperty("rules").EnumerateArray()
            .First(r => r.GetRawText().Contains("10 %", StringComparison.Ordinal));
        Assert.Equal((1, 0), (counted.GetProperty("evaluated").GetInt32(), counted.GetProperty("failed").GetInt32()));
    }

    [Theory]
    [InlineData(LiveEngine.SqliteWal)]
    [InlineData(LiveEngine.Postgres18)]
    [InlineData(LiveEngine.MariaDb)]
    public async Task A_field_that_the_table_has_no_column_for_is_refused_or_becomes_what_the_metadata_chose(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine);
        await Begin(live, "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(40));\nINSERT INTO people VALUES (1, 'Ann');");
        await Write("people.csv", "id,name,phone", "2,Bea,", "3,Cid,030", "4,Dan,040");

        await DescribePeople("freeze");
        var refused = await Say("agent", "create", "--metadata", "metadata.json");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("Column 'phone' (string) is missing in table 'people'.", refused.Error, StringComparison.Ordinal);

        await DescribePeople("discard_row");
        var task = await Do("agent", "create", "--metadata", "metadata.json", "--branch", "rows");
        Assert.Equal((3, 1, 2), (Count(task, "read"), Count(task, "loaded"), Count(task, "filtered")));

        await DescribePeople("discard_value");
        task = await Do("agent", "create", "--metadata", "metadata.json", "--branch", "values");
        Assert.Equal((3, 3, 0), (Count(task, "read"), Count(task, "loaded"), Count(task, "filtered")));

        // Somebody writes to main while the column is added in the branch.
        await DescribePeople("evolve");
        task = await Do("agent", "create", "--metadata", "metadata.json", "--branch", "column");
        Assert.Equal(3, Count(task, "loaded"));
        live.Execute("UPDATE people SET name = 'Anna' WHERE id = 1;");
        await Do("branch", "merge", "column");
        Assert.Equal("4", live.Scalar("SELECT count(*) FROM people"));
        Assert.Equal("030", live.Scalar("SELECT phone FROM people WHERE id = 3"));
        Assert.Equal("1", live.Scalar("SELECT count(*) FROM people WHERE id = 1 AND name = 'Anna' AND phone IS NULL"));
        await Do("rollback", "--to-commit", "HEAD~1");
        Assert.Equal("1", live.Scalar("SELECT count(*) FROM people"));
        Assert.ThrowsAny<Exception>(() => live.Execute("SELECT phone FROM people;"));
        await Do("verify");
    }

    [Theory]
    [InlineData("orders.id", "refers to a table 'orders', which is not there")]
    [InlineData("people.nick", "refers to a column 'nick', which table 'people' does not have")]
    [InlineData("people.name", "refers to (name) of table 'people', which is no key of it")]
    [InlineData("notes", "refers to the table that is loaded")]
    public async Task A_foreign_key_to_nothing_is_refused_before_anything_is_made(string references, string message)
    {
        using var live = LiveUnderTest.Start(LiveEngine.SqliteWal);
        await Begin(live, "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(40));");
        await Describe($$"""{"source": "notes.csv", "schema": { "id": "integer", "person": { "type": "integer", "references": "{{references}}" } } }""");
        await Write("notes.csv", "id,person", "1,1");
        var refused = await Say("agent", "create", "--metadata", "metadata.json");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(message, refused.Error, StringComparison.Ordinal);
        Assert.Single((await Do("branch", "list")).GetProperty("branches").EnumerateArray());
    }

    [Theory]
    [InlineData(LiveEngine.Postgres18)]
    [InlineData(LiveEngine.MariaDb)]
    public async Task A_decimal_that_the_database_would_round_is_refused_until_the_metadata_says_its_digits(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine);
        await Begin(live, "CREATE TABLE prices (id INTEGER PRIMARY KEY, price DECIMAL(6,2));");
        await Write("prices.csv", "id,price", "1,1.005", "2,1.25");
        const string Metadata = """{"source": "prices.csv", "schema": {"id": "integer", "price": "TYPE"}, "test_data": {"validation_threshold": 0.2}}""";
        await Describe(Metadata.Replace("TYPE", "decimal", StringComparison.Ordinal));
        var refused = await Say("agent", "create", "--metadata", "metadata.json");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("would round; declare decimal(6,2) or fewer digits.", refused.Error, StringComparison.Ordinal);
        await Describe(Metadata.Replace("TYPE", "decimal(6,2)", StringComparison.Ordinal));
        var task = await Do("agent", "create", "--metadata", "metadata.json", "--auto-merge");
        Assert.Equal((1, 1), (Count(task, "loaded"), Count(task, "rejected")));
        Assert.Equal("1.25", live.Scalar("SELECT price FROM prices"));
    }

    private static long Count(JsonElement task, string name) => task.GetProperty("rows").GetProperty(name).GetInt64();

    private async Task Begin(LiveUnderTest live, string sql)
    {
        live.Execute(sql);
        string[] branches = live.Server is null ? [] : ["--branches", "production"];
        await Do(["init", "--database", live.Address, .. branches]);
    }

    private Task DescribePeople(string evolution) => Describe($$"""
        {
          "task_id": "people", "source": "people.csv", "destination": { "table": "people", "evolution": "{{evolution}}" },
          "schema": { "id": { "type": "integer", "primary_key": true }, "name": "string", "phone": { "type": "string", "max_length": 20 } },
          "test_data": { "sample_size": 10, "validation_threshold": 0.2 }
        }
        """);

    private Task Describe(string metadata) => File.WriteAllTextAsync(Path.Combine(_folder, "metadata.json"), metadata);

    private Task Write(string name, params string[] lines) => File.WriteAllTextAsync(Path.Combine(_folder, name), string.Join('\n', lines) + "\n");

    private async Task<JsonElement> Do(params string[] arguments)
    {
        var ended = await Say([.. arguments, "--json"]);
        Assert.True(ended.ExitCode == 0, $"db-vc {string.Join(' ', arguments)}: {ended.ExitCode}\n{ended.Output}\n{ended.Error}");
        return JsonDocument.Parse(ended.Output).RootElement.Clone();
    }

    private Task<Ended> Say(params string[] arguments) => Published.RunAsync(_folder, new Dictionary<string, string>(), arguments);
}
