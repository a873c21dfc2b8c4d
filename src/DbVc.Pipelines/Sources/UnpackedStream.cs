using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>What an unpacked source must keep to.</summary>
/// <param name="Path">Of the packed file, for messages.</param>
/// <param name="MostBytes">More of them are a bomb.</param>
internal sealed record UnpackedLimits(string Path, long MostBytes)
{
    /// <summary>The CRC-32 that the archive gives; null when it is checked elsewhere.</summary>
    public uint? Checksum { get; init; }

    /// <summary>The length that the archive gives.</summary>
    public long? Bytes { get; init; }

    public IDisposable? Archive { get; init; }

    /// <summary>What is allowed for a file of some length.</summary>
    public static UnpackedLimits For(string path, long packedBytes)
    {
        const int MaxGrowth = 250;
        const long SpareBytes = 64L * 1024 * 1024;
        return new UnpackedLimits(path, (packedBytes * MaxGrowth) + SpareBytes);
    }

    public DbVcException Exceeded() => new(FailureKind.Refused, "source.bomb",
        $"The source unpacks to more than {MostBytes >> 20} MiB, far more than its own size.", Path, "If it is really that large, unpack it first.");
}

/// <summary>The content of something packed, bounded, and checked at its end.</summary>
internal sealed class UnpackedStream(Stream content, UnpackedLimits limits) : Stream
{
    private static readonly uint[] s_table = MakeTable();

    private long _position;
    private uint _checksum = uint.MaxValue;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public static DbVcException Damaged(string path, Exception? cause, string? what = null) => new(FailureKind.Failed, "source.damaged",
        $"The source cannot be unpacked: {what ?? cause!.Message}", path, "It may have been cut off on its way; get it again.", cause);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count;
        try
        {
            count = content.Read(buffer);
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
        {
            throw Damaged(limits.Path, failure);
        }

        _position += count;
        if (count == 0 && buffer.Length > 0) CheckEnd();
        if (_position > limits.MostBytes) throw limits.Exceeded();

        if (limits.Checksum is not null) AddToChecksum(buffer[..count]);
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            limits.Archive?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void CheckEnd()
    {
        if (limits.Bytes is { } bytes && bytes != _position) throw Damaged(limits.Path, null, $"it holds {_position} bytes, {bytes} were packed.");
        if (limits.Checksum is { } checksum && checksum != ~_checksum) throw Damaged(limits.Path, null, "its checksum is wrong.");
    }

    private void AddToChecksum(ReadOnlySpan<byte> bytes)
    {
        var value = _checksum;
        foreach (var b in bytes) value = s_table[(byte)value ^ b] ^ (value >> 8);
        _checksum = value;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ 0xEDB88320;
            table[i] = value;
        }

        return table;
    }
}
