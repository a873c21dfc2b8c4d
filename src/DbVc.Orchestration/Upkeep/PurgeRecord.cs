using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// A purge that has begun: from here on the next command finishes it. It holds the key until then; a tombstone, which does not, takes its place.
/// </summary>
/// <param name="Key">The encoded key, base64.</param>
/// <param name="Digest">What stays known of the key.</param>
/// <param name="From">Main's head before the history was rewritten; null until it is.</param>
/// <param name="Commits">How many commits got another id.</param>
internal sealed record PurgeRecord(string Table, string Key, string Digest, DateTimeOffset Time, string Actor, string? From, string? To, int Commits)
{
    public const string Collection = "purges";

    /// <summary>The table's identity; empty in a record that an earlier version left.</summary>
    public string TableId { get; init; } = "";

    /// <summary>Ids of the other tables that stood beside it.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    [JsonIgnore]
    public ErasedTable Erased => new(Table, TableId, Others);

    [JsonIgnore]
    public IReadOnlyList<Value> Values => KeyCodec.Decode(Convert.FromBase64String(Key));

    public string Command => $"purge {Table} --key {Digest}";

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, PurgeJson.Default.PurgeRecord);

    public static IReadOnlyList<PurgeRecord> ReadAll(IRepositoryStore store) =>
        [.. store.ListDocuments(Collection).Select(d => JsonSerializer.Deserialize(d.Value, PurgeJson.Default.PurgeRecord)!)];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PurgeRecord))]
internal sealed partial class PurgeJson : JsonSerializerContext;
