using Xunit;

namespace DbVc.SystemTests;

/// <summary>Many agents at once by the published program: in order, bounded, stopped, killed and gone on with; none twice and none lost.</summary>
public sealed class BatchTests : IDisposable
{
    private static readonly Dictionary<string, int> s_rows = new() { ["customers"] = 40, ["products"] = 30, ["orders"] = 80, ["lines"] = 120, ["news"] = 20 };

    private readonly BatchShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(24)]
    public async Task Killed_in_the_midst_every_task_is_carried_out_once_and_none_is_lost(int lines)
    {
        await MakeShopAsync();
        var killed = await _shop.Program.SignalAfterAsync("KILL", lines, "agent", "run", "metadata", "--jobs", "3", "--yes");
        Assert.Equal(137, killed?.ExitCode);

        var resumed = await _shop.DocumentAsync(0, "agent", "run", "--resume", "--jobs", "3", "--yes");
        Assert.All(BatchShop.States(resumed), state => Assert.EndsWith(" ready", state, StringComparison.Ordinal));
        await _shop.CheckOnceAsync(resumed, s_rows);
        await _shop.Program.FailsAsync(2, "No batch waits", "agent", "run", "--resume", "--yes");
        await _shop.MergeAllAsync(resumed);
        Assert.Empty(KillableShop.Query(_shop.Program.Database, "PRAGMA foreign_key_check"));
        Assert.Equal(120L, KillableShop.Query(_shop.Program.Database, "SELECT count(*) FROM lines")[0][0]);
        await _shop.Program.CheckWholeAsync();
    }

    [Fact]
    public async Task A_task_on_two_others_sees_both_is_merged_after_both_and_its_evidence_holds()
    {
        await MakeShopAsync();
        var done = await _shop.DocumentAsync(0, "agent", "run", "metadata", "--jobs", "4", "--yes");
        Assert.Equal(["orders", "products"], BatchShop.After(done, "lines"));
        await _shop.CheckOnceAsync(done, s_rows);

        var lines = BatchShop.TaskOf(done, "lines").GetProperty("branch").GetString()!;
        var refused = await _shop.DocumentAsync(4, "branch", "merge", lines);
        Assert.Contains("does not hold yet", refused.GetProperty("message").GetString(), StringComparison.Ordinal);
        await _shop.MergeAllAsync(done);
        Assert.Equal("True", await _shop.Program.AskAsync("confirmed", "evidence", "verify", lines));
        await _shop.Program.CheckWholeAsync();
    }

    [Fact]
    public async Task What_waits_for_a_refused_task_is_blocked_the_rest_goes_on_and_so_does_that_once_the_task_is_mended()
    {
        await MakeShopAsync();
        _shop.Described("products", 30, amount: i => i % 3 == 0 ? -1 : i);
        var done = await _shop.DocumentAsync(4, "agent", "run", "metadata", "--jobs", "3", "--yes");
        Assert.Equal(["customers ready", "lines blocked", "news ready", "orders ready", "products refused"], BatchShop.States(done).Order());
        Assert.Contains("'products'", BatchShop.TaskOf(done, "lines").GetProperty("reason").GetString(), StringComparison.Ordinal);

        _shop.Described("products", 30);
        await _shop.Program.SucceedsAsync("agent", "retry", BatchShop.TaskOf(done, "products").GetProperty("branch").GetString()!);
        var resumed = await _shop.DocumentAsync(0, "agent", "run", "--resume", "--yes");
        await _shop.CheckOnceAsync(resumed, s_rows);
    }

    [Fact]
    public async Task Interrupted_all_are_stopped_and_the_same_command_goes_on_with_them()
    {
        await MakeShopAsync();
        var stopped = await _shop.Program.SignalAfterAsync("INT", 8, "agent", "run", "metadata", "--jobs", "2", "--yes");
        Assert.Equal(130, stopped?.ExitCode);
        Assert.Contains("agent run --resume batch-001", stopped!.Output, StringComparison.Ordinal);

        var done = await _shop.DocumentAsync(0, "agent", "run", "metadata", "--yes");
        Assert.Equal("batch-001", done.GetProperty("batch").GetString());
        await _shop.CheckOnceAsync(done, s_rows);
    }

    [Fact]
    public async Task A_dozen_files_named_in_words_become_a_plan_that_is_shown_run_on_a_yes_and_let_in_by_the_queue()
    {
        string[] tables =
        [
            "regions", "countries", "suppliers", "warehouses", "categories", "goods", "clients", "carts", "cart_lines", "parcels", "refunds", "ratings",
        ];
        await _shop.Program.SucceedsAsync("init", "--database", "shop.db");
        foreach (var (table, number) in tables.Select((t, i) => (t, i)))
        {
            // Each is about the one before it, by a column that is called as its table is.
            var parent = number == 0 ? null : tables[number - 1];
            _shop.Source(table + ".csv", parent is null ? "id,label" : $"id,{parent}_id,label",
                Enumerable.Range(1, 12).Select(i => parent is null ? $"{i},{table} {i}" : $"{i},{i % 7 + 1},{table} {i}"));
        }

        string[] words = ["agent", "create", "--task", "load these 12 files of the shop: data/*.csv"];
        await _shop.Program.FailsAsync(2, "13 files are spoken of, and 12 are named", "agent", "create", "--task", "load these 13 files: data/*.csv");
        await _shop.Program.FailsAsync(2, "--branch is about one branch", [.. words, "--branch", "all"]);
        Assert.Empty((await _shop.DocumentAsync(0, "agent", "list")).GetProperty("tasks").EnumerateArray());

        var done = await _shop.DocumentAsync(0, [.. words, "--yes"]);

        Assert.Equal(tables.Select(t => $"{t} ready"), BatchShop.States(done));
        Assert.Equal(["carts"], BatchShop.After(done, "cart_lines"));
        var branches = done.GetProperty("tasks").EnumerateArray().Select(t => t.GetProperty("branch").GetString()!);
        await _shop.Program.SucceedsAsync(["merge", "queue", "add", .. branches]);
        await _shop.Program.SucceedsAsync("merge", "queue", "run");
        foreach (var table in tables)
        {
            var rows = await _shop.DocumentAsync(0, "query", $"SELECT count(*) AS n FROM {table}");
            Assert.Equal("12", rows.GetProperty("rows")[0][0].ToString());
        }
    }

    [Fact]
    public async Task Two_processes_do_not_carry_out_one_batch()
    {
        await MakeShopAsync();
        using var first = _shop.Program.Start("agent", "run", "metadata", "--jobs", "2", "--yes");
        for (var line = 0; line < 14; line++) await first.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        await _shop.Program.FailsAsync(5, "at work on batch-001", "agent", "run", "metadata", "--yes");
        await _shop.Program.FailsAsync(5, "at work on batch-001", "agent", "run", "--resume", "batch-001", "--yes");
        var ended = await Published.EndAsync(first);
        Assert.True(ended.ExitCode == 0, ended.Error);
        var again = await _shop.DocumentAsync(0, "agent", "run", "--resume", "batch-001", "--yes");
        await _shop.CheckOnceAsync(again, s_rows);
    }

    [Theory]
    [InlineData("plan.cycle", "customers after orders after customers", "metadata", "--after", "customers=orders")]
    [InlineData("plan.unknown", "no such task", "metadata", "--after", "orders=nobody")]
    [InlineData("plan.parent", "refer to table 'customers'", "metadata/orders.json")]
    [InlineData("plan.twice", "named twice", "metadata", "metadata/news.json")]
    [InlineData("batch.jobs", "not 0", "metadata", "--jobs", "0")]
    [InlineData("input.no-terminal", "--yes", "metadata/news.json")]
    public async Task What_cannot_be_run_is_refused_before_anything_is_made(string code, string message, params string[] arguments)
    {
        await MakeShopAsync();
        string[] yes = code == "input.no-terminal" ? [] : ["--yes"];
        var ended = await _shop.Program.RunAsync(["agent", "run", .. arguments, .. yes, "--json"]);
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains($"\"{code}\"", ended.Error, StringComparison.Ordinal);
        Assert.Contains(message, ended.Error, StringComparison.Ordinal);
        Assert.Equal("[]", (await _shop.DocumentAsync(0, "agent", "list")).GetProperty("tasks").ToString());
        Assert.Equal(1, (await _shop.DocumentAsync(0, "branch", "list")).GetProperty("branches").GetArrayLength());
    }

    private async Task MakeShopAsync()
    {
        await _shop.Program.SucceedsAsync("init", "--database", "shop.db");
        _shop.Described("customers", s_rows["customers"]);
        _shop.Described("products", s_rows["products"]);
        _shop.Described("orders", s_rows["orders"], "customers");
        _shop.Described("lines", s_rows["lines"], "orders", "products");
        _shop.Described("news", s_rows["news"]);
    }
}
