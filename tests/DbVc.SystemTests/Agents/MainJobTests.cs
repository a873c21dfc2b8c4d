using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The main job on the samples that ship with the product: real files, real sandbox, real live database.</summary>
public sealed class MainJobTests : IDisposable
{
    private readonly SampleShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Customers_are_ingested_reviewed_merged_and_rolled_back()
    {
        var report = _shop.Create("customers.json", "feature/customers");
        Assert.True(report.State == TaskState.Ready, report.Error + string.Join("; ", report.Gates.Where(g => !g.Passed).SelectMany(g => g.Findings).Take(5)));
        Assert.Equal(["syntax", "lint", "unit", "integration", "data quality", "performance", "security", "reversibility"], report.Gates.Select(g => g.Name));
        Assert.Equal(report.Rows!.Read, report.Rows.Loaded + report.Rows.Rejected + report.Rows.Filtered);
        Assert.Equal("200", _shop.Ask("SELECT count(*) FROM customers"));
        Assert.True(File.Exists(Path.Combine(_shop.Folder, "branches", "feature+customers", "results", "test_results.json")));

        // Somebody writes to main while the branch waits.
        _shop.Write("UPDATE customers SET city = 'Bonn' WHERE id = 1; INSERT INTO customers (id, name, email) VALUES (900, 'New Here', 'new@example.com')");
        var review = _shop.Workspace.Agents.Review(BranchName.Parse("feature/customers"), CancellationToken.None);
        Assert.Equal(MergeState.Merged, review.Plan.State);
        var merge = _shop.Merge("feature/customers");
        Assert.Equal(MergeState.Merged, merge.State);
        Assert.Equal((200 + 1 + report.Rows.Loaded).ToString(), _shop.Ask("SELECT count(*) FROM customers"));
        Assert.Equal("Bonn", _shop.Ask("SELECT city FROM customers WHERE id = 1"));
        Assert.Equal(TaskState.Merged, _shop.Workspace.Agents.Status(null).State);

        var log = _shop.Workspace.History.Log(new LogRequest("HEAD", 50, null, false));
        Assert.Equal(report.Evidence, log[0].Commit.Commit.Evidence!.Value.ToString());
        Assert.True(log.Count(e => e.Commit.Commit.Author.Kind == AuthorKind.Agent && e.Commit.Commit.Provenance?.Task == report.Task) >= 5);

        _shop.Workspace.Replays.Rollback(new RollbackRequest("HEAD~1", false), CancellationToken.None);
        Assert.Equal("201", _shop.Ask("SELECT count(*) FROM customers"));
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
    }

    [Fact]
    public void An_agent_that_was_stopped_after_its_gates_passed_is_not_merged_until_somebody_lets_it_finish()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<TaskStoppedException>(() => _shop.Create("customers.json", "agent-customers", new StopAfter("validate_results", stop)));
        Assert.Equal(TaskState.Stopped, _shop.Workspace.Agents.Status(null).State);
        var refused = _shop.Merge("agent-customers");
        Assert.Equal((MergeState.Refused, "200"), (refused.State, _shop.Ask("SELECT count(*) FROM customers")));
        Assert.Contains("it is stopped. See: db-vc agent retry agent-customers, db-vc gate run agent-customers.", refused.Message, StringComparison.Ordinal);

