using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>Writes rows as JSON Lines: numbers by their own digits, dates and times as SQL writes them, bytes as base64.</summary>
/// <param name="limits">What the file may grow to.</param>
internal sealed class JsonLines(Stream into, UnpackedLimits limits)
{
    private const int FlushBytes = 64 * 1024;

    private readonly MemoryStream _buffer = new();
    private long _written;

    /// <summary>A line without record, so that the lines of records have the numbers of their rows.</summary>
    public void WriteEmpty() => _buffer.WriteByte((byte)'\n');

    public void WriteRow(IEnumerable<KeyValuePair<string, object?>> cells)
    {
        using (var json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var (name, value) in cells)
            {
                json.WritePropertyName(name);
                Write(json, value);
            }

            json.WriteEndObject();
        }

        WriteEmpty();
        if (_buffer.Length >= FlushBytes) Flush();
    }

    public void Flush()
    {
        _written += _buffer.Length;
        if (_written > limits.MostBytes) throw limits.Exceeded();
        _buffer.WriteTo(into);
        _buffer.SetLength(0);
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case double number:
                WriteReal(json, number, number.ToString("R", CultureInfo.InvariantCulture));
                break;
            case float number:
                WriteReal(json, number, number.ToString("R", CultureInfo.InvariantCulture));
                break;
            case Parquet.Data.BigDecimal or decimal or sbyte or byte or short or ushort or int or uint or long or ulong:
                json.WriteRawValue(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
            case byte[] bytes:
                json.WriteBase64StringValue(bytes);
                break;
            case ReadOnlyMemory<char> text:
                json.WriteStringValue(text.Span);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case DateTime time:
                json.WriteStringValue(TextOf(time));
                break;
            case DateOnly date:
                json.WriteStringValue(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case TimeSpan time:
                json.WriteStringValue(time.ToString("c", CultureInfo.InvariantCulture));
                break;
            case IDictionary map:
                WriteMap(json, map);
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var item in list) Write(json, item);
                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void WriteMap(Utf8JsonWriter json, IDictionary map)
    {
        json.WriteStartObject();
        foreach (DictionaryEntry entry in map)
        {
            json.WritePropertyName(entry.Key is ReadOnlyMemory<char> text ? text.ToString() : Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
            Write(json, entry.Value);
        }

        json.WriteEndObject();
    }

    /// <summary>JSON has no number that is infinite or none.</summary>
    private static void WriteReal(Utf8JsonWriter json, double number, string text)
    {
        if (double.IsFinite(number)) json.WriteRawValue(text);
        else json.WriteStringValue(text);
    }

    /// <summary>A date where the day has only begun: fields of dates and of timestamps both take it.</summary>
    private static string TextOf(DateTime time) => (time.TimeOfDay == TimeSpan.Zero && time.Kind != DateTimeKind.Utc
        ? time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)) + (time.Kind == DateTimeKind.Utc ? "Z" : "");
}
