using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Fills NULLs with what all records of a group have in common: two passes over them, on disk.</summary>
/// <param name="step">What is filled with what.</param>
/// <param name="columns">The places of its columns.</param>
/// <param name="by">The places of what makes groups.</param>
internal sealed class FillStatistics(FillStep step, int[] columns, int[] by)
{
    private const string Middle = """
        SELECT g, text FROM (SELECT g, text, count(*) OVER (PARTITION BY g) AS n, row_number() OVER (PARTITION BY g ORDER BY ord) AS i
                             FROM known WHERE col = $a) WHERE i IN ((n + 1) / 2, (n + 2) / 2) ORDER BY g, i
        """;

    private const string Frequent = """
        SELECT g, text FROM (SELECT g, text, row_number() OVER (PARTITION BY g ORDER BY c DESC, first) AS place
                             FROM (SELECT g, text, count(*) AS c, min(rowid) AS first FROM known WHERE col = $a GROUP BY g, text)) WHERE place = 1 ORDER BY g
        """;

    public IEnumerable<ShapedRow> Run(ShapedRows rows, ReshapeTally tally)
    {
        using var spool = tally.NewSpool(rows.Columns.Count);
        spool.Execute("CREATE TABLE known (col INTEGER, g BLOB, ord BLOB, text TEXT)");
        spool.Execute("CREATE TABLE found (col INTEGER, g BLOB, text TEXT, PRIMARY KEY (col, g)) WITHOUT ROWID");
        foreach (var row in rows.Rows)
        {
            var group = row.KeyOf(by);
            spool.Add(row, group);
            for (var i = 0; i < columns.Length; i++)
            {
                if (row.Cells[columns[i]] is { } cell) Note(spool, i, group, cell, tally);
            }
        }

        for (var i = 0; i < columns.Length; i++)
        {
            foreach (var (group, value) in Find(spool, i)) spool.Execute("INSERT INTO found VALUES ($a, $b, $c)", i, group, value);
        }

        var kept = spool.Read("ORDER BY seq").Select(s => s.Row);
        foreach (var row in FillStep.Fill(kept, columns, tally, ValueOf)) yield return row;

        string? ValueOf(ShapedRow row, int column) => (string?)spool.Find("SELECT text FROM found WHERE col = $a AND g = $b", column, row.KeyOf(by));
    }

    private void Note(RowSpool spool, int column, byte[] group, string cell, ReshapeTally tally)
    {
        byte[]? order = null;
        if (step.Method != FillMethod.Mode)
        {
            if (!ExactNumber.TryParse(cell, step.Mark, out var number))
            {
                tally.Unread++;
                return;
            }

            order = number.ToOrder();
        }

        spool.Execute("INSERT INTO known VALUES ($a, $b, $c, $d)", column, group, order, cell);
    }

    private IEnumerable<(byte[] Group, string Value)> Find(RowSpool spool, int column) => step.Method switch
    {
        FillMethod.Mode => spool.ReadTexts(Frequent, column).Select(f => (f.Group!, f.Text)),
        FillMethod.Median => Average(spool.ReadTexts(Middle, column)),
        _ => Average(spool.ReadTexts("SELECT g, text FROM known WHERE col = $a ORDER BY g", column)),
    };

    /// <summary>The mean of the numbers of each group.</summary>
    private IEnumerable<(byte[] Group, string Value)> Average(IEnumerable<(byte[]? Group, string Text)> numbers)
    {
        byte[]? group = null;
        var (sum, count, digits) = (default(ExactNumber), 0L, 0);
        foreach (var (key, text) in numbers)
        {
            if (group is not null && !group.AsSpan().SequenceEqual(key))
            {
                yield return (group, Write(sum, count, digits));
                (sum, count, digits) = (default, 0, 0);
            }

            group = key;
            _ = ExactNumber.TryParse(text, step.Mark, out var number);
            (sum, count, digits) = (sum + number, count + 1, Math.Max(digits, number.Scale));
        }

        if (group is not null) yield return (group, Write(sum, count, digits));
    }

    private string Write(ExactNumber sum, long count, int digits)
    {
        var text = sum.Divide(count, step.Digits ?? digits);
        return step.Mark == DecimalMark.Comma ? text.Replace('.', ',') : text;
    }
}
