using DbVc.Model;

namespace DbVc.Store;

/// <summary>A chunk that was copied from one pack to another.</summary>
internal readonly record struct MovedChunk(Hash Hash, long From, string To, ChunkPlace Place);

/// <summary>Copies the chunks of sparse packs into new ones. Until the index says so, nobody knows of the copies.</summary>
internal sealed class PackRewriter(StoreDatabase database, IStoredChunks chunks, string folder, Lease lease) : IDisposable
{
    private const long MaxPackSize = 1L << 30;

    private readonly PackReader _reader = new(folder);
    private readonly List<string> _written = [];
    private PackAppender? _pack;
    private long _size;

    /// <summary>The copies; durable when it returns.</summary>
    /// <param name="packs">Where they lie now.</param>
    /// <param name="stays">False for a base that goes: what is stored as a difference to it is written whole.</param>
    public IReadOnlyList<MovedChunk> Copy(IEnumerable<PackUse> packs, Predicate<Hash> stays, CancellationToken cancel)
    {
        var moved = new List<MovedChunk>();
        var names = packs.ToDictionary(p => p.Id, p => p.Name);
        if (names.Count == 0) return moved;
        try
        {
            foreach (var (hash, pack, place) in ReadPlaces(names))
            {
                cancel.ThrowIfCancellationRequested();
                // Everything is read to its last byte before it is copied: no damage is carried on.
                var record = _reader.ReadRecord(names[pack], place);
                var chunk = ChunkStore.Decode(record, hash, $"{names[pack]} at byte {place.Offset}", chunks, 0);
                var target = Target(PackFormat.RecordHeaderSize + chunk.Bytes.Length);
                var copy = place.Base.IsNone || stays(place.Base)
                    ? target.Append(hash, PackFormat.CodecOf(record.Span), record.Span[PackFormat.RecordHeaderSize..]) with { Base = place.Base }
                    : target.Append(hash, PackCodec.Whole, chunk.Bytes.Span);
                moved.Add(new MovedChunk(hash, pack, target.Name, copy));
            }

            Close();
            return moved;
        }
        catch (Exception failure) when (failure is DbVcException or OperationCanceledException)
        {
            Discard();
            throw;
        }
    }

    /// <summary>In the order in which they lie, so that reading and writing go straight through.</summary>
    private List<(Hash Hash, long Pack, ChunkPlace Place)> ReadPlaces(Dictionary<long, string> packs)
    {
        var places = new List<(Hash, long, ChunkPlace)>();
        using var connection = database.OpenConnection();
        using var query = connection.Use("SELECT hash, pack, offset, length, base FROM chunks ORDER BY pack, offset");
        while (query.Step())
        {
            if (!packs.ContainsKey(query.Integer(1))) continue;
            var other = query.Blob(4).Length == 0 ? Hash.None : query.ReadHash(4);
            places.Add((query.ReadHash(0), query.Integer(1), new ChunkPlace(query.Integer(2), ChunkIndex.CheckLength(query.Integer(3)), other)));
        }

        return places;
    }

    private void Discard()
    {
        _pack?.Dispose();
        _pack = null;
        foreach (var name in _written) File.Delete(Path.Combine(folder, name));
    }

    public void Dispose()
    {
        _pack?.Dispose();
        _reader.Dispose();
    }

    private PackAppender Target(int size)
    {
        if (_pack is not null && _size + size > MaxPackSize) Close();
        if (_pack is null)
        {
            var name = lease.NextPack();
            _written.Add(name);
            _pack = new PackAppender(folder, name, database.Probe);
            _size = 0;
        }

        _size += size;
        return _pack;
    }

    private void Close()
    {
        _pack?.MakeDurable();
        _pack?.Dispose();
        _pack = null;
    }
}
