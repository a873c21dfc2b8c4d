using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Answers of queries, and invariants, as documents.</summary>
internal static class QueryShapes
{
    /// <summary>Writes the document as the rows are read.</summary>
    public static void Write(this QueryReport report, Utf8JsonWriter json, CancellationToken cancel)
    {
        json.WriteStartObject();
        json.WritePropertyName("columns");
        report.ColumnsJson().WriteTo(json);
        json.WriteStartArray("rows");
        foreach (var row in report.Rows)
        {
            cancel.ThrowIfCancellationRequested();
            RowJson(row).WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The first rows of an answer, and whether there are more.</summary>
    public static JsonObject ToJson(this QueryReport report, int mostRows, CancellationToken cancel)
    {
        var (rows, isCut) = (new JsonArray(), false);
        foreach (var row in report.Rows)
        {
            cancel.ThrowIfCancellationRequested();
            if (rows.Count == mostRows)
            {
                isCut = true;
                break;
            }

            rows.Add((JsonNode)RowJson(row));
        }

        return new JsonObject { ["columns"] = report.ColumnsJson(), ["rows"] = rows, ["truncated"] = isCut };
    }

    public static JsonObject ToJson(this IEnumerable<InvariantResult> results, string? revision)
    {
        var all = results.ToList();
        return new JsonObject
        {
            ["revision"] = revision,
            ["ok"] = all.All(result => result.Holds),
            ["invariants"] = Json.Array(all, result => new JsonObject
            {
                ["name"] = result.Invariant.Name,
                ["ok"] = result.Holds,
                ["rows"] = Json.Array(result.Rows, row => Json.Row(row)),
                ["truncated"] = result.Truncated,
                ["error"] = result.Error,
            }),
        };
    }

    private static JsonArray ColumnsJson(this QueryReport report) =>
        Json.Array(report.Columns, column => new JsonObject { ["name"] = column.Name, ["type"] = column.Type });

    private static JsonArray RowJson(IEnumerable<Value> row) => Json.Array(row, Json.Of);
}
