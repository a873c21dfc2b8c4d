using DbVc.Model;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Store;

/// <summary>Appends records to one new pack file through a big buffer; used by one thread at a time.</summary>
internal sealed class PackAppender : IDisposable
{
    private const int BufferSize = 1 << 20;

    private readonly string _folder;
    private readonly StoreProbe _probe;
    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private long _flushed;
    private long _durable;
    private int _buffered;
    private bool _failed;

    public PackAppender(string folder, string name, StoreProbe probe)
    {
        _folder = folder;
        _probe = probe;
        Name = name;
        try
        {
            probe.Reach(StoreStep.CreatePack);
            _file = File.OpenHandle(FullPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.FromIo(failure, FullPath);
        }

        PackFormat.WriteHeader(_buffer);
        _buffered = PackFormat.HeaderSize;
    }

    public string Name { get; }

    private string FullPath => Path.Combine(_folder, Name);

    /// <summary>Appends a chunk; it is readable at once and durable after <see cref="MakeDurable"/>.</summary>
    public ChunkPlace Append(Hash hash, PackCodec codec, ReadOnlySpan<byte> stored)
    {
        if (_failed) throw StoreFailure.Damaged($"Writing {Name} failed before; begin a new writer.");
        var size = PackFormat.RecordHeaderSize + stored.Length;
        if (_buffered + size > BufferSize) Flush();
        var place = new ChunkPlace(_flushed + _buffered, stored.Length);
        PackFormat.WriteRecordHeader(_buffer.AsSpan(_buffered), hash, codec, stored.Length);
        if (size <= BufferSize)
        {
            stored.CopyTo(_buffer.AsSpan(_buffered + PackFormat.RecordHeaderSize));
            _buffered += size;
            return place;
        }

        _buffered += PackFormat.RecordHeaderSize;
        Flush();
        WriteThrough(stored);
        return place;
    }

    /// <summary>The record at a place, with its header.</summary>
    public ReadOnlyMemory<byte> ReadRecord(ChunkPlace place)
    {
        var record = GC.AllocateUninitializedArray<byte>(PackFormat.RecordHeaderSize + place.Length);
        if (place.Offset >= _flushed) _buffer.AsSpan((int)(place.Offset - _flushed), record.Length).CopyTo(record);
        else if (PackReader.ReadFully(_file, record, place.Offset) != record.Length) throw StoreFailure.Damaged($"{Name} became shorter.", FullPath);
        return record;
    }

    /// <summary>When it returns, everything appended survives a power cut.</summary>
    public void MakeDurable()
    {
        Flush();
        try
        {
            _probe.Reach(StoreStep.FlushPack);
            RandomAccess.FlushToDisk(_file);
            if (_durable == 0) DirectorySync.Flush(_folder);
        }
        catch (IOException failure)
        {
            // After a failed fsync the kernel may have dropped the pages: this pack can never be trusted again.
            _failed = true;
            throw StoreFailure.FromIo(failure, FullPath);
        }

        _durable = _flushed;
    }

    /// <summary>Cuts off what was never published; a pack with nothing published disappears.</summary>
    public void Discard(long published)
    {
        try
        {
            _probe.Reach(StoreStep.DiscardPack);
            if (published == 0) File.Delete(FullPath);
            else RandomAccess.SetLength(_file, published);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // An unreferenced tail is harmless; gc removes it.
        }
    }

    /// <summary>Bytes that are durable.</summary>
    public long DurableLength => _durable;

    public void Dispose() => _file.Dispose();

    private void Flush()
    {
        if (_buffered == 0) return;
        var count = _buffered;
        _buffered = 0;
        WriteThrough(_buffer.AsSpan(0, count));
    }

    private void WriteThrough(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _probe.Reach(StoreStep.WritePack);
            RandomAccess.Write(_file, bytes, _flushed);
            _flushed += bytes.Length;
        }
        catch (IOException failure)
        {
            _failed = true;
            throw StoreFailure.FromIo(failure, FullPath);
        }
    }
}
