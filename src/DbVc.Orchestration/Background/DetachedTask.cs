using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>
/// A task that the work in the background carries out, from the moment it is asked for until nothing is left to do: what its report does not say. Kept beside
/// the report, which says how far it is.
/// </summary>
/// <param name="Task">Its id.</param>
/// <param name="By">For whom.</param>
/// <param name="AutoMerge">Whether it is merged into main when its gates have passed.</param>
internal sealed record DetachedTask(string Task, Mandate By, bool AutoMerge)
{
    /// <summary>A task that ends the process that works on it would else end each that comes after.</summary>
    public const int MostStarts = 3;

    /// <summary>How often what disturbed it may come again.</summary>
    public const int MostDisturbances = 4;

    public const string Collection = "detached-tasks";

    /// <summary>Whether rows that people put into its branch may be dropped.</summary>
    public bool Reload { get; init; }

    /// <summary>How many processes have begun it.</summary>
    public int Starts { get; init; }

    /// <summary>How often something that was not its own fault ended it.</summary>
    public int Disturbances { get; init; }

    /// <summary>Not begun again before; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>All, in the order in which they were asked for.</summary>
    public static IReadOnlyList<DetachedTask> List(IRepositoryStore store) =>
        [.. store.ListDocuments(Collection).Select(d => JsonSerializer.Deserialize(d.Value, BackgroundJson.Default.DetachedTask)!)];

    public static DetachedTask? Find(IRepositoryStore store, string task) =>
        store.ReadDocument(Collection, task) is { } bytes ? JsonSerializer.Deserialize(bytes, BackgroundJson.Default.DetachedTask) : null;

    /// <summary>The report and this, together.</summary>
    public void Save(IRepositoryStore store, AgentReport report)
    {
        using var transaction = store.Begin();
        transaction.PutDocument(AgentTasks.Collection, report.Task, AgentTasks.ToBytes(report));
        transaction.PutDocument(Collection, Task, JsonSerializer.SerializeToUtf8Bytes(this, BackgroundJson.Default.DetachedTask));
        transaction.Commit();
    }

    /// <summary>A task that failed: to be begun again later, and kept so, where it is one of these and what ended it is not its own fault.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="failed">As it is.</param>
    /// <param name="failure">What ended it; null for its model.</param>
    public static AgentReport TryAgain(WorkspaceContext context, AgentReport failed, Exception? failure = null)
    {
        if (failure is not null && !Disturbance.Is(failure)) return failed;
        if (Find(context.Repository.Store, failed.Task) is not { Disturbances: < MostDisturbances } later) return failed;
        var again = failed with { State = TaskState.Queued };
        var next = context.Options.Clock.GetUtcNow() + Disturbance.WaitAfter(later.Disturbances + 1);
        (later with { Disturbances = later.Disturbances + 1, Starts = Math.Max(0, later.Starts - 1), NotBefore = next }).Save(context.Repository.Store, again);
        return again;
    }

    /// <summary>The report of a task with which the background has no more to do.</summary>
    public static void Settle(IRepositoryStore store, AgentReport report)
    {
        using var transaction = store.Begin();
        transaction.PutDocument(AgentTasks.Collection, report.Task, AgentTasks.ToBytes(report));
        Forget(transaction, report.Task);
        transaction.Commit();
    }

    /// <summary>Leaves the report as it is.</summary>
    public static void Forget(IStoreTransaction transaction, string task)
    {
        transaction.DeleteDocument(Collection, task);
        transaction.DeleteDocument(TaskCancellation.Collection, task);
    }

    public static void Forget(IRepositoryStore store, string task)
    {
        using var transaction = store.Begin();
        Forget(transaction, task);
        transaction.Commit();
    }
}

/// <summary>Says that somebody wants a task to stop; whoever works on it looks for this again and again.</summary>
/// <param name="Task">Its id.</param>
/// <param name="By">Who.</param>
internal sealed record TaskCancellation(string Task, string By)
{
    public const string Collection = "cancelled-tasks";

    /// <summary>What a task that was stopped so says.</summary>
    [JsonIgnore]
    public string Reason => $"{By} cancelled it.";

    public static TaskCancellation? Find(IRepositoryStore store, string task) =>
        store.ReadDocument(Collection, task) is { } bytes ? JsonSerializer.Deserialize(bytes, BackgroundJson.Default.TaskCancellation) : null;

    public static void Forget(IRepositoryStore store, string task)
    {
        if (store.ReadDocument(Collection, task) is null) return;
        using var transaction = store.Begin();
        transaction.DeleteDocument(Collection, task);
        transaction.Commit();
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, BackgroundJson.Default.TaskCancellation);

    /// <summary>The report of a task that it stopped.</summary>
    public AgentReport Stop(AgentReport report) => report with { State = TaskState.Stopped, End = "cancelled", Error = Reason };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DetachedTask))]
[JsonSerializable(typeof(TaskCancellation))]
[JsonSerializable(typeof(Schedule))]
internal sealed partial class BackgroundJson : JsonSerializerContext;
