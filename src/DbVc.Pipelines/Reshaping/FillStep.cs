using System.Text.Json;
using DbVc.PipelineRuntime;
using static System.FormattableString;

namespace DbVc.Pipelines;

/// <summary>What stands for NULL.</summary>
public enum FillMethod
{
    /// <summary>The value before it.</summary>
    Ffill,

    /// <summary>The value after it.</summary>
    Bfill,

    Mean,

    /// <summary>The number in the middle; of an even number the mean of both.</summary>
    Median,

    /// <summary>The most frequent text; of several the one that comes first.</summary>
    Mode,

    Constant,
}

/// <summary>Fills NULLs of columns from other records.</summary>
/// <param name="Columns">Each is filled from itself.</param>
/// <param name="Method">What stands for NULL.</param>
/// <param name="By">Only records that are equal in these fill each other.</param>
public sealed record FillStep(IReadOnlyList<string> Columns, FillMethod Method, IReadOnlyList<string> By) : ReshapeStep
{
    /// <summary>The constant.</summary>
    public string? Value { get; init; }

    /// <summary>Digits after the point of a mean or median; null: as many as the most precise of the numbers has.</summary>
    public int? Digits { get; init; }

    /// <summary>How fractions are written.</summary>
    public DecimalMark Mark { get; init; }

    /// <inheritdoc/>
    public override string Name => "fill";

    /// <inheritdoc/>
    public override string Text => $"fill NULLs of {List(Columns)} with " + Method switch
    {
        FillMethod.Ffill => "the value before",
        FillMethod.Bfill => "the value after",
        FillMethod.Constant => $"'{Value}'",
        FillMethod.Mode => "the most frequent value",
        _ => $"the {Method.ToString().ToLowerInvariant()}{(Digits is { } digits ? Invariant($", {digits} digits after the point") : "")}",
    }
        + (By.Count > 0 ? $", by {List(By)}" : "");

    internal override IReadOnlyList<string> Reads => [.. Columns, .. By];

    internal override ShapedRows Run(ShapedRows rows, ReshapeTally tally)
    {
        var (columns, by) = (rows.FindAll(Columns), rows.FindAll(By));
        return rows with
        {
            Rows = Method switch
            {
                FillMethod.Constant => Fill(rows.Rows, columns, tally, (_, _) => Value),
                FillMethod.Ffill when by.Length == 0 => Carry(rows.Rows, columns, tally),
                FillMethod.Ffill or FillMethod.Bfill => CarryWithin(rows, columns, by, tally),
                _ => new FillStatistics(this, columns, by).Run(rows, tally),
            },
        };
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        WriteTexts(json, "columns", Columns);
        json.WriteString("method", Method.ToString().ToLowerInvariant());
        if (Value is not null) json.WriteString("value", Value);
        if (Digits is { } digits) json.WriteNumber("digits", digits);
        if (Method is FillMethod.Mean or FillMethod.Median && Mark == DecimalMark.Comma) json.WriteString("decimal", "comma");
        WriteTexts(json, "by", By);
    }

    /// <summary>Fills NULLs of columns with what is known for a row and the number of a column.</summary>
    internal static IEnumerable<ShapedRow> Fill(
        IEnumerable<ShapedRow> rows, int[] columns, ReshapeTally tally, Func<ShapedRow, int, string?> valueOf)
    {
        foreach (var row in rows)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                if (row.Cells[columns[i]] is null) Put(row, columns[i], valueOf(row, i), tally);
            }

            yield return row;
        }
    }

    private static IEnumerable<ShapedRow> Carry(IEnumerable<ShapedRow> rows, int[] columns, ReshapeTally tally)
    {
        var last = new string?[columns.Length];
        foreach (var row in rows)
        {
            Carry(row, columns, last, tally);
            yield return row;
        }
    }

    /// <summary>Group by group, forward or backward, and back into the order of before.</summary>
    private IEnumerable<ShapedRow> CarryWithin(ShapedRows rows, int[] columns, int[] by, ReshapeTally tally)
    {
        using var filled = tally.NewSpool(rows.Columns.Count);
        using (var spool = tally.NewSpool(rows.Columns.Count))
        {
            foreach (var row in rows.Rows) spool.Add(row, row.KeyOf(by));
            var (group, last) = ((byte[]?)null, new string?[columns.Length]);
            foreach (var (place, key, row) in spool.Read(Method == FillMethod.Bfill ? "ORDER BY grp, seq DESC" : "ORDER BY grp, seq"))
            {
                if (group is null || !group.AsSpan().SequenceEqual(key)) (group, last) = (key, new string?[columns.Length]);
                Carry(row, columns, last, tally);
                filled.Add(row, place: place);
            }
        }

        foreach (var row in filled.Read("ORDER BY seq")) yield return row.Row;
    }

    private static void Carry(ShapedRow row, int[] columns, string?[] last, ReshapeTally tally)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (row.Cells[columns[i]] is { } value) last[i] = value;
            else Put(row, columns[i], last[i], tally);
        }
    }

    private static void Put(ShapedRow row, int column, string? value, ReshapeTally tally)
    {
        if (value is null) tally.Unfilled++;
        else tally.Filled++;
        row.Cells[column] = value;
    }
}
