using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Store;
using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

/// <summary>The first commit of a new branch starts from what main's copy held, and is exactly what reading everything gives.</summary>
public sealed class FirstMarkTests(ITestOutputHelper output) : IDisposable
{
    private const int Rows = 20_000;
    private const int Steps = 12;

    private static readonly WorkspaceOptions s_options = new(TimeProvider.System, new Author("Tess", "tess@example.com", AuthorKind.Human), "");

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-mark-").FullName;
    private DatabaseServer? _server;

    public static TheoryData<ServerKind> MarkingServers => [ServerKind.Postgres15, ServerKind.Postgres18];

    public static TheoryData<int> Seeds => new(Enumerable.Range(1, ModelRun.Setting("DBVC_MARK_SEEDS", 6)));

    [Theory]
    [MemberData(nameof(MarkingServers))]
    public void On_PostgreSQL_the_first_commit_of_a_branch_reads_what_changed_also_where_the_copy_lay_ready(ServerKind kind)
    {
        // A server of its own: a transaction that another test leaves open makes every row of a copy look as if it could have changed, and rightly so.
        var server = _server = DatabaseServer.Start(kind);
        var url = server.CreateDatabase();
        server.Run($"CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t SELECT i, 0 FROM generate_series(1, {Rows}) i; "
            + $"ALTER TABLE t OWNER TO {DatabaseServer.User}", NameOf(url));
        Workspace.Init(new InitRequest(_folder, url, null) { WorkServer = "production" }, s_options, CancellationToken.None);
        foreach (var (name, waits) in new[] { ("one", false), ("two", true) })
        {
            if (waits) WaitForReady(server);
            Check(name, location => server.Run("UPDATE t SET v = 1 WHERE id % 2000 = 1", NameOf(location)), most: 10);
        }
    }

    [Theory]
    [InlineData(ServerKind.Postgres15)]
    [InlineData(ServerKind.Postgres18)]
    [InlineData(ServerKind.MariaDb)]
    public void Where_main_is_tracked_a_branch_is_from_its_first_moment_so_each_of_its_commits_reads_what_changed(ServerKind kind)
    {
        var server = _server = DatabaseServer.Start(kind);
        var url = server.CreateDatabase();
        server.Run("CREATE TABLE t (id INT PRIMARY KEY, v INT)", NameOf(url));
        server.Run("CREATE TABLE other (name VARCHAR(20) PRIMARY KEY, v INT)", NameOf(url));
        var numbers = kind == ServerKind.MariaDb ? $"SELECT seq, 0 FROM seq_1_to_{Rows}" : $"SELECT i, 0 FROM generate_series(1, {Rows}) i";
        server.Run($"INSERT INTO t {numbers}", NameOf(url));
        server.Run($"INSERT INTO other SELECT concat('n', id), 1 FROM t WHERE id <= 100", NameOf(url));
        if (kind != ServerKind.MariaDb)
        {
            server.Run($"ALTER TABLE t OWNER TO {DatabaseServer.User}; ALTER TABLE other OWNER TO {DatabaseServer.User}", NameOf(url));
        }

        Workspace.Init(new InitRequest(_folder, url, null) { WorkServer = "production" }, s_options, CancellationToken.None);
        using (var workspace = Workspace.Open(_folder, s_options, CancellationToken.None)) workspace.Tracking.Start(null);
        foreach (var (name, waits) in new[] { ("one", false), ("two", kind != ServerKind.MariaDb) })
        {
            if (waits) WaitForReady(server);
            Check(name, location =>
            {
                Assert.Equal($"{Rows}", server.Run("SELECT count(*) FROM t", NameOf(location)).Trim());
                server.Run("UPDATE t SET v = 1 WHERE id % 2000 = 1", NameOf(location));
                server.Run("DELETE FROM t WHERE id = 7", NameOf(location));
                // Others write to other databases of the server.
                server.Run("UPDATE t SET v = v + 1 WHERE id = 5", NameOf(url));
            }, most: 11);
            Assert.InRange(Commit(name, location =>
            {
                server.Run("INSERT INTO t VALUES (0, 5)", NameOf(location));
                server.Run("UPDATE other SET name = 'renamed' WHERE name = 'n5'", NameOf(location));
                server.Run("UPDATE t SET v = v + 1 WHERE id = 6", NameOf(url));
            }, _folder), 1, 3);
        }
    }

