using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>Puts records in order; those that are equal stay in theirs.</summary>
/// <param name="By">What counts first comes first.</param>
public sealed record SortStep(IReadOnlyList<ColumnOrder> By) : ReshapeStep
{
    /// <inheritdoc/>
    public override string Name => "sort";

    /// <inheritdoc/>
    public override string Text => $"sort by {List(By.Select(b => b.Text))}";

    internal override IReadOnlyList<string> Reads => [.. By.Select(b => b.Column)];

    internal override ShapedRows Run(ShapedRows rows, ReshapeTally tally)
    {
        var columns = rows.FindAll(Reads);
        return rows with { Rows = Sort() };

        IEnumerable<ShapedRow> Sort()
        {
            using var spool = tally.NewSpool(rows.Columns.Count);
            foreach (var row in rows.Rows) spool.Add(row, order: [.. columns.Zip(By).SelectMany(c => c.Second.OrderOf(row.Cells[c.First], tally))]);
            foreach (var sorted in spool.Read("ORDER BY ord, seq")) yield return sorted.Row;
        }
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteStartArray("by");
        foreach (var order in By) order.Write(json);
        json.WriteEndArray();
    }
}
