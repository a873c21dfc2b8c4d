using DbVc.Agents;
using DbVc.Model;
using Xunit;
using static DbVc.Tests.ScriptedChatClient;

namespace DbVc.Tests;

/// <summary>How limits are written, and that of rows; the others are with the run.</summary>
public sealed class LimitsTests
{
    [Fact]
    public void What_is_written_stands_in_place_of_what_is_configured()
    {
        const string Text = "iterations=20, errors=2,repairs=1,tokens=200k,usd=0.5,time=10m,rows=1M";
        var limits = LimitsText.Parse(Text, AgentLimits.Default with { CallsPerAnswer = 3 });
        Assert.Equal(new AgentLimits
        {
            Iterations = 20,
            ConsecutiveErrors = 2,
            FailedValidations = 1,
            Tokens = 200_000,
            Usd = 0.5m,
            WallTime = TimeSpan.FromMinutes(10),
            Rows = 1_000_000,
            CallsPerAnswer = 3,
        }, limits);
        Assert.Equal(AgentLimits.Default with { Tokens = 0 }, LimitsText.Parse("tokens=0", AgentLimits.Default));
        Assert.Same(AgentLimits.Default, LimitsText.Parse(null, AgentLimits.Default));
    }

    [Theory]
    [InlineData("", "nothing is in it")]
    [InlineData("money=3", "'money' is none of iterations, errors, repairs, tokens, usd, time, rows")]
    [InlineData("usd=-1", "'-1' is no amount of US dollars up to 1,000,000")]
    [InlineData("usd=1,5", "'5' is not NAME=AMOUNT")]
    [InlineData("usd=much", "'much' is no amount")]
    [InlineData("tokens", "'tokens' is not NAME=AMOUNT")]
    [InlineData("tokens=-1", "'-1' is not a whole number")]
    [InlineData("tokens=1,tokens=2", "'tokens' is there twice")]
    [InlineData("time=2d", "'2d' is no time")]
    [InlineData("time=25h", "'25h' is no time of at most a day")]
    [InlineData("iterations=5000", "'5000' is more than 1,000")]
    [InlineData("rows=99999999999999999999", "is not a whole number")]
    public void A_slip_is_named(string text, string problem)
    {
        var failure = Assert.Throws<DbVcException>(() => LimitsText.Parse(text, AgentLimits.Default));
        Assert.Equal(("limits.invalid", FailureKind.Usage), (failure.Code, failure.Kind));
        Assert.Contains(problem, failure.Message);
    }

    [Theory]
    [InlineData(null, AgentEnd.GaveUp, 2)]
    [InlineData(2000L, AgentEnd.GaveUp, 2)]
    [InlineData(1999L, AgentEnd.Rows, 2)]
    [InlineData(999L, AgentEnd.Rows, 1)]
    [InlineData(0L, AgentEnd.Rows, 1)]
    public async Task Executions_read_no_more_rows_than_they_may_together(long? rows, AgentEnd end, int executions)
    {
        var bench = new AgentBench();
        bench.Branch.Files[BranchPath.Parse("generated/Ingestion.cs")] = "";
        var execute = Call("execute_in_branch", new { branch_name = bench.Branch.Name.Text, code_path = "generated" });
        var outcome = await bench.Run(
            new ScriptedChatClient(execute, execute, Call("finish", new { summary = "no", success = false })), new AgentLimits { Rows = rows });
        Assert.Equal((end, executions), (outcome.End, bench.Execution.Executions));
        Assert.Equal(end == AgentEnd.Rows ? AgentState.Stopped : AgentState.Failed, outcome.State);
    }

    [Fact]
    public async Task A_model_that_costs_nothing_works_without_a_token()
    {
        var outcome = await new AgentBench().Run(new BuiltinChatClient(), new AgentLimits { Tokens = 0 });
        Assert.Equal(AgentEnd.Finished, outcome.End);
    }

    [Fact]
    public async Task A_model_that_costs_is_not_asked_without_a_token()
    {
        var model = new ScriptedChatClient(Call("read_file", new { path = "metadata.json" }));
        var outcome = await new AgentBench().Run(model, new AgentLimits { Tokens = 0 });
        Assert.Equal((AgentState.Stopped, AgentEnd.Tokens, 0), (outcome.State, outcome.End, model.Asked.Count));
    }
}
