using DbVc.Model;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Store;

/// <summary>Reads records from pack files by offset, with a bounded number of open files.</summary>
internal sealed class PackReader(string folder) : IDisposable
{
    private const int MaxOpenPacks = 128;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, OpenPack> _open = new(StringComparer.Ordinal);
    private long _clock;

    /// <summary>The bytes of a chunk, checked against its hash.</summary>
    public ReadOnlyMemory<byte> Read(string pack, ChunkPlace place, Hash hash) => ReadRecord(pack, place, hash)[PackFormat.RecordHeaderSize..];

    /// <summary>The whole record of a chunk, checked against its hash.</summary>
    public ReadOnlyMemory<byte> ReadRecord(string pack, ChunkPlace place, Hash hash)
    {
        var (offset, length) = place;
        var record = GC.AllocateUninitializedArray<byte>(PackFormat.RecordHeaderSize + length);
        var open = Acquire(pack);
        int read;
        try
        {
            read = ReadFully(open.File, record, offset);
        }
        catch (IOException failure)
        {
            throw StoreFailure.FromIo(failure, pack);
        }
        finally
        {
            Release(open);
        }

        var problem = PackFormat.FindRecordProblem(record.AsSpan(0, read), hash);
        if (problem is not null) throw Damaged($"Chunk {hash} is damaged: {problem}.", $"{pack} at byte {offset}");
        return record;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var pack in _open.Values) pack.File.Dispose();
            _open.Clear();
        }
    }

    internal static int ReadFully(SafeFileHandle file, Span<byte> destination, long offset)
    {
        var total = 0;
        while (total < destination.Length)
        {
            var read = RandomAccess.Read(file, destination[total..], offset + total);
            if (read == 0) break;
            total += read;
        }

        return total;
    }

    private OpenPack Acquire(string pack)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(pack, out var open))
            {
                if (_open.Count >= MaxOpenPacks) CloseOldest();
                open = new OpenPack(OpenFile(pack));
                _open.Add(pack, open);
            }

            open.Users++;
            open.LastUse = ++_clock;
            return open;
        }
    }

    private void Release(OpenPack open)
    {
        lock (_lock)
        {
            open.Users--;
            if (open is { Evicted: true, Users: 0 }) open.File.Dispose();
        }
    }

    private void CloseOldest()
    {
        var (name, oldest) = _open.MinBy(p => p.Value.LastUse);
        _open.Remove(name);
        oldest.Evicted = true;
        if (oldest.Users == 0) oldest.File.Dispose();
    }

    private SafeFileHandle OpenFile(string pack)
    {
        var path = Path.Combine(folder, pack);
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DbVcException(FailureKind.Failed, "store.chunk-missing", $"The pack {pack} is missing.", path,
                "Restore .db-version-control/packs from a backup.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.FromIo(failure, path);
        }

        Span<byte> header = stackalloc byte[PackFormat.HeaderSize];
        var problem = PackFormat.FindHeaderProblem(header[..ReadFully(file, header, 0)]);
        if (problem is null) return file;
        file.Dispose();
        throw Damaged($"The pack {pack} cannot be read: {problem}.", path);
    }

    private static DbVcException Damaged(string message, string where) => new(FailureKind.Failed, "store.chunk-damaged", message, where,
        "Restore .db-version-control/packs from a backup; the live database is not affected.");

    private sealed class OpenPack(SafeFileHandle file)
    {
        public SafeFileHandle File { get; } = file;

        public int Users { get; set; }

        public long LastUse { get; set; }

        public bool Evicted { get; set; }
    }
}
