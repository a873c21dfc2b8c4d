using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Runs and shows an agent's task for people.</summary>
internal static class AgentView
{
    private const int MostSteps = 5;

    /// <summary>Runs a task with its steps shown as they happen; the result is the exit code.</summary>
    public static async Task<int> RunAsync(CommandContext context, Func<IAgentProgress, AgentReport> work)
    {
        var report = await context.Output.WithProgressAsync(view => Task.FromResult(work(new AgentProgress(view, context.Interrupted)))).ConfigureAwait(false);
        context.Output.Json(report.ToJson());
        context.Output.Line();
        WriteSummary(context.Output, report);
        return ExitCode(report);
    }

    public static int ExitCode(AgentReport report) => report.State switch
    {
        TaskState.Ready or TaskState.Merged or TaskState.Waiting or TaskState.Queued => 0,
        _ when report.Gates.Any(gate => !gate.Passed) => (int)FailureKind.Refused,
        _ => (int)FailureKind.Failed,
    };

    /// <summary>All there is to know, for <c>agent status</c>.</summary>
    public static void Write(Output output, AgentReport report)
    {
        foreach (var step in report.Steps)
        {
            output.Line(step.State switch { "done" => Piece.Good("✓ "), "failed" => Piece.Bad("✗ "), _ => Piece.Name("… ") },
                step.Name, "  ", Piece.Dim($"{Shown.Short(step.Summary)} · {Pace.Seconds(TimeSpan.FromSeconds(step.Seconds))}"));
        }

        if (report.Gates.Count > 0) output.Line(Piece.Strong("Gates"));
        GateView.Write(output, report.Gates);
        if (report.Steps.Count + report.Gates.Count > 0) output.Line();
        WriteSummary(output, report);
    }

    /// <summary>For example <c>1,209 loaded, 45 rejected of 1,254</c>.</summary>
    public static string Rows(RowCounts rows) =>
        $"{Shown.Count(rows.Loaded)} loaded{(rows.Replaced > 0 ? $" ({Shown.Count(rows.Replaced)} over rows that were there)" : "")}, "
        + $"{Shown.Count(rows.Rejected)} rejected"
        + (rows.Filtered > 0 ? $", {Shown.Count(rows.Filtered)} filtered" : "") + $" of {Shown.Count(rows.Read)}";

    /// <summary>For example <c>412 lines generated, 3 changed by people (0.7%)</c>.</summary>
    public static string Lines(LineCounts lines) => $"{Shown.Count(lines.Generated, "line")} generated, {Shown.Count(lines.Changed)} changed by people"
        + (lines.Generated > 0 && lines.Changed > 0 ? FormattableString.Invariant($" ({100.0 * lines.Changed / lines.Generated:0.#}%)") : "");

    private static string Coverage(TestSummary tests) => tests.LineCoverage is { } lines ? $", coverage {Shown.Percent(lines)}" : ", no coverage";

    /// <summary>For example <c>trim email 3 of 1,254, lowercase email 12 of 1,254 cells</c>, those that change most; says of which records.</summary>
    public static string Changes(ChangeCounts changes)
    {
        var shown = changes.Steps.OrderByDescending(s => s.Changed).Take(MostSteps).Select(s => $"{s.Step} {Shown.Count(s.Changed)} of {Shown.Count(s.Of)}");
        var more = changes.Steps.Count > MostSteps ? $", and {Shown.Count(changes.Steps.Count - MostSteps, "step")} more" : "";
        return string.Join(", ", shown) + " cells" + more + (changes.IsWhole ? "" : $" (of the first {Shown.Count(changes.Records, "record")})");
    }

    public static void WriteSummary(Output output, AgentReport report)
    {
        var state = Json.Name(report.State);
        var list = new TextTable("", "")
            .Add(Piece.Dim(report.IsRun ? "Run" : "Task"), Piece.Id(report.Task))
            .Add(Piece.Dim("Branch"), Piece.Name(report.Branch))
            .Add(Piece.Dim("State"), BranchesView.State(state, report.Override));
        if (report.Override is { } reason) list.Add(Piece.Dim("Override"), Piece.Bad(reason));
        if (report.Tests is { } tests)
        {
            list.Add(Piece.Dim("Tests"), tests.Total == 0 ? Piece.Bad("none") : $"{tests.Passed}/{tests.Total} passed{Coverage(tests)}");
        }

        if (report.Lines is { } lines) list.Add(Piece.Dim("Code"), Lines(lines));
        if (report.Rows is { } rows) list.Add(Piece.Dim("Rows"), $"{Rows(rows)}, {Shown.Count((long)report.RowsPerSecond)} rows/s");
        if (report.Changes is { } changes) list.Add(Piece.Dim("Changed"), Changes(changes));
        if (report.Cost.Tokens > 0 || report.Cost.Saved > 0) list.Add(Piece.Dim("Cost"), $"{Shown.Count(report.Cost.Tokens)} tokens, "
            + (report.Cost.Usd is { } usd ? FormattableString.Invariant($"{usd:0.00##} USD") : "price not known (llm.prices)")
            + (report.Cost.Saved > 0 ? FormattableString.Invariant($", {report.Cost.Saved:0.00##} USD saved by answers of before") : ""));
        foreach (var assumption in report.Assumptions) list.Add(Piece.Dim("Assumed"), assumption);
        foreach (var question in report.Questions) list.Add(Piece.Dim("Asked"), $"{question.Text} {question.Answer ?? "(nobody answered)"}");
        output.List(list);
        if (report.Error is { } error) WriteError(output, error);
        WriteFailures(output, report.FirstFailures);
        if (Next(report) is { } next) output.Line(Piece.Dim($"Next: {next}"));
    }

    private static void WriteError(Output output, string error)
    {
        output.Line(Piece.Dim("Error:"));
        foreach (var line in error.TrimEnd().Split('\n')) output.Line(Piece.Bad("  " + Shown.Cut(line.TrimEnd(), 160)));
    }

    private static void WriteFailures(Output output, IReadOnlyList<RowFailure> failures)
    {
        if (failures.Count == 0) return;
        output.Line(Piece.Dim("First rejected records:"));
        var list = new TextTable("", "", "", "");
        foreach (var failure in failures.Take(5))
        {
            var place = failure.Line > 0 ? $"  line {failure.Line}" : $"  record {failure.Record}";
            list.Add(Piece.Dim(place), failure.Field, Shown.Cell(Value.Text(failure.Value)), failure.Message);
        }

        output.List(list);
    }

    private static string? Next(AgentReport report) => report.State switch
    {
        TaskState.Waiting => "db-vc agent metadata --file FILE",
        TaskState.Queued => $"db-vc work does it, or a server does; db-vc agent status {report.Branch}",
        TaskState.Ready => $"db-vc branch review {report.Branch}",
        TaskState.Stopped or TaskState.Failed when report.IsRun => $"db-vc pipeline history {report.Pipeline}",
        TaskState.Stopped => $"db-vc agent retry {report.Branch}",
        TaskState.Failed => $"db-vc agent log {report.Branch}",
        _ => null,
    };
}
