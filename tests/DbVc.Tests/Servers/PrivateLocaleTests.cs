using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

/// <summary>A branch's database keeps and sorts text as the live one does, whatever its server is set to.</summary>
public sealed class PrivateLocaleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-locale-").FullName;
    private readonly List<(DatabaseServer Server, string Url)> _urls = [];

    /// <summary>Options of CREATE DATABASE, and what the catalogue then says of the database.</summary>
    public static TheoryData<ServerKind, string> Cases => new()
    {
        { ServerKind.Postgres15, "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'" },
        { ServerKind.Postgres15, "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'" },
        { ServerKind.Postgres15, "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'" },
        { ServerKind.Postgres15, "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'de-u-co-phonebk' LC_COLLATE 'C' LC_CTYPE 'C'" },
        { ServerKind.Postgres18, "ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'" },
        { ServerKind.Postgres18, "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'" },
        { ServerKind.MariaDb, "CHARACTER SET latin1 COLLATE latin1_german2_ci" },
        { ServerKind.MariaDb, "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_branch_has_the_encoding_and_the_rules_of_sorting_of_main(ServerKind kind, string options)
    {
        var server = DatabaseServer.Shared(kind);
        var url = server.CreateDatabase();
        var name = new Uri(url).AbsolutePath[1..];
        _urls.Add((server, url));
        server.DropDatabase(url);
        server.Run($"CREATE DATABASE {name} " + (kind == ServerKind.MariaDb ? options : $"OWNER {DatabaseServer.User} TEMPLATE template0 {options}"));
        Ask(server, url, "CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(40)); INSERT INTO people VALUES (1, 'b'), (2, 'B'), (3, 'a'), (4, 'A')");
        await RunAsync("init", "--database", url, "--branches", "production");
        await RunAsync("branch", "create", "side");
        var shown = System.Text.Json.Nodes.JsonNode.Parse(await RunAsync("branch", "show", "side", "--json"))!["database"]!.ToString();
        var branch = new UriBuilder(url) { Path = new Uri(shown).AbsolutePath }.Uri.ToString();
        Assert.Equal(Describe(kind, server, name), Describe(kind, server, new Uri(shown).AbsolutePath[1..]));
        // A table that is made there without a word about it, and the order of what was there.
        var order = kind == ServerKind.MariaDb
            ? "SELECT group_concat(name ORDER BY name, id) FROM people" : "SELECT string_agg(name, ',' ORDER BY name, id) FROM people";
        Ask(server, branch, "CREATE TABLE made AS SELECT * FROM people");
        Ask(server, url, "CREATE TABLE made AS SELECT * FROM people");
        Assert.Equal(Ask(server, url, order), Ask(server, branch, order));
        Assert.Equal(Ask(server, url, order.Replace("people", "made")), Ask(server, branch, order.Replace("people", "made")));
        await RunAsync("branch", "delete", "side");
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        foreach (var (server, url) in _urls) server.DropDatabase(url);
    }

    private static string Describe(ServerKind kind, DatabaseServer server, string database) => server.Run(kind switch
    {
        ServerKind.MariaDb => "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata "
            + $"WHERE schema_name = '{database}'",
        _ => "SELECT (to_jsonb(d) - '{oid,datname,datfrozenxid,datminmxid,dattablespace,datacl,datdba}'::text[])::text FROM pg_database d "
            + $"WHERE datname = '{database}'",
    });

    private static string Ask(DatabaseServer server, string url, string sql) => ServerLogin.Ask(url, sql, server.Password, tls: false).Trim();

    private async Task<string> RunAsync(params string[] arguments)
    {
        var terminal = new FakeTerminal();
        var code = await terminal.RunAsync(["-C", _folder, .. arguments]);
        Assert.True(code == 0, $"db-vc {string.Join(' ', arguments)}\n{terminal.Out}{terminal.Error}");
        return terminal.Out;
    }
}
