using System.ComponentModel;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What a database is made of, as a document.</summary>
internal static class SchemaShapes
{
    public static SchemaDocument ToJson(this SchemaReport report) => new(report.Revision,
        Json.List(report.Tables, table => new TableDocument(table.Schema.Name, table.Rows, table.Schema.PrimaryKey,
            Json.List(table.Schema.Columns, column =>
                new ColumnDocument(column.Name, column.DeclaredType, column.Nullable, column.DefaultSql, column.Generated)),
            Json.List(table.Schema.ForeignKeys, key => new ForeignKeyDocument(key.Columns, key.ReferencedTable, key.ReferencedColumns)),
            table.Schema.Uniques)),
        Json.List(report.Objects, item => new SchemaObjectDocument(item.Kind.ToText(), item.Name, item.Table, item.Sql)));
}

[Description("What a database is made of.")]
internal sealed record SchemaDocument(
    [Description("The revision.")] CommitId Revision,
    [Description("The tables.")] IReadOnlyList<TableDocument> Tables,
    [Description("Indexes, views, triggers and what else is defined.")] IReadOnlyList<SchemaObjectDocument> Objects) : Document;

[Description("A table.")]
internal sealed record TableDocument(
    [Description("Its name.")] string Name,
    [Description("How many rows it has.")] long Rows,
    [Description("The columns of its key; none without one.")] IReadOnlyList<string> Key,
    [Description("Its columns.")] IReadOnlyList<ColumnDocument> Columns,
    [Description("Its foreign keys.")] IReadOnlyList<ForeignKeyDocument> ForeignKeys,
    [Description("Columns that are unique together.")] IReadOnlyList<IReadOnlyList<string>> Unique) : Document;

[Description("A column of a table.")]
internal sealed record ColumnDocument(
    [Description("Its name.")] string Name,
    [Description("Its type as it was declared; may be empty.")] string Type,
    [Description("Whether it may be NULL.")] bool Nullable,
    [Description("Its default, in SQL; null for none.")] string? Default,
    [Description("Whether the database computes it.")] bool Generated) : Document;

[Description("A foreign key.")]
internal sealed record ForeignKeyDocument(
    [Description("The columns that refer.")] IReadOnlyList<string> Columns,
    [Description("The table that is referred to.")] string Table,
    [Description("Its columns; none for its key.")] IReadOnlyList<string> References) : Document;

[Description("Something that is defined in a database.")]
internal sealed record SchemaObjectDocument(
    [Description("What it is.")] string Kind,
    [Description("Its name.")] string Name,
    [Description("The table that it belongs to; null for none.")] string? Table,
    [Description("Its definition.")] string Sql) : Document;
