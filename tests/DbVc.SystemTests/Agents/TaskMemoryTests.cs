using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>What was merged is done again without the model, for the very same metadata, and is forgotten when somebody says so.</summary>
public sealed class TaskMemoryTests : IDisposable
{
    private const string Variable = "DBVC_TEST_MEMORY_KEY";
    private const string Begin = "<!-- memory: made by ./dev figures -->";
    private const string End = "<!-- end of memory -->";

    // Those whose rows can be taken out of the table again: a second load of the same keys would be refused.
    private static readonly string[] s_left = ["existing", "upsert", "versions", "evolution"];

    private readonly SampleShop _shop = new();
    private readonly ApiTestServer _server;

    public TaskMemoryTests()
    {
        Environment.SetEnvironmentVariable(Variable, "memory-canary-16180339");
        foreach (var file in Directory.EnumerateFiles(ShippedTask.Folder)) File.Copy(file, _shop.Sample(Path.GetFileName(file)));
        var wire = ModelWire.Of("openai");
        _server = new ApiTestServer(q => wire.Answer(new WireAnswer("", ModelConversation.Work(wire.Read(q.Body).Messages))));
        // Without answers of before: what is spared here is spared by what was learned.
        File.WriteAllText(Path.Combine(_shop.Folder, ".db-version-control", "config.yaml"), $$"""
            agent: {model: work}
            llm:
              cache_megabytes: 0
              providers:
                work: {protocol: openai, base_url: "{{_server.Root}}{{wire.Base}}", model: m, key: {{Variable}}}
            """);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        _server.Dispose();
        _shop.Dispose();
    }

    [Fact]
    public void A_merged_pipeline_is_done_again_with_its_edits_and_without_the_model_until_it_is_forgotten()
    {
        var first = _shop.Create("02-bounds.json", "first");
        Assert.True(first.State == TaskState.Ready, first.Error);
        Assert.Empty(_shop.Workspace.Memory.List());
        File.AppendAllText(Validators("first"), "// Checked by Tess.\n");
        _shop.Workspace.Branches.Commit(BranchName.Parse("first"), "Say who checked it", null, CancellationToken.None);
        Assert.Equal(TaskState.Ready, _shop.Workspace.Agents.RunGates(BranchName.Parse("first"), new SilentProgress(), CancellationToken.None).State);
        Assert.Equal(MergeState.Merged, _shop.Merge("first").State);

        var lesson = Assert.Single(_shop.Workspace.Memory.List(), l => l.Kind == LessonKind.Pipeline);
        Assert.Equal((LessonKind.Pipeline, first.Task), (lesson.Kind, lesson.Task));
        Assert.Equal("generated/Validators.cs", Assert.Single(lesson.Files).Key);

        _shop.Write("DELETE FROM runners");
        var asked = _server.Asked.Count;
        var second = _shop.Create("02-bounds.json", "second");
        Assert.True(second.State == TaskState.Ready, second.Error);
        Assert.Equal(asked, _server.Asked.Count);
        Assert.EndsWith("// Checked by Tess.\n", File.ReadAllText(Validators("second")), StringComparison.Ordinal);
        Assert.Equal((first.Rows!.Loaded, 0L), (second.Rows!.Loaded, second.Cost.Tokens));

        _shop.Workspace.Memory.Forget(lesson.Id);
        Assert.Equal("memory.missing", Assert.Throws<DbVcException>(() => _shop.Workspace.Memory.Forget(lesson.Id)).Code);
        // What is made again from history leaves out what was forgotten.
        File.Delete(Path.Combine(_shop.Folder, ".db-version-control", "memory.db"));
        Assert.DoesNotContain(_shop.Workspace.Memory.List(), l => l.Kind == LessonKind.Pipeline);
        Assert.Equal(TaskState.Ready, _shop.Create("02-bounds.json", "third").State);
        Assert.True(_server.Asked.Count > asked);
    }

