using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Documents;

/// <summary>The small pieces that every document of --json is made of; docs/json.md describes them.</summary>
internal static class Json
{
    /// <summary>JSON readers keep integers exact up to here.</summary>
    private const long MaxExact = 1L << 53;

    /// <summary>Of enumerations; those of members are in the language's own case.</summary>
    public static JsonNamingPolicy Naming => JsonNamingPolicy.KebabCaseLower;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>UTC to the millisecond.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Names of enumerations as they stand in documents: <c>upToDate</c> is <c>up-to-date</c>.</summary>
    public static string Name(Enum value) => Naming.ConvertName(value.ToString());

    /// <summary>A share or rate; what JSON cannot write is null.</summary>
    public static double? Number(double? value) => value is { } number && double.IsFinite(number) ? Math.Round(number, 4) : null;

    /// <summary>One cell: number, string or null; what JSON cannot hold exactly as a string, bytes as an object with base64.</summary>
    public static JsonNode? Of(Value value) => value.Kind switch
    {
        ValueKind.Null => null,
        ValueKind.Integer when Math.Abs((decimal)value.AsInteger) <= MaxExact => value.AsInteger,
        ValueKind.Real when double.IsFinite(value.AsReal) => value.AsReal,
        ValueKind.Integer or ValueKind.Real => value.ToString(),
        ValueKind.Text => Text(value.AsBytes),
        _ => new JsonObject { ["base64"] = Convert.ToBase64String(value.AsBytes.Span) },
    };

    /// <summary>What is said under each name, in the given order.</summary>
    public static IReadOnlyDictionary<string, T> Map<TItem, T>(IEnumerable<TItem> items, Func<TItem, string> name, Func<TItem, T> describe)
    {
        var map = new OrderedDictionary<string, T>();
        foreach (var item in items) map[name(item)] = describe(item);
        return map;
    }

    public static IReadOnlyDictionary<string, Value> Row(IEnumerable<NamedValue> cells) => Map(cells, cell => cell.Name, cell => cell.Value);

    public static IReadOnlyList<T> List<TItem, T>(IEnumerable<TItem> items, Func<TItem, T> describe) => [.. items.Select(describe)];

    /// <summary>What a person typed as JSON, as one cell. Throws usage failure <c>value.invalid</c>.</summary>
    public static Value Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            return root.ValueKind switch
            {
                JsonValueKind.Null => Value.Null,
                JsonValueKind.String => Value.Text(root.GetString()!),
                JsonValueKind.True or JsonValueKind.False => Value.Integer(root.GetBoolean() ? 1 : 0),
                JsonValueKind.Number => root.TryGetInt64(out var integer) ? Value.Integer(integer) : Value.Real(root.GetDouble()),
                JsonValueKind.Object when root.TryGetProperty("base64", out var bytes) => Value.Blob(bytes.GetBytesFromBase64()),
                _ => throw new FormatException(),
            };
        }
        catch (Exception failure) when (failure is JsonException or FormatException or InvalidOperationException)
        {
            throw new DbVcException(FailureKind.Usage, "value.invalid", $"'{text}' is not a value in JSON.", "--value",
                "Write a number, \"text\" in double quotes, null, or {\"base64\": \"…\"}.");
        }
    }

    /// <summary>The same; an object or array is the text of a cell that holds JSON.</summary>
    public static Value ParseCell(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Array
                || (document.RootElement.ValueKind == JsonValueKind.Object && !document.RootElement.TryGetProperty("base64", out _)))
            {
                return Value.Text(document.RootElement.GetRawText());
            }
        }
        catch (JsonException)
        {
            // The other reader says what is wrong.
        }

        return Parse(text);
    }

    private static JsonNode Text(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return Strict.GetString(utf8.Span);
        }
        catch (DecoderFallbackException)
        {
            return new JsonObject { ["base64"] = Convert.ToBase64String(utf8.Span), ["type"] = "text" };
        }
    }
}
