using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What is left of a row that was purged: that there was one, never what it was. The key is kept as a digest only, for it may be the
/// name of a person itself.</summary>
internal sealed record Tombstone(string Table, string Key, DateTimeOffset Time, string Actor)
{
    public const string Collection = "tombstones";

    public string Id => Key;

    /// <summary>The digest of a table and an encoded key: 40 hexadecimal digits.</summary>
    public static string Digest(string table, ReadOnlySpan<byte> key) =>
        Hash.Of([.. System.Text.Encoding.UTF8.GetBytes(table), 0, .. key]).ToString();

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, TombstoneJson.Default.Tombstone);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Tombstone))]
internal sealed partial class TombstoneJson : JsonSerializerContext;