    [Theory]
    [InlineData(ServerKind.Postgres18)]
    [InlineData(ServerKind.MariaDb)]
    public void A_process_that_lives_on_sees_that_another_one_switched_tracking(ServerKind kind)
    {
        var server = _server = DatabaseServer.Start(kind);
        var url = server.CreateDatabase();
        server.Run("CREATE TABLE t (id INT PRIMARY KEY, v INT)", NameOf(url));
        if (kind != ServerKind.MariaDb) server.Run($"ALTER TABLE t OWNER TO {DatabaseServer.User}", NameOf(url));
        Workspace.Init(new InitRequest(_folder, url, null) { WorkServer = "production" }, s_options, CancellationToken.None);
        using var living = Workspace.Open(_folder, s_options, CancellationToken.None);
        foreach (var (name, tracks) in new[] { ("before", false), ("on", true), ("off", false), ("again", true) })
        {
            using (var other = Workspace.Open(_folder, s_options, CancellationToken.None))
            {
                if (tracks) other.Tracking.Start(null);
                else other.Tracking.Stop(null);
            }

            living.Branches.Create(BranchName.Parse(name), null, CancellationToken.None);
            using var store = RepositoryStore.Open(new RepositoryLayout(_folder).Control);
            var context = WorkspaceContext.Create(store, new RepositoryLayout(_folder), s_options);
            using var database = context.Instances.Open(context.Instances.Require(BranchName.Parse(name)));
            Assert.Equal((name, tracks), (name, database.ReadTracking().IsOn));
        }
    }

