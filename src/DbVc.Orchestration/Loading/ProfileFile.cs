using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The profile of a run as <c>results/profile.json</c>, and a copy in the control folder that the next run is compared with.</summary>
internal static class ProfileFile
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="path">Written whole or not at all.</param>
    /// <param name="run">With a profile.</param>
    /// <param name="before">The run it was compared with; null for none.</param>
    public static void Write(string path, SampleRun run, string? before)
    {
        var profile = run.Profile!;
        var document = new JsonObject
        {
            ["rows"] = profile.Rows,
            ["sampled"] = profile.Sampled,
            ["columns"] = new JsonArray([.. profile.Columns.Select(Describe)]),
            ["before"] = before,
            ["drift"] = new JsonArray([.. run.Drift.Select(d => (JsonNode)new JsonObject { ["field"] = d.Field, ["kind"] = d.Kind, ["message"] = d.Message })]),
        };
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        WholeFile.Write(path, Encoding.UTF8.GetBytes(document.ToJsonString(s_options) + "\n"));
    }

    /// <summary>Reads what <see cref="Write"/> wrote; null where there is none, or what there is cannot be read: it is only compared with.</summary>
    public static TableProfile? Find(string path)
    {
        try
        {
            if (!File.Exists(path)) return null;
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            return new TableProfile(root.GetProperty("rows").GetInt64(), root.GetProperty("sampled").GetInt64(),
                [.. root.GetProperty("columns").EnumerateArray().Select(Parse)]);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IOException)
        {
            return null;
        }
    }

    private static JsonNode Describe(ColumnProfile column) => new JsonObject
    {
        ["name"] = column.Name,
        ["type"] = FieldTypes.NameOf(column.Type),
        ["nulls"] = column.Nulls,
        ["distinct"] = column.Distinct,
        ["estimated"] = column.DistinctIsEstimate,
        ["min"] = column.Minimum,
        ["max"] = column.Maximum,
        ["shortest"] = column.Shortest,
        ["longest"] = column.Longest,
        ["frequent"] = new JsonArray([.. column.Frequent.Select(f => (JsonNode)new JsonObject { ["value"] = f.Value, ["share"] = f.Share })]),
        ["bins"] = new JsonArray([.. column.Bins.Select(b => (JsonNode)new JsonObject { ["upTo"] = b.UpTo, ["share"] = b.Share })]),
    };

    private static ColumnProfile Parse(JsonElement column) => new(
        column.GetProperty("name").GetString()!, TypeOf(column.GetProperty("type").GetString()!),
        column.GetProperty("nulls").GetInt64(), column.GetProperty("distinct").GetInt64())
    {
        DistinctIsEstimate = column.GetProperty("estimated").GetBoolean(),
        Minimum = column.GetProperty("min").GetString(),
        Maximum = column.GetProperty("max").GetString(),
        Shortest = Length(column.GetProperty("shortest")),
        Longest = Length(column.GetProperty("longest")),
        Frequent = [.. column.GetProperty("frequent").EnumerateArray()
            .Select(f => new FrequentValue(f.GetProperty("value").GetString()!, f.GetProperty("share").GetDouble()))],
        Bins = [.. column.GetProperty("bins").EnumerateArray()
            .Select(b => new ValueBin(b.GetProperty("upTo").GetString()!, b.GetProperty("share").GetDouble()))],
    };

    private static long? Length(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetInt64();

    private static FieldType TypeOf(string name) => Enum.GetValues<FieldType>().Single(t => FieldTypes.NameOf(t) == name);
}
