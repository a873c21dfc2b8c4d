namespace DbVc.Model;

/// <summary>
/// Rows of a table with primary key whose first key values are exactly <paramref name="Prefix"/> and whose next key value lies between
/// <paramref name="From"/> and <paramref name="To"/>, both included. Values are ordered by kind (NULL, integer, real, text, blob), then by value
/// inside the kind: an integer and a real are never equal here.
/// </summary>
/// <param name="Prefix">May be empty, or the whole key.</param>
/// <param name="From">Null: from the first.</param>
/// <param name="To">Null: to the last.</param>
public sealed record KeyRange(IReadOnlyList<Value> Prefix, Value? From = null, Value? To = null)
{
    /// <summary>All rows.</summary>
    public static KeyRange All { get; } = new([]);
}
