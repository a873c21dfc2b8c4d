using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Compares whole rows value by value: storage class and bytes.</summary>
internal sealed class RowComparer : IEqualityComparer<Value[]>
{
    public static RowComparer Instance { get; } = new();

    public bool Equals(Value[]? before, Value[]? after) =>
        before is null ? after is null : after is not null && before.AsSpan().SequenceEqual(after);

    public int GetHashCode(Value[] row)
    {
        var hash = new HashCode();
        foreach (var value in row) hash.Add(value);
        return hash.ToHashCode();
    }
}
