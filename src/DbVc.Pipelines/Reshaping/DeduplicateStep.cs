using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>Which of several records with the same keys stays.</summary>
public enum KeptDuplicate
{
    First,
    Last,

    /// <summary>The one that is highest by a column; of several the last.</summary>
    Newest,
}

/// <summary>
/// Keeps one record for each value of its keys. A NULL in a key equals nothing; without keys whole records are compared, where NULL equals NULL.
/// </summary>
/// <param name="Keys">Compared exactly.</param>
/// <param name="Keep">Which stays.</param>
/// <param name="NewestBy">What makes one newer; null unless the newest stays.</param>
public sealed record DeduplicateStep(IReadOnlyList<string> Keys, KeptDuplicate Keep, ColumnOrder? NewestBy) : ReshapeStep
{
    /// <inheritdoc/>
    public override string Name => "deduplicate";

    /// <inheritdoc/>
    public override string Text => $"keep {(NewestBy is null ? $"the {Keep.ToString().ToLowerInvariant()}" : $"the newest (by {NewestBy.Text})")}"
        + (Keys.Count == 0 ? " of equal records" : $" of records with the same {List(Keys)}");

    internal override IReadOnlyList<string> Reads => [.. Keys, .. NewestBy is null ? [] : (string[])[NewestBy.Column]];

    internal override ShapedRows Run(ShapedRows rows, ReshapeTally tally)
    {
        var keys = Keys.Count == 0 ? [.. Enumerable.Range(0, rows.Columns.Count)] : rows.FindAll(Keys);
        var newest = NewestBy is null ? -1 : rows.Find(NewestBy.Column);
        return rows with { Rows = Choose() };

        IEnumerable<ShapedRow> Choose()
        {
            using var spool = tally.NewSpool(rows.Columns.Count);
            foreach (var row in rows.Rows)
            {
                var isAlone = Keys.Count > 0 && Array.Exists(keys, k => row.Cells[k] is null);
                spool.Add(row, isAlone ? null : row.KeyOf(keys), newest < 0 ? null : AgeOf(row.Cells[newest], tally));
            }

            foreach (var kept in spool.Read($"WHERE grp IS NULL OR seq IN ({Chosen}) ORDER BY seq")) yield return kept.Row;
        }
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        WriteTexts(json, "keys", Keys);
        json.WriteString("keep", Keep.ToString().ToLowerInvariant());
        if (NewestBy is null) return;
        json.WritePropertyName("by");
        NewestBy.Write(json);
    }

    private string Chosen => Keep switch
    {
        KeptDuplicate.First => "SELECT min(seq) FROM rows GROUP BY grp",
        KeptDuplicate.Last => "SELECT max(seq) FROM rows GROUP BY grp",
        _ => "SELECT s FROM (SELECT seq AS s, row_number() OVER (PARTITION BY grp ORDER BY ord DESC, seq DESC) AS place FROM rows) WHERE place = 1",
    };

    /// <summary>What cannot be read is older than all that can.</summary>
    private byte[]? AgeOf(string? cell, ReshapeTally tally)
    {
        if (cell is null) return null;
        if (NewestBy!.TryOrder(cell, out var order)) return order;
        tally.Unread++;
        return null;
    }
}
