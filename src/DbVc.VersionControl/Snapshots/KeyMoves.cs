namespace DbVc.VersionControl;

/// <summary>
/// Finds rows whose primary key changed: a deleted row and an added one with the same values but for the key. Keeps a limited number of deleted
/// rows; what is beyond stays a deletion and an addition. Rows without any value behind the key are never taken for one another.
/// </summary>
internal sealed class KeyMoves
{
    private const int MostRows = 100_000;

    private readonly Dictionary<ReadOnlyMemory<byte>, Queue<ReadOnlyMemory<byte>>> _deleted = new(KeyEquality.Instance);
    private int _count;

    /// <summary>True if the row is kept, so that it may turn out to have moved.</summary>
    public bool AddDeleted(TreeDifference deleted)
    {
        if (deleted.Before is not { Length: > 0 } value || _count == MostRows) return false;
        if (!_deleted.TryGetValue(value, out var keys)) _deleted[value] = keys = [];
        keys.Enqueue(deleted.Key);
        _count++;
        return true;
    }

    /// <summary>The old key of an added row with this value, if its value is that of exactly one deleted row.</summary>
    public ReadOnlyMemory<byte>? Take(ReadOnlyMemory<byte> added)
    {
        if (!_deleted.TryGetValue(added, out var keys) || keys.Count != 1) return null;
        _count--;
        _deleted.Remove(added);
        return keys.Dequeue();
    }
}
