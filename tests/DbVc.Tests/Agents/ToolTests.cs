using System.Text.Json;
using DbVc.Agents;
using Xunit;
using static DbVc.Tests.ScriptedChatClient;

namespace DbVc.Tests;

/// <summary>What a model is told of its tools, and those that are for repairs and questions.</summary>
public sealed class ToolTests
{
    private static readonly BranchPath s_code = BranchPath.Parse("generated/Validators.cs");

    /// <summary>Each tool with its parameters; one that may be left out has a question mark.</summary>
    public static TheoryData<string, string> Signatures => new()
    {
        { "analyze_metadata", "metadata:object" },
        { "generate_ingestion_code", "source_type:string schema:object destination:string" },
        { "generate_validation_code", "rules:array schema:object" },
        { "generate_preprocessing_code", "transformations:array schema:object" },
        { "create_tests", "code_modules:array" },
        { "execute_in_branch", "branch_name:string code_path:string" },
        { "validate_results", "expected_schema:object actual_results:object" },
        { "show_gate_report", "gate:string" },
        { "read_file", "path:string" },
        { "write_file", "path:string content:string" },
        { "edit_file", "path:string old_text:string new_text:string" },
        { "profile_source", "" },
        { "query_branch", "sql:string" },
        { "ask_user", "question:string choices:array?" },
        { "finish", "summary:string success:boolean?" },
    };

