using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>
/// What change tracking must do on every engine. What really changed is found by reading everything before and after: an answer may be that nobody knows,
/// but where it names rows it must name all of them, and for ordinary changes it must name exactly them.
/// </summary>
public abstract class TrackingConformance : IDisposable
{
    protected static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    private const int Writers = 4;

    private static readonly string Start =
        $"""
        CREATE TABLE audit (note VARCHAR(40));
        CREATE TABLE codes (code VARCHAR(20) NOT NULL, nr INTEGER NOT NULL, n INTEGER, PRIMARY KEY (code, nr));
        CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20) UNIQUE, boss INTEGER);
        CREATE TABLE notes (id INTEGER PRIMARY KEY, person INTEGER, FOREIGN KEY (person) REFERENCES people (id) ON DELETE CASCADE);
        CREATE TABLE quiet (id INTEGER PRIMARY KEY, x INTEGER);
        INSERT INTO codes VALUES ('a', 1, 1), ('b', 2, 2), ('ß 表', -3, 3);
        INSERT INTO people VALUES (1, 'Ann', NULL), (2, 'Bob', 1), (3, 'Cid', 2), (4, 'Dan', NULL), (5, 'Eve', NULL);
        INSERT INTO notes VALUES (1, 1), (2, 2), (3, NULL);
        INSERT INTO quiet VALUES {string.Join(", ", Enumerable.Range(1, 200).Select(i => $"({i}, 0)"))};
        """;

    protected TrackingConformance(DatabaseFixture fixture) => Fixture = fixture;

    protected DatabaseFixture Fixture { get; }

    /// <summary>A change, the table it is about, and whether the answer must name exactly the rows, say that none changed, or may be any true one.</summary>
    public static TheoryData<string, string, string> CommonChanges => new()
    {
        { "INSERT INTO people VALUES (9, 'Fay', NULL)", "people", "rows" },
        { "INSERT INTO people VALUES (9, 'Fay', NULL)", "quiet", "same" },
        { "INSERT INTO people VALUES (9, 'Fay', NULL), (-7, 'Gil', NULL)", "people", "rows" },
        { "INSERT INTO people SELECT id + 100, NULL, 1 FROM quiet", "people", "rows" },
        { "UPDATE people SET name = 'Bobby' WHERE id = 2", "people", "rows" },
        { "UPDATE people SET id = 7 WHERE id = 4", "people", "rows" },
        { "UPDATE people SET id = id + 50 WHERE id > 3", "people", "rows" },
        { "DELETE FROM people WHERE id = 4", "people", "rows" },
        { "DELETE FROM people WHERE id = 4; INSERT INTO people VALUES (4, 'Another', 1)", "people", "rows" },
        { "DELETE FROM people", "people", "any" },
        { "DELETE FROM people", "notes", "any" },
        { "DELETE FROM people WHERE id = 1", "notes", "any" },
        { "DELETE FROM people WHERE id = 77", "people", "same" },
        { "UPDATE codes SET code = 'B' WHERE code = 'b'", "codes", "rows" },
        { "UPDATE codes SET n = 5 WHERE nr = -3; DELETE FROM codes WHERE nr = 2", "codes", "rows" },
        { "INSERT INTO codes VALUES ('a', 2, 3)", "codes", "rows" },
        { "INSERT INTO audit VALUES ('x')", "audit", "any" },
        { "INSERT INTO audit VALUES ('x')", "people", "same" },
        { "BEGIN; INSERT INTO people VALUES (9, 'E', NULL); ROLLBACK", "people", "same" },
        { "BEGIN; SAVEPOINT s; DELETE FROM people; ROLLBACK TO SAVEPOINT s; UPDATE people SET name = 'Z' WHERE id = 3; COMMIT", "people", "rows" },
        { "BEGIN; SAVEPOINT s; UPDATE people SET boss = 3 WHERE id = 3; RELEASE SAVEPOINT s; COMMIT", "people", "rows" },
        { "CREATE TABLE x (id INTEGER PRIMARY KEY, x INTEGER); INSERT INTO x VALUES (8, 8); DROP TABLE quiet; ALTER TABLE x RENAME TO quiet", "quiet", "any" },
        { "ALTER TABLE quiet RENAME COLUMN x TO y; UPDATE quiet SET y = 5 WHERE id = 5; ALTER TABLE quiet RENAME COLUMN y TO x", "quiet", "any" },
    };

    [Theory]
    [MemberData(nameof(CommonChanges))]
    public void A_change_is_found_and_only_it(string change, string table, string expected)
    {
        using var database = Fixture.NewDatabase(Start, out var location);
        database.StartTracking(Wait);
        Fixture.Execute(location, "UPDATE people SET boss = 4 WHERE id = 1; UPDATE codes SET n = n + 1");
        var before = Change(database, location, change);
        var answer = Find(database, before, table);
        Assert.True(expected == "any" || answer == expected, $"{answer} instead of {expected}");
    }

