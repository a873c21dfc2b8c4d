using System.Text.Json.Nodes;
using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

/// <summary>Branches of some tables on real servers, with what only servers have: functions behind triggers, types, sequences, schemas, procedures.</summary>
public sealed class PartialBranchServerTests : IDisposable
{
    private const string Shared = """
        CREATE TABLE towns (id INT PRIMARY KEY, name VARCHAR(40) UNIQUE);
        CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, town INT, FOREIGN KEY (town) REFERENCES towns(id));
        CREATE TABLE orders (id INT PRIMARY KEY, customer INT NOT NULL, total INT, FOREIGN KEY (customer) REFERENCES customers(id) ON DELETE CASCADE);
        CREATE TABLE audit (line VARCHAR(40));
        CREATE TABLE big (id INT PRIMARY KEY, data VARCHAR(40));
        CREATE INDEX orders_customer ON orders (customer);
        CREATE VIEW spent AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
        CREATE VIEW names AS SELECT name FROM customers;
        INSERT INTO towns VALUES (1, 'Bern'), (2, 'Basel'), (3, 'Chur');
        INSERT INTO customers VALUES (1, 'Ann', 1), (2, 'Bob', 2), (3, 'Cy', NULL);
        INSERT INTO orders VALUES (1, 1, 10), (2, 2, 20);
        INSERT INTO big VALUES (1, 'x'), (2, 'y');
        """;

    private const string Postgres = """
        CREATE FUNCTION note(who text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (who); END $$;
        CREATE FUNCTION write_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM note(NEW.name); RETURN NULL; END $$;
        CREATE TRIGGER audit_all AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION write_audit();
        CREATE SCHEMA far;
        CREATE TYPE far.state AS ENUM ('new', 'old');
        CREATE TABLE far.parts (id serial PRIMARY KEY, state far.state NOT NULL, big INT REFERENCES big(id));
        CREATE FUNCTION count_big() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM big $$;
        CREATE MATERIALIZED VIEW big_count AS SELECT count(*) FROM big;
        INSERT INTO far.parts (state, big) VALUES ('new', 1), ('old', NULL);
        """;

