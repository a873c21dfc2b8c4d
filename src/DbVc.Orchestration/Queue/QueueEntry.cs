using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Live;

namespace DbVc.Orchestration;

/// <summary>Where a branch in the merge queue stands.</summary>
public enum QueueState
{
    /// <summary>The next run takes it.</summary>
    Queued,

    /// <summary>Bringing it up to main met conflicts; the run after they are decided goes on with it.</summary>
    Conflicts,

    /// <summary>It is ready but for approvals, or for a request; the run after they are given lands it.</summary>
    Waiting,

    /// <summary>Main holds it.</summary>
    Landed,

    /// <summary>It left the queue without having landed; the branch is kept.</summary>
    Refused,
}

/// <summary>What a run is about with a branch, written down before it begins.</summary>
public enum QueueStep
{
    /// <summary>It is brought up to main.</summary>
    BringUp,

    /// <summary>Gates are asked about the result.</summary>
    Gates,

    /// <summary>It is merged into main.</summary>
    Land,
}

/// <summary>A branch in the merge queue.</summary>
/// <param name="Number">Its place: the lower, the earlier.</param>
/// <param name="Branch">The branch's name.</param>
/// <param name="Instance">Tells the branch from another one of its name.</param>
/// <param name="By">Who added it.</param>
/// <param name="Added">When.</param>
/// <param name="State">Where it stands.</param>
public sealed record QueueEntry(long Number, string Branch, string Instance, string By, DateTimeOffset Added, QueueState State)
{
    /// <summary>Whether whoever added it might merge into main: only then is it merged where no person runs the queue.</summary>
    public bool MayLand { get; init; }

    /// <summary>What is, or was when its process died, being done with it; null for nothing.</summary>
    public QueueStep? Step { get; init; }

    /// <summary>Why it stands there: one sentence for a person; null where the state says it all.</summary>
    public string? Reason { get; init; }

    /// <summary>The merge in progress that brings it up and has conflicts.</summary>
    public string? Merge { get; init; }

    /// <summary>The commit of main that brought it.</summary>
    public string? Commit { get; init; }

    /// <summary>When it came to its state.</summary>
    public DateTimeOffset? Settled { get; init; }

    /// <summary>Whether a run still has to do with it.</summary>
    [JsonIgnore]
    public bool IsOpen => State is not (QueueState.Landed or QueueState.Refused);

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, QueueJson.Default.QueueEntry);

    internal static QueueEntry Parse(byte[] body) => JsonSerializer.Deserialize(body, QueueJson.Default.QueueEntry)!;

    /// <summary>Whether it is of this very branch.</summary>
    internal bool IsOf(BranchRecord branch) => Branch == branch.Name && Instance == branch.InstanceId;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(QueueEntry))]
internal sealed partial class QueueJson : JsonSerializerContext;
