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

    /// <summary>The record at a place, with its header, shorter if the pack ends early; nothing of it is checked yet.</summary>
    public ReadOnlyMemory<byte> ReadRecord(string pack, ChunkPlace place)
    {
        var record = GC.AllocateUninitializedArray<byte>(PackFormat.RecordHeaderSize + place.Length);
        var open = Acquire(pack);
        try
        {
            return record.AsMemory(0, ReadFully(open.File, record, place.Offset));
        }
        catch (IOException failure)
        {
            throw StoreFailure.FromIo(failure, pack);
        }
        finally
        {
            Release(open);
        }
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
        throw StoreFailure.DamagedChunk($"The pack {pack} cannot be read: {problem}.", path);
    }

    private sealed class OpenPack(SafeFileHandle file)
    {
        public SafeFileHandle File { get; } = file;

        public int Users { get; set; }

        public long LastUse { get; set; }

        public bool Evicted { get; set; }
    }
}
