using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Tasks, gates and reviews as documents.</summary>
internal static class AgentShapes
{
    public static TaskDocument ToJson(this AgentReport report) => new(
        Task: report.Task,
        Branch: report.Branch,
        State: report.State,
        Text: report.Text,
        Model: report.IsRun ? null : report.Model,
        Pipeline: report.Pipeline,
        Batch: report.Batch,
        Created: report.Created,
        Assumptions: report.Assumptions,
        Steps: Json.List(report.Steps, step => new TaskStepDocument(step.Name, step.State, Json.Number(step.Seconds), step.Summary)),
        Gates: Json.List(report.Gates, ToJson),
        Tests: report.Tests?.ToJson(),
        Rows: report.Rows?.ToJson(report.RowsPerSecond),
        Changes: report.Changes is { } changes ? new ChangesDocument(changes.Records, changes.IsWhole, Json.List(changes.Steps, ToJson)) : null,
        FirstFailures: Json.List(report.FirstFailures, ToJson),
        Lines: report.Lines?.ToJson(),
        Cost: new CostDocument(report.Cost.Tokens, report.Cost.Usd, report.Cost.Saved),
        Limits: report.Limits,
        Questions: Json.List(report.Questions, question => new QuestionDocument(question.Text, question.Answer)),
        End: report.End,
        Evidence: report.Evidence,
        Error: report.Error)
    {
        Override = report.Override,
    };

    public static TasksDocument ToJson(this IReadOnlyList<AgentReport> tasks) => new(Json.List(tasks, ToJson), AgentReport.SumLines(tasks).ToJson());

    public static LinesDocument ToJson(this LineCounts lines) => new(lines.Generated, lines.Changed);

    public static ReplayedTaskDocument ToJson(this RepeatedTask report) => new(report.Task, report.Branch, report.IsSame,
        Json.List(report.Runs, run => new ReplayedRunDocument(run.Start, run.IsSame,
            Json.List(run.Calls, call => new ReplayedCallDocument(call.Tool, call.IsSame, call.Then.ToJson(), call.Now?.ToJson())))));

    private static CallOutcomeDocument ToJson(this CallOutcome call) => new(call.State, call.Commit, call.At, call.Summary);

    public static ChangedCellsDocument ToJson(this ChangedCells step) => new(step.Step, step.Field, step.Operation, step.Changed, step.Of);

    public static GateDocument ToJson(this GateSummary gate) => new(gate.Name, gate.Passed, gate.NotRun, Json.Number(gate.Seconds), gate.Summary,
        Json.List(gate.Findings, finding => new FindingDocument(finding.Message, finding.File, finding.Line, finding.Rule, finding.Row)));

    /// <summary>True when a merge now would succeed.</summary>
    public static bool IsReady(this ReviewReport review) => review.Plan.State == MergeState.Merged;

    public static ReviewDocument ToJson(this ReviewReport review) => new(review.Branch.ToJson(), review.IsReady(), review.Task?.ToJson(), review.AreGatesAtHead,
        review.Diff.ToJson(), review.Plan.ToJson())
    {
        Override = review.Branch.Override,
    };

    private static TestsDocument ToJson(this TestSummary tests) => new(tests.Passed, tests.Total,
        Json.Number(tests.LineCoverage), Json.Number(tests.BranchCoverage), Json.Number(tests.MutationScore));

    private static RowCountsDocument ToJson(this RowCounts rows, double perSecond) =>
        new(rows.Read, rows.Loaded, rows.Replaced, rows.Rejected, rows.Filtered, Json.Number(perSecond));

    private static RowFailureDocument ToJson(this RowFailure failure) =>
        new(failure.Record, failure.Line, failure.Field, failure.Rule, failure.Value, failure.Message);
}
