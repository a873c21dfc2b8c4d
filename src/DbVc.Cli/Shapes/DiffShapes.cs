using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>Differences, blame and what else is told about the past, as documents.</summary>
internal static class DiffShapes
{
    public static JsonObject ToJson(this DiffReport report) => new()
    {
        ["before"] = report.Before,
        ["after"] = report.After,
        ["tables"] = Json.Array(report.Tables, table => table.ToJson()),
        ["schema"] = Json.Array(report.Schema, change => new JsonObject
        {
            ["kind"] = change.Kind,
            ["object"] = change.Object,
            ["before"] = change.Before,
            ["after"] = change.After,
        }),
        ["files"] = Json.Array(report.Files, file => new JsonObject { ["path"] = file.Path, ["status"] = file.Status, ["patch"] = file.Patch }),
    };

    public static JsonObject ToJson(this BlameReport report) => new()
    {
        ["table"] = report.Table,
        ["revision"] = report.Revision.ToString(),
        ["rows"] = Json.Array(report.Rows, row => new JsonObject
        {
            ["key"] = Json.Row(row.Key),
            ["cells"] = new JsonObject(row.Cells.Select(cell => KeyValuePair.Create<string, JsonNode?>(cell.Column, cell.ToJson()))),
        }),
    };

    public static JsonObject ToJson(this OperationEntry entry) => new()
    {
        ["number"] = entry.Number,
        ["command"] = entry.Command,
        ["actor"] = entry.Actor,
        ["time"] = Json.Time(entry.Time),
        ["moves"] = Json.Array(entry.Moves),
    };

    private static JsonObject ToJson(this TableDiff table) => new()
    {
        ["name"] = table.Name,
        ["status"] = table.Status,
        ["added"] = table.Added,
        ["modified"] = table.Modified,
        ["deleted"] = table.Deleted,
        ["truncated"] = table.Truncated,
        ["rows"] = Json.Array(table.Rows, row => new DiffRow(table, row).ToJson()),
    };

    private static JsonObject ToJson(this DiffRow row)
    {
        var document = new JsonObject
        {
            ["key"] = Json.Row(row.Key),
            ["before"] = row.Before is null ? null : Json.Row(row.Before),
            ["after"] = row.After is null ? null : Json.Row(row.After),
        };
        if (row.Count != 1) document["count"] = row.Count;
        return document;
    }

    private static JsonObject ToJson(this BlameCell cell) => new()
    {
        ["value"] = Json.Of(cell.Value),
        ["commit"] = cell.Commit.Id.ToString(),
        ["author"] = cell.Commit.Commit.Author.ToJson(),
        ["time"] = Json.Time(cell.Commit.Commit.Time),
        ["task"] = cell.Commit.Commit.Provenance?.Task,
    };
}
