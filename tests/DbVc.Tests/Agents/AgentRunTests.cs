using System.Text.Json;
using DbVc.Agents;
using DbVc.Model;
using Microsoft.Extensions.AI;
using Xunit;
using static DbVc.Tests.ScriptedChatClient;

namespace DbVc.Tests;

public sealed class AgentRunTests
{
    private static readonly Func<IReadOnlyList<ChatMessage>, ChatResponse> ReadMetadata = Call("read_file", new { path = "metadata.json" });

    [Fact]
    public async Task Stops_when_the_model_was_asked_as_often_as_allowed()
    {
        var bench = new AgentBench();
        var model = new ScriptedChatClient(ReadMetadata);
        var outcome = await bench.Run(model, new AgentLimits { Iterations = 5 });
        Assert.Equal((AgentState.Stopped, AgentEnd.Iterations, 5), (outcome.State, outcome.End, outcome.Usage.Iterations));
        Assert.Equal(5, model.Asked.Count);
    }

    [Fact]
    public async Task Stops_after_consecutive_errors_and_names_the_last()
    {
        var bench = new AgentBench();
        var outcome = await bench.Run(new ScriptedChatClient(Call("drop_production", new { })));
        Assert.Equal((AgentState.Stopped, AgentEnd.ConsecutiveErrors, 3), (outcome.State, outcome.End, outcome.Usage.Iterations));
        Assert.Contains("There is no such tool", outcome.Reason);
    }

    [Fact]
    public async Task An_answer_without_error_starts_the_count_of_errors_anew()
    {
        var bad = Call("nothing", new { });
        var model = new ScriptedChatClient(bad, bad, ReadMetadata, bad, bad, ReadMetadata, bad, bad, bad);
        var outcome = await new AgentBench().Run(model);
        Assert.Equal((AgentEnd.ConsecutiveErrors, 9), (outcome.End, outcome.Usage.Iterations));
    }

    [Fact]
    public async Task An_answer_without_a_call_is_reminded_and_counts_as_error()
    {
        var model = new ScriptedChatClient(Says("I have merged everything into main."));
        var outcome = await new AgentBench().Run(model);
        Assert.Equal((AgentEnd.ConsecutiveErrors, 3), (outcome.End, outcome.Usage.Iterations));
        Assert.Equal(AgentPrompt.Reminder, model.Asked[1][^1].Text);
    }

    [Fact]
    public async Task Stops_when_the_tokens_are_spent()
    {
        var answer = ReadMetadata([]);
        answer.Usage = new UsageDetails { InputTokenCount = 300, OutputTokenCount = 200 };
        var outcome = await new AgentBench().Run(new ScriptedChatClient(_ => answer), new AgentLimits { Tokens = 1400 });
        Assert.Equal((AgentState.Stopped, AgentEnd.Tokens), (outcome.State, outcome.End));
        Assert.Equal((3, 900L, 600L), (outcome.Usage.Iterations, outcome.Usage.InputTokens, outcome.Usage.OutputTokens));
    }

    [Fact]
    public async Task Stops_at_the_wall_time_even_inside_a_tool()
    {
        var bench = new AgentBench();
        bench.Branch.Files[BranchPath.Parse("generated/Ingestion.cs")] = "";
        bench.Execution.OnExecute = cancellation =>
        {
            bench.Time.Advance(TimeSpan.FromSeconds(61));
            cancellation.ThrowIfCancellationRequested();
            return FakeExecution.Good;
        };
        var model = new ScriptedChatClient(
            Call("execute_in_branch", new { branch_name = bench.Branch.Name.Text, code_path = "generated" }), ReadMetadata);
        var outcome = await bench.Run(model, new AgentLimits { WallTime = TimeSpan.FromSeconds(60) });
        Assert.Equal((AgentState.Stopped, AgentEnd.WallTime), (outcome.State, outcome.End));
        Assert.Single(model.Asked);
    }

    [Fact]
    public async Task Stops_when_a_model_never_answers()
    {
        var bench = new AgentBench();
        var running = bench.Run(new SilentChatClient(), new AgentLimits { WallTime = TimeSpan.FromSeconds(60) });
        bench.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(AgentEnd.WallTime, (await running).End);
    }

    [Fact]
    public async Task Stops_when_a_person_cancels()
    {
        using var cancel = new CancellationTokenSource();
        var outcome = await new AgentBench().Run(
            new ScriptedChatClient(messages =>
            {
                cancel.Cancel();
                return ReadMetadata(messages);
            }),
            cancellation: cancel.Token);
        Assert.Equal((AgentState.Stopped, AgentEnd.Cancelled), (outcome.State, outcome.End));
    }

    [Fact]
    public async Task A_failing_model_ends_the_run_without_its_words()
    {
        var bench = new AgentBench();
        var outcome = await bench.Run(new ScriptedChatClient(_ => throw new HttpRequestException("401 for key hunter2hunter2")));
        Assert.Equal((AgentState.Failed, AgentEnd.ModelFailed), (outcome.State, outcome.End));
        Assert.DoesNotContain("hunter2", outcome.Reason);
        Assert.Contains("HttpRequestException", outcome.Reason);
    }

