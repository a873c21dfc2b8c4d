using DbVc.Databases;
using Npgsql;
using Xunit;

namespace DbVc.Tests;

/// <summary>Which rows a snapshot finds touched since a mark: never fewer than were.</summary>
public sealed class PostgresChangesTests
{
    private const string Start =
        """
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TABLE t (id integer PRIMARY KEY, v text);
        INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 100) i;
        CREATE TABLE quiet (id integer PRIMARY KEY, feeling mood, feelings mood[]); INSERT INTO quiet VALUES (1, 'ok', '{ok}');
        CREATE TABLE parts (day date, nr integer, PRIMARY KEY (day, nr)) PARTITION BY RANGE (day);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE TABLE parts_2 (day date NOT NULL, nr integer NOT NULL, PRIMARY KEY (day, nr));
        INSERT INTO parts SELECT '2024-05-01', i FROM generate_series(1, 50) i; INSERT INTO parts_2 VALUES ('2025-05-01', 1);
        CREATE TABLE named (id integer PRIMARY KEY, c regclass); INSERT INTO named VALUES (1, 't');
        CREATE TABLE keyless (v integer); INSERT INTO keyless VALUES (1);
        """;

    private const string Attach = "ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')";

    public static TheoryData<int, string, string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string, string, string, string>();
            foreach (var version in new[] { 15, 18 })
            {
                cases.Add(version, "insert", "INSERT INTO t VALUES (101, 'x')", "t", "101 of 101");
                cases.Add(version, "update", "UPDATE t SET v = 'x' WHERE id IN (3, 5)", "t", "3,5 of 100");
                cases.Add(version, "delete", "DELETE FROM t WHERE id = 3", "t", " of 99");
                cases.Add(version, "changed key", "UPDATE t SET id = 200 WHERE id = 3", "t", "200 of 100");
                cases.Add(version, "undone", "BEGIN; UPDATE t SET v = 'x'; ROLLBACK", "t", " of 100");
                cases.Add(version, "frozen since", "UPDATE t SET v = 'x' WHERE id = 7; VACUUM FREEZE t", "t", "7 of 100");
                cases.Add(version, "in a subtransaction", "BEGIN; SAVEPOINT a; UPDATE t SET v = 'x' WHERE id = 8; RELEASE a; COMMIT", "t", "8 of 100");
                cases.Add(version, "most rows", "UPDATE t SET v = 'x' WHERE id <= 60", "t", "unknown");
                cases.Add(version, "another table", "INSERT INTO t VALUES (101, 'x')", "quiet", " of 1");
                cases.Add(version, "emptied", "TRUNCATE t", "t", "unknown");
                cases.Add(version, "written anew", "VACUUM FULL t", "t", "unknown");
                cases.Add(version, "a column that comes again", "ALTER TABLE t DROP COLUMN v; ALTER TABLE t ADD COLUMN v text DEFAULT 'same'", "t", "unknown");
                cases.Add(version, "a table that comes again", "DROP TABLE t; CREATE TABLE t (id integer PRIMARY KEY, v text)", "t", "unknown");
                cases.Add(version, "a label that is called differently", "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'", "quiet", "unknown");
                cases.Add(version, "names of tables", "INSERT INTO t VALUES (101, 'x')", "named", "unknown");
                cases.Add(version, "no key", "INSERT INTO t VALUES (101, 'x')", "keyless", "unknown");
                cases.Add(version, "a row of a partition", "INSERT INTO parts_1 VALUES ('2024-06-01', 7)", "parts", "2024-06-01/7 of 51");
                cases.Add(version, "an attached partition", Attach, "parts", "unknown");
            }

