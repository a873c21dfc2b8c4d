using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DbVc.Model;
using DbVc.PipelineRuntime;

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
            if (spec.Destination.Versions is { } versions)
            {
                json.WriteString("valid_from", versions.From);
                json.WriteString("valid_to", versions.Until);
            }

            WriteShape(json, spec.Destination);
            json.WriteEndObject();
            json.WriteStartObject("schema");
            foreach (var field in spec.Fields) WriteField(json, field);
            json.WriteEndObject();
            json.WriteStartArray("validations");
            foreach (var rule in spec.Rules.Where(r => !r.FromSchema)) WriteRule(json, rule);
            json.WriteEndArray();
            json.WriteStartArray("preprocessing");
            foreach (var step in spec.Steps) step.Write(json);
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

    private static void WriteShape(Utf8JsonWriter json, DestinationSpec destination)
    {
        if (destination.Evolution != Evolution.Freeze) json.WriteString("evolution", Evolutions.NameOf(destination.Evolution));
        if (destination.ForeignKeys.Count > 0)
        {
            json.WriteStartArray("foreign_keys");
            foreach (var key in destination.ForeignKeys)
            {
                json.WriteStartObject();
                WriteTexts(json, "fields", key.Columns);
                json.WriteStartObject("references");
                json.WriteString("table", key.ReferencedTable);
                if (key.ReferencedColumns.Count > 0) WriteTexts(json, "columns", key.ReferencedColumns);
                json.WriteEndObject();
                json.WriteString("on_delete", key.OnDelete.ToLowerInvariant().Replace(' ', '_'));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (destination.Indexes.Count == 0) return;
        json.WriteStartArray("indexes");
        foreach (var index in destination.Indexes)
        {
            json.WriteStartObject();
            WriteTexts(json, "fields", index.Fields);
            json.WriteBoolean("unique", index.IsUnique);
            if (index.Name is not null) json.WriteString("name", index.Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSource(Utf8JsonWriter json, SourceSpec source)
    {
        json.WriteStartObject("source");
        WriteMembers(json, source.Reshape?.Of ?? source);
        if (source.Reshape is { } reshape)
        {
            json.WriteStartArray("reshape");
            foreach (var step in reshape.Steps) step.Write(json);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, SourceSpec source)
    {
        json.WriteString("type", source.Type);
        if (source.Fetch is { } fetch) fetch.Write(json);
        else json.WriteString("location", source.Location);
        if (source.Member is not null) json.WriteString("member", source.Member);
        if (source.Table is { } table) WriteTable(json, table);
        if (source.Json is { } options) WriteJson(json, options);
        else WriteCsv(json, source.Csv);
    }

    private static void WriteTable(Utf8JsonWriter json, TableFile table)
    {
        if (table.Sheet is not null) json.WriteString("sheet", table.Sheet);
        if (table.SkipRows > 0) json.WriteNumber("skip_rows", table.SkipRows);
        if (table.FieldNames is not null) json.WriteBoolean("header", false);
    }

    private static void WriteJson(Utf8JsonWriter json, JsonOptions options)
    {
        json.WriteString("encoding", options.Encoding);
        if (options.Records.Length > 0) json.WriteString("records", options.Records);
        if (options.Explode.Length > 0) json.WriteString("explode", options.Explode);
        if (options.NullTokens.Count > 0) WriteTexts(json, "null_tokens", options.NullTokens);
    }

    /// <summary>What every source has, and what is not as usual.</summary>
    private static void WriteCsv(Utf8JsonWriter json, CsvOptions csv)
    {
        json.WriteString("encoding", csv.Encoding);
        json.WriteString("delimiter", csv.Delimiter.ToString());
        if (csv.Quote != '"') json.WriteString("quote", csv.Quote?.ToString() ?? "none");
        if (csv.Escape is { } escape) json.WriteString("escape", escape.ToString());
        if (csv.Comment is { } comment) json.WriteString("comment", comment.ToString());
        json.WriteBoolean("header", csv.HasHeader);
        if (csv.SkipRows > 0) json.WriteNumber("skip_rows", csv.SkipRows);
        if (csv.FooterText is not null) json.WriteString("footer", csv.FooterText);
        else if (csv.FooterRows > 0) json.WriteNumber("footer", csv.FooterRows);
        if (csv.TrailingDelimiter) json.WriteBoolean("trailing_delimiter", true);
        WriteTexts(json, "null_tokens", csv.NullTokens);
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteField(Utf8JsonWriter json, PipelineField field)
    {
        json.WriteStartObject(field.Name);
        json.WriteString("type", FieldTypes.NameOf(field.Type) + (field.Precision is { } digits ? $"({digits},{field.Scale})" : ""));
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
