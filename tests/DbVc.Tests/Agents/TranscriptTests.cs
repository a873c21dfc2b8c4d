using DbVc.Agents;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

public sealed class TranscriptTests
{
    [Fact]
    public async Task A_run_can_be_replayed_from_its_transcript()
    {
        var first = new AgentBench();
        var outcome = await first.Run(new BuiltinChatClient());
        var second = new AgentBench();
        var again = await second.Run(new ReplayChatClient(TranscriptReader.ReadAnswers(first.LogText)));
        Assert.Equal((outcome.State, outcome.Reason), (again.State, again.Reason));
        Assert.Equal(outcome.Steps, again.Steps);
        Assert.Equal(first.LogText, second.LogText);
    }

    [Fact]
    public async Task Every_prompt_answer_and_result_is_a_line_of_json_with_the_time()
    {
        var bench = new AgentBench();
        await bench.Run(new BuiltinChatClient());
        var lines = TranscriptReader.ReadLines(bench.LogText);
        var kinds = lines.Select(l => l.GetProperty("kind").GetString()!).ToList();
        string[] begin = ["task", "message", "message"];
        Assert.Equal([.. begin, .. Enumerable.Repeat<string[]>(["answer", "result"], 8).SelectMany(k => k), "end"], kinds);
        Assert.All(lines, line => Assert.Equal("2026-12-31T23:59:58Z", line.GetProperty("time").GetString()));
        Assert.Equal(AgentPrompt.HashOf(bench.Task).ToString(), lines[0].GetProperty("prompt").GetString());
        Assert.Equal("ready", lines[^1].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Secrets_in_prompts_arguments_and_results_are_masked()
    {
        var bench = new AgentBench { Mask = new SecretMask(["correct-horse-battery"]) };
        bench.Branch.Files[BranchPath.Parse("generated/A.cs")] = "var s = \"postgres://app:hunter2hunter2@db/prod\"; // correct-horse-battery";
        await bench.Run(new ScriptedChatClient(
            ScriptedChatClient.Call("read_file", new { path = "generated/A.cs" }),
            ScriptedChatClient.Call("query_branch", new { sql = "select 'correct-horse-battery'", password = "hunter2hunter2" }),
            ScriptedChatClient.Says("the key is correct-horse-battery"),
            ScriptedChatClient.Call("finish", new { summary = "token=hunter2hunter2", success = false })));
        Assert.DoesNotContain("hunter2", bench.LogText);
        Assert.DoesNotContain("correct-horse", bench.LogText);
        Assert.Contains("postgres://app:***@db/prod", bench.LogText);
    }

    [Fact]
    public async Task A_transcript_is_appended_to_and_only_its_owner_can_read_it()
    {
        var folder = Directory.CreateTempSubdirectory("dbvc-transcript-");
        try
        {
            var bench = new AgentBench();
            var logs = Path.Combine(folder.FullName, "agent-logs");
            for (var i = 0; i < 2; i++)
            {
                using var transcript = Transcript.Open(logs, bench.Task.Id, bench.Mask, bench.Time);
                await new AgentRun(new BuiltinChatClient(), bench.Session, new AgentLimits { Iterations = 0 }, transcript, bench.Time).RunAsync(default);
                Assert.Equal(4 * (i + 1), File.ReadLines(Transcript.PathOf(logs, bench.Task.Id)).Count());
            }

            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Transcript.PathOf(logs, bench.Task.Id)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_transcript_that_cannot_be_written_is_an_error_and_not_a_silent_run()
    {
        var file = Path.GetTempFileName();
        try
        {
            var folder = Path.Combine(file, "logs");
            var failure = Assert.Throws<DbVcException>(() => Transcript.Open(folder, TaskId.Parse("t"), new SecretMask([]), new ManualTime()));
            Assert.Equal("agent.log-unwritable", failure.Code);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_line_cut_off_by_a_crash_is_left_out_and_a_damaged_one_is_named()
    {
        Assert.Single(TranscriptReader.ReadLines("{\"kind\":\"task\"}\n{\"kind\":\"ans"));
        Assert.Equal("line 1", Assert.Throws<DbVcException>(() => TranscriptReader.ReadLines("{\"kind\n{\"kind\":\"end\"}\n")).Where);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData(".x")]
    [InlineData("a..b")]
    [InlineData("x\0")]
    public void A_task_id_cannot_name_another_folder(string text) => Assert.Throws<DbVcException>(() => TaskId.Parse(text));

    [Fact]
    public void A_task_id_sorts_by_time() =>
        Assert.Equal("20261231-235958-agent-users-ingest", new AgentBench().Task.Id.Text);
}
