using System.ComponentModel;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Schedules, and what the work in the background did, as documents.</summary>
internal static class WorkShapes
{
    public static SchedulesDocument ToJson(this IReadOnlyList<ScheduleReport> schedules) => new(Json.List(schedules, Schedule));

    public static WorkDocument ToJson(this IReadOnlyList<WorkEvent> events) =>
        new(Json.List(events, happened => new WorkEventDocument(happened.Time, happened.Kind, happened.Subject, happened.State, happened.Message)));

    private static ScheduleDocument Schedule(ScheduleReport report)
    {
        var schedule = report.Schedule;
        return new ScheduleDocument(schedule.Pipeline, schedule.Cron, schedule.Zone, schedule.Missed, schedule.Overlap, schedule.Retries, schedule.Merge,
            schedule.IsPaused, schedule.By.Name, report.Next, report.Problem,
            schedule.Current is { } run ? new DueRunDocument(run.Due, run.Begun, run.Failures, run.NotBefore) : null, schedule.Waiting,
            Json.List(schedule.Outcomes, outcome =>
                new DueOutcomeDocument(outcome.Due, outcome.State, outcome.Ended, outcome.Message, outcome.Task, outcome.Branch)));
    }
}

[Description("Schedules of pipelines.")]
internal sealed record SchedulesDocument([Description("By pipeline.")] IReadOnlyList<ScheduleDocument> Schedules) : Document;

[Description("When a pipeline runs by itself.")]
internal sealed record ScheduleDocument(
    [Description("The pipeline.")] string Pipeline,
    [Description("Minute, hour, day, month, day of the week.")] string Cron,
    [Description("The time zone by whose clock that is.")] string Zone,
    [Description("What becomes of runs that were missed.")] MissedRuns Missed,
    [Description("What becomes of a run that is due while the one before goes on.")] OverlapPolicy Overlap,
    [Description("How often a run that failed is tried again.")] int Retries,
    [Description("Whether what a run loads is merged.")] bool Merge,
    [Description("Whether its runs are held back.")] bool Paused,
    [Description("Who set it; it runs for them.")] string By,
    [Description("When it is due next; null for never.")] DateTimeOffset? Next,
    [Description("Why it does not run; null where it does.")] string? Problem,
    [Description("The run that was begun; null for none.")] DueRunDocument? Running,
    [Description("Due times that wait for it to end.")] IReadOnlyList<DateTimeOffset> Waiting,
    [Description("How the latest runs ended.")] IReadOnlyList<DueOutcomeDocument> Outcomes) : Document;

[Description("A run of a schedule that was begun.")]
internal sealed record DueRunDocument(
    [Description("When it was due.")] DateTimeOffset Due,
    [Description("When it was begun.")] DateTimeOffset Begun,
    [Description("How often it has failed.")] int Failures,
    [Description("When it is tried again; null for at once.")] DateTimeOffset? NotBefore) : Document;

[Description("How a run of a schedule ended.")]
internal sealed record DueOutcomeDocument(
    [Description("When it was due.")] DateTimeOffset Due,
    [Description("How it ended.")] DueState State,
    [Description("When.")] DateTimeOffset Ended,
    [Description("Why, in words; null where there is nothing to say.")] string? Message,
    [Description("Its task; null where it came to none.")] string? Task,
    [Description("The branch that it left; null for none.")] string? Branch) : Document;

[Description("What the work in the background did.")]
internal sealed record WorkDocument([Description("The latest, in order.")] IReadOnlyList<WorkEventDocument> Work) : Document;

[Description("Something that the work in the background did.")]
internal sealed record WorkEventDocument(
    [Description("When.")] DateTimeOffset Time,
    [Description("What it was about.")] WorkKind Kind,
    [Description("Which.")] string Subject,
    [Description("How it stands now.")] string State,
    [Description("In words; null where there is nothing to say.")] string? Message) : Document;
