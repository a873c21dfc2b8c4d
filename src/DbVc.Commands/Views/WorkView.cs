using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>The work in the background, and schedules, for people.</summary>
internal static class WorkView
{
    /// <summary>One thing that happened, in a line.</summary>
    public static void Write(Output output, WorkEvent happened)
    {
        var isMessage = happened.State == "says";
        output.Line(Piece.Dim(Shown.Time(happened.Time)), "  ", Json.Name(happened.Kind), " ", Piece.Name(happened.Subject),
            isMessage ? "" : "  ", isMessage ? "" : new Piece(happened.State, LookOf(happened.State)),
            Piece.Dim(happened.Message is { } said ? "  " + Shown.Short(said) : ""));
        if (!output.IsJson) output.Flush();
    }

    /// <summary>The worst that happened.</summary>
    public static int ExitCode(IReadOnlyCollection<WorkEvent> events) =>
        events.Any(e => e.State == "failed") ? (int)FailureKind.Failed : events.Any(e => e.State == "refused") ? (int)FailureKind.Refused : 0;

    public static void Write(Output output, IReadOnlyList<ScheduleReport> schedules)
    {
        if (schedules.Count == 0)
        {
            output.Line("No pipeline has a schedule.");
            output.Line(Piece.Dim("Next: db-vc pipeline schedule NAME --cron \"0 3 * * *\" --zone Europe/Berlin"));
            return;
        }

        var table = new TextTable("pipeline", "cron", "zone", "next", "last", "", "by");
        foreach (var (schedule, next, problem) in schedules)
        {
            var last = schedule.Outcomes.Count == 0 ? null : schedule.Outcomes[^1];
            table.Add(Piece.Name(schedule.Pipeline), schedule.Cron, schedule.Zone, Next(schedule, next, problem),
                last is null ? Piece.Dim("never") : new Piece(Json.Name(last.State), LookOf(Json.Name(last.State))),
                Piece.Dim(last is null ? "" : Shown.Time(last.Due)), schedule.By.Name);
        }

        output.Table(table);
    }

    /// <summary>All there is to know about one.</summary>
    public static void Write(Output output, ScheduleReport report)
    {
        var schedule = report.Schedule;
        var list = new TextTable("", "")
            .Add(Piece.Dim("Pipeline"), Piece.Name(schedule.Pipeline))
            .Add(Piece.Dim("When"), $"{schedule.Cron} in {schedule.Zone}")
            .Add(Piece.Dim("Next"), Next(schedule, report.Next, report.Problem))
            .Add(Piece.Dim("Missed"), Json.Name(schedule.Missed))
            .Add(Piece.Dim("Overlap"), Json.Name(schedule.Overlap))
            .Add(Piece.Dim("Retries"), Shown.Count(schedule.Retries))
            .Add(Piece.Dim("Runs for"), schedule.By.Name);
        if (!schedule.Merge) list.Add(Piece.Dim("Merge"), "by hand");
        if (schedule.Waiting.Count > 0) list.Add(Piece.Dim("Waiting"), Shown.Count(schedule.Waiting.Count, "run"));
        output.List(list);
        foreach (var outcome in schedule.Outcomes.TakeLast(5))
        {
            output.Line(Piece.Dim(Shown.Time(outcome.Due)), "  ", new Piece(Json.Name(outcome.State), LookOf(Json.Name(outcome.State))),
                Piece.Dim(outcome.Message is { } why ? "  " + Shown.Short(why) : ""));
        }
    }

    private static Piece Next(Schedule schedule, DateTimeOffset? next, string? problem) =>
        problem is not null ? Piece.Bad(problem)
        : schedule.IsPaused ? Piece.Warning("paused")
        : schedule.Current is { NotBefore: null } ? Piece.Warning("running")
        : schedule.Current is { NotBefore: { } again } ? Piece.Warning("again " + Shown.Time(again))
        : next is { } time ? Shown.Time(time) : "";

    private static Look LookOf(string state) => state switch
    {
        "ready" or "merged" or "landed" or "nothing" => Look.Good,
        "failed" or "refused" or "stopped" => Look.Bad,
        "running" or "queued" or "skipped" or "conflicts" or "cancelled" or "waiting" => Look.Warning,
        _ => Look.Plain,
    };
}
