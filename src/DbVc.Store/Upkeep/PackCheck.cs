using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DbVc.Model;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Store;

/// <summary>
/// Reads every pack from its first byte to its last: the header, each record, and what lies between and behind them. A record that the index
/// does not name is no problem if it is whole (gc has not been there yet), nor is an end that was never published. Few places are in memory at a time,
/// however many chunks there are.
/// </summary>
internal sealed class PackCheck(StoreDatabase database, IStoredChunks chunks, string folder)
{
    private const int Parallelism = 2;
    private const int MostPlaces = 4_096;

    private readonly Lock _lock = new();
    private readonly List<StoreProblem> _problems = [];
    private long _chunks;
    private long _bytes;

    public StoreCheck Run(CancellationToken cancel)
    {
        using var connection = database.OpenConnection();
        connection.Execute("BEGIN");
        var stretches = Partitioner.Create(FindStretches(connection), EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(stretches, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancel }, Check);
        }
        catch (AggregateException failure) when (failure.InnerExceptions.OfType<DbVcException>().FirstOrDefault() is { } unreadable)
        {
            // The index itself cannot be read.
            ExceptionDispatchInfo.Throw(unreadable);
        }

        connection.Execute("COMMIT");
        return new StoreCheck(_chunks, _bytes, [.. _problems.OrderBy(p => p.Place, StringComparer.Ordinal)]);
    }

    /// <summary>Records that follow each other in a pack; what lies between two of them, and before the first, belongs to it.</summary>
    /// <param name="Pack">The file's name.</param>
    /// <param name="Start">Where the record before the first one ends.</param>
    private sealed record Stretch(string Pack, long Start, List<(Hash Hash, ChunkPlace Place)> Places)
    {
        public bool IsFirst => Start == PackFormat.HeaderSize;

        public long End => Places.Aggregate(Start, (end, p) => Math.Max(end, p.Place.Offset + PackFormat.RecordHeaderSize + p.Place.Length));
    }

    /// <summary>All that the index names, one pack after the other; packs of which it names nothing, too.</summary>
    private IEnumerable<Stretch> FindStretches(StoreConnection connection)
    {
        var packs = ReadPacks(connection);
        var empty = packs.Values.ToHashSet(StringComparer.Ordinal);
        Stretch? open = null;
        using var query = connection.Use(
            "SELECT hash, pack, offset, length FROM chunks UNION ALL SELECT hash, pack, offset, length FROM condemned ORDER BY pack, offset");
        while (query.Step())
        {
            if (FindPlace(packs, query) is not { } found) continue;
            empty.Remove(found.Pack);
            if (open is not null && (open.Pack != found.Pack || open.Places.Count >= MostPlaces))
            {
                yield return open;
                open = open.Pack == found.Pack ? new Stretch(found.Pack, open.End, []) : null;
            }

            open ??= new Stretch(found.Pack, PackFormat.HeaderSize, []);
            open.Places.Add((found.Hash, found.Place));
        }

        if (open is not null) yield return open;
        foreach (var pack in empty) yield return new Stretch(pack, PackFormat.HeaderSize, []);
    }

    private Dictionary<long, string> ReadPacks(StoreConnection connection)
    {
        var packs = new Dictionary<long, string>();
        using var query = connection.Use("SELECT id, name FROM packs");
        while (query.Step())
        {
            if (IsName(query.Text(1)) && packs.TryAdd(query.Integer(0), query.Text(1))) continue;
            Report("store.index-damaged", "commit-history.db, packs", $"'{query.Text(1)}' is no pack name.", null);
        }

        return packs;
    }

    private (string Pack, Hash Hash, ChunkPlace Place)? FindPlace(Dictionary<long, string> packs, Statement row)
    {
        if (row.Blob(0).Length != Hash.Size)
        {
            Report("store.index-damaged", "commit-history.db, chunks", $"A hash of {row.Blob(0).Length} bytes was found.", null);
            return null;
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
            return (pack, hash, new ChunkPlace(offset, (int)length));
        }

        return null;
    }

    private void Check(Stretch stretch)
    {
        try
        {
            using var file = File.OpenHandle(Path.Combine(folder, stretch.Pack), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            CheckRecords(stretch, file);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            // A pack of which nothing is left may have been removed before its name.
            foreach (var (hash, _) in stretch.Places) Report("store.chunk-missing", stretch.Pack, "The pack is missing.", hash);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            foreach (var (hash, _) in stretch.Places) Report("store.chunk-damaged", stretch.Pack, $"The pack cannot be read: {failure.Message}", hash);
        }
    }

    private void CheckRecords(Stretch stretch, SafeFileHandle file)
    {
        var window = new PackWindow(file);
        Span<byte> header = stackalloc byte[PackFormat.HeaderSize];
        if (PackFormat.FindHeaderProblem(header[..PackReader.ReadFully(file, header, 0)]) is { } problem)
        {
            if (stretch.IsFirst) Report("store.pack-damaged", $"{stretch.Pack} at byte 0", $"The header of the pack is wrong: {problem}.", null);
            foreach (var (hash, _) in stretch.Places) Report("store.chunk-damaged", $"{stretch.Pack} at byte 0", "The header of its pack is wrong.", hash);
        }

        var position = stretch.Start;
        foreach (var (hash, place) in stretch.Places)
        {
            if (position < place.Offset) CheckUnknown(stretch.Pack, window, position, place.Offset);
            CheckRecord(stretch.Pack, window, hash, place);
            position = Math.Max(position, place.Offset + PackFormat.RecordHeaderSize + place.Length);
        }

        if (stretch.IsFirst) Interlocked.Add(ref _bytes, window.Length);
    }

    private void CheckRecord(string pack, PackWindow window, Hash hash, ChunkPlace place)
    {
        Interlocked.Increment(ref _chunks);
        var record = window.Read(place.Offset, PackFormat.RecordHeaderSize + place.Length);
        if (FindProblem(record, hash) is { } problem)
        {
            Report("store.chunk-damaged", $"{pack} at byte {place.Offset}", $"Chunk {hash} is damaged: {problem}.", hash);
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
    private void CheckUnknown(string pack, PackWindow window, long position, long end)
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
                Report("store.pack-damaged", $"{pack} at byte {position}", $"A record that nothing names is damaged: {problem}.", null);
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