    [Theory]
    [MemberData(nameof(Signatures))]
    public void A_tool_is_declared_as_its_method_says(string tool, string parameters)
    {
        var schema = ToolCatalog.Create(new AgentBench().Session).Single(t => t.Name == tool).Declaration.JsonSchema;
        var required = schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()).ToHashSet();
        Assert.Equal(parameters, string.Join(' ', schema.GetProperty("properties").EnumerateObject()
            .Select(p => $"{p.Name}:{p.Value.GetProperty("type").GetString()}{(required.Contains(p.Name) ? "" : "?")}")));
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        Assert.All(schema.GetProperty("properties").EnumerateObject(), p => Assert.NotEmpty(p.Value.GetProperty("description").GetString()!));
    }

    [Fact]
    public void No_tool_is_left_out_of_the_table() =>
        Assert.Equal(Signatures.Select(s => s.Data.Item1), ToolCatalog.Create(new AgentBench().Session).Select(t => t.Name));

    [Fact]
    public async Task A_parameter_that_may_be_left_out_may_be_null()
    {
        var bench = new AgentBench();
        var (step, _) = await bench.Try(Make("c", "ask_user", JsonDocument.Parse("""{"question":"Which?","choices":null}""").RootElement));
        Assert.Equal(StepState.Passed, step.State);
        Assert.Equal(["Which?"], bench.Person.Asked);
    }

    [Fact]
    public async Task One_piece_of_a_file_is_replaced_and_committed()
    {
        var bench = new AgentBench();
        bench.Branch.Files[s_code] = "age <= 12;\nname != null;\n";
        var (step, _) = await bench.Try(Make("c", "edit_file", new { path = s_code.Text, old_text = "age <= 12;", new_text = "age <= 120;" }));
        Assert.Equal((StepState.Passed, "edited generated/Validators.cs (2 lines)"), (step.State, step.Summary));
        Assert.Equal("age <= 120;\nname != null;\n", bench.Branch.Files[s_code]);
        Assert.Equal(["Edit generated/Validators.cs"], bench.Branch.Commits);
    }

    [Theory]
    [InlineData("generated/Validators.cs", "age > 5", "agent.edit")]
    [InlineData("generated/Validators.cs", "age", "agent.edit")]
    [InlineData("generated/Validators.cs", "", "agent.edit")]
    [InlineData("generated/Missing.cs", "age", "branch.file-missing")]
    [InlineData("metadata.json", "users", "agent.pinned")]
    [InlineData("generated/../main/schema.sql", "users", "agent.path")]
    [InlineData("generated/Pipeline.csproj", "users", "agent.path")]
    public async Task An_edit_of_what_is_not_there_changes_nothing(string path, string old, string code)
    {
        var bench = new AgentBench();
        bench.Branch.Files[s_code] = "age <= 12; age >= 0;";
        var before = bench.Branch.Files.ToDictionary();
        var (step, result) = await bench.Try(Make("c", "edit_file", new { path, old_text = old, new_text = "" }));
        Assert.Equal((StepState.Error, code), (step.State, result.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(before, bench.Branch.Files);
        Assert.Empty(bench.Branch.Commits);
    }

    [Fact]
    public async Task A_question_goes_to_the_person_and_its_answer_to_the_model()
    {
        var bench = new AgentBench();
        bench.Person.OnAsked = _ => "day first";
        var call = Make("c", "ask_user", new { question = "03/04/2026:\nwhich\u202E?", choices = new[] { "day first", "month\tfirst" } });
        var (_, result) = await bench.Try(call);
        Assert.Equal(("day first", true), (result.GetProperty("answer").GetString(), result.GetProperty("answered").GetBoolean()));
        Assert.Equal(["03/04/2026: which ? [day first|month first]"], bench.Person.Asked);
        Assert.Equal([new AskedQuestion("03/04/2026: which ?", "day first")], bench.Session.Questions);
    }

    [Fact]
    public async Task Where_nobody_answers_the_model_is_told_so()
    {
        var bench = new AgentBench();
        var (step, result) = await bench.Try(Make("c", "ask_user", new { question = "Which?" }));
        Assert.Equal((StepState.Passed, false), (step.State, result.GetProperty("answered").GetBoolean()));
        Assert.Null(bench.Session.Questions.Single().Answer);
    }

    [Fact]
    public async Task A_person_is_not_asked_without_end()
    {
        var bench = new AgentBench();
        var outcome = await bench.Run(new ScriptedChatClient(Call("ask_user", new { question = "And now?" })));
        Assert.Equal((AgentEnd.ConsecutiveErrors, 5), (outcome.End, bench.Person.Asked.Count));
    }

    [Fact]
    public async Task All_that_a_gate_found_is_shown_when_it_is_asked_for()
    {
        var bench = new AgentBench();
        bench.Branch.Files[s_code] = "";
        bench.Execution.OnValidate = _ => new GateVerdictOf("data quality", 50).Verdict;
        var model = new ScriptedChatClient(
            Call("execute_in_branch", new { branch_name = bench.Branch.Name.Text, code_path = "generated" }),
            Call("validate_results", new { expected_schema = new { id = "integer", email = "string" }, actual_results = new { } }),
            Calls(Make("r", "show_gate_report", new { gate = "data-quality" }), Make("n", "show_gate_report", new { gate = "taste" })),
            Call("finish", new { summary = "no", success = false }));
        await bench.Run(model);
        var verdict = Result(model, 2, 0);
        Assert.Equal((20, 2), (verdict.GetProperty("gates")[0].GetProperty("findings").GetArrayLength(), verdict.GetProperty("rounds_left").GetInt32()));
        Assert.Equal(50, Result(model, 3, 0).GetProperty("findings").GetArrayLength());
        Assert.Contains("data quality", Result(model, 3, 1).GetProperty("error").GetProperty("hint").GetString());
    }

    [Fact]
    public async Task What_mended_the_like_before_comes_along_with_a_refusal_and_with_nothing_else()
    {
        var bench = new AgentBench();
        bench.Branch.Files[s_code] = "";
        bench.Execution.OnValidate = _ => new GateVerdictOf("unit", 1).Verdict;
        bench.Memory.Repairs.Add(new PastRepair("t", "unit: it was so", [new PastEdit("generated/A.cs", "<", "<=")]));
        var model = new ScriptedChatClient(
            Call("execute_in_branch", new { branch_name = bench.Branch.Name.Text, code_path = "generated" }),
            Call("validate_results", new { expected_schema = new { id = "integer", email = "string" }, actual_results = new { } }),
            Call("finish", new { summary = "no", success = false }));
        await bench.Run(model);
        Assert.False(Result(model, 1, 0).TryGetProperty("mended_before", out _));
        var past = Result(model, 2, 0).GetProperty("mended_before")[0];
        Assert.Equal(("unit: it was so", "<="), (past.GetProperty("objection").GetString(), past.GetProperty("edits")[0].GetProperty("after").GetString()));
        Assert.StartsWith("unit: ", Assert.Single(bench.Memory.Asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_no_report_of_what_was_not_judged()
    {
        var (step, result) = await new AgentBench().Try(Make("c", "show_gate_report", new { gate = "unit" }));
        Assert.Equal((StepState.Error, "agent.not-validated"), (step.State, result.GetProperty("error").GetProperty("code").GetString()));
    }

    private static JsonElement Result(ScriptedChatClient model, int asked, int position)
    {
        var result = (Microsoft.Extensions.AI.FunctionResultContent)model.Asked[asked][^1].Contents[position];
        return JsonDocument.Parse((string)result.Result!).RootElement;
    }

    private sealed record GateVerdictOf(string Gate, int Findings)
    {
        public GateVerdict Verdict => new(false,
            [new(Gate, false, 0.1, "refused", [.. Enumerable.Range(1, Findings).Select(i => new DbVc.Model.GateFinding($"record {i}"))])]);
    }
}