    [Fact]
    public void A_model_begins_with_rules_of_the_like_and_with_why_a_merge_of_the_like_was_rejected_and_a_repetition_has_both()
    {
        Assert.Equal(TaskState.Ready, _shop.Create("02-bounds.json", "first").State);
        Assert.Equal(MergeState.Merged, _shop.Merge("first").State);
        Assert.Equal(["age must be between 16 and 90", "minutes must be positive", "name is required"],
            _shop.Workspace.Memory.List().Where(l => l.Kind == LessonKind.Rule).Select(l => l.Rule!.Sentence).Order());
        _shop.Write("DELETE FROM runners");
        var changed = _shop.Sample("02-other.json");
        File.WriteAllText(changed, File.ReadAllText(_shop.Sample("02-bounds.json"))
            .Replace("between 16 and 90", "between 16 and 99", StringComparison.Ordinal));
        var second = _shop.Create("02-other.json", "second");
        Assert.True(second.State == TaskState.Ready, second.Error);
        _shop.Workspace.Approvals.Reject(BranchName.Parse("second"), "Nobody of 99 runs");
        Assert.Equal(MergeState.Refused, _shop.Merge("second").State);

        File.WriteAllText(changed, File.ReadAllText(changed).Replace("between 16", "between 15", StringComparison.Ordinal));
        var third = _shop.Create("02-other.json", "third");
        Assert.True(third.State == TaskState.Ready, third.Error);
        Assert.Contains("Nobody of 99 runs", third.Past, StringComparison.Ordinal);
        Assert.Contains("age must be between 16 and 90", third.Past, StringComparison.Ordinal);
        Assert.Contains("===== past ", _server.Asked[^1].Body, StringComparison.Ordinal);
        Assert.Contains("Nobody of 99 runs", _server.Asked[^1].Body, StringComparison.Ordinal);
        Assert.True(_shop.Workspace.Agents.Replay(third.Task, new SilentProgress(), CancellationToken.None).IsSame);
        // What the next one is told is another matter than what this one was.
        _shop.Workspace.Approvals.WithdrawRejection(BranchName.Parse("second"));
        Assert.True(_shop.Workspace.Agents.Replay(third.Task, new SilentProgress(), CancellationToken.None).IsSame);
    }

    [Fact]
    public void Twenty_tasks_that_are_run_twice_ask_the_model_the_second_time_hardly_ever_and_gates_say_the_same()
    {
        var tasks = ShippedTask.ReadAll().Where(t => t.Words is null && !s_left.Any(l => t.Name.EndsWith(l, StringComparison.Ordinal)))
            .Take(ProofMode.IsLong ? 20 : 2).ToList();

        var first = tasks.Select(t => Run(t, "first-" + t.Name)).ToList();
        var asked = _server.Asked.Count;
        foreach (var task in tasks)
        {
            Assert.Equal(MergeState.Merged, _shop.Merge("first-" + task.Name).State);
            _shop.Write($"DELETE FROM {Table(task)}");
        }

        var second = tasks.Select(t => Run(t, "second-" + t.Name)).ToList();
        var again = _server.Asked.Count - asked;

        Assert.Equal(first, second);
        Assert.True(again * 5 <= asked, $"{asked} answers, then {again}");
        if (ProofMode.IsLong && Environment.GetEnvironmentVariable("DBVC_APPROVE") == "1")
        {
            Figures.Write(Begin, End, "Twenty of these tasks, run, merged and run again by a model at an address: "
                + FormattableString.Invariant($"{asked} answers the first time, {again} the second, with the same verdict of each gate."));
        }
    }

    /// <summary>What became of it, gate by gate.</summary>
    private string Run(ShippedTask task, string branch)
    {
        var report = _shop.Create(task.Name + ".json", branch);
        Assert.True(report.State == TaskState.Ready, $"{task.Name}: {report.Error}");
        return $"{task.Name} {report.Rows} {string.Join(", ", report.Gates.Select(g => $"{g.Name} {g.Passed}"))}";
    }

    private string Table(ShippedTask task)
    {
        using var metadata = System.Text.Json.JsonDocument.Parse(File.ReadAllText(_shop.Sample(task.Name + ".json")));
        var destination = metadata.RootElement.GetProperty("destination");
        return destination.ValueKind == System.Text.Json.JsonValueKind.String ? destination.GetString()! : destination.GetProperty("table").GetString()!;
    }

    private string Validators(string branch) => Path.Combine(_shop.Folder, "branches", branch, "generated", "Validators.cs");
}
