using System.Buffers.Binary;

namespace DbVc.Databases;

/// <summary>What a node of a tree is, by its first byte. A page that is no node may begin with the same byte: only who comes from a root knows.</summary>
internal enum PageKind : byte
{
    IndexInterior = 2,
    TableInterior = 5,
    IndexLeaf = 10,
    TableLeaf = 13,
}

/// <summary>
/// A page read as a node of a tree, as SQLite's file format describes it. It may be none, or be damaged: then it has fewer cells than it says, and
/// nothing outside the page is read.
/// </summary>
internal readonly ref struct NodePage
{
    private const int FileHeader = 100;

    private readonly ReadOnlySpan<byte> _page;
    private readonly int _start;
    private readonly int _usable;

    public NodePage(ReadOnlySpan<byte> page, uint number, int usableSize)
    {
        _page = page;
        (_start, _usable) = (StartOf(number), usableSize);
        Kind = (PageKind)page[_start];
        Count = Kind is PageKind.IndexInterior or PageKind.TableInterior or PageKind.IndexLeaf or PageKind.TableLeaf
            ? Math.Min(BinaryPrimitives.ReadUInt16BigEndian(page[(_start + 3)..]), (page.Length - _start - HeaderSize) / 2)
            : 0;
    }

    public PageKind Kind { get; }

    public int Count { get; }

    public bool IsInterior => Kind is PageKind.IndexInterior or PageKind.TableInterior;

    /// <summary>The child behind all cells.</summary>
    public uint LastChild => BinaryPrimitives.ReadUInt32BigEndian(_page[(_start + 8)..]);

    private int HeaderSize => IsInterior ? 12 : 8;

    /// <summary>Where the node begins in a page: the first page of a file begins with the file's header.</summary>
    public static int StartOf(uint page) => page == 1 ? FileHeader : 0;

    /// <summary>The child before a cell; 0 where the page is damaged.</summary>
    public uint Child(int cell)
    {
        var at = Find(cell);
        return at + 4 <= _page.Length ? BinaryPrimitives.ReadUInt32BigEndian(_page[at..]) : 0;
    }

    /// <summary>The row number of a cell of a table's leaf.</summary>
    public bool TryRowId(int cell, out long rowId)
    {
        var at = Find(cell);
        return TryVarInt(ref at, out _) & TryVarInt(ref at, out rowId);
    }

    /// <summary>The content of a cell as far as it lies in this page, its whole length, and the page where it goes on (0: nowhere).</summary>
    public bool TryPayload(int cell, out ReadOnlySpan<byte> local, out long length, out uint overflow)
    {
        local = [];
        (length, overflow) = (0, 0);
        var at = Find(cell) + (Kind == PageKind.IndexInterior ? 4 : 0);
        if (Kind == PageKind.TableInterior || !TryVarInt(ref at, out length) || length < 0) return false;
        if (Kind == PageKind.TableLeaf && !TryVarInt(ref at, out _)) return false;
        var size = LocalSize(length);
        if (at + size + (size < length ? 4 : 0) > _page.Length) return false;
        local = _page.Slice(at, size);
        if (size < length) overflow = BinaryPrimitives.ReadUInt32BigEndian(_page[(at + size)..]);
        return true;
    }

    /// <summary>True if a cell goes on in another page.</summary>
    public bool Spills
    {
        get
        {
            if (Kind == PageKind.TableInterior) return false;
            for (var i = 0; i < Count; i++)
            {
                var at = Find(i) + (Kind == PageKind.IndexInterior ? 4 : 0);
                if (TryVarInt(ref at, out var length) && length > MostLocal) return true;
            }

            return false;
        }
    }

    private int MostLocal => Kind == PageKind.TableLeaf ? _usable - 35 : ((_usable - 12) * 64 / 255) - 23;

    private int LocalSize(long length)
    {
        if (length <= MostLocal) return (int)length;
        var least = ((_usable - 12) * 32 / 255) - 23;
        var rest = least + ((length - least) % (_usable - 4));
        return (int)(rest <= MostLocal ? rest : least);
    }

    private bool TryVarInt(ref int at, out long value) => TryVarInt(_page, ref at, out value);

    private int Find(int cell) => BinaryPrimitives.ReadUInt16BigEndian(_page[(_start + HeaderSize + (cell * 2))..]);

    /// <summary>SQLite's own numbers of variable length: seven bits a byte, high ones first, eight in the ninth.</summary>
    public static bool TryVarInt(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        value = 0;
        for (var i = 0; i < 9; i++)
        {
            if (at >= bytes.Length) return false;
            var next = bytes[at++];
            if (i == 8)
            {
                value = (value << 8) | next;
                return true;
            }

            value = (value << 7) | (byte)(next & 0x7f);
            if (next < 0x80) return true;
        }

        return true;
    }
}
