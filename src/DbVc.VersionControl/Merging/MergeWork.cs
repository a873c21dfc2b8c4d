using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>What every step of one merge works with.</summary>
/// <param name="Chunks">Where merged trees are written.</param>
/// <param name="Policies">The policy of each column.</param>
/// <param name="Conflicts">Looks up decisions and keeps what nobody decided.</param>
/// <param name="History">The histories behind the sides, if they are known.</param>
internal sealed record MergeWork(IChunkWriter Chunks, MergePolicies Policies, ConflictLog Conflicts, IMergeHistory? History)
{
    /// <summary>The highest key that the engine ever handed out in a table; 0 where it does not remember.</summary>
    public Func<string, long> HighestKey { get; init; } = _ => 0;
}
