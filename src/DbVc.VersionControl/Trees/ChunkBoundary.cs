namespace DbVc.VersionControl;

/// <summary>
/// Decides where a node ends, from the keys and sizes since the last end only: so the same content is cut the same way
/// whatever the order of edits. Part of the on-disk format; changing anything here renames every tree.
/// </summary>
internal static class ChunkBoundary
{
    /// <summary>A node ends at the latest with the entry that reaches this many bytes.</summary>
    public const int MaxSize = 4 * 4096;

    /// <summary>Fewer than this many children would not make a tree narrower, however long its keys are.</summary>
    public const int MinChildren = 2;

    // The chance to end grows with the cube of the size (a Weibull distribution with k = 3): far fewer tiny and huge nodes than a
    // constant chance gives. The scale 4,600 makes the mean 4,096 bytes.
    private const ulong ScaleCubed = 4_600UL * 4_600UL * 4_600UL;

    /// <summary>True if a node ends after the entry that took it from <paramref name="sizeBefore"/> to <paramref name="sizeAfter"/> bytes.</summary>
    public static bool EndsAfter(int level, int entries, ReadOnlySpan<byte> key, int sizeBefore, int sizeAfter)
    {
        if (level > 0 && entries < MinChildren) return false;
        if (sizeAfter >= MaxSize) return true;
        var hazard = Cube(sizeAfter) - Cube(sizeBefore);
        // hash / 2^64 < hazard / scale^3, without a division. The level is the seed: the last keys of leaves are not random to the level's own hash.
        return Math.BigMul(XxHash64.Compute(key, (ulong)level), ScaleCubed, out _) < hazard;
    }

    private static ulong Cube(int size) => (ulong)size * (ulong)size * (ulong)size;
}
