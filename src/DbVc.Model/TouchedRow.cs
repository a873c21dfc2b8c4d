namespace DbVc.Model;

/// <summary>A row that may have changed.</summary>
/// <param name="Key">The values of its primary key, in key order.</param>
/// <param name="Row">The row as it is now, aligned with the stored columns; null if there is no row of that key now.</param>
public sealed record TouchedRow(Value[] Key, Value[]? Row);

/// <summary>The keys between two others, both left out; null is no bound.</summary>
public sealed record KeySpan(Value[]? After, Value[]? Before)
{
    public static KeySpan All { get; } = new(null, null);
}
