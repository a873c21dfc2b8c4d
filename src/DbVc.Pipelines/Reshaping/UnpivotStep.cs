using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>Makes a record of each of several columns: the column's name in one, its value in another.</summary>
/// <param name="Columns">Those that become records; none: all but <paramref name="Keep"/>.</param>
/// <param name="Keep">Those that stay; of account only where <paramref name="Columns"/> is empty.</param>
/// <param name="NameColumn">Gets the name.</param>
/// <param name="ValueColumn">Gets the value.</param>
public sealed record UnpivotStep(IReadOnlyList<string> Columns, IReadOnlyList<string> Keep, string NameColumn, string ValueColumn) : ReshapeStep
{
    /// <summary>Whether NULL makes no record.</summary>
    public bool DropNulls { get; init; }

    /// <inheritdoc/>
    public override string Name => "unpivot";

    /// <inheritdoc/>
    public override string Text => (Columns.Count > 0 ? $"unpivot {List(Columns)}" : $"unpivot all but {List(Keep)}")
        + $" into {NameColumn} and {ValueColumn}{(DropNulls ? ", without NULLs" : "")}";

    internal override IReadOnlyList<string> Reads => Columns.Count > 0 ? Columns : Keep;

    internal override IEnumerable<string> ColumnsBefore(IReadOnlyList<string> after) =>
        after.Where(c => c != NameColumn && c != ValueColumn).Concat(Reads);

    internal override ShapedRows Run(ShapedRows rows, ReshapeTally tally)
    {
        var kept = rows.FindAll(Columns.Count > 0 ? rows.Columns.Except(Columns) : Keep);
        var turned = rows.FindAll(Columns.Count > 0 ? Columns : rows.Columns.Except(Keep));
        var names = Array.ConvertAll(turned, c => ReshapeSpec.NameOf(rows.Columns[c]));
        if (turned.Length == 0) throw new PipelineRuntime.PipelineException("source.column-missing", $"There is no column to {Text}.");
        if (kept.Select(c => rows.Columns[c]).FirstOrDefault(c => c == NameColumn || c == ValueColumn) is { } taken)
        {
            throw new PipelineRuntime.PipelineException("source.reshape", $"There is a column '{taken}' already, so it cannot be made to {Text}.");
        }

        return new ShapedRows([.. kept.Select(c => rows.Columns[c]), NameColumn, ValueColumn], Turn());

        IEnumerable<ShapedRow> Turn()
        {
            foreach (var row in rows.Rows)
            {
                for (var i = 0; i < turned.Length; i++)
                {
                    var value = row.Cells[turned[i]];
                    if (value is not null || !DropNulls) yield return row with { Cells = [.. kept.Select(c => row.Cells[c]), names[i], value] };
                    else tally.Dropped++;
                }
            }
        }
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        WriteTexts(json, "columns", Columns);
        if (Columns.Count == 0) WriteTexts(json, "keep", Keep);
        json.WriteString("name_column", NameColumn);
        json.WriteString("value_column", ValueColumn);
        if (DropNulls) json.WriteString("nulls", "drop");
    }
}
