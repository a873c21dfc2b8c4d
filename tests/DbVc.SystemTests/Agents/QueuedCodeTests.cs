using System.Text.Json;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Branches that agents made, with code, through the merge queue while main moves: real sandbox, real gates.</summary>
public sealed class QueuedCodeTests : IDisposable
{
    private const int Records = 40;

    private readonly SampleShop _shop = new();

    public QueuedCodeTests()
    {
        _shop.Write("CREATE TABLE people (mail TEXT PRIMARY KEY, name TEXT UNIQUE)");
        _shop.Workspace.Branches.Commit(BranchName.Main, "A table of people", null, CancellationToken.None);
        Describe("people", 0);
    }

    private Workspace Workspace => _shop.Workspace;

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void It_is_brought_up_to_a_main_that_moved_its_code_runs_again_and_it_lands()
    {
        var made = Make("people");
        _shop.Write("INSERT INTO people VALUES ('live@x.org', 'Live'); INSERT INTO products VALUES (9001, 'Later', 1)");
        var gates = new CountsGates();

        Assert.Equal("people landed", Queue("people", gates));

        Assert.True(gates.Count > 0, "No gate was asked again.");
        var report = Workspace.Agents.Status(BranchName.Parse("people"));
        Assert.Equal(TaskState.Merged, report.State);
        Assert.NotEqual(made.Evidence, report.Evidence);
        var landed = Workspace.History.Find("main").Commit.Commit;
        Assert.Equal(("Merge branch 'people'", report.Evidence), (landed.Message.Split('\n')[0], landed.Evidence?.ToString()));
        Assert.Equal($"{Records + 1} 1", _shop.Ask("SELECT (SELECT count(*) FROM people) || ' ' || (SELECT count(*) FROM products WHERE id = 9001)"));
        Assert.True(Workspace.Status(CancellationToken.None).Clean);
        Assert.True(Workspace.Upkeep.Verify(CancellationToken.None).Ok);
    }

    [Fact]
    public void One_whose_gates_refuse_it_on_the_main_of_now_stays_out_with_their_reason()
    {
        Make("people");
        // Names that its code would load, under other keys: what was right on the main of then is too often rejected now.
        for (var i = 1; i <= Records / 2; i++) _shop.Write($"INSERT INTO people VALUES ('live{i}@x.org', 'Name {i}')");

        Assert.Equal("people refused", Queue("people"));

        Assert.StartsWith("Refused by gates: ", Reason("people"), StringComparison.Ordinal);
        Assert.Equal($"{Records / 2}", _shop.Ask("SELECT count(*) FROM people"));
        Assert.True(TaskState.Failed == Workspace.Agents.Status(BranchName.Parse("people")).State, Reason("people"));
        Assert.NotNull(Workspace.Branches.Show(BranchName.Parse("people")));
        // What it was refused for goes away in main: brought up by hand and judged again, it lands.
        _shop.Write("DELETE FROM people");
        Workspace.Branches.Commit(BranchName.Main, "Nobody", null, CancellationToken.None);
        Assert.Equal(MergeState.Merged,
            Workspace.Merges.Merge(new MergeRequest(BranchName.Main, BranchName.Parse("people"), false, []), CancellationToken.None).State);
        var again = Workspace.Agents.RunGates(BranchName.Parse("people"), new SilentProgress(), CancellationToken.None);
        Assert.True(again.State == TaskState.Ready, again.Error);
        Assert.Equal("people landed", Queue("people"));
        Assert.Equal($"{Records}", _shop.Ask("SELECT count(*) FROM people"));
    }