        Assert.Equal(TaskState.Ready, _shop.Workspace.Agents.RunGates(BranchName.Parse("agent-customers"), new SilentProgress(), CancellationToken.None).State);
        Assert.Equal(MergeState.Merged, _shop.Merge("agent-customers").State);
    }

    [Fact]
    public void A_source_that_breaks_its_threshold_stays_in_its_branch_with_a_report()
    {
        var report = _shop.Create("sensors.json", "agent-sensors");
        Assert.Equal(TaskState.Failed, report.State);
        Assert.Equal("data quality", Assert.Single(report.Gates, g => !g.Passed).Name);
        var merge = _shop.Merge("agent-sensors");
        Assert.Equal((MergeState.Refused, "data quality"), (merge.State, Assert.Single(merge.Gates).Name));
        foreach (var path in new[] { "metadata.json", "generated/Ingestion.cs", "tests/IngestionTests.cs", "results/test_results.json",
            "results/execution.log", "results/quarantine.jsonl", "branch.info" })
        {
            Assert.True(File.Exists(Path.Combine(_shop.Folder, "branches", "agent-sensors", path)), path);
        }

        Assert.Equal(report.Rows!.Rejected, File.ReadLines(Path.Combine(_shop.Folder, "branches", "agent-sensors", "results", "quarantine.jsonl")).Count());
    }

    [Fact]
    public void A_load_of_more_rows_than_the_budget_has_fails_and_leaves_nothing()
    {
        var branch = BranchName.Parse("small");
        var failure = Record.Exception(() => _shop.Create("customers.json", branch.Text, "rows=3"));
        var report = _shop.Workspace.Agents.Status(branch);
        Assert.Equal(TaskState.Failed, report.State);
        Assert.Contains("3 rows", failure?.Message ?? report.Error);
        Assert.Equal(MergeState.Refused, _shop.Merge(branch.Text).State);
        Assert.True(_shop.Workspace.Branches.Show(branch).Used!.Rows <= 3);
        Assert.Equal("200", _shop.Ask("SELECT count(*) FROM customers"));
    }

    [Fact]
    public void An_agent_whose_budget_is_below_what_main_has_works_beside_what_it_does_not_need_and_its_merge_leaves_that_alone()
    {
        _shop.Write("CREATE TABLE big (id INTEGER PRIMARY KEY, note TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) "
            + "INSERT INTO big SELECT i, 'note ' || i FROM n");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Big", null, CancellationToken.None);
        var branch = BranchName.Parse("partial");
        var report = _shop.Create("customers.json", branch.Text, "rows=5000");
        Assert.True(report.State == TaskState.Ready, report.Error);
        var shown = _shop.Workspace.Branches.Show(branch);
        Assert.Contains("big", shown.LeftOut);
        Assert.DoesNotContain("customers", shown.LeftOut);

        _shop.Write("UPDATE big SET note = 'meanwhile' WHERE id = 7");
        Assert.Equal(MergeState.Merged, _shop.Merge(branch.Text).State);
        Assert.Equal((200 + report.Rows!.Loaded).ToString(), _shop.Ask("SELECT count(*) FROM customers"));
        Assert.Equal("9000 meanwhile", _shop.Ask("SELECT count(*) || ' ' || (SELECT note FROM big WHERE id = 7) FROM big"));
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
    }

    [Fact]
    public void Work_beyond_its_seconds_is_ended_and_the_task_has_failed_also_when_it_is_tried_again()
    {
        var branch = BranchName.Parse("short");
        // The sandbox compiles for longer than that.
        Assert.Equal("budget.seconds", Assert.Throws<DbVcException>(() => _shop.Create("customers.json", branch.Text, "seconds=1")).Code);
        Assert.Equal(TaskState.Failed, _shop.Workspace.Agents.Status(branch).State);
        var again = Assert.Throws<DbVcException>(() => _shop.Workspace.Agents.Retry(branch, new SilentProgress(), CancellationToken.None));
        Assert.Equal((FailureKind.Refused, "budget.seconds"), (again.Kind, again.Code));
        Assert.Equal(TaskState.Failed, _shop.Workspace.Agents.Status(branch).State);
        Assert.Equal("failed", _shop.Workspace.Branches.Show(branch).Status);
        Assert.Equal("200", _shop.Ask("SELECT count(*) FROM customers"));
    }

    [Fact]
    public void Code_edited_after_the_gates_is_not_merged_on_their_word()
    {
        var branch = BranchName.Parse("agent-customers");
        Assert.Equal(TaskState.Ready, _shop.Create("customers.json", branch.Text).State);
        File.AppendAllText(Path.Combine(_shop.Folder, "branches", branch.Text, "generated", "Validators.cs"), "// edited\n");
        _shop.Workspace.Branches.Commit(branch, "Edit", null, CancellationToken.None);
        Assert.Equal(MergeState.Refused, _shop.Merge(branch.Text).State);
        Assert.Equal(TaskState.Ready, _shop.Workspace.Agents.RunGates(branch, new SilentProgress(), CancellationToken.None).State);
        Assert.Equal(MergeState.Merged, _shop.Merge(branch.Text).State);
    }

    [Fact]
    public void A_branch_made_from_a_refused_one_is_refused_too()
    {
        Assert.Equal(TaskState.Failed, _shop.Create("sensors.json", "bad").State);
        _shop.Workspace.Branches.Create(BranchName.Parse("washed"), "bad", CancellationToken.None);
        Assert.Equal(MergeState.Refused, _shop.Merge("washed").State);
        Assert.Equal("0", _shop.Ask("SELECT count(*) FROM sqlite_master WHERE name = 'sensor_readings'"));
    }

    [Fact]
    public void Gates_run_again_after_main_came_in_do_not_undo_what_main_brought()
    {
        var branch = BranchName.Parse("agent-customers");
        _shop.Create("customers.json", branch.Text);
        _shop.Write("INSERT INTO customers (id, name, email) VALUES (900, 'New Here', 'new@example.com')");
        _shop.Workspace.Branches.Commit(BranchName.Main, "New", null, CancellationToken.None);
        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Merge(new MergeRequest(BranchName.Main, branch, false, []), CancellationToken.None).State);
        Assert.Equal(TaskState.Ready, _shop.Workspace.Agents.RunGates(branch, new SilentProgress(), CancellationToken.None).State);
        Assert.Equal(MergeState.Merged, _shop.Merge(branch.Text).State);
        Assert.Equal("1", _shop.Ask("SELECT count(*) FROM customers WHERE id = 900"));
    }

    [Fact]
    public void Metadata_edited_after_it_was_pinned_judges_nothing()
    {
        Assert.Equal(TaskState.Failed, _shop.Create("sensors.json", "bad").State);
        var pinned = Path.Combine(_shop.Folder, "branches", "bad", "metadata.json");
        File.WriteAllText(pinned, File.ReadAllText(pinned).Replace("0.95", "0.1", StringComparison.Ordinal));
        var refusal = Assert.Throws<DbVcException>(() => _shop.Workspace.Agents.RunGates(BranchName.Parse("bad"), new SilentProgress(),
            CancellationToken.None));
        Assert.Equal("agent.pinned", refusal.Code);
    }

    [Fact]
    public void A_task_in_words_waits_for_its_metadata()
    {
        var waiting = _shop.Workspace.Agents.Create(new AgentRequest(null, null, "ingest customer data from API", null, false), new SilentProgress(),
            CancellationToken.None);
        Assert.Equal((TaskState.Waiting, "agent-ingest-customer-data-from-001"), (waiting.State, waiting.Branch));
        var report = _shop.Workspace.Agents.SupplyMetadata(_shop.Sample("customers.json"), null, new SilentProgress(), CancellationToken.None);
        Assert.Equal((waiting.Task, TaskState.Ready), (report.Task, report.State));
    }

    [Theory]
    [InlineData("""{"source": "absent.csv", "schema": {"id": "integer"}}""", "source.missing")]
    [InlineData("""{"source": "folder.csv", "schema": {"id": "integer"}}""", "source.not-a-file")]
    [InlineData("""{"source": "empty.csv", "schema": {"id": "integer"}}""", "source.empty")]
    [InlineData("""{"source": "binary.csv", "schema": {"id": "integer"}}""", "source.binary")]
    [InlineData("""{"source": "customers.csv", "schema": {"nowhere": "integer"}}""", "source.column-missing")]
    [InlineData("""{"source": "customers.csv", "schema": {"id": "integer"}, "destination": {"table": "orders"}}""", "destination.differs")]
    [InlineData("""{"source": "customers.csv", "schema": {"id": "wholenumber"}}""", "metadata.invalid")]
    [InlineData("no json", "metadata.invalid")]
    public void Bad_input_is_refused_before_anything_is_made(string metadata, string code)
    {
        Directory.CreateDirectory(_shop.Sample("folder.csv"));
        File.WriteAllText(_shop.Sample("empty.csv"), "");
        File.WriteAllBytes(_shop.Sample("binary.csv"), [0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 1, 2, 3, 0, 0]);
        File.WriteAllText(_shop.Sample("bad.json"), metadata);
        Assert.Equal(code, Assert.Throws<DbVcException>(() => _shop.Create("bad.json", "agent-bad")).Code);
        Assert.Single(_shop.Workspace.Branches.List());
        Assert.Empty(_shop.Workspace.Agents.List());
    }
}