    private const string MariaDb = """
        CREATE TRIGGER audit_all AFTER INSERT ON customers FOR EACH ROW INSERT INTO audit VALUES (NEW.name);
        CREATE FUNCTION count_big() RETURNS INT READS SQL DATA RETURN (SELECT count(*) FROM big);
        CREATE PROCEDURE fill_big() INSERT INTO big VALUES (99, 'z');
        CREATE TABLE parts (id INT AUTO_INCREMENT PRIMARY KEY, state ENUM('new', 'old') NOT NULL, big INT, FOREIGN KEY (big) REFERENCES big(id));
        INSERT INTO parts (state, big) VALUES ('new', 1), ('old', NULL);
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-partial-").FullName;
    private DatabaseServer? _server;
    private string _url = "";

    static PartialBranchServerTests() => Environment.SetEnvironmentVariable("DBVC_AUTHOR", "Tess <tess@example.com>");

    public static TheoryData<ServerKind> Kinds => new(Enum.GetValues<ServerKind>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_branch_of_some_tables_gives_the_commits_that_a_whole_one_gives(ServerKind kind)
    {
        await StartAsync(kind);
        const string Work = "INSERT INTO customers VALUES (4, 'Di', 3); UPDATE towns SET name = 'BERN' WHERE id = 1; DELETE FROM customers WHERE id = 3";
        await RunAsync("branch", "create", "whole");
        var made = await JsonAsync("branch", "create", "part", "--tables", "customers");
        Assert.Equal(new[] { "big", "orders", Parts(kind) }.Order(), made["leftOut"]!.AsArray().Select(n => n!.ToString()).Order());
        foreach (var branch in new[] { "whole", "part" })
        {
            await WriteAsync(branch, Work);
            await RunAsync("commit", "--branch", branch, "-m", "Work");
        }

        await AssertSameAsync("whole", "part");
        Assert.Equal("1", await AskAsync("part", "SELECT count(*) FROM audit WHERE line = 'Di'"));
        Assert.Equal("2", await AskAsync("part", "SELECT count(*) FROM names WHERE name <> 'Ann'"));
        var refused = await SayAsync("query", "--branch", "part", "SELECT count(*) FROM orders");
        Assert.Equal(4, refused.Code);
        Assert.Contains("branch fetch part \"orders\"", refused.Error);
        Assert.Contains("2", await RunAsync("query", "--at", "part", "SELECT count(*) FROM orders"));

        Ask(_url, "INSERT INTO orders VALUES (7, 2, 70)");
        Ask(_url, "INSERT INTO towns VALUES (7, 'Zug')");
        await RunAsync("commit", "-m", "Outside");
        await RunAsync("branch", "merge", "main", "--into", "part");
        Assert.Equal("4", await AskAsync("part", "SELECT count(*) FROM towns"));
        Assert.Contains("Nothing", await RunAsync("commit", "--branch", "part", "-m", "none"));
        await RunAsync("branch", "merge", "part");
        Assert.Equal(("3", "2", "1", "BERN"), (Ask(_url, "SELECT count(*) FROM orders"), Ask(_url, "SELECT count(*) FROM big"),
            Ask(_url, "SELECT count(*) FROM customers WHERE id = 4"), Ask(_url, "SELECT name FROM towns WHERE id = 1")));
        Assert.True((bool)(await JsonAsync("status"))["clean"]!);
        Assert.True((bool)(await JsonAsync("verify"))["ok"]!);
        await RunAsync("branch", "delete", "part");
        await RunAsync("branch", "delete", "whole");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_deleted_row_that_is_still_needed_is_refused_and_tables_come_in_beside_what_was_written(ServerKind kind)
    {
        await StartAsync(kind);
        await RunAsync("branch", "create", "part", "--tables", "customers");
        await WriteAsync("part", "DELETE FROM customers WHERE id = 1");
        var refused = await SayAsync("commit", "--branch", "part", "-m", "Gone");
        Assert.Equal(4, refused.Code);
        Assert.Contains("orders", refused.Error);
        Assert.Equal(4, (await SayAsync("branch", "fetch", "part", "orders")).Code);
        await WriteAsync("part", "INSERT INTO customers VALUES (1, 'Ann', 1)");
        await WriteAsync("part", "INSERT INTO towns VALUES (9, 'Thun')");
        Assert.Equal(["big", Parts(kind)], (await JsonAsync("branch", "fetch", "part", "orders"))["leftOut"]!.AsArray().Select(n => n!.ToString()));
        Assert.Equal("20", await AskAsync("part", "SELECT max(total) FROM spent"));
        await WriteAsync("part", "DELETE FROM customers WHERE id = 1");
        var commit = await JsonAsync("commit", "--branch", "part", "-m", "Gone with its orders");
        Assert.Equal(["audit", "customers", "orders", "towns"], commit["tables"]!.AsObject().Select(t => t.Key).Order(StringComparer.Ordinal));
        await RunAsync("branch", "fetch", "part", "--all");
        Assert.Equal("2", await AskAsync("part", kind == ServerKind.MariaDb ? "SELECT count_big()" : "SELECT count(*) FROM far.parts"));
        Assert.Contains("Nothing", await RunAsync("commit", "--branch", "part", "-m", "none"));
        await RunAsync("branch", "merge", "part");
        Assert.Equal(("1", "2"), (Ask(_url, "SELECT count(*) FROM orders"), Ask(_url, "SELECT count(*) FROM big")));
        await RunAsync("branch", "delete", "part");
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _server?.DropDatabase(_url);
    }

    private static string Parts(ServerKind kind) => kind == ServerKind.MariaDb ? "parts" : "far.parts";

    private async Task StartAsync(ServerKind kind)
    {
        _server = DatabaseServer.Shared(kind);
        _url = _server.CreateDatabase();
        Ask(_url, Shared);
        foreach (var statement in kind == ServerKind.MariaDb ? MariaDb.Split(";\n") : [Postgres]) Ask(_url, statement);
        await RunAsync("init", "--database", _url, "--branches", "production");
        if (kind == ServerKind.MariaDb) await RunAsync("config", "set", "database.pause-triggers", "true");
    }

    private string Ask(string url, string sql) => ServerLogin.Ask(url, sql, _server!.Password, tls: false).Trim();

    private async Task<string> AskAsync(string branch, string sql)
    {
        var database = (await JsonAsync("branch", "show", branch))["database"]!.ToString();
        return Ask(new UriBuilder(_url) { Path = new Uri(database).AbsolutePath }.Uri.ToString(), sql);
    }

    private async Task WriteAsync(string branch, string sql)
    {
        foreach (var statement in sql.Split("; ")) await AskAsync(branch, statement);
    }

    private async Task AssertSameAsync(string one, string other)
    {
        var diff = await JsonAsync("diff", one, other);
        Assert.Equal("[][]", diff["tables"]!.ToJsonString() + diff["schema"]!.ToJsonString());
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var said = await SayAsync(arguments);
        Assert.True(said.Code == 0, $"db-vc {string.Join(' ', arguments)}\n{said.Out}{said.Error}");
        return said.Out;
    }

    private async Task<JsonObject> JsonAsync(params string[] arguments) => JsonNode.Parse(await RunAsync([.. arguments, "--json"]))!.AsObject();

    private async Task<Said> SayAsync(params string[] arguments)
    {
        var terminal = new FakeTerminal();
        var code = await terminal.RunAsync(["-C", _folder, .. arguments]);
        return new Said(code, terminal.Out, terminal.Error);
    }
}
