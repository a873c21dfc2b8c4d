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
    private static int[]? s_found;

    private readonly ReadOnlyMemory<byte> _chunk;

    // Where entries begin. Their lengths are read again when they are asked for: a node is made far more often than all of its entries are used.
    private readonly int[] _starts;

    private Node(ReadOnlyMemory<byte> chunk, int[] starts, long rows)
    {
        (_chunk, _starts, Rows) = (chunk, starts, rows);
        Level = chunk.Span[1];
    }

    public int Level { get; }

    public int Count => _starts.Length;

    /// <summary>Rows in the leaves below.</summary>
    public long Rows { get; }

    public ReadOnlySpan<byte> LastKey => KeySpan(Count - 1);

    public static Node Load(IChunkSource source, Hash hash) => source is INodeSource nodes ? nodes.Load(hash) : Parse(hash, source.Read(hash));

    public ReadOnlySpan<byte> KeySpan(int index)
    {
        var bytes = _chunk.Span;
        var entry = EntryAt(bytes, _starts[index]);
        return bytes.Slice(entry.Key, entry.KeyLength);
    }

    public ReadOnlySpan<byte> ValueSpan(int index)
    {
        var bytes = _chunk.Span;
        var entry = EntryAt(bytes, _starts[index]);
        return bytes.Slice(entry.Value, entry.ValueLength);
    }

    public ReadOnlyMemory<byte> Key(int index)
    {
        var entry = EntryAt(_chunk.Span, _starts[index]);
        return _chunk.Slice(entry.Key, entry.KeyLength);
    }

    public ReadOnlyMemory<byte> Value(int index)
    {
        var entry = EntryAt(_chunk.Span, _starts[index]);
        return _chunk.Slice(entry.Value, entry.ValueLength);
    }

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
        var starts = FindEntries(hash, bytes, out var rows);
        return new Node(chunk, starts, rows);
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
        var start = _starts[index];
        var common = start + _chunk.Span[start..].CommonPrefixLength(other._chunk.Span[other._starts[otherIndex]..]);
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

    private int EndOf(int index) => index + 1 < Count ? _starts[index + 1] : _chunk.Length;

    /// <summary>The places of all entries, checked: they fit, their keys ascend, children are children. Counts the rows below.</summary>
    private static int[] FindEntries(Hash hash, ReadOnlySpan<byte> bytes, out long rows)
    {
        var found = s_found ??= new int[512];
        var count = 0;
        var isLeaf = bytes[1] == 0;
        var last = ReadOnlySpan<byte>.Empty;
        rows = 0;
        for (var position = HeaderSize; position < bytes.Length; count++)
        {
            if (!TryReadEntry(bytes, position, out var entry)) throw Damaged(hash, $"entry {count} is longer than the node");
            var key = bytes.Slice(entry.Key, entry.KeyLength);
            if (count > 0 && last.SequenceCompareTo(key) >= 0) throw Damaged(hash, $"entry {count} is not in order");
            var below = isLeaf ? 1 : ReadRows(bytes.Slice(entry.Value, entry.ValueLength));
            if (below <= 0 || rows > long.MaxValue - below) throw Damaged(hash, $"child {count} is malformed");
            if (count == found.Length) Array.Resize(ref found, count * 2);
            found[count] = position;
            last = key;
            position = entry.Value + entry.ValueLength;
            rows += below;
        }

        s_found = found;
        return found.AsSpan(0, count).ToArray();
    }

    private static Entry EntryAt(ReadOnlySpan<byte> bytes, int start)
    {
        TryReadEntry(bytes, start, out var entry);
        return entry;
    }

    private static bool TryReadEntry(ReadOnlySpan<byte> bytes, int position, out Entry entry)
    {
        ulong keyLength = bytes[position];
        ulong valueLength;
        if (keyLength < 0x80 && position + 1 < bytes.Length && bytes[position + 1] < 0x80)
        {
            valueLength = bytes[position + 1];
            position += 2;
        }
        else if (!VarInt.TryRead(bytes, ref position, out keyLength) || !VarInt.TryRead(bytes, ref position, out valueLength))
        {
            entry = default;
            return false;
        }

        var room = (ulong)(bytes.Length - position);
        entry = new Entry(position, (int)keyLength, (int)valueLength);
        return keyLength <= room && valueLength <= room - keyLength;
    }

    private static DbVcException Damaged(Hash hash, string reason) => new(FailureKind.Failed, "tree.node-damaged",
        $"Tree node {hash} is damaged: {reason}.", hint: "Run db-vc verify; restore .db-version-control from a backup.");

    private readonly record struct Entry(int Key, int KeyLength, int ValueLength)
    {
        public int Value => Key + KeyLength;
    }
}