    [Fact]
    public void On_SQLite_the_first_commit_of_a_branch_reads_pages_that_changed_also_when_main_has_moved_on()
    {
        using var shop = new ShopRepository($"CREATE TABLE t (id INTEGER PRIMARY KEY, v INT, pad TEXT); WITH RECURSIVE n(i) AS "
            + $"(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows}) INSERT INTO t SELECT i, 0, hex(zeroblob(100)) FROM n");
        const string Change = "UPDATE t SET v = 1 WHERE id % 2000 = 1; DELETE FROM t WHERE id = 7";
        Check("one", location => ShopRepository.Execute(location, Change), Rows / 10, shop.Folder);
        shop.Workspace.Branches.Create(BranchName.Parse("other"), null, CancellationToken.None);
        shop.Write("UPDATE t SET v = 5 WHERE id = 19000");
        shop.Branch("moves-the-copy", "UPDATE t SET v = 6 WHERE id = 18000");
        Assert.InRange(Commit("other", location => ShopRepository.Execute(location, Change), shop.Folder), 1, Rows / 10);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_found_by_comparing_with_the_copy_of_main_is_what_reading_everything_finds(int seed)
    {
        var random = new Random(seed);
        using var shop = new ShopRepository("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE k (name TEXT PRIMARY KEY, v INT) WITHOUT ROWID; "
            + "CREATE TABLE r (code TEXT PRIMARY KEY, v INT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
            + "INSERT INTO t SELECT i, 'text ' || i FROM n; INSERT INTO k SELECT 'k' || id, id FROM t; INSERT INTO r SELECT 'r' || id, id FROM t");
        for (var step = 0; step < Steps; step++)
        {
            var name = BranchName.Parse("b" + step);
            shop.Workspace.Branches.Create(name, null, CancellationToken.None);
            if (random.Next(3) > 0) shop.Write(RandomSql(random));
            // Another branch at main's new head: the copy of main is elsewhere by now.
            if (random.Next(2) > 0) shop.Workspace.Branches.Create(BranchName.Parse("c" + step), null, CancellationToken.None);
            for (var i = random.Next(4); i > 0; i--) shop.WriteBranch(name.Text, RandomSql(random));
            using var store = RepositoryStore.Open(new RepositoryLayout(shop.Folder).Control);
            var context = WorkspaceContext.Create(store, new RepositoryLayout(shop.Folder), s_options);
            using var chunks = context.Repository.Chunks.BeginWrite();
            var found = context.Publisher.Peek(name, chunks, CancellationToken.None);
            Assert.True(found == context.Publisher.Peek(name, chunks, CancellationToken.None, isWhole: true), $"seed {seed}, step {step}");
        }

        output.WriteLine($"seed {seed}");
    }

    public void Dispose()
    {
        _server?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string RandomSql(Random random)
    {
        var table = random.Next(3) switch { 0 => "t", 1 => "k", _ => "r" };
        var (from, length) = (random.Next(3000), random.Next(1, 200));
        var which = table == "t" ? $"id BETWEEN {from} AND {from + length}" : $"v BETWEEN {from} AND {from + length}";
        return random.Next(6) switch
        {
            0 => $"DELETE FROM {table} WHERE {which}",
            1 when table == "t" => $"INSERT INTO t SELECT id + {10_000 + random.Next(100_000)}, v FROM t WHERE {which} ON CONFLICT DO NOTHING",
            2 => $"CREATE TABLE IF NOT EXISTS extra{random.Next(3)} AS SELECT * FROM {table} WHERE {which}",
            3 => "VACUUM",
            4 when table != "t" => $"UPDATE {table} SET {(table == "k" ? "name = 'x' || name" : "code = 'x' || code")} WHERE {which}",
            _ => $"UPDATE {table} SET v = {(table == "t" ? "v || 'x'" : "v + 1")} WHERE {which}",
        };
    }

    /// <summary>Makes a branch, changes eleven rows of it, and commits; then nothing differs, and reading everything says the same.</summary>
    private void Check(string name, Action<string> change, long most, string? folder = null)
    {
        using (var workspace = Workspace.Open(folder ?? _folder, s_options, CancellationToken.None))
        {
            workspace.Branches.Create(BranchName.Parse(name), null, CancellationToken.None);
        }

        Assert.InRange(Commit(name, change, folder ?? _folder), 1, most);
    }

    /// <summary>Changes a branch's database and commits; how many rows that read.</summary>
    private long Commit(string name, Action<string> change, string folder)
    {
        using var store = RepositoryStore.Open(new RepositoryLayout(folder).Control);
        var context = WorkspaceContext.Create(store, new RepositoryLayout(folder), s_options);
        var branch = BranchName.Parse(name);
        change(context.Instances.Locate(BranchRecord.Read(store, branch)!));
        var counting = new CountingProvider(context.Live.Provider);
        var live = context.Live with { Provider = counting };
        var shadow = new Shadow(live);
        var publisher = new Publisher(live, shadow, new BranchInstances(live, shadow));
        var before = context.Repository.Head(branch);
        Assert.NotEqual(before, publisher.Commit(new CaptureRequest(branch, "commit", s_options.User, "Changed"), CancellationToken.None).Head);
        var read = counting.Rows;
        output.WriteLine($"{name}: {read} rows read of {Rows}");
        using var chunks = context.Repository.Chunks.BeginWrite();
        var whole = publisher.Peek(branch, chunks, CancellationToken.None, isWhole: true);
        Assert.Equal(context.Repository.ReadSnapshot(context.Repository.Head(branch)).Snapshot, whole);
        return read;
    }

    private static string NameOf(string url) => Uri.UnescapeDataString(new Uri(url).AbsolutePath.TrimStart('/'));

    private void WaitForReady(DatabaseServer server)
    {
        var prefix = $"dbvc_{RepositoryIdentityOf()}_ready";
        for (var attempt = 0; server.Run($"SELECT count(*) FROM pg_database WHERE starts_with(datname, '{prefix}')").Trim() == "0"; attempt++)
        {
            Assert.True(attempt < 600, "Nothing is made ready.");
            Thread.Sleep(100);
        }
    }

    private string RepositoryIdentityOf()
    {
        using var store = RepositoryStore.Open(new RepositoryLayout(_folder).Control);
        return RepositoryIdentity.Read(store, _folder).Id[..8];
    }
}
