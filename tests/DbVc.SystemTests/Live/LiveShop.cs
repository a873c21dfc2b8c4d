using System.Globalization;
using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A repository over a live shop of three tables on any engine, and the questions that a crash must not change the answers to.</summary>
internal sealed class LiveShop : IDisposable
{
    private const int RowsPerStatement = 500;

    private const string Schema = """
        CREATE TABLE customers (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, city VARCHAR(100));
        CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, customer_id INTEGER NOT NULL, total DOUBLE PRECISION NOT NULL,
            FOREIGN KEY (customer_id) REFERENCES customers(id));
        CREATE TABLE items (order_id INTEGER NOT NULL, line INTEGER NOT NULL, note VARCHAR(100), PRIMARY KEY (order_id, line),
            FOREIGN KEY (order_id) REFERENCES orders(id));
        """;

    public LiveShop(LiveEngine engine, bool init = true, ServerOptions? options = null, int rows = 1000)
    {
        Live = LiveUnderTest.Start(engine, options);
        Folder = Directory.CreateTempSubdirectory("dbvc-liveshop-").FullName;
        Live.Execute(Schema + "\n");
        Insert("customers", rows, i => $"({i}, 'name {i}', 'city {i % 17}')");
        Insert("orders", rows, i => $"({i}, {i}, {i}.5)");
        Insert("items", rows, i => $"({i}, {i % 3}, 'note {i}')");
        if (init) Init();
    }

    /// <summary>The steps of a publishing at which something is killed.</summary>
    public static IReadOnlyList<PublishStep> Steps { get; } =
        [PublishStep.Planned, PublishStep.IntentWritten, PublishStep.Applied, PublishStep.LiveCommitted, PublishStep.RefMoved];

    public LiveUnderTest Live { get; }

    public string Folder { get; }

    public void Init() => Init(Live.Address);

    public void Init(string address)
    {
        Workspace.Init(new InitRequest(Folder, address, null), OperationHost.Options, CancellationToken.None);
        AllowBranches(Folder);
    }

    /// <summary>Lets branches have their databases on the live database's own server.</summary>
    public static void AllowBranches(string folder)
    {
        var path = Path.Combine(folder, ".db-version-control", "config.yaml");
        File.WriteAllText(path, File.ReadAllText(path).Replace("server: \"\"", "server: production", StringComparison.Ordinal));
    }

    public Workspace Open() => Workspace.Open(Folder, OperationHost.Options, CancellationToken.None);

    /// <summary>Makes a branch that changes about half of the rows, in some rounds the schema too; returns what its database then holds.</summary>
    public string Branch(string name, int round)
    {
        var schema = round % 5 == 4 ? $"ALTER TABLE customers ADD COLUMN extra{round} VARCHAR(20);\nCREATE INDEX by_total{round} ON orders (total);\n" : "";
        return Branch(name, $"""
            {schema}UPDATE customers SET name = CONCAT('round {round} ', id) WHERE id % 2 = {round % 2};
            UPDATE orders SET total = total + {round} WHERE id % 3 = 0;
            UPDATE items SET note = 'round {round}' WHERE order_id % 4 = 1;
            DELETE FROM items WHERE order_id % 50 = {round % 50};
            INSERT INTO customers (id, name) VALUES ({10000 + round}, 'new');
            INSERT INTO orders VALUES ({10000 + round}, {10000 + round}, 1);

            """);
    }

    public string Branch(string name, string sql)
    {
        using var workspace = Open();
        var branch = BranchName.Parse(name);
        var location = workspace.Branches.Create(branch, null, CancellationToken.None).Database!;
        Live.Execute(location, sql);
        workspace.Branches.Commit(branch, "Change " + name, null, CancellationToken.None);
        return Live.Dump(location);
    }

    public long CountIntents() => (long)KillableShop.Query(Path.Combine(Folder, ".db-version-control", "commit-history.db"),
        "SELECT count(*) FROM documents WHERE collection = 'intents'")[0][0];

    public CommitId Head()
    {
        using var workspace = Open();
        return workspace.History.Log(new LogRequest("HEAD", 1, null, false))[0].Commit.Id;
    }

    /// <summary>What must hold after any command that followed a crash, whatever became of the crashed one.</summary>
    public void CheckWhole(Workspace workspace, bool clean = true)
    {
        Assert.Equal(0, CountIntents());
        var status = workspace.Status(CancellationToken.None);
        if (clean) Assert.True(status.Clean, string.Join("; ", status.Changes));
        Assert.Equal(status.Head.ToString(), Live.Scalar(Live is MariaDbUnderTest ? "SELECT `commit` FROM _dbvc_state" : "SELECT \"commit\" FROM _dbvc_state"));
        Assert.Equal("", Live.CheckFiles());
        // What the engine lets through while db-vc writes, it does not look for afterwards.
        Assert.Equal("0", Live.Scalar("SELECT count(*) FROM orders WHERE customer_id NOT IN (SELECT id FROM customers)"));
        Assert.Equal("0", Live.Scalar("SELECT count(*) FROM items WHERE order_id NOT IN (SELECT id FROM orders)"));
        var verify = workspace.Upkeep.Verify(CancellationToken.None);
        Assert.True(verify.Ok, string.Join("; ", verify.Problems));
        Assert.Contains("at commit " + status.Head.Short, File.ReadLines(Path.Combine(Folder, "main", "schema.sql")).First(), StringComparison.Ordinal);
    }

    /// <summary>A private database that stands where a branch's belongs is that branch's, whole. Returns how many there are.</summary>
    public int CheckInstances(Workspace workspace, Func<string, string?> expected)
    {
        var whole = 0;
        foreach (var branch in workspace.Branches.List().Where(b => b.Database is not null && b.Name != "main"))
        {
            if (expected(branch.Name) is not { } dump) continue;
            Assert.Equal(dump, Live.Dump(branch.Database!));
            whole++;
        }

        return whole;
    }

    public void Dispose()
    {
        Live.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private void Insert(string table, int rows, Func<int, string> row)
    {
        foreach (var chunk in Enumerable.Range(1, rows).Chunk(RowsPerStatement))
        {
            Live.Execute(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {table} VALUES {string.Join(", ", chunk.Select(row))};\n"));
        }
    }
}
