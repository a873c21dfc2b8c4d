using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

/// <summary>The merge queue where main is a database on a server that applications go on writing to.</summary>
public sealed class QueueOnServersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-queue-").FullName;
    private DatabaseServer? _server;
    private Workspace? _workspace;
    private string _url = "";

    public static TheoryData<ServerKind> Kinds => new(Enum.GetValues<ServerKind>());

    private Workspace Workspace => _workspace!;

    public void Dispose()
    {
        _workspace?.Dispose();
        Directory.Delete(_folder, recursive: true);
        _server?.DropDatabase(_url);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Branches_land_in_order_conflicts_wait_for_a_person_and_what_breaks_a_constraint_stays_out(ServerKind kind)
    {
        Start(kind);
        Branch("first", "INSERT INTO orders (customer_id, total) VALUES (1, 10); UPDATE customers SET name = 'Anna' WHERE id = 1");
        Branch("second", "INSERT INTO orders (customer_id, total) VALUES (2, 20)");
        Branch("third", "UPDATE customers SET name = 'Anne' WHERE id = 1");
        Branch("twin", "INSERT INTO customers VALUES (30, 'Twin', 'new@example.com')");
        Ask("INSERT INTO customers VALUES (20, 'New', 'new@example.com')");

        Assert.Equal("first landed, second landed, third conflicts, twin refused", Queue("first", "second", "third", "twin"));

        // Both orders got key 1 in their branches; the second has another one now.
        Assert.Equal("2", Ask("SELECT count(DISTINCT id) FROM orders"));
        Assert.Equal("30", Ask("SELECT sum(total) FROM orders"));
        Assert.Contains("customers", Workspace.Queue.List(all: true)[3].Reason, StringComparison.Ordinal);
        Assert.Equal("Anna", Ask("SELECT name FROM customers WHERE id = 1"));
        Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        Assert.Equal("third landed", Run());
        Assert.Equal("Anne", Ask("SELECT name FROM customers WHERE id = 1"));
        Assert.True(Workspace.Status(CancellationToken.None).Clean);
        Assert.True(Workspace.Upkeep.Verify(CancellationToken.None).Ok);
        foreach (var name in new[] { "first", "second", "third", "twin" }) Workspace.Branches.Delete(BranchName.Parse(name));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gates_are_asked_again_about_what_came_of_bringing_a_branch_up(ServerKind kind)
    {
        Start(kind);
        Workspace.Access.SetRule(new BranchRuleRequest("main", null, null, "all"));
        Workspace.Invariants.Add(new Invariant("few_orders", "SELECT sum(total) AS total FROM orders HAVING sum(total) > 50"));
        Branch("one", "INSERT INTO orders (customer_id, total) VALUES (1, 40)");
        Branch("two", "INSERT INTO orders (customer_id, total) VALUES (2, 40)");
        Branch("three", "INSERT INTO orders (customer_id, total) VALUES (2, 5)");

        Assert.Equal("one landed, two refused, three landed", Queue("one", "two", "three"));

        Assert.Contains("few_orders", Workspace.Queue.List(all: true)[1].Reason, StringComparison.Ordinal);
        Assert.Equal("45", Ask("SELECT sum(total) FROM orders"));
        Assert.NotNull(Workspace.History.Find("main").Commit.Commit.Evidence);
        foreach (var name in new[] { "one", "two", "three" }) Workspace.Branches.Delete(BranchName.Parse(name));
    }

    private void Start(ServerKind kind)
    {
        _server = DatabaseServer.Shared(kind);
        _url = _server.CreateDatabase();
        var key = kind == ServerKind.MariaDb ? "int AUTO_INCREMENT PRIMARY KEY" : "serial PRIMARY KEY";
        Ask("CREATE TABLE customers (id int PRIMARY KEY, name varchar(40) NOT NULL, email varchar(60) UNIQUE)");
        Ask($"CREATE TABLE orders (id {key}, customer_id int NOT NULL REFERENCES customers (id), total int NOT NULL)");
        Ask("INSERT INTO customers VALUES (1, 'Ann', 'ann@example.com'), (2, 'Bob', 'bob@example.com')");
        var options = new WorkspaceOptions(TimeProvider.System, new Author("Tess", "", AuthorKind.Human), "");
        Workspace.Init(new InitRequest(_folder, _url, null) { WorkServer = "production" }, options, CancellationToken.None);
        _workspace = Workspace.Open(_folder, options, CancellationToken.None);
    }

    private void Branch(string name, string statements)
    {
        Workspace.Branches.Create(BranchName.Parse(name), null, CancellationToken.None);
        var database = new UriBuilder(_url) { Path = new Uri(Workspace.Branches.Show(BranchName.Parse(name)).Database!).AbsolutePath };
        foreach (var statement in statements.Split("; ")) ServerLogin.Ask(database.Uri.ToString(), statement, _server!.Password, tls: false);
        Workspace.Branches.Commit(BranchName.Parse(name), "Change " + name, null, CancellationToken.None);
    }

    private string Ask(string sql) => ServerLogin.Ask(_url, sql, _server!.Password, tls: false).Trim();

    private string Queue(params string[] names)
    {
        Workspace.Queue.Add([.. names.Select(BranchName.Parse)]);
        return Run();
    }

    private string Run() => string.Join(", ", Workspace.Queue.Run(new Silence(), _ => { }, CancellationToken.None).Entries
        .Select(e => $"{e.Branch} {e.State.ToString().ToLowerInvariant()}"));
}
