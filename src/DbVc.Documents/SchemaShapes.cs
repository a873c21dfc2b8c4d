using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What a database is made of, as a document.</summary>
internal static class SchemaShapes
{
    public static JsonObject ToJson(this SchemaReport report) => new()
    {
        ["revision"] = report.Revision.ToString(),
        ["tables"] = Json.Array(report.Tables, table => new JsonObject
        {
            ["name"] = table.Schema.Name,
            ["rows"] = table.Rows,
            ["key"] = Json.Array(table.Schema.PrimaryKey),
            ["columns"] = Json.Array(table.Schema.Columns, column => new JsonObject
            {
                ["name"] = column.Name,
                ["type"] = column.DeclaredType,
                ["nullable"] = column.Nullable,
                ["default"] = column.DefaultSql,
                ["generated"] = column.Generated,
            }),
            ["foreignKeys"] = Json.Array(table.Schema.ForeignKeys, key => new JsonObject
            {
                ["columns"] = Json.Array(key.Columns),
                ["table"] = key.ReferencedTable,
                ["references"] = Json.Array(key.ReferencedColumns),
            }),
            ["unique"] = Json.Array(table.Schema.Uniques, Json.Array),
        }),
        ["objects"] = Json.Array(report.Objects, item => new JsonObject
        {
            ["kind"] = item.Kind.ToText(),
            ["name"] = item.Name,
            ["table"] = item.Table,
            ["sql"] = item.Sql,
        }),
    };
}
