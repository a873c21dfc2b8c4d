namespace DbVc.Store;

/// <summary>A pack as gc sees it.</summary>
/// <param name="Rows">Chunks in it that stay.</param>
/// <param name="Live">Bytes of their records.</param>
/// <param name="Held">Condemned chunks in it that stay for now.</param>
/// <param name="Tied">Of those that stay, how many are stored as differences to chunks that go.</param>
/// <param name="Size">Length of the file.</param>
internal sealed record PackUse(long Id, string Name, long Rows, long Live, long Held, long Tied, long Size)
{
    /// <summary>Bytes that nothing needs.</summary>
    public long Dead => Math.Max(0, Size - PackFormat.HeaderSize - Live);
}

/// <summary>Which packs go, and which of them have chunks to be copied first.</summary>
internal sealed record PackPlan(IReadOnlyList<PackUse> Dropped, IReadOnlyList<PackUse> Rewritten)
{
    private const double MinDeadShare = 0.4;
    private const long SmallPack = 1 << 20;
    private const int MaxSmallPacks = 32;

    /// <summary>How much smaller the packs become.</summary>
    public long Bytes => Dropped.Sum(p => p.Size) + Rewritten.Sum(p => p.Dead);

    /// <param name="packs">All packs whose writer has ended.</param>
    /// <param name="thorough">Every dead byte must go.</param>
    public static PackPlan Make(IReadOnlyList<PackUse> packs, bool thorough)
    {
        var free = packs.Where(p => p.Held == 0).ToList();
        var kept = free.Where(p => p.Rows > 0).ToList();
        // Each commit leaves a small pack; many of them make opening and copying a repository slow.
        var small = kept.Where(p => p.Size < SmallPack).ToList();
        var rewritten = kept.Where(p => thorough ? p.Dead + p.Tied > 0 : p.Dead >= p.Size * MinDeadShare);
        if (small.Count > MaxSmallPacks) rewritten = rewritten.Union(small);
        return new PackPlan([.. free.Where(p => p.Rows == 0)], [.. rewritten.OrderBy(p => p.Id)]);
    }
}
