using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace DbVc.Databases;

/// <summary>
/// All pages of a database at one moment: a hash of each, whose tree it belonged to, and what is needed of its content to walk the trees. Hashes are
/// 128 bits with a random seed that nobody outside the control folder knows, so nobody can make a page that looks unchanged.
/// </summary>
internal sealed class PageMap
{
    private const int BlockSize = 1 << 20;

    private PageMap(int pageSize, int usableSize, uint pageCount, long seed)
    {
        (PageSize, UsableSize, PageCount, Seed) = (pageSize, usableSize, pageCount, seed);
        Hashes = new UInt128[pageCount];
        Owners = new uint[pageCount];
        Heads = new uint[pageCount];
        Cells = new ushort[pageCount];
        Kinds = new PageKind[pageCount];
        Spills = new bool[pageCount];
    }

    public int PageSize { get; }

    public int UsableSize { get; }

    public uint PageCount { get; }

    public long Seed { get; }

    public UInt128[] Hashes { get; }

    /// <summary>The root of the table's tree that a page is a node of; 0 for all others, pages of a row's overflow among them.</summary>
    public uint[] Owners { get; }

    /// <summary>Where each page says the next page of a row's overflow is.</summary>
    public uint[] Heads { get; }

    /// <summary>How many cells a page has, if it is a node.</summary>
    public ushort[] Cells { get; }

    public PageKind[] Kinds { get; }

    /// <summary>Which pages, if they are nodes, have a cell that goes on in pages of overflow.</summary>
    public bool[] Spills { get; }

    /// <summary>The root of each table at that moment, by name.</summary>
    public Dictionary<string, uint> Roots { get; } = new(StringComparer.Ordinal);

    /// <summary>An empty map to be filled from a file that holds one.</summary>
    public static PageMap Create(int pageSize, int usableSize, uint pageCount, long seed) => new(pageSize, usableSize, pageCount, seed);

    /// <summary>Hashes every page that the reader sees, with the seed of an earlier map if there is one.</summary>
    public static PageMap Scan(PageReader reader, PageMap? then)
    {
        var map = new PageMap(reader.PageSize, reader.UsableSize, reader.PageCount, then?.Seed ?? BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)));
        var block = GC.AllocateUninitializedArray<byte>(Math.Max(BlockSize, reader.PageSize));
        var perBlock = (uint)(block.Length / reader.PageSize);
        var other = new byte[reader.PageSize];
        for (uint first = 1; first <= reader.PageCount; first += perBlock)
        {
            var count = (int)Math.Min(perBlock, reader.PageCount - first + 1);
            reader.ReadMain(first, block.AsSpan(0, count * reader.PageSize));
            for (var i = 0; i < count; i++)
            {
                var page = first + (uint)i;
                if (reader.HasLog && reader.TryReadLog(page, other)) map.Take(page, other, then);
                else map.Take(page, block.AsSpan(i * reader.PageSize, reader.PageSize), then);
            }
        }

        return map;
    }

    /// <summary>True if a page is byte for byte what it was in another map of the same database.</summary>
    public bool IsSame(uint page, PageMap then) => page <= then.PageCount && Hashes[page - 1] == then.Hashes[page - 1];

    private void Take(uint page, ReadOnlySpan<byte> content, PageMap? then)
    {
        var at = page - 1;
        Hashes[at] = XxHash128.HashToUInt128(content, Seed);
        Heads[at] = BinaryPrimitives.ReadUInt32BigEndian(content);
        var node = content[NodePage.StartOf(page)..];
        Kinds[at] = (PageKind)node[0];
        Cells[at] = BinaryPrimitives.ReadUInt16BigEndian(node[3..]);
        Spills[at] = then is not null && IsSame(page, then) ? then.Spills[at] : new NodePage(content, page, UsableSize).Spills;
    }
}
