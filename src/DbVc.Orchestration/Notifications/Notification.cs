using System.Text.Json;
using System.Text.Json.Serialization;

namespace DbVc.Orchestration;

/// <summary>What somebody may want to be told; the body of a webhook and the input of a command. Holds no values of rows.</summary>
/// <param name="Id">Names it; the same whenever it is sent again.</param>
/// <param name="Event">One of <see cref="NotificationSettings.AllEvents"/>; test for one that only tries the way.</param>
/// <param name="Time">UTC.</param>
/// <param name="Repository">The folder's name.</param>
/// <param name="Message">A sentence for people; secrets masked.</param>
public sealed record Notification(string Id, string Event, DateTimeOffset Time, string Repository, string Message)
{
    /// <summary>Part of the documented form.</summary>
    public int Version { get; init; } = 1;

    public string? Branch { get; init; }

    public string? Task { get; init; }

    public string? Pipeline { get; init; }

    /// <summary>The new commit of main, 40 hexadecimal digits.</summary>
    public string? Commit { get; init; }

    public string? Actor { get; init; }

    /// <summary>Why an administrator merged in spite of main's rules; null where they held.</summary>
    public string? Override { get; init; }

    /// <summary>The request's number; null where it is about none.</summary>
    public long? Request { get; init; }

    /// <summary>Which gates passed; what they say is not told. Null where none were asked.</summary>
    public IReadOnlyList<NotifiedGate>? Gates { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, NotificationJson.Default.Notification);
}

/// <summary>A gate's decision.</summary>
public sealed record NotifiedGate(string Name, bool Passed);

/// <summary>One notification on its way to one receiver, as the store keeps it until it has arrived.</summary>
/// <param name="Target">As the configuration says it, variables not filled in.</param>
/// <param name="IsCommand">A command, not an address.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Next">Not before; null where it is given up.</param>
/// <param name="Problem">What went wrong last.</param>
public sealed record Delivery(string Id, Notification Notification, string Target, bool IsCommand, int Attempts, DateTimeOffset? Next, string? Problem);

/// <summary>Who is told of what.</summary>
public sealed record NotificationSettings
{
    /// <summary>Events that there are.</summary>
    public static IReadOnlyList<string> AllEvents { get; } =
    [
        "failed", "ready", "merged", "rolled-back", "request.opened", "request.commented", "request.approved", "request.changes", "request.merged",
    ];

    public static NotificationSettings Default { get; } = new();

    public IReadOnlyList<string> Webhooks { get; init; } = [];

    public IReadOnlyList<string> Commands { get; init; } = [];

    public IReadOnlyList<string> Events { get; init; } = AllEvents;

    /// <summary>The environment variable that holds the secret with which webhooks are signed.</summary>
    public string SecretVariable { get; init; } = "DBVC_WEBHOOK_SECRET";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Notification))]
[JsonSerializable(typeof(Delivery))]
internal sealed partial class NotificationJson : JsonSerializerContext;
