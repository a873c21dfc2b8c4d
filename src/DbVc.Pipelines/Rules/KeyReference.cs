namespace DbVc.Pipelines;

/// <summary>What values refer to: a table of the database that is loaded, and columns of it.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Columns">As many as the fields that refer to them; empty for its primary key.</param>
public sealed record KeyReference(string Table, IReadOnlyList<string> Columns)
{
    /// <summary>As the grammar reads it: <c>customers</c>, <c>customers.id</c> or <c>lines(order_id, line)</c>.</summary>
    public string Text => Columns.Count switch
    {
        0 => ConditionText.NameTable(Table),
        1 => $"{ConditionText.NameTable(Table)}.{ConditionText.NameTable(Columns[0])}",
        _ => $"{ConditionText.NameTable(Table)}({string.Join(", ", Columns.Select(ConditionText.NameTable))})",
    };

    public bool Equals(KeyReference? other) => other is not null && Table == other.Table && Columns.SequenceEqual(other.Columns);

    public override int GetHashCode() => HashCode.Combine(Table, Columns.Count);

    /// <summary>Reads <c>table</c>, <c>table.column</c> or <c>table(column, …)</c>; null for what is none of these.</summary>
    internal static KeyReference? TryParse(string written)
    {
        var text = written.Trim();
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var (table, columns) = open > 0 && text.EndsWith(')') ? (text[..open].Trim(), text[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries))
            : text.Split('.') is [var name, var column] ? (name, new[] { column }) : (text, []);
        return table.Length > 0 && columns.All(c => c.Length > 0) && !table.Contains('(', StringComparison.Ordinal) ? new KeyReference(table, columns) : null;
    }
}
