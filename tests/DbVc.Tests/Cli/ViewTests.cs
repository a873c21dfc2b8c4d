using DbVc.Commands;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed class ViewTests
{
    [Theory]
    [InlineData("Ann <ann@example.com>", "Ann", "ann@example.com")]
    [InlineData("Ann Example", "Ann Example", "")]
    [InlineData("  Ann  < a@b > ", "Ann", "a@b")]
    public void An_author_is_a_name_and_maybe_a_mail(string text, string name, string email) =>
        Assert.Equal(new Author(name, email, AuthorKind.Human), AuthorSource.Parse(text, "--author"));

    [Theory]
    [InlineData("")]
    [InlineData("<a@b>")]
    [InlineData("Ann <a@b")]
    [InlineData("Ann a@b>")]
    [InlineData("Ann <a@b> x")]
    [InlineData("Ann\n<a@b>")]
    public void What_is_no_author_is_refused(string text) =>
        Assert.Equal("author.invalid", Assert.Throws<DbVcException>(() => AuthorSource.Parse(text, "--author")).Code);

    [Fact]
    public void The_author_of_git_is_read_from_its_user_section()
    {
        string[] config = ["[core]", "\tname = editor", "[user]", "\tname = \"Ann Example\"", "\temail=ann@example.com", "[other]", "name = x"];
        Assert.Equal(new Author("Ann Example", "ann@example.com", AuthorKind.Human), AuthorSource.FromGit(config));
        Assert.Null(AuthorSource.FromGit(["[user]", "email = a@b"]));
    }

    [Fact]
    public void Lanes_part_at_a_merge_and_come_together_at_the_fork()
    {
        // e merges c and d; d and c come from b; b from a.
        Assert.Equal(
            """
            * e
            |\
            | * d
            * | c
            |/
            * b
            * a
            """, Draw(("e", "cd"), ("d", "b"), ("c", "b"), ("b", "a"), ("a", "")), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Lanes_that_end_far_apart_are_drawn_across_the_others()
    {
        Assert.Equal(
            """
            * f
            |\
            | * e
            | |\
            | | * d
            | * | c
            |_|/
            |/
            * b
            """, Draw(("f", "be"), ("e", "cd"), ("d", "b"), ("c", "b"), ("b", "")), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void A_task_that_failed_says_which_gate_and_which_records()
    {
        var terminal = new FakeTerminal();
        AgentView.Write(terminal.Output(), new AgentReport
        {
            Task = "task-1",
            Branch = "agent-sensors",
            State = TaskState.Failed,
            Steps =
            [
                new TaskStep("analyze_metadata", "done", 0.24, "6 columns, 3 validations"),
                new TaskStep("validate_results", "failed", 1, "1 gate failed"),
            ],
            Gates =
            [
                new GateSummary("lint", true, 0.3, "0 findings", []),
                new GateSummary("unit", false, 0.2, "27/28",
                    [new GateFinding("Strings differ\nExpected: \"a\"\nActual:   \"A\"") { File = "tests/T.cs", Line = 51, Rule = "T.Lowercase" }]),
                new GateSummary("data-quality", false, 0.1, "70.0 % of records pass, 95 % are needed",
                    [new GateFinding("too many rejected") { Row = 7, Rule = "range" }]),
                new GateSummary("performance", false, 0.1, "not run: nothing came", []) { NotRun = true },
            ],
            Tests = new TestSummary(28, 28, 0.949, 0.9, null),
            Rows = new RowCounts(1200, 840, 360, 0),
            RowsPerSecond = 12345.6,
            FirstFailures = [new RowFailure(1, 2, "temperature", "range", "-999", "Temperature is outside what the sensor can measure")],
            Error = "Refused by gates: unit, data-quality (not run after it: performance).",
        });
        Assert.Equal(
            """
            ✓ analyze_metadata  6 columns, 3 validations · 0.2 s
            ✗ validate_results  1 gate failed · 1.0 s
            Gates
              ✓ lint  0 findings
              ✗ unit  27/28
                  tests/T.cs:51: Strings differ
                      Expected: "a"
                      Actual:   "A"
                      [T.Lowercase]
              ✗ data-quality  70.0 % of records pass, 95 % are needed
                  record 7: too many rejected  [range]
              – performance  not run: nothing came

            Task    task-1
            Branch  agent-sensors
            State   failed
            Tests   28/28 passed, coverage 94%
            Rows    840 loaded, 360 rejected of 1,200, 12,345 rows/s
            Error:
              Refused by gates: unit, data-quality (not run after it: performance).
            First rejected records:
              line 2  temperature  '-999'  Temperature is outside what the sensor can measure
            Next: db-vc agent log agent-sensors

            """, terminal.Out, ignoreLineEndingDifferences: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gate_that_refuses_says_why_as_soon_as_it_was_asked(bool isLive)
    {
        var terminal = new FakeTerminal(isLive);
        await terminal.Output().WithProgressAsync(view =>
        {
            var finding = new GateFinding("too long") { File = "generated/A.cs", Line = 7, Rule = "lint.length" };
            new AgentProgress(view, CancellationToken.None).GateFinished(new GateSummary("lint", false, 0.04, "1 error", [finding]));
            return Task.FromResult(0);
        });
        Assert.Matches(@"✗ .*lint  .*1 error · 0\.0 s", terminal.Out);
        Assert.Matches(@"generated/A\.cs:7: .*too long.*  \[lint\.length\]", terminal.Out);
    }

    [Theory]
    [InlineData(0, null, "Tests   none")]
    [InlineData(3, null, "Tests   3/3 passed, no coverage")]
    [InlineData(3, 0.5, "Tests   3/3 passed, coverage 50%")]
    public void Coverage_is_shown_where_it_was_measured(int tests, double? coverage, string shown)
    {
        var terminal = new FakeTerminal();
        AgentView.WriteSummary(terminal.Output(), new AgentReport
        {
            Task = "task-1",
            Branch = "agent-a",
            State = TaskState.Ready,
            Tests = new TestSummary(tests, tests, coverage, coverage, null),
        });
        Assert.Contains(shown + "\n", terminal.Out, StringComparison.Ordinal);
    }

    /// <summary>Whether the gates say something else now, whether the results file was edited, how the last line begins, and the exit code.</summary>
    [Theory]
    [InlineData(false, null, "Confirmed: ", 0)]
    [InlineData(false, false, "Confirmed: ", 0)]
    [InlineData(false, true, "Edited: ", 4)]
    [InlineData(true, false, "Not confirmed: ", 4)]
    [InlineData(true, true, "Not confirmed: ", 4)]
    public void Evidence_is_confirmed_only_where_nothing_was_edited(bool differs, bool? isEdited, string last, int code)
    {
        var terminal = new FakeTerminal();
        List<EvidenceDifference> differences = differs ? [new("lint", "decision", "Passed", "Failed")] : [];
        var verification = new EvidenceVerification(Id('a'), new string('e', 40), differences, ["lint"], []) { IsFileEdited = isEdited };
        Assert.Equal(code, EvidenceCommand.Finish(terminal.Output(), verification));
        Assert.StartsWith(last, terminal.Out.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
        Assert.Equal(code == 0, terminal.Out.Contains("Confirmed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_is_not_merged_says_that_main_is_as_it_was()
    {
        var terminal = new FakeTerminal();
        var run = new AgentReport { Task = "run-1", Branch = "run-users", State = TaskState.Ready, Rows = new RowCounts(2, 2, 0, 0) };
        Assert.Equal(0, PipelineView.Finish(terminal.Output(), new PipelineRunReport("users", run, null, null)));
        Assert.EndsWith("main is as it was: what was loaded is on the branch run-users.\n", terminal.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "''")]
    [InlineData("NULL", "'NULL'")]
    [InlineData("12", "'12'")]
    [InlineData(" x", "' x'")]
    [InlineData("Zoë", "Zoë")]
    public void Text_that_could_be_something_else_stands_in_quotes(string text, string shown) => Assert.Equal(shown, Shown.Cell(Value.Text(text)));

    private static string Draw(params (string Name, string Parents)[] commits)
    {
        var graph = new GraphLanes();
        List<string> lines = [];
        foreach (var (name, parents) in commits)
        {
            lines.AddRange(graph.Before(Id(name[0])));
            var (left, right) = graph.At(Id(name[0]));
            lines.Add($"{left}*{right} {name}");
            lines.AddRange(graph.After(Id(name[0]), [.. parents.Select(Id)]));
        }

        return string.Join('\n', lines);
    }

    private static CommitId Id(char name) => new(Hash.Of([(byte)name]));
}
