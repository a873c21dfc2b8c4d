namespace DbVc.Model;

/// <summary>How much memory one buffer or cache may take.</summary>
public static class MemoryShare
{
    private const int OthersToo = 8;

    /// <summary>As much as is wanted, but no more than a part of what the process may have: a container's limit, or the runtime's own, may be small.</summary>
    public static long Of(long wanted) => Math.Min(wanted, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / OthersToo);
}