/// <summary>A repository over the sample shop, with the worker from the build.</summary>
internal sealed class SampleShop : IDisposable
{
    public SampleShop()
    {
        Folder = Directory.CreateTempSubdirectory("dbvc-test-").FullName;
        var samples = Path.Combine(Published.Root, "samples");
        Directory.CreateDirectory(Path.Combine(Folder, "in"));
        foreach (var file in Directory.EnumerateFiles(samples)) File.Copy(file, Sample(Path.GetFileName(file)));
        Write(File.ReadAllText(Sample("shop.sql")));
        Workspace.Init(new InitRequest(Folder, Database, null), Options, CancellationToken.None);
        Workspace = Workspace.Open(Folder, Options, CancellationToken.None);
    }

    public string Folder { get; }

    public string Database => Path.Combine(Folder, "shop.db");

    public Workspace Workspace { get; }

    private static WorkspaceOptions Options { get; } = new(TimeProvider.System, new Author("Tess", "", AuthorKind.Human), Published.WorkerFolder);

    public string Sample(string name) => Path.Combine(Folder, "in", name);

    public AgentReport Create(string metadata, string branch, string? budget = null) => Workspace.Agents.Create(
        new AgentRequest(Sample(metadata), BranchName.Parse(branch), null, null, false) { Terms = new BranchTerms(budget, null) },
        new SilentProgress(), CancellationToken.None);