    [Fact]
    public void What_the_users_own_triggers_do_is_found()
    {
        using var database = Fixture.NewDatabase(Start + Fixture.AuditTrigger("people"), out var location);
        database.StartTracking(Wait);
        var before = Change(database, location, "UPDATE people SET name = 'T' WHERE id = 2");
        Assert.Equal("rows", Find(database, before, "people"));
        Assert.NotEqual("same", Find(database, before, "audit"));
    }

    [Fact]
    public void What_a_mark_saw_is_forgotten_and_what_came_later_stays()
    {
        using var database = Fixture.NewDatabase(Start, out var location);
        database.StartTracking(Wait);
        Fixture.Settle(location);
        Fixture.Execute(location, "UPDATE people SET name = 'A' WHERE id = 1");
        (string Mark, DatabaseContent Content) before;
        // It wrote before the mark, and commits after it.
        using (var late = Fixture.HoldWrite(location, "UPDATE people SET name = 'B' WHERE id = 2"))
        {
            before = Mark(database);
            late.Commit();
        }

        Assert.Equal("rows", Find(database, before, "people"));
        Forget(database, before.Mark);
        Assert.Equal(1, database.ReadTracking().Pending);
        Assert.Equal("rows", Find(database, before, "people"));
        Fixture.Execute(location, "UPDATE people SET name = 'D' WHERE id = 4");
        Assert.Equal("rows", Find(database, before, "people"));
        Assert.Equal("same", Find(database, MarkNow(database, location), "people"));
    }

    [Fact]
    public void A_mark_from_before_what_was_forgotten_misses_nothing()
    {
        using var database = Fixture.NewDatabase(Start, out var location);
        database.StartTracking(Wait);
        var old = MarkNow(database, location);
        Fixture.Execute(location, "DELETE FROM people WHERE id = 5");
        var next = MarkNow(database, location);
        Forget(database, next.Mark);
        Fixture.Execute(location, "UPDATE people SET name = 'X' WHERE id = 1");
        Find(database, old, "people", isExact: false);
        Assert.Equal("rows", Find(database, next, "people"));
    }

    [Fact]
    public void A_mark_from_before_a_table_was_tracked_misses_nothing()
    {
        using var database = Fixture.NewDatabase(Start, out var location);
        database.StartTracking(Wait, ["quiet"]);
        var before = Change(database, location, "DELETE FROM people WHERE id = 4");
        database.StartTracking(Wait);
        Fixture.Execute(location, "DELETE FROM people WHERE id = 3");
        Find(database, before, "people", isExact: false);
        database.StopTracking(Wait);
        Fixture.Execute(location, "DELETE FROM people WHERE id = 2");
        Find(database, before, "people", isExact: false);
        database.StartTracking(Wait);
        Fixture.Execute(location, "DELETE FROM people WHERE id = 1");
        Find(database, before, "people", isExact: false);
    }

    [Fact]
    public void The_log_and_its_triggers_are_in_no_schema_and_go_without_a_trace()
    {
        using var database = Fixture.NewDatabase(Start, out var location);
        var content = DatabaseContent.Read(database).Dump();
        Assert.False(database.ReadTracking().IsOn);
        Assert.Empty(Fixture.ListOwn(location));
        database.StartTracking(Wait);
        Assert.NotEmpty(Fixture.ListOwn(location));
        Assert.Equal(content, DatabaseContent.Read(database).Dump());
        Assert.Equal(["audit", "codes", "notes", "people", "quiet"], Tracked(database));
        database.StartTracking(Wait);
        database.StopTracking(Wait, ["people"]);
        Assert.Equal(["audit", "codes", "notes", "quiet"], Tracked(database));
        database.StopTracking(Wait);
        Assert.Equal(content, DatabaseContent.Read(database).Dump());
        Assert.False(database.ReadTracking().IsOn);
        Assert.Empty(Fixture.ListOwn(location));
        database.StopTracking(Wait);
    }