    [Fact]
    public async Task A_tool_that_breaks_tells_the_model_nothing_about_it()
    {
        var bench = new AgentBench();
        bench.Branch.FailWrite = _ => new InvalidOperationException("connection string Server=prod");
        var (step, result) = await bench.Try(Make("c", "write_file", new { path = "generated/A.cs", content = "" }));
        Assert.Equal((StepState.Error, "the tool failed"), (step.State, step.Summary));
        Assert.DoesNotContain("prod", result.GetRawText());
        Assert.Contains("Server=prod", bench.LogText);
    }

    [Fact]
    public async Task A_tool_that_refuses_tells_the_model_why()
    {
        var bench = new AgentBench();
        bench.Branch.FailWrite = _ => new DbVcException(FailureKind.Locked, "repository.locked", "Another command holds the lock.", "main", "Try again.");
        var (step, result) = await bench.Try(Make("c", "write_file", new { path = "generated/A.cs", content = "" }));
        Assert.Equal(StepState.Error, step.State);
        var error = result.GetProperty("error");
        Assert.Equal(
            ("repository.locked", "Another command holds the lock.", "main", "Try again.", true),
            (error.GetProperty("code").GetString(), error.GetProperty("message").GetString(), error.GetProperty("where").GetString(),
                error.GetProperty("hint").GetString(), error.GetProperty("retryable").GetBoolean()));
    }

    [Fact]
    public async Task Every_call_gets_a_result_whatever_becomes_of_it()
    {
        var bench = new AgentBench();
        var broken = new FunctionCallContent("broken", "read_file", null) { Exception = new JsonException("cut off") };
        var model = new ScriptedChatClient(
            Calls(
                Make("good", "read_file", new { path = "metadata.json" }), Make("unknown", "rm", new { }), broken,
                Make("late-1", "read_file", new { path = "metadata.json" }), Make("late-2", "read_file", new { path = "metadata.json" })),
            Calls(
                Make("end", "finish", new { summary = "no", success = false }), Make("after", "write_file", new { path = "generated/A.cs", content = "" })));
        var outcome = await bench.Run(model, new AgentLimits { CallsPerAnswer = 4 });
        var results = model.Asked[1][^1].Contents.Cast<FunctionResultContent>().ToList();
        Assert.Equal(["good", "unknown", "broken", "late-1", "late-2"], results.Select(r => r.CallId));
        Assert.Equal(
            [StepState.Passed, StepState.Error, StepState.Error, StepState.Passed, StepState.Error, StepState.Failed, StepState.Error],
            outcome.Steps.Select(s => s.State));
        Assert.Equal(AgentEnd.GaveUp, outcome.End);
        Assert.DoesNotContain(BranchPath.Parse("generated/A.cs"), bench.Branch.Files.Keys);
        Assert.Equal(7, TranscriptReader.ReadLines(bench.LogText).Count(l => l.GetProperty("kind").GetString() == "result"));
    }

    public static TheoryData<string, string, string> MalformedCalls => new()
    {
        { "read_file", """{}""", "path" },
        { "read_file", """{"path":7}""", "path" },
        { "read_file", """{"path":"metadata.json","mode":"rw"}""", "mode" },
        { "create_tests", """{"code_modules":"generated/Ingestion.cs"}""", "code_modules" },
        { "create_tests", """{"code_modules":[1]}""", "code_modules" },
        { "create_tests", """{"code_modules":[]}""", "code_modules" },
        { "create_tests", """{"code_modules":["generated/Missing.cs"]}""", "generated/Missing.cs" },
        { "generate_ingestion_code", """{"source_type":"csv","schema":"not json","destination":"users"}""", "schema" },
        { "generate_validation_code", """{"rules":{},"schema":{}}""", "rules" },
        { "analyze_metadata", """{"metadata":[]}""", "metadata" },
        { "finish", """{"summary":"done","success":"yes"}""", "success" },
        { "execute_in_branch", """{"branch_name":"agent-users-ingest","code_path":"generated"}""", "generated" },
    };

    [Theory]
    [MemberData(nameof(MalformedCalls))]
    public async Task A_malformed_call_is_an_error_that_names_the_parameter(string tool, string arguments, string named)
    {
        using var document = JsonDocument.Parse(arguments);
        var (step, result) = await new AgentBench().Try(Make("c", tool, document.RootElement));
        Assert.Equal(StepState.Error, step.State);
        Assert.Contains(named, result.GetProperty("error").GetRawText());
    }

    [Fact]
    public async Task Structures_may_come_as_text_that_holds_them()
    {
        var (step, _) = await new AgentBench().Try(Make("c", "analyze_metadata", new { metadata = Samples.Metadata }));
        Assert.Equal(StepState.Passed, step.State);
    }

    [Fact]
    public async Task A_step_is_one_harmless_line_whatever_a_model_calls_it()
    {
        var (step, _) = await new AgentBench().Try(Make("c", "x\u001b[2J\n\u202Egnp" + new string('a', 500), new { }));
        Assert.Matches("^[ -~…]{1,70}$", step.Name);
    }

    private sealed class SilentChatClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            new TaskCompletionSource<ChatResponse>().Task;

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
