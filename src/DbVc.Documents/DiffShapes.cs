using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Differences, blame and what else is told about the past, as documents.</summary>
internal static class DiffShapes
{
    /// <summary>Writes the members of the document as the rows are read.</summary>
    public static void Write(this DiffReport report, Utf8JsonWriter json)
    {
        json.WriteString("before", report.Before);
        json.WriteString("after", report.After);
        json.WriteStartArray("tables");
        foreach (var table in report.Tables)
        {
            json.WriteStartObject();
            foreach (var (name, value) in table.Head())
            {
                json.WritePropertyName(name);
                if (value is null) json.WriteNullValue();
                else value.WriteTo(json);
            }

            json.WriteStartArray("rows");
            foreach (var row in table.Rows) new DiffRow(table, row).ToJson().WriteTo(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("schema");
        report.SchemaJson().WriteTo(json);
        json.WritePropertyName("files");
        report.FilesJson().WriteTo(json);
    }

    /// <summary>The whole document, for reports of few rows inside others.</summary>
    public static JsonObject ToJson(this DiffReport report) => new()
    {
        ["before"] = report.Before,
        ["after"] = report.After,
        ["tables"] = Json.Array(report.Tables, table =>
        {
            var document = table.Head();
            document["rows"] = Json.Array(table.Rows, row => new DiffRow(table, row).ToJson());
            return document;
        }),
        ["schema"] = report.SchemaJson(),
        ["files"] = report.FilesJson(),
    };

    /// <summary>Writes the document as the rows are found.</summary>
    public static void Write(this BlameReport report, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("table", report.Table);
        json.WriteString("revision", report.Revision.ToString());
        json.WriteBoolean("truncated", report.Truncated);
        json.WriteStartArray("rows");
        foreach (var row in report.Rows) row.ToJson().WriteTo(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The whole document, for few rows.</summary>
    public static JsonObject ToJson(this BlameReport report) => new()
    {
        ["table"] = report.Table,
        ["revision"] = report.Revision.ToString(),
        ["truncated"] = report.Truncated,
        ["rows"] = Json.Array(report.Rows, row => row.ToJson()),
    };

    public static JsonObject ToJson(this RowHistoryReport report) => new()
    {
        ["table"] = report.Table,
        ["key"] = Json.Row(report.Key),
        ["versions"] = Json.Array(report.Versions, version => new JsonObject
        {
            ["commit"] = version.Commit.Id.ToString(),
            ["time"] = Json.Time(version.Commit.Commit.Time),
            ["author"] = version.Commit.Commit.Author.ToJson(),
            ["message"] = version.Commit.Commit.Message,
            ["task"] = version.Commit.Commit.Provenance?.Task,
            ["origin"] = version.Commit.Commit.Origin?.ToString(),
            ["change"] = version.Change,
            ["row"] = version.Row is { } row ? Json.Row(row) : null,
        }),
    };

    public static JsonObject ToJson(this OperationEntry entry)
    {
        var document = Describe(entry);
        if (entry.Override is { } reason) document["override"] = reason;
        return document;
    }

    private static JsonObject Describe(OperationEntry entry) => new()
    {
        ["number"] = entry.Number,
        ["command"] = entry.Command,
        ["actor"] = entry.Actor,
        ["time"] = Json.Time(entry.Time),
        ["moves"] = Json.Array(entry.Moves),
        ["refs"] = Json.Array(entry.Refs, move => new JsonObject
        {
            ["name"] = move.Name,
            ["before"] = move.Before?.ToString(),
            ["after"] = move.After?.ToString(),
        }),
    };

    private static JsonObject Head(this TableDiff table) => new()
    {
        ["name"] = table.Name,
        ["status"] = table.Status,
        ["added"] = table.Counts.Added,
        ["modified"] = table.Counts.Modified,
        ["deleted"] = table.Counts.Deleted,
        ["moved"] = table.Counts.Moved,
        ["truncated"] = table.Truncated,
    };

    private static JsonArray SchemaJson(this DiffReport report) => Json.Array(report.Schema, change => new JsonObject
    {
        ["kind"] = change.Kind,
        ["object"] = change.Object,
        ["before"] = change.Before,
        ["after"] = change.After,
    });

    private static JsonArray FilesJson(this DiffReport report) =>
        Json.Array(report.Files, file => new JsonObject { ["path"] = file.Path, ["status"] = file.Status, ["patch"] = file.Patch });

    private static JsonObject ToJson(this DiffRow row)
    {
        var document = new JsonObject
        {
            ["key"] = Json.Row(row.Key),
            ["before"] = row.Before is null ? null : Json.Row(row.Before),
            ["after"] = row.After is null ? null : Json.Row(row.After),
        };
        if (row.Count != 1) document["count"] = row.Count;
        if (row.IsMoved) document["moved"] = true;
        return document;
    }

    private static JsonObject ToJson(this BlameRow row) => new()
    {
        ["key"] = Json.Row(row.Key),
        ["cells"] = new JsonObject(row.Cells.Select(cell => KeyValuePair.Create<string, JsonNode?>(cell.Column, cell.ToJson()))),
    };

    private static JsonObject ToJson(this BlameCell cell)
    {
        var document = cell.Commit.ToBlame();
        document.Insert(0, "value", Json.Of(cell.Value));
        if (cell.Contributors.Count > 0) document["contributors"] = Json.Array(cell.Contributors, commit => commit.ToBlame());
        return document;
    }

    private static JsonObject ToBlame(this NamedCommit commit) => new()
    {
        ["commit"] = commit.Id.ToString(),
        ["author"] = commit.Commit.Author.ToJson(),
        ["time"] = Json.Time(commit.Commit.Time),
        ["task"] = commit.Commit.Provenance?.Task,
        ["origin"] = commit.Commit.Origin?.ToString(),
    };
}