    [Fact]
    public void What_an_apply_session_writes_is_found()
    {
        using var database = Fixture.NewDatabase(Start + Fixture.AuditTrigger("people"), out var location);
        database.StartTracking(Wait);
        var before = MarkNow(database, location);
        var people = before.Content.Schema.FindTable("people")!;
        using (var session = database.BeginApply(Wait))
        {
            Assert.True(session.Apply(new DatabaseDelta([new TableDelta(people, people,
            [
                new RowChange([Value.Integer(4), Value.Text("Dan"), Value.Null], null),
                new RowChange([Value.Integer(3), Value.Text("Cid"), Value.Integer(2)], [Value.Integer(3), Value.Text("Cid"), Value.Null]),
                new RowChange(null, [Value.Integer(8), Value.Text("Hal"), Value.Null]),
            ])], [], [])).IsClean);
            session.Commit();
        }

        Assert.Equal("rows", Find(database, before, "people"));
        // An empty table may be unknown: nobody can say that it was not emptied.
        Assert.NotEqual("rows", Find(database, before, "audit"));
    }

    [Fact]
    public void A_table_that_an_apply_session_changed_is_tracked_on()
    {
        using var database = Fixture.NewDatabase(Start, out var location);
        var renamed = Start.Replace("CREATE TABLE quiet (id INTEGER", "CREATE TABLE quiet (number INTEGER", StringComparison.Ordinal);
        using var wanted = Fixture.NewDatabase(renamed, out _);
        database.StartTracking(Wait);
        var delta = TestDelta.Between(DatabaseContent.Read(database), DatabaseContent.Read(wanted), ("quiet.id", "quiet.number"));
        using (var session = database.BeginApply(Wait))
        {
            Assert.True(session.Apply(delta with { Tables = [.. delta.Tables.Where(t => t.After!.Name == "quiet")] }).IsClean);
            session.Commit();
        }

        Assert.Equal(["audit", "codes", "notes", "people", "quiet"], Tracked(database));
        var before = Change(database, location, "UPDATE quiet SET x = 7 WHERE number = 6; DELETE FROM quiet WHERE number = 9");
        Assert.Equal("rows", Find(database, before, "quiet"));
        Assert.Equal("same", Find(database, before, "people"));
    }

    [Fact]
    public void A_column_of_the_key_that_gets_another_name_keeps_nobody_from_writing()
    {
        using var database = Fixture.NewDatabase(Start, out var location);
        database.StartTracking(Wait);
        var before = MarkNow(database, location);
        Fixture.RenameTrackedColumn(location, "quiet", "id", "number");
        Fixture.Execute(location, "UPDATE quiet SET x = 1 WHERE number = 1");
        Find(database, before, "people");
        database.StartTracking(Wait);
        before = Change(database, location, "UPDATE quiet SET x = 2 WHERE number = 1");
        Assert.Equal("rows", Find(database, before, "quiet"));
    }

    [Fact]
    public void A_table_that_is_not_there_cannot_be_tracked()
    {
        using var database = Fixture.NewDatabase(Start, out _);
        Assert.Equal("table.missing", Assert.Throws<DbVcException>(() => database.StartTracking(Wait, ["nobody"])).Code);
        Assert.False(database.ReadTracking().IsOn);
    }

