using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>How a reshaped record is written that cannot be loaded.</summary>
public static class ReshapedRecord
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The member that comes first in every reshaped record: its line in the source.</summary>
    public const string LineMember = ReshapedMembers.Line;

    /// <summary>A record that is rejected when it is read.</summary>
    /// <param name="line">Where it began in the source.</param>
    /// <param name="rule">The rule that it breaks.</param>
    /// <param name="message">One sentence for a person.</param>
    /// <param name="raw">As it was written.</param>
    public static string Rejected(long line, string rule, string message, string raw)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_options)) Write(json, new RejectedRow(line, rule, message, raw));
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    internal static void Write(Utf8JsonWriter json, RejectedRow row)
    {
        json.WriteStartObject();
        json.WriteNumber(ReshapedMembers.Line, row.Line);
        json.WriteString(ReshapedMembers.Rule, row.Rule);
        json.WriteString(ReshapedMembers.Message, row.Message);
        json.WriteString(ReshapedMembers.Raw, row.Raw);
        json.WriteEndObject();
    }
}
