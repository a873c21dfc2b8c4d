using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DbVc.Model;
using static System.FormattableString;

namespace DbVc.Pipelines;

/// <summary>Writes a proposal as a metadata file, and reads it back: what is proposed is what the file says.</summary>
internal sealed class ProposalWriter(
    InferenceRequest request, SourceSpec source, SourceSample sample, IReadOnlyList<ColumnProposal> columns, IReadOnlyList<RuleDraft> drafts)
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public MetadataProposal Write(IReadOnlyList<OpenQuestion> questions, IReadOnlyList<string> findings)
    {
        var json = ToJson(questions);
        var spec = MetadataReader.Read(json, "proposal.json");
        var rules = spec.Rules.Where(r => !r.FromSchema).ToList();
        return new MetadataProposal(json, source.Describe(), spec.Destination.Table, sample.Records + sample.Broken.Values.Sum(b => b.Count), sample.IsWhole)
        {
            Fields = [.. columns.Select(c => FieldOf(c, spec))],
            Rules = [.. drafts.Zip(rules, (d, r) => new ProposedRule(r.Text, RuleSeverities.NameOf(d.Severity), Math.Round(d.Confidence, 4), d.Evidence))],
            Questions = questions,
            Findings = findings,
            Values = name => ValuesOf(columns.First(c => c.Name == name)),
        };
    }

    private static HashSet<string> ValuesOf(ColumnProposal column) => [.. column.Values.Select(v => column.Reading.Prepare(v.Text)?.Trim()).OfType<string>()
        .Where(text => text.Length > 0).Select(text => column.Type == FieldType.Integer && long.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(CultureInfo.InvariantCulture) : text)];

    private static ProposedField FieldOf(ColumnProposal column, PipelineSpec spec) => new(
        column.Name, column.Column.Name, FieldTypes.NameOf(column.Type), column.IsKey, column.IsNullable,
        [.. spec.Operations.Where(o => o.Field.Name == column.Name).Select(o => o.Text)], column.Evidence);

    private string ToJson(IReadOnlyList<OpenQuestion> questions)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_options))
        {
            json.WriteStartObject();
            // The pipeline is called so.
            json.WriteString("task_id", request.Table);
            var which = sample.IsWhole ? "all" : "the first";
            json.WriteString("description", Invariant($"Proposed from {which} {sample.Records:#,0} records. What was assumed stands at its field."));
            WriteSource(json, questions);
            json.WriteStartObject("destination");
            json.WriteString("table", request.Table);
            json.WriteEndObject();
            json.WriteStartObject("schema");
            foreach (var column in columns) WriteField(json, column, questions.Where(q => q.Field == column.Name));
            json.WriteEndObject();
            json.WriteStartArray("preprocessing");
            foreach (var column in columns.Where(c => c.Steps.Any())) WriteSteps(json, column);
            json.WriteEndArray();
            json.WriteStartArray("validations");
            foreach (var draft in drafts) WriteRule(json, draft);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private void WriteSource(Utf8JsonWriter json, IReadOnlyList<OpenQuestion> questions)
    {
        if (request.Draft is { } draft)
        {
            json.WritePropertyName("source");
            JsonText.Write(json, draft.Written);
            return;
        }

        json.WriteStartObject("source");
        json.WriteString("type", source.Table is not null ? source.Type
            : source.Json is null ? "csv" : source.Json.Form == DbVc.PipelineRuntime.JsonForm.Lines ? "jsonl" : "json");
        json.WriteString("location", request.Location);
        if (source.Member is not null) json.WriteString("member", source.Member);
        if (source.Table?.Sheet is { } sheet) json.WriteString("sheet", sheet);
        if (source.Table is { SkipRows: > 0 } table) json.WriteNumber("skip_rows", table.SkipRows);
        var assumed = questions.Where(q => q.Field == LayoutFinder.Source).Select(Assumption).ToList();
        if (assumed.Count > 0) json.WriteString("description", string.Join(" ", assumed));
        var encoding = source.Json?.Encoding ?? source.Csv.Encoding;
        if (encoding != "utf-8") json.WriteString("encoding", encoding);
        if (source.Json is { Records.Length: > 0 } records) json.WriteString("records", records.Records);
        if (source.Json is null) WriteCsv(json);
        json.WriteEndObject();
    }

    private void WriteCsv(Utf8JsonWriter json)
    {
        var csv = source.Csv;
        json.WriteString("delimiter", csv.Delimiter == '\t' ? "tab" : csv.Delimiter.ToString());
        if (csv.Quote is { } quote and not '"') json.WriteString("quote", quote.ToString());
        if (csv.Escape is { } escape) json.WriteString("escape", escape.ToString());
        if (csv.HeaderRows > 1) json.WriteNumber("header_rows", csv.HeaderRows);
        if (csv.SkipRows > 0) json.WriteNumber("skip_rows", csv.SkipRows);
        if (csv.FooterText is not null) json.WriteString("footer", csv.FooterText);
        if (csv.TrailingDelimiter) json.WriteBoolean("trailing_delimiter", true);
        if (!csv.HasHeader) json.WriteBoolean("header", false);
    }

    private void WriteField(Utf8JsonWriter json, ColumnProposal column, IEnumerable<OpenQuestion> questions)
    {
        json.WriteStartObject(column.Name);
        json.WriteString("type", FieldTypes.NameOf(column.Type));
        if (column.IsKey) json.WriteBoolean("primary_key", true);
        else if (!column.IsNullable) json.WriteBoolean("nullable", false);

        // Headers are found ignoring case, names in JSON are not.
        if (!column.Column.Name.Equals(column.Name, source.Json is null ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
            json.WriteString(source.Json is null ? "source_column" : "path", column.Column.Name);
        var assumed = questions.Select(Assumption).ToList();
        if (assumed.Count > 0) json.WriteString("description", string.Join(" ", assumed));
        json.WriteEndObject();
    }

    private static string Assumption(OpenQuestion question) => $"{question.Text} Assumed: {question.Assumed}.";

    private static void WriteSteps(Utf8JsonWriter json, ColumnProposal column)
    {
        json.WriteStartObject();
        json.WriteString("field", column.Name);
        json.WriteStartArray("operations");
        foreach (var step in column.Steps) WriteStep(json, step);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteStep(Utf8JsonWriter json, ProposedStep step)
    {
        if (step.Arguments.Count == 0)
        {
            json.WriteStringValue(step.Operation);
            return;
        }

        var parameters = OperationVocabulary.Find(step.Operation)!.Parameters;
        json.WriteStartObject();
        json.WriteString("operation", step.Operation);
        for (var i = 0; i < parameters.Count; i++)
        {
            if (!parameters[i].TakesRest)
            {
                if (i < step.Arguments.Count) json.WriteString(parameters[i].Name, step.Arguments[i]);
                continue;
            }

            json.WriteStartArray(parameters[i].Name);
            foreach (var argument in step.Arguments.Skip(i)) json.WriteStringValue(argument);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter json, RuleDraft draft)
    {
        json.WriteStartObject();
        if (draft.Fields.Count > 0) json.WriteString("field", draft.Fields[0]);
        json.WriteString("rule", draft.Rule);
        foreach (var (name, value) in draft.Arguments) WriteValue(json, name, value);
        if (draft.Severity != RuleSeverity.Reject) json.WriteString("severity", RuleSeverities.NameOf(draft.Severity));
        json.WriteString("description", Invariant($"{draft.Evidence}; at least {draft.Confidence:0.0%} keep it, one can be 95 % sure"));
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case decimal number:
                json.WriteNumber(name, number);
                break;
            case IReadOnlyList<string> texts:
                json.WriteStartArray(name);
                foreach (var text in texts) json.WriteStringValue(text);
                json.WriteEndArray();
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