    [Fact]
    public async Task Nothing_is_missed_under_concurrent_writers()
    {
        using var database = Fixture.NewDatabase(Start, out var location);
        database.StartTracking(Wait);
        var before = MarkNow(database, location);
        using var stop = new CancellationTokenSource();
        // Threads of their own, and rounds only when each has written: on a busy machine the pool may start a task after all rounds are over.
        using var writing = new CountdownEvent(Writers);
        var writers = Enumerable.Range(0, Writers)
            .Select(n => Task.Factory.StartNew(() => Write(location, n, writing, stop.Token), TaskCreationOptions.LongRunning)).ToArray();
        while (!writing.Wait(TimeSpan.FromMilliseconds(50)) && !writers.Any(w => w.IsFaulted)) { }
        var found = 0;
        for (var round = 0; round < 12; round++)
        {
            if (Find(database, before, "quiet", isExact: false) == "rows") found++;
            var next = Mark(database);
            if (round % 2 == 0) Forget(database, next.Mark);
            before = next;
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.True(found > 0);
    }

    public void Dispose()
    {
        Fixture.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Rows of its own, so that writers hardly wait for each other; some transactions are long, some are taken back.</summary>
    private void Write(string location, int seed, CountdownEvent writing, CancellationToken stop)
    {
        var random = new Random(seed);
        for (var hasWritten = false; !stop.IsCancellationRequested;)
        {
            try
            {
                WriteOnce(location, seed, random, isSure: !hasWritten);
            }
            catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
            {
                // MariaDB locks the gaps beside rows too, and those are others' neighbours: it ends a deadlock, and who writes begins anew.
                continue;
            }

            if (!hasWritten) writing.Signal();
            hasWritten = true;
        }
    }

    private void WriteOnce(string location, int seed, Random random, bool isSure)
    {
        using var held = Fixture.HoldWrite(location, $"UPDATE quiet SET x = x + 1 WHERE id = {Own()}");
        for (var i = random.Next(4); i > 0; i--)
        {
            var id = Own();
            held.Execute(random.Next(3) switch
            {
                0 => $"DELETE FROM quiet WHERE id = {id}",
                1 => $"DELETE FROM quiet WHERE id = {id}; INSERT INTO quiet VALUES ({id}, {random.Next(1000)})",
                _ => $"UPDATE quiet SET x = {random.Next(1000)} WHERE id = {id}",
            });
        }

        if (isSure || random.Next(4) != 0) held.Commit();

        int Own() => 1 + seed + (Writers * random.Next(50));
    }

    protected static void Forget(IDatabase database, string mark)
    {
        using var session = database.BeginApply(Wait);
        session.Forget(mark);
        session.Commit();
    }

    /// <summary>A mark, and all that its snapshot holds.</summary>
    private protected static (string Mark, DatabaseContent Content) Mark(IDatabase database)
    {
        using var read = database.BeginRead();
        return (read.Mark!, DatabaseContent.Read(read));
    }

    /// <summary>The same when nothing that came before is still on its way.</summary>
    private protected (string Mark, DatabaseContent Content) MarkNow(IDatabase database, string location)
    {
        Fixture.Settle(location);
        return Mark(database);
    }

    /// <summary>Changes something, and says what there was before it.</summary>
    private (string Mark, DatabaseContent Content) Change(IDatabase database, string location, string sql)
    {
        var before = MarkNow(database, location);
        Fixture.Execute(location, sql);
        return before;
    }

    /// <summary>Whether the answer is rows, that all are the same, or that nobody knows; and that it is true.</summary>
    /// <param name="database">Now.</param>
    /// <param name="before">The mark that is asked about.</param>
    /// <param name="name">Of the table.</param>
    /// <param name="isExact">Rows that did not change are not to be named.</param>
    private protected static string Find(IDatabase database, (string Mark, DatabaseContent Content) before, string name, bool isExact = true)
    {
        using var read = database.BeginRead();
        using var changes = read.ChangesSince(before.Mark);
        var now = DatabaseContent.Read(read);
        var table = now.Schema.FindTable(name)!;
        var answer = changes?.Find(table) ?? TableChanges.Unknown;
        if (answer == TableChanges.Unknown) return "unknown";
        var changed = Changed(table, before.Content.Rows[name], now.Rows[name]);
        if (answer is not TableChanges.Rows rows)
        {
            Assert.Empty(changed.Select(DatabaseContent.Show));
            return "same";
        }

        var (isKeyed, touched) = (Keyed(table, now.Rows[name]), rows.Touched.ToList());
        Assert.All(touched, t => Assert.Equal(isKeyed.GetValueOrDefault(t.Key) is { } row ? DatabaseContent.Show(row) : "gone",
            t.Row is null ? "gone" : DatabaseContent.Show(t.Row)));
        var named = touched.Select(t => t.Key).ToHashSet(RowComparer.Instance);
        // Where rows that went are to be counted, the number must tell.
        if (rows.Missing is { } missing) Assert.Equal(now.Rows[name].Count, missing.Total);
        Assert.All(changed.Where(k => rows.Missing is null || isKeyed.ContainsKey(k)), k => Assert.Contains(k, named));
        if (isExact) Assert.Equal(Shown(changed), Shown(named));
        return "rows";
    }

    /// <summary>Keys of rows that are not what they were; for a table without key the rows.</summary>
    private static List<Value[]> Changed(TableSchema table, List<Value[]> before, List<Value[]> after)
    {
        if (!table.HasKey) return Shown(before).SequenceEqual(Shown(after)) ? [] : after;
        var (old, now) = (Keyed(table, before), Keyed(table, after));
        return [.. old.Keys.Concat(now.Keys).Distinct(RowComparer.Instance)
            .Where(k => !RowComparer.Instance.Equals(old.GetValueOrDefault(k), now.GetValueOrDefault(k)))];
    }

    private static List<string> Shown(IEnumerable<Value[]> rows) => [.. rows.Select(DatabaseContent.Show).Order(StringComparer.Ordinal)];

    private static Dictionary<Value[], Value[]> Keyed(TableSchema table, List<Value[]> rows)
    {
        var stored = table.StoredColumns.Select(c => c.Name).ToList();
        var key = table.PrimaryKey.Select(k => stored.IndexOf(k)).ToArray();
        return rows.ToDictionary(r => Array.ConvertAll(key, i => r[i]), RowComparer.Instance);
    }

    private static IEnumerable<string> Tracked(IDatabase database) => database.ReadTracking().Tables.Where(t => t.IsTracked).Select(t => t.Name);
}
