using Xunit;

namespace DbVc.Tests;

/// <summary>What people and programs read of merges that are not simple; compared with files.</summary>
public sealed class MergeStoryTests : IDisposable
{
    private readonly ShopCli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("people")]
    [InlineData("json")]
    public async Task What_merges_say_stays_the_same(string reader)
    {
        string[] json = reader == "json" ? ["--json"] : [];
        _cli.Shop.Write("""
            CREATE TABLE docs (id INTEGER PRIMARY KEY, body JSON, tags TEXT); INSERT INTO docs VALUES (1, '{"a": {"x": 1}, "b": 1}', 'red');
            CREATE TABLE notes (id INTEGER PRIMARY KEY, doc INTEGER REFERENCES docs ON DELETE CASCADE); INSERT INTO docs VALUES (2, '{}', '');
            """);

        // Keys that both sides handed out
        _cli.Shop.Branch("keys", "INSERT INTO orders (customer_id, total) VALUES (1, 5), (1, 6)");
        _cli.Shop.Write("INSERT INTO orders (customer_id, total) VALUES (2, 7)");
        await Tell("branch", "merge", "keys", "--dry-run");
        await Tell("branch", "merge", "keys");
        await Tell("show", "HEAD", "--stat");

        // A path of a document, a row whose parent was deleted, a policy that settles the rest
        _cli.Shop.Branch("work", """
            UPDATE docs SET body = '{"a": {"x": 2}, "b": 2}', tags = 'red;blue' WHERE id = 1; INSERT INTO notes VALUES (5, 2)
            """);
        _cli.Shop.Write("""UPDATE docs SET body = '{"a": {"x": 3}, "b": 1}', tags = 'red;green' WHERE id = 1; DELETE FROM docs WHERE id = 2""");
        await Tell("branch", "merge", "work", "--policy", "docs.colour=union");
        await Tell("branch", "merge", "work", "--policy", "docs.tags=sum");
        await Tell("branch", "merge", "work", "--policy", "docs.tags=union");
        var conflicts = (await _cli.JsonAsync("conflicts", "list"))["conflicts"]!.AsArray().Select(c => (string)c!["id"]!).ToList();
        foreach (var conflict in conflicts) await Tell("conflicts", "show", conflict);
        await Tell("conflicts", "list", "-n", "1");
        await Tell("conflicts", "list", "--after", conflicts[0]);
        await Tell("conflicts", "resolve", conflicts[0], "--value", """{"y": [1, 2]}""");
        await Tell("conflicts", "resolve", "--all", "--take", "both");
        await Tell("conflicts", "resolve", "--all", "--take", "source");
        await Tell("merge", "continue");
        await Tell("query", "SELECT body, tags FROM docs ORDER BY id");

        // Rows that cannot stand together
        _cli.Shop.Branch("clash", "INSERT INTO customers (id, name, email) VALUES (7, 'Eve', 'e@example.com'); INSERT INTO orders VALUES (9, 2, 1)");
        _cli.Shop.Write("INSERT INTO customers (id, name, email) VALUES (8, 'Eva', 'e@example.com')");
        await Tell("branch", "merge", "clash");
        _cli.Shop.Write("DELETE FROM customers WHERE id = 8; DELETE FROM orders WHERE customer_id = 2; DELETE FROM customers WHERE id = 2");
        await Tell("branch", "merge", "clash");
        _cli.MatchesSnapshot($"merges-{reader}");

        async Task Tell(params string[] arguments) => await _cli.TellAsync([.. arguments, .. json]);
    }
}
