namespace DbVc.Model;

/// <summary>Something that a change takes away.</summary>
/// <param name="Kind">table, column, narrowing, not-null or unique.</param>
/// <param name="Table">As it is called before.</param>
/// <param name="Column">Column, or columns; null for a table.</param>
/// <param name="Rows">How many rows it hits.</param>
/// <param name="Message">A sentence without subject and full stop: "drops the column users.phone, in which 3 rows have a value".</param>
public sealed record DestructiveChange(string Kind, string Table, string? Column, long Rows, string Message);
