namespace DbVc.Model;

/// <summary>One row of the source that got a new key in a merge.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Column">The column of the key that changed.</param>
/// <param name="Before">The key that the source knows it by.</param>
/// <param name="After">The value of the column in the merged table.</param>
public sealed record KeyChange(string Table, string Column, IReadOnlyList<NamedValue> Before, long After)
{
    /// <summary>The key in the merged table.</summary>
    public IReadOnlyList<NamedValue> NewKey => [.. Before.Select(p => p.Name == Column ? new NamedValue(Column, Value.Integer(After)) : p)];
}
