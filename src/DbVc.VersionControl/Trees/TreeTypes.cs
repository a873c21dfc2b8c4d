using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Names a tree by its content: equal content, equal hash. <see cref="Hash.None"/> is the empty tree.</summary>
public readonly record struct TreeRoot(Hash Hash)
{
    public static TreeRoot Empty => default;

    public bool IsEmpty => Hash.IsNone;
}

/// <summary>A key with its value. Both are slices of immutable chunks and may be kept.</summary>
public readonly record struct TreeEntry(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);

/// <summary>
/// A change of one key: a new value, or null to delete it (deleting a key that is not there is no error).
/// Beware: a bare <c>null</c> in a conditional expression becomes an empty value, because memory converts from a null array; cast it.
/// </summary>
public readonly record struct TreeEdit(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);

/// <summary>A key whose value differs; null on the side where it does not exist.</summary>
public readonly record struct TreeDifference(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Before, ReadOnlyMemory<byte>? After);
