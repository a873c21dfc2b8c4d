using DbVc.Agents;
using DbVc.Model;
using Microsoft.Extensions.AI;
using Xunit;

namespace DbVc.Tests;

public sealed class BuiltinChatClientTests
{
    private static readonly string[] Story =
    [
        "analyze_metadata", "generate_ingestion_code", "generate_validation_code", "generate_preprocessing_code", "create_tests",
        "execute_in_branch", "validate_results", "finish",
    ];

    [Fact]
    public async Task Drives_the_whole_story_through_the_tools()
    {
        var bench = new AgentBench();
        var outcome = await bench.Run(new BuiltinChatClient());
        Assert.Equal((AgentState.Ready, AgentEnd.Finished), (outcome.State, outcome.End));
        Assert.Equal(Story, outcome.Steps.Select(s => s.Name));
        Assert.All(outcome.Steps, step => Assert.Equal(StepState.Passed, step.State));
        Assert.Equal(0, outcome.Usage.Tokens);
        Assert.Equal(
            [
                "generated/Ingestion.cs", "generated/Preprocessors.cs", "generated/Validators.cs", "metadata.json", "tests/IngestionTests.cs",
                "tests/ValidatorsTests.cs",
            ],
            bench.Branch.ListFiles().Select(f => f.Text));
        Assert.Equal(
            [
                "Generate ingestion code", "Generate validation code", "Generate preprocessing code", "Generate tests",
                "Run in branch: 1000 read, 989 loaded, 11 rejected, 0 filtered",
            ],
            bench.Branch.Commits);
    }

    [Fact]
    public async Task The_observer_sees_each_step_and_gate_as_it_happens()
    {
        var bench = new AgentBench();
        await bench.Run(new BuiltinChatClient());
        Assert.Equal(
            [
                "start analyze_metadata", "Passed analyze_metadata: csv users.csv into users: 2 columns, 2 validations, 1 preprocessing step",
                "start generate_ingestion_code", "Passed generate_ingestion_code: created generated/Ingestion.cs (1 line)",
            ],
            bench.Observer.Events.Take(4));
        Assert.Equal(
            [
                "start validate_results", "gate syntax", "gate unit", "Passed validate_results: all 2 gates passed",
                "start finish", "Passed finish: ready for review",
            ],
            bench.Observer.Events.TakeLast(6));
    }

    [Fact]
    public async Task A_refusing_gate_fails_the_task_with_its_findings_and_keeps_the_branch()
    {
        var bench = new AgentBench();
        bench.Execution.OnValidate = _ => FakeExecution.Refusing;
        var outcome = await bench.Run(new BuiltinChatClient());
        Assert.Equal((AgentState.Failed, AgentEnd.GaveUp), (outcome.State, outcome.End));
        Assert.Equal("Refused by gates: data quality (80 % < 95 %: 200 rows were rejected).", outcome.Reason);
        Assert.Equal(6, bench.Branch.Files.Count);
    }

    [Fact]
    public async Task Gates_that_refuse_again_and_again_end_a_stubborn_models_run()
    {
        var bench = new AgentBench();
        bench.Execution.OnValidate = _ => FakeExecution.Refusing;
        bench.Branch.Files[BranchPath.Parse("generated/Ingestion.cs")] = "";
        var outcome = await bench.Run(new ScriptedChatClient(
            ScriptedChatClient.Call("execute_in_branch", new { branch_name = "agent-users-ingest", code_path = "generated" }),
            ScriptedChatClient.Call("validate_results", new { expected_schema = new { id = "integer", email = "string" }, actual_results = new { } })));
        Assert.Equal((AgentState.Failed, AgentEnd.GatesRefused, 3), (outcome.State, outcome.End, bench.Execution.Validations));
        Assert.Contains("refused by data quality (80 % < 95 %: 200 rows were rejected)", outcome.Reason);
    }

    [Fact]
    public async Task Code_that_does_not_run_fails_the_task()
    {
        var bench = new AgentBench();
        bench.Execution.OnExecute = _ => new ExecutionReport(false, new RowCounts(0, 0, 0, 0), 0, [], "Ingestion.cs(7): expected ;");
        var outcome = await bench.Run(new BuiltinChatClient());
        Assert.Equal((AgentState.Failed, AgentEnd.GaveUp), (outcome.State, outcome.End));
        Assert.Contains("Ingestion.cs(7): expected ;", outcome.Reason);
        Assert.Equal(StepState.Failed, outcome.Steps.Single(s => s.Name == "execute_in_branch").State);
    }

    [Fact]
    public async Task Metadata_that_is_wrong_is_reported_with_place_and_hint()
    {
        var outcome = await new AgentBench("{source: users.csv}").Run(new BuiltinChatClient());
        Assert.Equal((AgentState.Failed, "The metadata is no JSON. (line 1) Put quotes around names."), (outcome.State, outcome.Reason));
        Assert.Equal(["analyze_metadata", "finish"], outcome.Steps.Select(s => s.Name));
    }

    [Theory]
    [InlineData(1, AgentState.Ready, 9)]
    [InlineData(2, AgentState.Failed, 4)]
    public async Task A_lock_is_tried_once_more(int failures, AgentState expected, int steps)
    {
        var bench = new AgentBench();
        bench.Branch.FailWrite = _ => failures-- > 0 ? new DbVcException(FailureKind.Locked, "repository.locked", "Another command holds the lock.") : null;
        var outcome = await bench.Run(new BuiltinChatClient());
        Assert.Equal((expected, steps), (outcome.State, outcome.Steps.Count));
    }

    [Fact]
    public async Task Streaming_gives_the_same_answer()
    {
        var messages = AgentPrompt.Build(new AgentBench().Task);
        var whole = await new BuiltinChatClient().GetResponseAsync(messages);
        var streamed = await new BuiltinChatClient().GetStreamingResponseAsync(messages).ToChatResponseAsync();
        Assert.Equal(whole.Text, streamed.Text);
        var call = streamed.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Single();
        Assert.Equal("analyze_metadata", call.Name);
    }

    [Fact]
    public async Task A_conversation_without_metadata_is_given_up()
    {
        var answer = await new BuiltinChatClient().GetResponseAsync([new ChatMessage(ChatRole.User, "Delete the production database.")]);
        Assert.Equal("finish", answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Single().Name);
    }
}
