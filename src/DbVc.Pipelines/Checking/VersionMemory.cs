using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// The present versions of a table that keeps old ones, by fingerprints of their keys and contents, and which of them end in a run. 48 bytes and
/// more for each row.
/// </summary>
public sealed class VersionMemory
{
    private readonly Dictionary<UInt128, UInt128> _present = [];
    private readonly HashSet<UInt128> _ended = [];

    /// <summary>Whether a version ends.</summary>
    public bool HasEnded => _ended.Count > 0;

    /// <summary>A version that is there.</summary>
    public void Add(in UniqueKey key, in UniqueKey content) => _present[key.Finish()] = content.Finish();

    /// <summary>Whether the present version of the key has this content.</summary>
    public bool IsPresent(in UniqueKey key, in UniqueKey content) => _present.TryGetValue(key.Finish(), out var known) && known == content.Finish();

    /// <summary>A new version of the key comes; one that is there ends.</summary>
    public void Begin(in UniqueKey key)
    {
        if (_present.ContainsKey(key.Finish())) _ended.Add(key.Finish());
    }

    /// <summary>The new version did not come.</summary>
    public void Refuse(in UniqueKey key) => _ended.Remove(key.Finish());

    /// <summary>Whether the version of the key that was there ends.</summary>
    public bool Ends(in UniqueKey key) => _ended.Contains(key.Finish());
}