            return cases;
        }
    }

    public static TheoryData<int> Versions => [15, 18];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Touched_rows_are_found(int version, string name, string change, string table, string expected)
    {
        Assert.NotEmpty(name);
        var address = NewSettledDatabase(version);
        var mark = ReadMark(address);
        foreach (var statement in change.StartsWith("BEGIN", StringComparison.Ordinal) ? [change] : change.Split("; "))
        {
            PostgresTestServer.Execute(address, statement);
        }

        Assert.Equal(expected, Describe(address, mark, table));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_transaction_that_began_before_the_mark_is_found_when_it_ends_after_it(int version)
    {
        var address = NewSettledDatabase(version);
        using var writer = new NpgsqlConnection(address.Settings.ConnectionString + ";Pooling=false");
        writer.Open();
        PostgresTestServer.Execute(writer, "BEGIN; UPDATE t SET v = 'before' WHERE id = 1; SAVEPOINT s; UPDATE t SET v = 'sub' WHERE id = 2; RELEASE s");
        var mark = ReadMark(address);
        PostgresTestServer.Execute(address, "INSERT INTO t VALUES (101, 'between')");
        Assert.Equal("101 of 101", Describe(address, mark, "t"));
        PostgresTestServer.Execute(writer, "UPDATE t SET v = 'after' WHERE id = 3; COMMIT");
        Assert.Equal("1,2,3,101 of 101", Describe(address, mark, "t"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Keys_of_what_is_left_come_whole(int version)
    {
        var address = NewSettledDatabase(version);
        var mark = ReadMark(address);
        PostgresTestServer.Execute(address, "DELETE FROM t WHERE id <> 5 AND id <> 50");
        using var snapshot = PostgresReadSnapshot.Open(address, TimeSpan.FromSeconds(5));
        using var changes = snapshot.ChangesSince(mark)!;
        var rows = Assert.IsType<TableChanges.Rows>(changes.Find(snapshot.ReadSchema().FindTable("t")!));
        Assert.Empty(rows.Touched);
        using var keys = rows.Missing!.ReadKeys(rows.Missing.Spans.Single());
        var left = new List<long>();
        while (keys.Read()) left.Add(keys.IntegerAt(0));
        Assert.Equal([5, 50], left);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Marks_of_other_databases_and_damaged_ones_say_nothing(int version)
    {
        var (address, other) = (PostgresTestServer.NewDatabase(version), PostgresTestServer.NewDatabase(version));
        var mark = ReadMark(address);
        using var snapshot = PostgresReadSnapshot.Open(address, TimeSpan.FromSeconds(5));
        Assert.NotNull(snapshot.ChangesSince(mark));
        var parts = mark.Split(' ');
        var seen = parts[2].Split(':');
        var later = ulong.Parse(seen[1], System.Globalization.CultureInfo.InvariantCulture) + 1_000_000;
        var ahead = $"{parts[0]} {parts[1]} {seen[0]}:{later}:{seen[2]} {parts[3]}";
        foreach (var wrong in new[]
        {
            "", "pg2", mark + " 1", mark.Replace("pg2", "pg0", StringComparison.Ordinal), ReadMark(other), ahead, "pg2 x 1 -1", $"{parts[0]} {parts[1]} 5:4: -",
            $"{parts[0]} {parts[1]} 1:{seen[1]}:x -", $"{parts[0]} {parts[1]} {parts[2]} a/b", $"{parts[0]} {parts[1]} {parts[2]} a/b/-1",
        })
        {
            Assert.Null(snapshot.ChangesSince(wrong));
        }
    }

    [Theory]
    [InlineData(15, 1)]
    [InlineData(18, 2)]
    public void No_change_is_ever_missed(int version, int seed)
    {
        var random = new Random(seed);
        var address = PostgresTestServer.NewDatabase(version);
        PostgresTestServer.Execute(address, "CREATE TABLE t (id integer PRIMARY KEY, v integer); INSERT INTO t SELECT i, 0 FROM generate_series(1, 400) i");
        for (var round = 0; round < 12; round++)
        {
            var (mark, before) = ReadAll(address);
            for (var i = random.Next(4); i >= 0; i--) PostgresTestServer.Execute(address, RandomTransaction(random));
            var after = ReadAll(address).Rows;
            using var snapshot = PostgresReadSnapshot.Open(address, TimeSpan.FromSeconds(5));
            using var changes = snapshot.ChangesSince(mark)!;
            if (changes.Find(snapshot.ReadSchema().FindTable("t")!) is not TableChanges.Rows rows) continue;
            var touched = rows.Touched.Select(r => r.Key[0].AsInteger).ToHashSet();
            Assert.Equal(after.Count, rows.Missing!.Total);
            Assert.All(after.Where(r => !before.TryGetValue(r.Key, out var old) || old != r.Value), r => Assert.Contains(r.Key, touched));
        }
    }

    private static string RandomTransaction(Random random)
    {
        var statements = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(4) switch
        {
            0 => $"INSERT INTO t VALUES ({random.Next(100_000) + 1000}, 1) ON CONFLICT DO NOTHING",
            1 => $"UPDATE t SET v = v + 1 WHERE id % 37 = {random.Next(37)}",
            2 => $"DELETE FROM t WHERE id % 97 = {random.Next(97)}",
            _ => $"SAVEPOINT s; UPDATE t SET v = v + 5 WHERE id % 50 = {random.Next(50)}; {(random.Next(2) == 0 ? "ROLLBACK TO s" : "RELEASE s")}",
        });
        return $"BEGIN; {string.Join("; ", statements)}; {(random.Next(5) == 0 ? "ROLLBACK" : "COMMIT")}";
    }

    private static (string Mark, Dictionary<long, long> Rows) ReadAll(PostgresAddress address)
    {
        using var snapshot = PostgresReadSnapshot.Open(address, TimeSpan.FromSeconds(5));
        return (snapshot.Mark!, DatabaseContent.Read(snapshot).Rows["t"].ToDictionary(r => r[0].AsInteger, r => r[1].AsInteger));
    }

    /// <summary>A database whose rows are older than every open transaction: other tests use the server, too, and a mark goes no further than they.</summary>
    private static PostgresAddress NewSettledDatabase(int version)
    {
        var address = PostgresTestServer.NewDatabase(version);
        PostgresTestServer.Execute(address, Start);
        PostgresTestServer.Settle(address);
        return address;
    }

    private static string ReadMark(PostgresAddress address)
    {
        using var snapshot = PostgresReadSnapshot.Open(address, TimeSpan.FromSeconds(5));
        return snapshot.Mark!;
    }

    private static string Describe(PostgresAddress address, string mark, string table)
    {
        using var snapshot = PostgresReadSnapshot.Open(address, TimeSpan.FromSeconds(5));
        var schema = snapshot.ReadSchema().FindTable(table)!;
        using var changes = snapshot.ChangesSince(mark)!;
        if (changes.Find(schema) is not TableChanges.Rows rows) return "unknown";
        var keys = rows.Touched.Select(r => string.Join('/', r.Key)).Order(StringComparer.Ordinal).OrderBy(k => k.Length);
        return $"{string.Join(',', keys)} of {rows.Missing!.Total}";
    }
}
