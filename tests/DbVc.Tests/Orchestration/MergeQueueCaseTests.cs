using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Two agents that did the same, or nearly the same, at the same time; both wait in the queue.</summary>
public sealed class MergeQueueCaseTests : IDisposable
{
    private const string Notes = "SELECT group_concat(id || '=' || coalesce(text, '')) FROM (SELECT * FROM notes ORDER BY id)";
    private const string Balance = "SELECT balance FROM customers WHERE id = 1";
    private const string Pages = "SELECT group_concat(title || '=' || hits) FROM (SELECT * FROM pages ORDER BY title)";
    private const string ColumnsOfCustomers = "SELECT group_concat(name) FROM pragma_table_info('customers')";

    private readonly ShopRepository _shop = new(ShopRepository.Schema + """
        CREATE TABLE pages (title TEXT PRIMARY KEY, hits INTEGER, tags TEXT, seen TEXT);
        INSERT INTO pages VALUES ('home', 10, 'a;b', '2026-01-01');
        """);

    public void Dispose() => _shop.Dispose();

    /// <summary>What each of the two did, what becomes of the second, what to ask main then, and its answer.</summary>
    public static TheoryData<string, string, string, string, string, string> Cases => new()
    {
        {
            "the same table", "CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT); INSERT INTO notes VALUES ('a', 'one')",
            "CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT); INSERT INTO notes VALUES ('b', 'two')", "landed", Notes, "a=one,b=two"
        },
        {
            "the same table with the same row", "CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT); INSERT INTO notes VALUES ('a', 'one')",
            "CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT); INSERT INTO notes VALUES ('a', 'one')", "landed", Notes, "a=one"
        },
        {
            "the same table with another row under one key", "CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT); INSERT INTO notes VALUES ('a', 'one')",
            "CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT); INSERT INTO notes VALUES ('a', 'two')", "conflicts", Notes, "a=one"
        },
        {
            "a table of one name and two definitions", "CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT)",
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)", "conflicts",
            "SELECT type FROM pragma_table_info('notes') WHERE name = 'id'", "TEXT"
        },
        {
            "a column renamed alike", "ALTER TABLE customers RENAME COLUMN balance TO credit", "ALTER TABLE customers RENAME COLUMN balance TO credit",
            "landed", ColumnsOfCustomers, "id,name,email,credit"
        },
        {
            "a column renamed to two names", "ALTER TABLE customers RENAME COLUMN balance TO credit", "ALTER TABLE customers RENAME COLUMN balance TO money",
            "conflicts", ColumnsOfCustomers, "id,name,email,credit"
        },
        {
            "a column renamed by one and written by the other", "ALTER TABLE customers RENAME COLUMN balance TO credit",
            "UPDATE customers SET balance = 7 WHERE id = 1", "landed", "SELECT credit FROM customers WHERE id = 1", "7"
        },
        {
            "an equal row", "INSERT INTO pages VALUES ('about', 1, '', '')", "INSERT INTO pages VALUES ('about', 1, '', '')", "landed", Pages, "about=1,home=10"
        },
        {
            "another row under one key", "INSERT INTO pages VALUES ('about', 1, '', '')", "INSERT INTO pages VALUES ('about', 2, '', '')", "conflicts", Pages,
            "about=1,home=10"
        },
        {
            "rows whose key the database hands out", "INSERT INTO customers (name) VALUES ('Cy')", "INSERT INTO customers (name) VALUES ('Di')", "landed",
            "SELECT group_concat(id || name) FROM (SELECT * FROM customers ORDER BY id)", "1Ann,2Bob,3Cy,4Di"
        },
        { "one cell", "UPDATE customers SET balance = 60 WHERE id = 1", "UPDATE customers SET balance = 70 WHERE id = 1", "conflicts", Balance, "60" },
        { "one cell alike", "UPDATE customers SET balance = 60 WHERE id = 1", "UPDATE customers SET balance = 60 WHERE id = 1", "landed", Balance, "60" },
        {
            "two cells of one row", "UPDATE customers SET balance = 60 WHERE id = 1", "UPDATE customers SET name = 'Anna' WHERE id = 1", "landed",
            "SELECT name || balance FROM customers WHERE id = 1", "Anna60"
        },
        {
            "a row that the other deletes", "UPDATE pages SET hits = 11 WHERE title = 'home'", "DELETE FROM pages WHERE title = 'home'", "conflicts", Pages,
            "home=11"
        },
        { "a counter under the policy delta", "UPDATE pages SET hits = hits + 5", "UPDATE pages SET hits = hits + 2", "delta", Pages, "home=17" },
        { "a highest value under the policy max", "UPDATE pages SET hits = 30", "UPDATE pages SET hits = 20", "max", Pages, "home=30" },
        {
            "a set under the policy union", "UPDATE pages SET tags = 'a;b;c'", "UPDATE pages SET tags = 'a;d'", "union",
            "SELECT tags FROM pages WHERE title = 'home'", "a;c;d"
        },
        {
            "a time under the policy latest", "UPDATE pages SET seen = '2026-02-02'", "UPDATE pages SET seen = '2026-03-03'", "latest",
            "SELECT seen FROM pages WHERE title = 'home'", "2026-03-03"
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Two_that_change(string what, string first, string second, string expected, string query, string answer)
    {
        Assert.NotEmpty(what);
        _shop.Branch("first", first);
        _shop.Branch("second", second);
        if (expected is not ("landed" or "conflicts"))
        {
            var column = expected switch { "union" => "tags", "latest" => "seen", _ => "hits" };
            Workspace.Settings(_shop.Folder).Set("merge.policies", [$"pages.{column}={expected}"]);
            _shop.Reopen();
            expected = "landed";
        }

        Assert.Equal(["first landed", "second " + expected], Run("first", "second"));
        Assert.Equal(answer, _shop.Ask(query));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
        if (expected != "conflicts") return;

        // Nothing of the second is lost: its own side wins as soon as somebody says so.
        var merge = Assert.Single(_shop.Workspace.Merges.Status());
        _shop.Workspace.Merges.Resolve(new ResolveRequest(merge.Id, null, new Resolution(ResolutionKind.Source)));
        Assert.Equal(["second landed"], Run());
        Assert.NotEqual(answer, _shop.Ask(query));
    }

    /// <summary>Lines of the file before, of the one and of the other; what becomes of the second.</summary>
    [Theory]
    [InlineData("a\nb\nc\n", "a\nb\nc\nd\n", "a\nb\nc\nd\n", "landed", "a\nb\nc\nd\n")]
    [InlineData("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", "landed", "A\nb\nC\n")]
    [InlineData("a\nb\nc\n", "one\nb\nc\n", "two\nb\nc\n", "conflicts", "one\nb\nc\n")]
    [InlineData(null, "one\n", "one\n", "landed", "one\n")]
    [InlineData(null, "one\n", "two\n", "conflicts", "one\n")]
    public void Two_that_write_one_file(string? before, string first, string second, string expected, string merged)
    {
        _shop.Workspace.Access.SetRule(new BranchRuleRequest("main", null, null, "none"));
        if (before is not null)
        {
            Write("start", before);
            Assert.Equal(["start landed"], Run("start"));
        }

        Make("first");
        Make("second");
        Write("first", first);
        Write("second", second);

        Assert.Equal(["first landed", "second " + expected], Run("first", "second"));
        Make("look");
        Assert.Equal(merged, File.ReadAllText(PathOf("look")));
    }

    private void Make(string name) =>
        _shop.Workspace.Branches.Create(BranchName.Parse(name), null, new NewBranch("crm", null, BranchTerms.None), CancellationToken.None);

    private void Write(string name, string text)
    {
        var branch = BranchName.Parse(name);
        if (_shop.Workspace.Branches.List().All(b => b.Name != name)) Make(name);
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
        Assert.NotNull(_shop.Workspace.Branches.Commit(branch, "Write", null, CancellationToken.None).Commit);
    }

    private string PathOf(string name)
    {
        var folder = Path.Combine(_shop.Folder, "branches", name);
        if (_shop.Workspace.Branches.List().Any(b => b.Name == name)) _shop.Workspace.Branches.CheckOutFiles(BranchName.Parse(name));
        return Path.Combine(folder, "generated", "Load.cs");
    }

    private List<string> Run(params string[] names)
    {
        if (names.Length > 0) _shop.Workspace.Queue.Add([.. names.Select(BranchName.Parse)]);
        return [.. _shop.Workspace.Queue.Run(new Silence(), _ => { }, CancellationToken.None).Entries
            .Select(e => $"{e.Branch} {e.State.ToString().ToLowerInvariant()}{(e.State == QueueState.Refused ? " " + e.Reason : "")}")];
    }
}
