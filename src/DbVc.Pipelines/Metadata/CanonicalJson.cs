using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Writes a pipeline in one fixed form, so that equal pipelines have equal text and hash.</summary>
internal static class CanonicalJson
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(PipelineSpec spec)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_options))
        {
            json.WriteStartObject();
            if (spec.TaskId is not null) json.WriteString("task_id", spec.TaskId);
            WriteSource(json, spec.Source);
            json.WriteStartObject("destination");
            json.WriteString("table", spec.Destination.Table);
            if (spec.Destination.Database is not null) json.WriteString("database", spec.Destination.Database);
            if (spec.Destination.Disposition is not Disposition.Append and var disposition) json.WriteString("disposition", Dispositions.NameOf(disposition));
            json.WriteEndObject();
            json.WriteStartObject("schema");
            foreach (var field in spec.Fields) WriteField(json, field);
            json.WriteEndObject();
            json.WriteStartArray("validations");
            foreach (var rule in spec.Rules.Where(r => !r.FromSchema)) WriteRule(json, rule);
            json.WriteEndArray();
            json.WriteStartArray("preprocessing");
            foreach (var operation in spec.Operations) json.WriteStringValue(operation.Text);
            json.WriteEndArray();
            json.WriteStartObject("test_data");
            json.WriteNumber("sample_size", spec.SampleSize);
            json.WriteNumber("validation_threshold", spec.ValidationThreshold);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteSource(Utf8JsonWriter json, SourceSpec source)
    {
        json.WriteStartObject("source");
        json.WriteString("type", source.Type);
        json.WriteString("location", source.Location);
        json.WriteString("encoding", source.Csv.Encoding);
        json.WriteString("delimiter", source.Csv.Delimiter.ToString());
        json.WriteBoolean("header", source.Csv.HasHeader);
        json.WriteStartArray("null_tokens");
        foreach (var token in source.Csv.NullTokens) json.WriteStringValue(token);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, PipelineField field)
    {
        json.WriteStartObject(field.Name);
        json.WriteString("type", FieldTypes.NameOf(field.Type));
        json.WriteBoolean("primary_key", field.PrimaryKey);
        json.WriteBoolean("nullable", field.Nullable);
        if (field.MaxLength is { } longest) json.WriteNumber("max_length", longest);
        if (field.Default is { } value) WriteDefault(json, field, value);
        if (field.SourceName is not null) json.WriteString("source_column", field.SourceName);
        if (field.Description is not null) json.WriteString("description", field.Description);
        json.WriteEndObject();
    }

    private static void WriteDefault(Utf8JsonWriter json, PipelineField field, FieldDefault value)
    {
        json.WritePropertyName("default");
        if (value.Text is null) json.WriteStringValue("current_timestamp");
        else if (field.Type is FieldType.Integer or FieldType.Real or FieldType.Boolean) json.WriteRawValue(value.Text);
        else json.WriteStringValue(value.Text);
    }

    private static void WriteRule(Utf8JsonWriter json, PipelineRule rule)
    {
        json.WriteStartObject();
        json.WriteString("rule", "expression");
        json.WriteString("expression", rule.Text);
        json.WriteString("error_message", rule.Message);
        json.WriteString("severity", RuleSeverities.NameOf(rule.Severity));
        json.WriteEndObject();
    }
}
