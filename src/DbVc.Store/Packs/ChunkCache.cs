using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// Keeps recently read chunks, bounded by bytes. Two generations stand in for an exact order of use:
/// when the young one is full it becomes the old one, and what is used again moves back.
/// </summary>
internal sealed class ChunkCache(long capacity)
{
    private readonly Lock _lock = new();
    private Dictionary<Hash, ReadOnlyMemory<byte>> _young = [];
    private Dictionary<Hash, ReadOnlyMemory<byte>> _old = [];
    private long _youngBytes;

    public bool TryGet(Hash hash, out ReadOnlyMemory<byte> chunk)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(hash, out chunk)) return true;
            if (!_old.Remove(hash, out chunk)) return false;
            Keep(hash, chunk);
            return true;
        }
    }

    public void Add(Hash hash, ReadOnlyMemory<byte> chunk)
    {
        if (chunk.Length > capacity / 8) return;
        lock (_lock) Keep(hash, chunk);
    }

    private void Keep(Hash hash, ReadOnlyMemory<byte> chunk)
    {
        if (!_young.TryAdd(hash, chunk)) return;
        _youngBytes += chunk.Length;
        if (_youngBytes <= capacity / 2) return;
        (_young, _old) = (_old, _young);
        _young.Clear();
        _youngBytes = 0;
    }
}
