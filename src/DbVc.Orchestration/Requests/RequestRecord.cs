using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>A request as it was opened; nothing of it changes. What is said later are notes, and how it stands is found out from those and from refs.</summary>
/// <param name="Number">From 1; never used twice.</param>
/// <param name="Source">Tells the branch from another one of its name; null for main.</param>
/// <param name="Target">The same of the branch that it is to come into.</param>
/// <param name="SourceName">What the source was called then.</param>
/// <param name="TargetName">What the target was called then.</param>
/// <param name="Head">The source's then; 40 hexadecimal digits, or sealed.</param>
internal sealed record RequestRecord(long Number, string? Source, string? Target, string SourceName, string TargetName, string Title, string Text,
    Author By, DateTimeOffset Time, string Head)
{
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, RequestJson.Default.RequestRecord);

    public static RequestRecord Parse(byte[] body) => JsonSerializer.Deserialize(body, RequestJson.Default.RequestRecord)!;

    /// <summary>Names are one whatever their case.</summary>
    public bool IsBy(Author author) => By.Name.Equals(author.Name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>One thing that happened to a request.</summary>
/// <param name="Number">The request's.</param>
/// <param name="Id">Names it within the request.</param>
/// <param name="Head">The source's then; 40 hexadecimal digits, or sealed.</param>
/// <param name="Text">What was said; empty for nothing.</param>
internal sealed record RequestNote(long Number, string Id, RequestEventKind Kind, Author By, DateTimeOffset Time, string Head, string Text)
{
    private const int DigestDigits = 10;

    /// <summary>A comment's number within its request, from 1.</summary>
    public int? Comment { get; init; }

    /// <summary>The comment that it answers, or settles.</summary>
    public int? About { get; init; }

    /// <summary>What a comment hangs on; null for the whole.</summary>
    public RequestPlace? Place { get; init; }

    /// <summary>It closes the request.</summary>
    [JsonIgnore]
    public bool IsEnd => Kind is RequestEventKind.Withdrawn or RequestEventKind.Merged;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, RequestJson.Default.RequestNote);

    public static RequestNote Parse(byte[] body) => JsonSerializer.Deserialize(body, RequestJson.Default.RequestNote)!;

    /// <summary>A note of its own name, in whatever order others are written meanwhile: no lock is held where a merge or an approval writes one.</summary>
    public static RequestNote Make(long number, RequestEventKind kind, Author by, DateTimeOffset time, string head, string text = "") =>
        new(number, $"e{time.UtcDateTime:yyyyMMddHHmmssfffffff}-{Digest($"{kind} {head} {by.Name}")}", kind, by, time, head, text);

    /// <summary>That somebody looked: each one's last, under their name whatever its case.</summary>
    public static RequestNote Look(long number, Author by, DateTimeOffset time, string head) =>
        new(number, "l" + Digest(by.Name.ToUpperInvariant()), RequestEventKind.Looked, by, time, head, "");

    private static string Digest(string text) => Hash.Of(Encoding.UTF8.GetBytes(text)).ToString()[..DigestDigits];
}

/// <summary>What a comment hangs on, as it was found at the head at which it was said: a line of a file, a file, a row or a cell.</summary>
internal sealed record RequestPlace
{
    /// <summary>The path within the commit's files.</summary>
    public string? File { get; init; }

    /// <summary>From 1; null for the whole file.</summary>
    public int? Line { get; init; }

    public string? Table { get; init; }

    /// <summary>The table's identity; empty where it has none.</summary>
    public string TableId { get; init; } = "";

    /// <summary>The columns of the key.</summary>
    public IReadOnlyList<string> KeyColumns { get; init; } = [];

    /// <summary>The encoded key, base64; null of a row that was purged.</summary>
    public string? Key { get; init; }

    public string? Column { get; init; }

    public int? ColumnId { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RequestRecord))]
[JsonSerializable(typeof(RequestNote))]
internal sealed partial class RequestJson : JsonSerializerContext;
