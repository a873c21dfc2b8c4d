using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>Writes a value as JSON text, members in their order.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonValue value) => Write(value, s_options) + "\n";

    /// <summary>The same on one line.</summary>
    public static string WriteLine(JsonValue value) => Write(value, s_options with { Indented = false });

    private static string Write(JsonValue value, JsonWriterOptions options)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, options)) Write(json, value);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The same into something that is being written.</summary>
    public static void Write(Utf8JsonWriter json, JsonValue value)
    {
        switch (value.Kind)
        {
            case JsonKind.Object:
                json.WriteStartObject();
                foreach (var member in value.Members)
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonKind.Array:
                json.WriteStartArray();
                foreach (var item in value.Items) Write(json, item);
                json.WriteEndArray();
                break;
            case JsonKind.String:
                json.WriteStringValue(value.Text);
                break;
            default:
                // Digits, true, false and null are JSON as they stand.
                json.WriteRawValue(value.Text);
                break;
        }
    }
}
