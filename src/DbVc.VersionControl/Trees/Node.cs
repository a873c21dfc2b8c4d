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

    [ThreadStatic]
    private static Slot[]? s_parsed;

    private readonly ReadOnlyMemory<byte> _chunk;
    private readonly Slot[] _slots;

    private Node(ReadOnlyMemory<byte> chunk, Slot[] slots)
    {
        _chunk = chunk;
        _slots = slots;
        Level = chunk.Span[1];
    }

    public int Level { get; }

    public int Count => _slots.Length;

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
        var node = new Node(chunk, ParseSlots(hash, bytes));
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

    /// <summary>How many entries from <paramref name="index"/> on are the same, byte for byte, as those of another node from a place of it on.</summary>
    public int CountEqual(int index, Node other, int otherIndex)
    {
        var start = StartOf(index);
        var common = start + _chunk.Span[start..].CommonPrefixLength(other._chunk.Span[other.StartOf(otherIndex)..]);
        // Entries say how long they are, so equal bytes are equal entries.
        var (low, high) = (index, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (EndOf(middle) <= common) low = middle + 1;
            else high = middle;
        }

        return low - index;
    }

    private int StartOf(int index) => index == 0 ? HeaderSize : EndOf(index - 1);

    private int EndOf(int index) => _slots[index].Start + _slots[index].KeyLength + _slots[index].ValueLength;

    private static Slot[] ParseSlots(Hash hash, ReadOnlySpan<byte> bytes)
    {
        var slots = s_parsed ??= new Slot[512];
        var count = 0;
        for (var position = HeaderSize; position < bytes.Length;)
        {
            if (!VarInt.TryRead(bytes, ref position, out var keyLength) || !VarInt.TryRead(bytes, ref position, out var valueLength)
                || keyLength > (ulong)(bytes.Length - position) || valueLength > (ulong)(bytes.Length - position) - keyLength)
            {
                throw Damaged(hash, $"entry {count} is longer than the node");
            }

            if (count == slots.Length) Array.Resize(ref s_parsed, count * 2);
            slots = s_parsed;
            slots[count++] = new Slot(position, (int)keyLength, (int)valueLength);
            position += (int)(keyLength + valueLength);
        }

        return slots.AsSpan(0, count).ToArray();
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
