using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

/// <summary>A repository beside a database on a real server, by the commands that a person types.</summary>
public sealed class ServerRepositoryTests : IDisposable
{
    private const string Schema = """
        CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, balance INT NOT NULL);
        CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT NOT NULL REFERENCES customers(id), total INT NOT NULL);
        INSERT INTO customers VALUES (1, 'Ann', 50), (2, 'Bob', 150); INSERT INTO orders VALUES (1, 1, 10), (2, 2, 20);
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-server-").FullName;
    private readonly List<(DatabaseServer Server, string Url)> _urls = [];

    /// <summary>The person at the keyboard must not depend on the machine.</summary>
    static ServerRepositoryTests() => Environment.SetEnvironmentVariable("DBVC_AUTHOR", "Tess <tess@example.com>");

    public static TheoryData<ServerKind> Kinds => new(Enum.GetValues<ServerKind>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_main_job_works_and_the_password_stays_in_its_file(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var url = Make(server);
        var init = await RunAsync("init", "--database", url, "--branches", "production");
        Assert.Contains("customers", init);
        Assert.Contains("Nothing", await RunAsync("commit", "-m", "nothing"), StringComparison.OrdinalIgnoreCase);

        Ask(server, url, "UPDATE customers SET balance = 60 WHERE id = 1");
        Assert.Contains("customers", await RunAsync("status"));
        await RunAsync("commit", "-m", "Sixty");
        await RunAsync("branch", "create", "side");
        var branch = (await JsonAsync("branch", "show", "side"))["database"]!.ToString();
        Assert.DoesNotContain(server.Password, branch);
        var inBranch = new UriBuilder(url) { Path = new Uri(branch).AbsolutePath }.Uri.ToString();
        Ask(server, inBranch, "INSERT INTO orders VALUES (3, 1, 30)");
        await RunAsync("commit", "--branch", "side", "-m", "An order");
        Ask(server, url, "UPDATE customers SET name = 'Ben' WHERE id = 2");
        await RunAsync("branch", "merge", "side");
        Assert.Equal(("3", "Ben"), (Ask(server, url, "SELECT count(*) FROM orders"), Ask(server, url, "SELECT name FROM customers WHERE id = 2")));
        Assert.Contains("50", await RunAsync("query", "--at", "HEAD~3", "SELECT balance FROM customers WHERE id = 1"));
        Assert.Contains("Tess", await RunAsync("blame", "orders", "--key", "3"));
        await RunAsync("rollback", "--to-commit", "HEAD~1");
        Assert.Equal("2", Ask(server, url, "SELECT count(*) FROM orders"));
        await RunAsync("undo");
        Assert.Equal("3", Ask(server, url, "SELECT count(*) FROM orders"));
        Assert.Contains("main's head", await RunAsync("verify"));
        Assert.Contains("behind", await RunAsync("shadow", "show"));
        await RunAsync("branch", "delete", "side");
        Assert.Equal("0", Count(kind, server, new Uri(branch).AbsolutePath[1..]));

        var holders = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Where(f => File.ReadAllBytes(f).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(server.Password)) >= 0).Select(Path.GetFileName);
        Assert.Equal(["live-password"], holders);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Without_a_place_for_private_databases_commits_work_and_branches_say_what_is_missing(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var url = Make(server);
        await RunAsync("init", "--database", url);
        Ask(server, url, "DELETE FROM orders WHERE id = 2");
        await RunAsync("commit", "-m", "Without");
        var refused = await SayAsync("branch", "create", "side");
        Assert.Equal(2, refused.Code);
        Assert.Contains("branches.server", refused.Error);
        Assert.DoesNotContain("side", await RunAsync("branch", "list"));
        Assert.Equal(1, (await SayAsync("doctor")).Code);
        await RunAsync("config", "set", "branches.server", "production");
        await RunAsync("branch", "create", "other");
        await RunAsync("branch", "delete", "other");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_database_that_was_put_back_is_recognised_and_brought_forward(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var url = Make(server);
        var first = (await JsonAsync("init", "--database", url, "--branches", "production"))["commit"]!.ToString();
        Ask(server, url, "UPDATE customers SET balance = 60 WHERE id = 1");
        await RunAsync("commit", "-m", "Sixty");

        // As a restored backup is: rows and state of the first commit, and something that was written to it since.
        Ask(server, url, $"UPDATE customers SET balance = 50 WHERE id = 1; UPDATE _dbvc_state SET {Column(kind)} = '{first}'");
        Ask(server, url, "UPDATE customers SET name = 'Ben' WHERE id = 2");
        var stopped = await SayAsync("status");
        Assert.Equal(4, stopped.Code);
        Assert.Contains("--reapply", stopped.Error);
        await RunAsync("init", "--attach", "--reapply");
        Assert.Equal("60", Ask(server, url, "SELECT balance FROM customers WHERE id = 1"));
        Assert.Equal("Ben", Ask(server, url, "SELECT name FROM customers WHERE id = 2"));
        Assert.True((bool)(await JsonAsync("status"))["clean"]!);

        var second = Directory.CreateDirectory(Path.Combine(_folder, "second")).FullName;
        var refused = await SayInAsync(second, "init", "--database", url);
        Assert.Equal(4, refused.Code);
        Assert.Contains("belongs to a db-vc repository", refused.Error);
        Assert.DoesNotContain(server.Password, refused.Error);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_private_database_without_branch_is_found_and_dropped_by_doctor(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var url = Make(server);
        await RunAsync("init", "--database", url, "--branches", "production");
        await RunAsync("branch", "create", "side");
        var branch = new Uri((await JsonAsync("branch", "show", "side"))["database"]!.ToString()).AbsolutePath[1..];
        var orphan = branch[..branch.LastIndexOf('_')] + "_deadbeef0123";
        Ask(server, url, $"CREATE DATABASE {orphan}" + (server is PostgresServer ? $" OWNER {DatabaseServer.User}" : ""));
        var found = await SayAsync("doctor", "--json");
        Assert.Contains(orphan, found.Out);
        Assert.DoesNotContain(branch, System.Text.Json.Nodes.JsonNode.Parse(found.Out)!["orphans"]!.ToJsonString());
        Assert.Contains(orphan, (await SayAsync("doctor", "--fix")).Out);
        Assert.Equal(("0", "1"), (Count(kind, server, orphan), Count(kind, server, branch)));
        await RunAsync("branch", "delete", "side");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Tables_kept_for_questions_about_the_past_are_shown_by_doctor_and_go_with_fix_and_with_a_purge(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var url = Make(server);
        var numbers = kind == ServerKind.MariaDb ? "SELECT seq, 1, seq FROM seq_3_to_6000" : "SELECT i, 1, i FROM generate_series(3, 6000) i";
        Ask(server, url, "INSERT INTO orders " + numbers);
        await RunAsync("init", "--database", url, "--branches", "production");
        Assert.Contains("6000", await RunAsync("query", "--at", "HEAD", "SELECT count(*) FROM orders"));
        Assert.Contains("1 databases", (await SayAsync("doctor")).Out);
        await RunAsync("gc");
        Assert.Contains("1 databases", (await SayAsync("doctor")).Out);
        Assert.Contains("1 dropped", (await SayAsync("doctor", "--fix")).Out);
        Assert.DoesNotContain("about the past", (await SayAsync("doctor")).Out);
        Assert.Contains("6000", await RunAsync("query", "--at", "HEAD", "SELECT count(*) FROM orders"));
        await RunAsync("purge", "orders", "--key", "7", "--yes");
        Assert.DoesNotContain("about the past", (await SayAsync("doctor")).Out);
        Assert.Contains("5999", await RunAsync("query", "--at", "HEAD", "SELECT count(*) FROM orders"));
        await SayAsync("doctor", "--fix");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_hinders_a_connection_is_said_with_what_to_do_and_without_the_password(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var url = new Uri(Make(server));
        foreach (var (wrong, code) in new[]
        {
            (new UriBuilder(url) { Password = "Hunter2Hunter2" }, (string?)null), (new UriBuilder(url) { Port = 1 }, null),
            (new UriBuilder(url) { Path = "/test_nothing_here" }, "database.missing"), (new UriBuilder(url) { Host = "no.such.host.invalid" }, null),
        })
        {
            var said = await SayAsync("init", "--database", wrong.Uri.ToString(), "--json");
            Assert.NotEqual(0, said.Code);
            var error = System.Text.Json.Nodes.JsonNode.Parse(said.Error)!["error"]!;
            Assert.DoesNotContain(wrong.Password, said.Error + said.Out);
            Assert.StartsWith("database.", error["code"]!.ToString(), StringComparison.Ordinal);
            Assert.NotNull(error["hint"]);
            if (code is not null) Assert.Equal(code, error["code"]!.ToString());
            Assert.False(Directory.Exists(Path.Combine(_folder, ".db-version-control")));
        }
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        foreach (var (server, url) in _urls) server.DropDatabase(url);
    }

    private static string Column(ServerKind kind) => kind == ServerKind.MariaDb ? "`commit`" : "\"commit\"";

    private static string Count(ServerKind kind, DatabaseServer server, string database) => server.Run(kind == ServerKind.MariaDb
        ? $"SELECT count(*) FROM information_schema.schemata WHERE schema_name = '{database}'"
        : $"SELECT count(*) FROM pg_database WHERE datname = '{database}'").Trim();

    private string Make(DatabaseServer server)
    {
        var url = server.CreateDatabase();
        _urls.Add((server, url));
        Ask(server, url, Schema);
        return url;
    }

    private static string Ask(DatabaseServer server, string url, string sql) =>
        ServerLogin.Ask(url, sql, server.Password, tls: false).Trim();

    private async Task<string> RunAsync(params string[] arguments)
    {
        var said = await SayAsync(arguments);
        Assert.True(said.Code == 0, $"db-vc {string.Join(' ', arguments)}\n{said.Out}{said.Error}");
        return said.Out;
    }

    private async Task<System.Text.Json.Nodes.JsonObject> JsonAsync(params string[] arguments) =>
        System.Text.Json.Nodes.JsonNode.Parse(await RunAsync([.. arguments, "--json"]))!.AsObject();

    private Task<Said> SayAsync(params string[] arguments) => SayInAsync(_folder, arguments);

    private static async Task<Said> SayInAsync(string folder, params string[] arguments)
    {
        var terminal = new FakeTerminal();
        var code = await terminal.RunAsync(["-C", folder, .. arguments]);
        return new Said(code, terminal.Out, terminal.Error);
    }
}
