namespace DbVc.PipelineRuntime;

/// <summary>
/// Whole numbers, one bit each, in pages of 4,096 that are there once one of them is. Where numbers lie too far apart for that, it takes no new page and
/// says so: what it has no page for is kept elsewhere, then and ever after.
/// </summary>
internal sealed class IntegerSet
{
    private const int PageBits = 12;
    private const int PageWords = 1 << (PageBits - 6);

    // So far apart may the first numbers lie: two thousand pages are one megabyte, for eight million numbers in any order.
    private const int FewPages = 2048;

    // A fingerprint takes 16 bytes and as much again of empty slots; a page takes 512, so below these it is dearer.
    private const int FewestInPage = 24;

    private readonly Dictionary<long, ulong[]> _pages = [];
    private long _lastNumber = long.MinValue;
    private ulong[]? _lastPage;
    private bool _takesPages = true;

    /// <summary>Numbers in the set.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the number is in it; null where it would not be kept here.</summary>
    public bool? Contains(long value)
    {
        if (FindPage(value >> PageBits) is { } page) return (page[Word(value)] & Bit(value)) != 0;
        return _takesPages ? false : null;
    }

    /// <summary>Adds a number; false if it was there, null if it must be kept elsewhere.</summary>
    public bool? Add(long value)
    {
        if ((FindPage(value >> PageBits) ?? TakePage(value >> PageBits)) is not { } page) return null;
        ref var word = ref page[Word(value)];
        if ((word & Bit(value)) != 0) return false;
        word |= Bit(value);
        Count++;
        return true;
    }

    private static int Word(long value) => (int)(value >> 6) & (PageWords - 1);

    private static ulong Bit(long value) => 1UL << (int)(value & 63);

    private ulong[]? FindPage(long number)
    {
        if (number == _lastNumber) return _lastPage;
        if (!_pages.TryGetValue(number, out var page)) return null;
        (_lastNumber, _lastPage) = (number, page);
        return page;
    }

    private ulong[]? TakePage(long number)
    {
        _takesPages &= _pages.Count < FewPages || (long)Count >= (long)_pages.Count * FewestInPage;
        if (!_takesPages) return null;
        _lastNumber = number;
        return _lastPage = _pages[number] = new ulong[PageWords];
    }
}
