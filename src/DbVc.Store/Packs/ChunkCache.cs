using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// Keeps recently read chunks, bounded by bytes. Two generations stand in for an exact order of use:
/// when the young one is full it becomes the old one, and what is used again moves back.
/// </summary>
internal sealed class ChunkCache(long capacity)
{
    private readonly Lock _lock = new();
    private Dictionary<Hash, StoredChunk> _young = [];
    private Dictionary<Hash, StoredChunk> _old = [];
    private long _youngBytes;

    public bool TryGet(Hash hash, out StoredChunk chunk)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(hash, out chunk)) return true;
            if (!_old.Remove(hash, out chunk)) return false;
            Keep(hash, chunk);
            return true;
        }
    }

    public void Add(Hash hash, StoredChunk chunk)
    {
        if (chunk.Bytes.Length > capacity / 8) return;
        lock (_lock) Keep(hash, chunk);
    }

    private void Keep(Hash hash, StoredChunk chunk)
    {
        if (!_young.TryAdd(hash, chunk)) return;
        _youngBytes += chunk.Bytes.Length;
        if (_youngBytes <= capacity / 2) return;
        (_young, _old) = (_old, _young);
        _young.Clear();
        _youngBytes = 0;
    }
}