    [Fact]
    public void Where_only_lines_of_code_were_decided_about_the_rows_are_left_to_the_code_and_it_lands()
    {
        Make("people");
        Assert.Equal(MergeState.Merged, _shop.Merge("people").State);
        foreach (var (name, first) in new[] { ("one", 100), ("two", 200) })
        {
            Describe(name, first);
            var made = Workspace.Agents.Generate(
                new GenerationRequest("people", _shop.Sample("people.json"), _shop.Sample(name + ".csv"), BranchName.Parse(name), EditConflicts.Refuse),
                new SilentProgress(), CancellationToken.None);
            Assert.True(made.State == TaskState.Ready, made.Error);
            File.AppendAllText(At(name, "generated/Validators.cs"), $"// Checked for {name}.\n");
            Workspace.Branches.Commit(BranchName.Parse(name), "Say for whom it was checked", null, CancellationToken.None);
            Assert.Equal(TaskState.Ready, Workspace.Agents.RunGates(BranchName.Parse(name), new SilentProgress(), CancellationToken.None).State);
        }

        Workspace.Queue.Add([BranchName.Parse("one"), BranchName.Parse("two")]);
        Assert.Equal("one landed, two conflicts", Run());
        var conflict = Assert.Single(Workspace.Merges.ListConflicts(null, null, 10).Conflicts).Conflict;
        Assert.Equal(ConflictKind.File, conflict.Kind);
        Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));

        Assert.Equal("two landed", Run());
        Assert.Equal($"{3 * Records}", _shop.Ask("SELECT count(*) FROM people"));
        var code = Workspace.Files.Read(BranchName.Parse("two"), "generated/Validators.cs");
        Assert.EndsWith("// Checked for two.\n", code, StringComparison.Ordinal);
        Assert.DoesNotContain("Checked for one", code, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_rows_were_decided_about_the_message_says_what_to_do_and_doing_it_lands_the_branch()
    {
        Make("people");
        _shop.Write("INSERT INTO people VALUES ('p1@x.org', 'Live')");
        Assert.Equal("people conflicts", Queue("people"));
        Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Target)));

        Assert.Equal("people refused", Run());
        Assert.Contains("would drop what Tess decided about rows", Reason("people"), StringComparison.Ordinal);
        Assert.Contains("db-vc gate run people --reload; then the branch can land (db-vc merge queue add people", Reason("people"), StringComparison.Ordinal);

        var judged = Workspace.Agents.RunGates(BranchName.Parse("people"), new SilentProgress(), CancellationToken.None, reload: true);
        Assert.True(judged.State == TaskState.Ready, judged.Error);
        Assert.Equal("people landed", Queue("people"));
        Assert.Equal($"{Records} Live", _shop.Ask("SELECT count(*) || ' ' || (SELECT name FROM people WHERE mail = 'p1@x.org') FROM people"));
    }

    [Fact]
    public void Where_a_person_put_rows_into_it_the_message_says_what_to_do_and_doing_it_lands_both()
    {
        Make("people");
        Execute("people", "INSERT INTO products VALUES (9002, 'By hand', 1)");
        Workspace.Branches.Commit(BranchName.Parse("people"), "A product", null, CancellationToken.None);
        var byHand = Workspace.History.Find("people").Commit.Id;
        _shop.Write("INSERT INTO people VALUES ('live@x.org', 'Live')");
        Assert.Equal("people refused", Queue("people"));
        Assert.Contains($"would drop what Tess committed in {byHand.Short}, \"A product\"", Reason("people"), StringComparison.Ordinal);
        Assert.Contains($"db-vc diff {byHand.Short}~1 {byHand.Short} --sql says what to write there", Reason("people"), StringComparison.Ordinal);

        Workspace.Branches.Create(BranchName.Parse("apart"), null, CancellationToken.None);
        using (var script = Workspace.History.Script(new DiffRequest($"{byHand}~1", byHand.ToString(), null, 10), CancellationToken.None))
            Execute("apart", string.Join(";\n", script.Statements));
        Workspace.Branches.Commit(BranchName.Parse("apart"), "A product", null, CancellationToken.None);
        Assert.Equal(TaskState.Ready,
            Workspace.Agents.RunGates(BranchName.Parse("people"), new SilentProgress(), CancellationToken.None, reload: true).State);
        Workspace.Queue.Add([BranchName.Parse("people"), BranchName.Parse("apart")]);
        Assert.True(Run() is "people landed, apart landed", Reason("apart"));
        Assert.Equal($"{Records + 1} 1", _shop.Ask("SELECT (SELECT count(*) FROM people) || ' ' || (SELECT count(*) FROM products WHERE id = 9002)"));
    }

    [Fact]
    public async Task The_program_says_by_its_exit_code_what_landed_and_what_stayed_out()
    {
        using var shop = new PublishedShop();
        await shop.SucceedsAsync("init", "--database", "shop.db");
        foreach (var (name, rows, table) in new[] { ("fine", 30, "people"), ("bad", 20, "others") })
            await shop.SucceedsAsync("agent", "create", "--metadata", shop.Metadata(name, rows, table), "--branch", name);
        await shop.SucceedsAsync("invariant", "add", "few", "SELECT count(*) AS n FROM people HAVING count(*) > 30");
        KillableShop.Execute(shop.Database, "INSERT INTO people VALUES (1000, 'Live')");
        await shop.SucceedsAsync("merge", "queue", "add", "fine", "bad");

        var ended = await shop.RunAsync("merge", "queue", "run", "--json");
        Assert.True(ended.ExitCode == 4, ended.Error + ended.Output);
        using var document = JsonDocument.Parse(ended.Output);
        var entries = document.RootElement.GetProperty("queue").EnumerateArray()
            .ToDictionary(e => e.GetProperty("branch").GetString()!, e => (State: e.GetProperty("state").GetString(), Why: e.GetProperty("reason").ToString()));
        Assert.Equal(("refused", "landed"), (entries["fine"].State, entries["bad"].State));
        Assert.Contains("few", entries["fine"].Why, StringComparison.Ordinal);
        Assert.Equal((1L, 20L), (KillableShop.Query(shop.Database, "SELECT count(*) FROM people")[0][0],
            KillableShop.Query(shop.Database, "SELECT count(*) FROM others")[0][0]));
        await shop.CheckWholeAsync();
    }

    private AgentReport Make(string branch)
    {
        var report = _shop.Create("people.json", branch);
        Assert.True(report.State == TaskState.Ready, report.Error);
        return report;
    }

    private void Describe(string name, int first)
    {
        File.WriteAllLines(_shop.Sample(name + ".csv"),
            Enumerable.Range(first + 1, Records).Select(i => $"p{i}@x.org,Name {i}").Prepend("mail,name"));
        File.WriteAllText(_shop.Sample("people.json"), """
            {"task_id": "people", "source": "people.csv", "destination": "people",
             "schema": {"mail": {"type": "string", "primary_key": true}, "name": "string"},
             "validations": ["name not null", {"rule": "no_duplicates", "fields": ["name"]}],
             "test_data": {"sample_size": 20, "validation_threshold": 0.9} }
            """);
    }

    private string Queue(string branch, SilentProgress? progress = null)
    {
        Workspace.Queue.Add([BranchName.Parse(branch)]);
        return Run(progress);
    }

    private string Run(SilentProgress? progress = null) => string.Join(", ",
        Workspace.Queue.Run(progress ?? new SilentProgress(), _ => { }, CancellationToken.None).Entries
            .Select(e => $"{e.Branch} {e.State.ToString().ToLowerInvariant()}"));

    private string Reason(string branch) => Workspace.Queue.List(all: true).Last(e => e.Branch == branch).Reason ?? "";

    private string At(string branch, string file) => Path.Combine(_shop.Folder, "branches", branch, file);

    private void Execute(string branch, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Workspace.Branches.Show(BranchName.Parse(branch)).Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class CountsGates : SilentProgress
    {
        public int Count { get; private set; }

        public override void GateFinished(GateSummary gate) => Count++;
    }
}
