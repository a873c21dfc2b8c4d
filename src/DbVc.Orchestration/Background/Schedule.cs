using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>What becomes of times that passed while nothing did the work in the background.</summary>
public enum MissedRuns
{
    /// <summary>Nothing.</summary>
    Skip,

    /// <summary>One run for all of them.</summary>
    Once,

    /// <summary>A run for each, for so many of the latest.</summary>
    All,
}

/// <summary>What becomes of a time at which the run before is not over.</summary>
public enum OverlapPolicy
{
    /// <summary>It is noted, and that is all.</summary>
    Skip,

    /// <summary>Its run comes after that one.</summary>
    Queue,
}

/// <summary>What became of a time at which a pipeline was due.</summary>
public enum DueState
{
    /// <summary>It ran, and main holds what it made.</summary>
    Merged,

    /// <summary>It ran, and its branch waits for a person, as was asked for.</summary>
    Ready,

    /// <summary>There was nothing to load.</summary>
    Nothing,

    /// <summary>Gates, rules or permissions refused it.</summary>
    Refused,

    /// <summary>It could not be merged as main is.</summary>
    Conflicts,

    /// <summary>Something went wrong.</summary>
    Failed,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,

    /// <summary>It did not run.</summary>
    Skipped,
}

/// <summary>When a pipeline runs by itself, for whom, and how far that is: one document of the store for each pipeline.</summary>
/// <param name="Pipeline">Its name below <c>pipelines/</c>.</param>
/// <param name="Cron">Minute, hour, day, month, day of the week.</param>
/// <param name="Zone">In which that is read, as the time zone database names it.</param>
/// <param name="By">Who said so last; its runs are theirs.</param>
public sealed record Schedule(string Pipeline, string Cron, string Zone, Mandate By)
{
    internal const string Collection = "schedules";
    private const int MostOutcomes = 20;

    public MissedRuns Missed { get; init; } = MissedRuns.Once;

    public OverlapPolicy Overlap { get; init; } = OverlapPolicy.Skip;

    /// <summary>How often a run that failed, and was not refused, is tried again.</summary>
    public int Retries { get; init; }

    /// <summary>False leaves what was loaded on the branch of the run.</summary>
    public bool Merge { get; init; } = true;

    public bool IsPaused { get; init; }

    /// <summary>Every time up to this one is accounted for.</summary>
    public DateTimeOffset Handled { get; init; }

    /// <summary>Times that are accounted for, and whose runs are to come, in order.</summary>
    public IReadOnlyList<DateTimeOffset> Waiting { get; init; } = [];

    /// <summary>The run that was begun and is not settled; null for none.</summary>
    public DueRun? Current { get; init; }

    /// <summary>The latest, oldest first.</summary>
    public IReadOnlyList<DueOutcome> Outcomes { get; init; } = [];

    internal static IReadOnlyList<Schedule> List(IRepositoryStore store) => [.. store.ListDocuments(Collection).Select(d => Parse(d.Value))];

    internal static Schedule? Find(IRepositoryStore store, string pipeline) =>
        store.ReadDocument(Collection, pipeline) is { } body ? Parse(body) : null;

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, BackgroundJson.Default.Schedule);

    internal Schedule Note(DueOutcome outcome) => this with { Outcomes = [.. Outcomes.Append(outcome).TakeLast(MostOutcomes)] };

    private static Schedule Parse(byte[] body) => JsonSerializer.Deserialize(body, BackgroundJson.Default.Schedule)!;
}

/// <summary>A run that was begun.</summary>
/// <param name="Due">When it was due.</param>
/// <param name="Begun">When it was begun, the last time.</param>
public sealed record DueRun(DateTimeOffset Due, DateTimeOffset Begun)
{
    /// <summary>How many processes were at it.</summary>
    public int Starts { get; init; } = 1;

    /// <summary>How often it failed and was to be tried again.</summary>
    public int Failures { get; init; }

    /// <summary>When it is tried again; null while it goes on, and where its process died.</summary>
    public DateTimeOffset? NotBefore { get; init; }
}

/// <summary>What became of a due time.</summary>
/// <param name="Due">The time; of several that were skipped together, the last.</param>
/// <param name="State">What became of it.</param>
/// <param name="Ended">When that was known.</param>
/// <param name="Message">In a sentence; null where the state says it all.</param>
public sealed record DueOutcome(DateTimeOffset Due, DueState State, DateTimeOffset Ended, string? Message)
{
    /// <summary>The id of its run; null where there was none.</summary>
    public string? Task { get; init; }

    /// <summary>The branch that it left; null for none.</summary>
    public string? Branch { get; init; }

    /// <summary>True for a failure that is tried again.</summary>
    [JsonIgnore]
    internal bool MayPass { get; init; }
}

/// <summary>Says when a pipeline runs by itself. What is null stays as it is, or as it is for new ones.</summary>
/// <param name="Pipeline">Its name, or the table that it alone loads.</param>
/// <param name="Cron">As <see cref="Schedule.Cron"/>.</param>
/// <param name="Zone">As <see cref="Schedule.Zone"/>; UTC where nothing was said.</param>
public sealed record ScheduleRequest(string Pipeline, string? Cron, string? Zone)
{
    public MissedRuns? Missed { get; init; }

    public OverlapPolicy? Overlap { get; init; }

    /// <summary>From 0 to 10.</summary>
    public int? Retries { get; init; }

    public bool? Merge { get; init; }
}

/// <summary>A schedule as it stands.</summary>
/// <param name="Schedule">As it is kept.</param>
/// <param name="Next">When it is due next; null while it is paused, or where that cannot be told.</param>
/// <param name="Problem">Why that cannot be told.</param>
public sealed record ScheduleReport(Schedule Schedule, DateTimeOffset? Next, string? Problem);
