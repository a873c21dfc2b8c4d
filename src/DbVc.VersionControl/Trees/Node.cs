using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// A node of a tree, parsed over the bytes of its chunk without copying them. Part of the on-disk format: version (1 byte), level (1 byte,
/// 0 = leaf), then entries in ascending order of key: length of key, length of value (variable length), key, value.
/// In inner nodes the key is the last key below the child, the value its hash and its number of rows (variable length).
/// </summary>
internal sealed class Node
{
    public const int HeaderSize = 2;
    public const byte Version = 1;

    /// <summary>Far more levels than any tree has; stops a forged one.</summary>
    public const int MaxLevel = 60;

    private readonly ReadOnlyMemory<byte> _chunk;
    private readonly Slot[] _slots;

    private Node(ReadOnlyMemory<byte> chunk, Slot[] slots, int count)
    {
        _chunk = chunk;
        _slots = slots;
        Count = count;
        Level = chunk.Span[1];
    }

    public int Level { get; }

    public int Count { get; }

    /// <summary>Rows in the leaves below.</summary>
    public long Rows { get; private set; }

    public ReadOnlySpan<byte> LastKey => KeySpan(Count - 1);

    public static Node Load(IChunkSource source, Hash hash) => Parse(hash, source.Read(hash));

    public ReadOnlySpan<byte> KeySpan(int index) => _chunk.Span.Slice(_slots[index].Start, _slots[index].KeyLength);

    public ReadOnlySpan<byte> ValueSpan(int index) => _chunk.Span.Slice(_slots[index].Start + _slots[index].KeyLength, _slots[index].ValueLength);

    public ReadOnlyMemory<byte> Key(int index) => _chunk.Slice(_slots[index].Start, _slots[index].KeyLength);

    public ReadOnlyMemory<byte> Value(int index) => _chunk.Slice(_slots[index].Start + _slots[index].KeyLength, _slots[index].ValueLength);

    public Hash ChildHash(int index) => Hash.Read(ValueSpan(index));

    /// <summary>Loads a child and checks that it is what this node says it is.</summary>
    public Node LoadChild(IChunkSource source, int index)
    {
        var hash = ChildHash(index);
        var child = Load(source, hash);
        var matches = child.Level == Level - 1 && child.Rows == ReadRows(ValueSpan(index)) && child.LastKey.SequenceEqual(KeySpan(index));
        return matches ? child : throw Damaged(hash, "it is not the child that its parent describes");
    }

    /// <summary>The first entry whose key is at least <paramref name="key"/>; <see cref="Count"/> if there is none.</summary>
    public int FindFirstAtLeast(ReadOnlySpan<byte> key)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (KeySpan(middle).SequenceCompareTo(key) < 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    public static Node Parse(Hash hash, ReadOnlyMemory<byte> chunk)
    {
        var bytes = chunk.Span;
        if (bytes.Length <= HeaderSize) throw Damaged(hash, "it is empty");
        if (bytes[0] != Version) throw Damaged(hash, $"its format is {bytes[0]}, this program reads {Version}");
        if (bytes[1] > MaxLevel) throw Damaged(hash, $"its level is {bytes[1]}");
        var slots = ParseSlots(hash, bytes, out var count);
        var node = new Node(chunk, slots, count);
        node.Rows = node.CheckEntries(hash);
        return node;
    }

    /// <summary>The value of an entry that stands for a child.</summary>
    public static byte[] ChildValue(Hash hash, long rows)
    {
        Span<byte> value = stackalloc byte[Hash.Size + VarInt.MaxSize];
        return value[..WriteChild(value, hash, rows)].ToArray();
    }

    /// <summary>Writes the value of an entry that stands for a child; its length.</summary>
    public static int WriteChild(Span<byte> destination, Hash hash, long rows)
    {
        hash.CopyTo(destination);
        return Hash.Size + VarInt.Write(destination[Hash.Size..], (ulong)rows);
    }

    /// <summary>The number of rows below a child; zero if its value is malformed.</summary>
    public static long ReadRows(ReadOnlySpan<byte> value)
    {
        var position = Hash.Size;
        return value.Length > Hash.Size && VarInt.TryRead(value, ref position, out var rows) && position == value.Length && rows <= long.MaxValue
            ? (long)rows
            : 0;
    }

    private static Slot[] ParseSlots(Hash hash, ReadOnlySpan<byte> bytes, out int count)
    {
        var slots = new Slot[64];
        count = 0;
        for (var position = HeaderSize; position < bytes.Length;)
        {
            if (!VarInt.TryRead(bytes, ref position, out var keyLength) || !VarInt.TryRead(bytes, ref position, out var valueLength)
                || keyLength > (ulong)(bytes.Length - position) || valueLength > (ulong)(bytes.Length - position) - keyLength)
            {
                throw Damaged(hash, $"entry {count} is longer than the node");
            }

            if (count == slots.Length) Array.Resize(ref slots, count * 2);
            slots[count++] = new Slot(position, (int)keyLength, (int)valueLength);
            position += (int)(keyLength + valueLength);
        }

        return slots;
    }

    /// <summary>Checks the order of keys and the children; the number of rows below.</summary>
    private long CheckEntries(Hash hash)
    {
        for (var i = 1; i < Count; i++)
        {
            if (KeySpan(i - 1).SequenceCompareTo(KeySpan(i)) >= 0) throw Damaged(hash, $"entry {i} is not in order");
        }

        if (Level == 0) return Count;
        var rows = 0L;
        for (var i = 0; i < Count; i++)
        {
            var below = ReadRows(ValueSpan(i));
            if (below <= 0 || rows > long.MaxValue - below) throw Damaged(hash, $"child {i} is malformed");
            rows += below;
        }

        return rows;
    }

    private static DbVcException Damaged(Hash hash, string reason) => new(FailureKind.Failed, "tree.node-damaged",
        $"Tree node {hash} is damaged: {reason}.", hint: "Run db-vc verify; restore .db-version-control from a backup.");

    private readonly record struct Slot(int Start, int KeyLength, int ValueLength);
}
