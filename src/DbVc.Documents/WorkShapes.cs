using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Schedules, and what the work in the background did, as documents.</summary>
internal static class WorkShapes
{
    public static JsonObject Schedules(IReadOnlyList<ScheduleReport> schedules) => new() { ["schedules"] = Json.Array(schedules, Schedule) };

    public static JsonObject Events(IReadOnlyList<WorkEvent> events) => new() { ["work"] = Json.Array(events, Event) };

    private static JsonObject Schedule(ScheduleReport report) => new()
    {
        ["pipeline"] = report.Schedule.Pipeline,
        ["cron"] = report.Schedule.Cron,
        ["zone"] = report.Schedule.Zone,
        ["missed"] = Json.Name(report.Schedule.Missed),
        ["overlap"] = Json.Name(report.Schedule.Overlap),
        ["retries"] = report.Schedule.Retries,
        ["merge"] = report.Schedule.Merge,
        ["paused"] = report.Schedule.IsPaused,
        ["by"] = report.Schedule.By.Name,
        ["next"] = Json.Time(report.Next),
        ["problem"] = report.Problem,
        ["running"] = report.Schedule.Current is not { } run ? null : new JsonObject
        {
            ["due"] = Json.Time(run.Due),
            ["begun"] = Json.Time(run.Begun),
            ["failures"] = run.Failures,
            ["notBefore"] = Json.Time(run.NotBefore),
        },
        ["waiting"] = Json.Array(report.Schedule.Waiting.Select(due => Json.Time(due))),
        ["outcomes"] = Json.Array(report.Schedule.Outcomes, outcome => new JsonObject
        {
            ["due"] = Json.Time(outcome.Due),
            ["state"] = Json.Name(outcome.State),
            ["ended"] = Json.Time(outcome.Ended),
            ["message"] = outcome.Message,
            ["task"] = outcome.Task,
            ["branch"] = outcome.Branch,
        }),
    };

    private static JsonObject Event(WorkEvent happened) => new()
    {
        ["time"] = Json.Time(happened.Time),
        ["kind"] = Json.Name(happened.Kind),
        ["subject"] = happened.Subject,
        ["state"] = happened.State,
        ["message"] = happened.Message,
    };
}
