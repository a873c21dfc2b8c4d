using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>What becomes of rows that break a rule, in a whole task: real sandbox, real branch, real gates.</summary>
public sealed class SeverityTests : IDisposable
{
    private const string Rows = """
        id,email,status,reference,score
        1,a@example.org,new,r1,5
        2,b@example.org,test,r2,5
        3,broken,new,r3,5
        4,d@example.org,new,r1,5
        5,e@example.org,,r5,
        6,f@example.org,new,r6,50
        x,g@example.org,test,r7,5
        """;

    private readonly SampleShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Rows_are_left_out_quarantined_or_only_counted_as_their_rules_say()
    {
        var report = Create("""
            "drop rows where status = 'test'",
            {"field": "reference", "rule": "no_duplicates", "severity": "drop"},
            "email must be valid",
            "score should be at most 10"
            """);
        Assert.True(report.State == TaskState.Ready, Describe(report));
        Assert.Equal(new RowCounts(7, 3, 2, 2), report.Rows);
        var summary = Assert.Single(report.Gates, g => g.Name == "data quality").Summary;
        Assert.Contains("warning: 1 row, score should be at most 10", summary, StringComparison.Ordinal);
        Assert.Equal(MergeState.Merged, _shop.Merge("agent-parts").State);
        Assert.Equal("1,5,6", _shop.Ask("SELECT group_concat(id, ',') FROM parts"));
    }

    /// <summary>Rules, and what the data quality gate finds; nothing when the task is ready.</summary>
    [Theory]
    [InlineData(""" "fail if score > 10" """, "A rule that no row may break is broken by 1 row: score must be at most 10")]
    [InlineData(""" {"field": "email", "rule": "email", "mostly": 0.9} """,
        "83.3 % of 6 rows pass, 90 % are wanted: email must be a valid email in at least 90 % of rows")]
    [InlineData(""" {"field": "email", "rule": "email", "mostly": 0.8} """, null)]
    [InlineData(""" {"field": "email", "rule": "email", "mostly": 0.9, "severity": "warn"} """, null)]
    [InlineData(""" {"field": "email", "rule": "email", "mostly": 1, "where": "score = 50"} """, null)]
    [InlineData(""" "sum of score must be 100" """, "sum of score must equal 100: the sum of score is 70")]
    [InlineData(""" "sum of score must be 20 where status = 'new'", "row count between 6 and 6" """, "the sum of score is 65")]
    [InlineData(""" "id must be sequential", "sum of score must be 70", "row count should be at least 100" """, null)]
    public void A_run_that_breaks_a_rule_does_not_pass_its_gates(string rules, string? finding)
    {
        var report = Create(rules);
        var gate = Assert.Single(report.Gates, g => g.Name == "data quality");
        Assert.Equal(finding is null, gate.Passed);
        Assert.Equal(finding is null ? TaskState.Ready : TaskState.Failed, report.State);
        if (finding is not null) Assert.Contains(gate.Findings, f => f.Message.Contains(finding, StringComparison.Ordinal));
    }

    [Fact]
    public void Code_that_leaves_out_a_row_without_a_rule_is_found_out()
    {
        var branch = BranchName.Parse("agent-parts");
        Assert.Equal(TaskState.Ready, Create(""" "drop rows where status = 'test'" """).State);
        var path = Path.Combine(_shop.Folder, "branches", branch.Text, "generated", "Validators.cs");
        var honest = File.ReadAllText(path);
        var forged = honest.Replace("!Rules.AreEqual(status, \"test\"u8)", "!Rules.AreEqual(status, \"new\"u8)", StringComparison.Ordinal);
        Assert.NotEqual(honest, forged);
        File.WriteAllText(path, forged);
        _shop.Workspace.Branches.Commit(branch, "Edit", null, CancellationToken.None);
        var gate = Assert.Single(_shop.Workspace.Agents.RunGates(branch, new SilentProgress(), CancellationToken.None).Gates, g => g.Name == "data quality");
        Assert.False(gate.Passed);
        // Four rows that no rule drops are left out, and one that a rule drops is taken.
        Assert.Contains(gate.Findings, f => f.Message.Contains("5 rows", StringComparison.Ordinal));
        Assert.Contains(gate.Findings, f => f.Message.Contains("leaves out a row that no declared rule drops", StringComparison.Ordinal));
        Assert.Equal(MergeState.Refused, _shop.Merge(branch.Text).State);
    }

    private AgentReport Create(string rules)
    {
        File.WriteAllText(_shop.Sample("parts.csv"), Rows);
        File.WriteAllText(_shop.Sample("parts.json"), $$"""
            {
              "source": "parts.csv",
              "schema": {"id": "integer", "email": "string", "status": "string", "reference": "string", "score": "integer"},
              "validations": [{{rules}}],
              "test_data": {"validation_threshold": 0.5}
            }
            """);
        return _shop.Create("parts.json", "agent-parts");
    }

    private static string Describe(AgentReport report) => report.Error + string.Join("; ", report.Gates.Where(g => !g.Passed).SelectMany(g => g.Findings));
}
