using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>A merge that waits for conflicts to be resolved, as it is kept in the store.</summary>
internal sealed record MergeRecord(string Id, string Source, string Target, string SourceHead, string TargetHead, DateTimeOffset Started,
    IReadOnlyList<string> Policies)
{
    public const string Collection = "merges";

    /// <summary>Set where the merge carries one change over (cherry-pick, revert, undo, stash) instead of merging a branch.</summary>
    public ReplayRecord? Replay { get; init; }

    /// <summary>Set where a branch is brought up to main: the branch is source and moves, main is what it is merged with and stays.</summary>
    public bool BringsUp { get; init; }

    /// <summary>Whether the branch's code runs on main's rows afterwards, so that its own rows are left to it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RunsAgain { get; init; }

    /// <summary>Why an administrator merges in spite of the target's rules.</summary>
    public string? Override { get; init; }

    /// <summary>A person's word that what the change takes away may go.</summary>
    public bool AllowDestructive { get; init; }

    public static IReadOnlyList<MergeRecord> ReadAll(IRepositoryStore store) =>
        [.. store.ListDocuments(Collection).Select(d => JsonSerializer.Deserialize(d.Value, MergeJson.Default.MergeRecord)!)];

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, MergeJson.Default.MergeRecord);

    public static string NewId(CommitId source, CommitId target) =>
        Hash.Of([.. source.Hash.ToBytes(), .. target.Hash.ToBytes()]).ToString()[..8];
}

/// <summary>Values as exact JSON: a kind and base64 or digits, so nothing is lost.</summary>
internal sealed class ValueConverter : JsonConverter<Value>
{
    public override Value Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString() ?? throw new JsonException("A value must be a string.");
        return text[0] switch
        {
            'i' => Value.Integer(long.Parse(text.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)),
            'r' => Value.Real(BitConverter.Int64BitsToDouble(long.Parse(text.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture))),
            't' => Value.Text(Convert.FromBase64String(text[1..])),
            'b' => Value.Blob(Convert.FromBase64String(text[1..])),
            _ => Value.Null,
        };
    }

    public override void Write(Utf8JsonWriter writer, Value value, JsonSerializerOptions options) => writer.WriteStringValue(value.Kind switch
    {
        ValueKind.Integer => FormattableString.Invariant($"i{value.AsInteger}"),
        ValueKind.Real => FormattableString.Invariant($"r{BitConverter.DoubleToInt64Bits(value.AsReal)}"),
        ValueKind.Text => "t" + Convert.ToBase64String(value.AsBytes.Span),
        ValueKind.Blob => "b" + Convert.ToBase64String(value.AsBytes.Span),
        _ => "n",
    });
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, Converters = [typeof(ValueConverter)])]
[JsonSerializable(typeof(MergeRecord))]
[JsonSerializable(typeof(Conflict[]))]
[JsonSerializable(typeof(DecisionBatch))]
[JsonSerializable(typeof(ConflictProposal[]))]
internal sealed partial class MergeJson : JsonSerializerContext;
