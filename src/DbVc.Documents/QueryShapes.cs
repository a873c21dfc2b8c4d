using System.ComponentModel;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Answers of queries, and invariants, as documents.</summary>
internal static class QueryShapes
{
    /// <summary>All rows; they are read when the document is written.</summary>
    public static QueryDocument ToJson(this QueryReport report, CancellationToken cancel) => new(report.ColumnsJson(), Until(report.Rows, cancel));

    /// <summary>The first rows of an answer, and whether there are more.</summary>
    public static QueryDocument ToJson(this QueryReport report, int mostRows, CancellationToken cancel)
    {
        List<Value[]> rows = [.. Until(report.Rows, cancel).Take(mostRows + 1)];
        return new QueryDocument(report.ColumnsJson(), rows.Take(mostRows)) { Truncated = rows.Count > mostRows };
    }

    public static InvariantsCheckDocument ToJson(this IReadOnlyList<InvariantResult> results, string? revision) => new(revision,
        results.All(result => result.Holds),
        Json.List(results, result => new InvariantResultDocument(
            result.Invariant.Name, result.Holds, Json.List(result.Rows, Json.Row), result.Truncated, result.Error)));

    public static InvariantsDocument ToJson(this IEnumerable<Invariant> invariants) =>
        new(Json.List(invariants, invariant => new InvariantDocument(invariant.Name, invariant.Sql)));

    private static IReadOnlyList<QueryColumnDocument> ColumnsJson(this QueryReport report) =>
        Json.List(report.Columns, column => new QueryColumnDocument(column.Name, column.Type));

    private static IEnumerable<Value[]> Until(IEnumerable<Value[]> rows, CancellationToken cancel)
    {
        foreach (var row in rows)
        {
            cancel.ThrowIfCancellationRequested();
            yield return row;
        }
    }
}

[Description("The answer of a query.")]
internal sealed record QueryDocument(
    [Description("Its columns; two may have the same name.")] IReadOnlyList<QueryColumnDocument> Columns,
    [Description("Its rows: a cell for each column.")] IEnumerable<IReadOnlyList<Value>> Rows) : Document
{
    [Description("Whether there are more rows; only where it was asked for the first ones.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Truncated { get; init; }
}

[Description("A column of an answer.")]
internal sealed record QueryColumnDocument(
    [Description("Its name.")] string Name,
    [Description("Its type, as the database calls it; may be empty.")] string Type) : Document;

[Description("Whether invariants hold.")]
internal sealed record InvariantsCheckDocument(
    [Description("The revision; null for the live database.")] string? Revision,
    [Description("Whether all of them do.")] bool Ok,
    [Description("Each of them.")] IReadOnlyList<InvariantResultDocument> Invariants) : Document;

[Description("Whether an invariant holds.")]
internal sealed record InvariantResultDocument(
    [Description("Its name.")] string Name,
    [Description("Whether it holds.")] bool Ok,
    [Description("Rows that break it; at most 20.")] IReadOnlyList<IReadOnlyDictionary<string, Value>> Rows,
    [Description("There are more.")] bool Truncated,
    [Description("Why it could not be asked; null where it could.")] string? Error) : Document;

[Description("A query that must return no row.")]
internal sealed record InvariantDocument(
    [Description("Its name.")] string Name,
    [Description("The query.")] string Sql) : Document;

[Description("The invariants of a repository.")]
internal sealed record InvariantsDocument([Description("By name.")] IReadOnlyList<InvariantDocument> Invariants) : Document;

[Description("Something was added.")]
internal sealed record AddedDocument([Description("Its name.")] string Added) : Document;

[Description("Something was removed.")]
internal sealed record RemovedDocument([Description("Its name.")] string Removed) : Document;
