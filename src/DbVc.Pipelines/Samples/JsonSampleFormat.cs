using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Sample records as JSON objects, nested as the paths of their fields say.</summary>
internal sealed class JsonSampleFormat(PipelineSpec spec) : SampleFormat
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonOptions _json = spec.Source.Json!;
    private readonly IReadOnlyList<(string Name, FieldType Type)> _columns =
        [.. spec.SourceColumns.Select(c => (c, spec.FindReader(c)?.Type ?? FieldType.Text))];

    /// <summary>Of an exploded array the element comes back.</summary>
    public override bool KeepsRecords => _json.Explode.Length == 0;

    public override (string Before, string Between, string After) Frame
    {
        get
        {
            if (_json.Form != JsonForm.Array) return ("", "\n", "\n");
            _ = JsonPath.TryParse(_json.Records, out var steps);
            var way = string.Concat(steps.Select(s => $"{{{JsonSerializer.Serialize((string)s, s_options)}: "));
            return (way + "[\n", ",\n", "\n]" + new string('}', steps.Count) + "\n");
        }
    }

    public override (string Record, string Name, string Rule) Unreadable(IReadOnlyList<string?> record) =>
        ("{\"a colon is missing\" 1}", "A_record_that_is_no_json_is_rejected", "json");

    public override bool CanWrite(IReadOnlyList<string?> record) =>
        record.All(c => c is null || (!_json.NullTokens.Contains(c) && !c.Contains('\0', StringComparison.Ordinal))) && TryWrite(record, _columns) is not null;

    public override string Write(IReadOnlyList<string?> record) => TryWrite(record, _columns)!;

    /// <summary>A record that has another field too.</summary>
    public string Write(IReadOnlyList<string?> record, PipelineField more) => TryWrite([.. record, "x"], [.. _columns, (more.HeaderName, more.Type)])!;

    private string? TryWrite(IReadOnlyList<string?> record, IReadOnlyList<(string Name, FieldType Type)> columns)
    {
        var root = new JsonObject();
        _ = JsonPath.TryParse(_json.Explode, out var explode);
        for (var i = 0; i < record.Count; i++)
        {
            if (!JsonPath.TryParse(columns[i].Name, out var steps)) return null;
            if (explode.Count > 0 && steps.Take(explode.Count).SequenceEqual(explode)) steps = [.. explode, 0, .. steps.Skip(explode.Count)];
            if (!TryPut(root, steps, ValueOf(record[i], columns[i].Type))) return null;
        }

        return root.ToJsonString(s_options);
    }

    /// <summary>Numbers and truth stand as such where JSON can say them.</summary>
    private static JsonNode? ValueOf(string? cell, FieldType type)
    {
        if (cell is null) return null;
        if (type is FieldType.Integer or FieldType.Real or FieldType.Decimal or FieldType.Boolean)
        {
            try
            {
                var value = JsonNode.Parse(cell);
                if (value?.GetValueKind() is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) return value;
            }
            catch (JsonException)
            {
                // It is written as a text, which reads the same.
            }
        }

        return System.Text.Json.Nodes.JsonValue.Create(cell);
    }

    private static bool TryPut(JsonNode at, IReadOnlyList<object> steps, JsonNode? value)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            var last = i == steps.Count - 1;
            var below = last ? value : steps[i + 1] is int ? new JsonArray() : new JsonObject();
            if (steps[i] is string name && at is JsonObject members)
            {
                if (last && members.ContainsKey(name)) return false;
                if (!members.ContainsKey(name)) members[name] = below;
                if (!last) at = members[name]!;
            }
            else if (steps[i] is int index && at is JsonArray elements)
            {
                while (elements.Count <= index) elements.Add(null);
                if (last && elements[index] is not null) return false;
                if (elements[index] is null) elements[index] = below;
                if (!last) at = elements[index]!;
            }
            else
            {
                return false;
            }

            if (!last && at is null) return false;
        }

        return true;
    }
}
