using System.Text;
using System.Text.Json;

namespace DbVc.VersionControl;

/// <summary>
/// A JSON value as it stands in its text: the bytes of each part are kept, so that what nobody changed is written back as it was.
/// </summary>
internal sealed class JsonText
{
    private JsonText(ReadOnlyMemory<byte> raw, IReadOnlyList<JsonProperty>? properties, ReadOnlyMemory<byte> tail) =>
        (Raw, Properties, Tail) = (raw, properties, tail);

    /// <summary>The value's own bytes.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>The properties in order; null for what is no object.</summary>
    public IReadOnlyList<JsonProperty>? Properties { get; }

    /// <summary>What stands before the closing brace.</summary>
    public ReadOnlyMemory<byte> Tail { get; }

    /// <summary>Compares texts of JSON by what they mean: 1.0 is 1, and the order of properties does not count.</summary>
    public static IEqualityComparer<string> Equality { get; } = new Meaning();

    public string Text => Encoding.UTF8.GetString(Raw.Span);

    /// <summary>Null unless the bytes are one JSON object in which no name comes twice.</summary>
    public static JsonText? TryReadObject(ReadOnlyMemory<byte> utf8)
    {
        // A text that is no UTF-8 could not be written back as it was.
        if (!System.Text.Unicode.Utf8.IsValid(utf8.Span)) return null;
        try
        {
            var reader = new Utf8JsonReader(utf8.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            var value = Read(ref reader, utf8);
            return !reader.Read() ? value : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The texts of an array's elements; null if the bytes are no JSON array.</summary>
    public static IReadOnlyList<string>? TryReadArray(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray().Select(e => e.GetRawText())] : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public bool Means(JsonText other) => Raw.Span.SequenceEqual(other.Raw.Span) || Equality.Equals(Text, other.Text);

    public JsonProperty? Find(string name) => Properties?.FirstOrDefault(p => p.Name == name);

    private static JsonText Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> text)
    {
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return new JsonText(text[start..(int)reader.BytesConsumed], null, default);
        }

        var properties = new List<JsonProperty>();
        var names = new HashSet<string>();
        var segment = (int)reader.BytesConsumed;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (nameStart, name) = ((int)reader.TokenStartIndex, reader.GetString()!);
            if (!names.Add(name)) throw new JsonException("A name comes twice.");
            reader.Read();
            var valueStart = (int)reader.TokenStartIndex;
            var value = Read(ref reader, text);
            properties.Add(new JsonProperty(name, LeadOf(text[segment..nameStart]), text[nameStart..valueStart], value));
            segment = (int)reader.BytesConsumed;
        }

        return new JsonText(text[start..(int)reader.BytesConsumed], properties, text[segment..((int)reader.BytesConsumed - 1)]);
    }

    /// <summary>The white space before a name, without the comma that may stand in it.</summary>
    private static ReadOnlyMemory<byte> LeadOf(ReadOnlyMemory<byte> between) => between[(between.Span.IndexOf((byte)',') + 1)..];

    private sealed class Meaning : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y)
        {
            if (x is null || y is null || x == y) return x == y;
            using var one = JsonDocument.Parse(x);
            using var other = JsonDocument.Parse(y);
            return JsonElement.DeepEquals(one.RootElement, other.RootElement);
        }

        // Texts that mean the same may differ; only the kind of value is sure.
        public int GetHashCode(string text)
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.String => document.RootElement.GetString()!.GetHashCode(StringComparison.Ordinal),
                JsonValueKind.Number => document.RootElement.GetDouble().GetHashCode(),
                var kind => kind.GetHashCode(),
            };
        }
    }
}

/// <summary>One property of an object.</summary>
/// <param name="Name">Its name, unescaped.</param>
/// <param name="Lead">The white space before it.</param>
/// <param name="Head">The name, the colon and the white space as they stand in the text.</param>
/// <param name="Value">The value.</param>
internal sealed record JsonProperty(string Name, ReadOnlyMemory<byte> Lead, ReadOnlyMemory<byte> Head, JsonText Value);
