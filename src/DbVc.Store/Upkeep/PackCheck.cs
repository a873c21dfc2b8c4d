using System.Buffers.Binary;
using DbVc.Model;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Store;

/// <summary>
/// Reads every pack from its first byte to its last: the header, each record, and what lies between and behind them. A record that the index
/// does not name is no problem if it is whole (gc has not been there yet), nor is an end that was never published.
/// </summary>
internal sealed class PackCheck(StoreDatabase database, IStoredChunks chunks, string folder)
{
    private const int Parallelism = 2;

    private readonly Lock _lock = new();
    private readonly List<StoreProblem> _problems = [];
    private long _chunks;
    private long _bytes;

    public StoreCheck Run(CancellationToken cancel)
    {
        var packs = ReadPacks();
        Parallel.ForEach(packs.Values.OrderByDescending(p => p.Places.Count),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancel }, Check);
        return new StoreCheck(_chunks, _bytes, [.. _problems.OrderBy(p => p.Place, StringComparer.Ordinal)]);
    }

    private sealed record Pack(string Name, List<(Hash Hash, ChunkPlace Place)> Places);

    private Dictionary<long, Pack> ReadPacks()
    {
        using var connection = database.OpenConnection();
        var packs = new Dictionary<long, Pack>();
        using (var query = connection.Use("SELECT id, name FROM packs"))
        {
            while (query.Step())
            {
                if (IsName(query.Text(1)) && packs.TryAdd(query.Integer(0), new Pack(query.Text(1), []))) continue;
                Report("store.index-damaged", "commit-history.db, packs", $"'{query.Text(1)}' is no pack name.", null);
            }
        }

        using (var query = connection.Use("SELECT hash, pack, offset, length FROM chunks UNION ALL SELECT hash, pack, offset, length FROM condemned"))
        {
            while (query.Step()) AddPlace(packs, query);
        }

        return packs;
    }

    private void AddPlace(Dictionary<long, Pack> packs, Statement row)
    {
        if (row.Blob(0).Length != Hash.Size)
        {
            Report("store.index-damaged", "commit-history.db, chunks", $"A hash of {row.Blob(0).Length} bytes was found.", null);
            return;
        }

        var (hash, offset, length) = (row.ReadHash(0), row.Integer(2), row.Integer(3));
        if (!packs.TryGetValue(row.Integer(1), out var pack))
        {
            Report("store.index-damaged", "commit-history.db, chunks", $"Chunk {hash} is in pack {row.Integer(1)}, which is not known.", hash);
        }
        else if (offset < PackFormat.HeaderSize || length is < 0 or > int.MaxValue - 64)
        {
            Report("store.index-damaged", "commit-history.db, chunks", $"Chunk {hash} cannot have {length} bytes at {offset}.", hash);
        }
        else
        {
            pack.Places.Add((hash, new ChunkPlace(offset, (int)length)));
        }
    }

    private void Check(Pack pack)
    {
        pack.Places.Sort((a, b) => a.Place.Offset.CompareTo(b.Place.Offset));
        try
        {
            using var file = File.OpenHandle(Path.Combine(folder, pack.Name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            CheckRecords(pack, file);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            // A pack of which nothing is left may have been removed before its name.
            foreach (var (hash, _) in pack.Places) Report("store.chunk-missing", pack.Name, "The pack is missing.", hash);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            foreach (var (hash, _) in pack.Places) Report("store.chunk-damaged", pack.Name, $"The pack cannot be read: {failure.Message}", hash);
        }
    }

    private void CheckRecords(Pack pack, SafeFileHandle file)
    {
        var window = new PackWindow(file);
        if (PackFormat.FindHeaderProblem(window.Read(0, PackFormat.HeaderSize).Span) is { } problem)
        {
            Report("store.pack-damaged", $"{pack.Name} at byte 0", $"The header of the pack is wrong: {problem}.", null);
            foreach (var (hash, _) in pack.Places) Report("store.chunk-damaged", $"{pack.Name} at byte 0", "The header of its pack is wrong.", hash);
        }

        long position = PackFormat.HeaderSize;
        foreach (var (hash, place) in pack.Places)
        {
            if (position < place.Offset) CheckUnknown(pack, window, position, place.Offset);
            CheckRecord(pack, window, hash, place);
            position = Math.Max(position, place.Offset + PackFormat.RecordHeaderSize + place.Length);
        }

        Interlocked.Add(ref _bytes, window.Length);
    }

    private void CheckRecord(Pack pack, PackWindow window, Hash hash, ChunkPlace place)
    {
        Interlocked.Increment(ref _chunks);
        var record = window.Read(place.Offset, PackFormat.RecordHeaderSize + place.Length);
        if (FindProblem(record, hash) is { } problem)
        {
            Report("store.chunk-damaged", $"{pack.Name} at byte {place.Offset}", $"Chunk {hash} is damaged: {problem}.", hash);
        }
    }

    private string? FindProblem(ReadOnlyMemory<byte> record, Hash hash)
    {
        try
        {
            return PackRecord.TryRead(record, hash, chunks, 0, out _);
        }
        catch (DbVcException failure)
        {
            return $"it is a difference to a chunk that cannot be read ({failure.Message})";
        }
    }

    /// <summary>Between two records that the index names there can only be records that it no longer names.</summary>
    private void CheckUnknown(Pack pack, PackWindow window, long position, long end)
    {
        while (position < end)
        {
            var header = window.Read(position, PackFormat.RecordHeaderSize).Span;
            var length = header.Length < PackFormat.RecordHeaderSize ? -1 : BinaryPrimitives.ReadInt32LittleEndian(header);
            var fits = length >= 0 && position + PackFormat.RecordHeaderSize + length <= end;
            var problem = fits
                ? PackRecord.FindProblem(window.Read(position, PackFormat.RecordHeaderSize + length).Span)
                : "its length leads into the next record";
            if (problem is not null)
            {
                Report("store.pack-damaged", $"{pack.Name} at byte {position}", $"A record that nothing names is damaged: {problem}.", null);
            }

            if (!fits) return;
            position += PackFormat.RecordHeaderSize + length;
        }
    }

    private static bool IsName(string name) => name.Length > 0 && !name.AsSpan().ContainsAny('/', '\\') && name[0] != '.';

    private void Report(string kind, string place, string message, Hash? chunk)
    {
        lock (_lock) _problems.Add(new StoreProblem(kind, place, message, chunk));
    }
}

/// <summary>Reads a file front to back through a big buffer.</summary>
internal sealed class PackWindow(SafeFileHandle file)
{
    private const int MinRead = 4 << 20;

    private byte[] _buffer = [];
    private long _start;
    private int _filled;

    public long Length { get; } = RandomAccess.GetLength(file);

    /// <summary>The bytes at a position; fewer at the end of the file. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Read(long position, int count)
    {
        count = (int)Math.Max(0, Math.Min(count, Length - position));
        if (position < _start || position + count > _start + _filled) Fill(position, count);
        return _buffer.AsMemory((int)(position - _start), Math.Min(count, Math.Max(0, (int)(_start + _filled - position))));
    }

    private void Fill(long position, int count)
    {
        var size = (int)Math.Min(Math.Max(count, MinRead), Length - position);
        if (_buffer.Length < size) _buffer = GC.AllocateUninitializedArray<byte>(size);
        _start = position;
        _filled = PackReader.ReadFully(file, _buffer.AsSpan(0, size), position);
    }
}