    public AgentReport Create(string metadata, string branch, StopAfter progress) => Workspace.Agents.Create(
        new AgentRequest(Sample(metadata), BranchName.Parse(branch), null, null, false), progress, progress.Token);

    public MergeReport Merge(string branch) =>
        Workspace.Merges.Merge(new MergeRequest(BranchName.Parse(branch), BranchName.Main, false, []), CancellationToken.None);

    public void Write(string sql) => Run(sql, c => c.ExecuteNonQuery());

    public string Ask(string sql) => Run(sql, c => Convert.ToString(c.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) ?? "");

    public void Dispose()
    {
        Workspace.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private T Run<T>(string sql, Func<SqliteCommand, T> run)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Database, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return run(command);
    }
}

/// <summary>Interrupts the work, as Ctrl-C does, when a step is done.</summary>
internal sealed class StopAfter(string step, CancellationTokenSource stop) : SilentProgress
{
    public CancellationToken Token => stop.Token;

    public override void StepFinished(TaskStep finished)
    {
        if (finished.Name == step) stop.Cancel();
    }
}

/// <summary>Watches nothing.</summary>
internal class SilentProgress : IAgentProgress
{
    public void Message(string text)
    {
    }

    public void StepStarted(string name)
    {
    }

    public virtual void StepFinished(TaskStep finished)
    {
    }

    public virtual void GateFinished(GateSummary gate)
    {
    }

    public void Rows(long loaded, long rejected, long? records)
    {
    }
}
