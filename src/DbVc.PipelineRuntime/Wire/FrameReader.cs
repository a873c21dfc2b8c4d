using System.Buffers.Binary;

namespace DbVc.PipelineRuntime;

/// <summary>Cuts a byte stream into frames and trusts none of it: kinds and lengths are checked before anything is allocated.</summary>
internal sealed class FrameReader(Stream stream)
{
    private const int InitialBytes = 256 * 1024;
    private byte[] _buffer = new byte[InitialBytes];
    private int _start;
    private int _end;

    public FrameKind Kind { get; private set; }

    /// <summary>Valid until the next <see cref="Read"/>.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    public long TotalBytes { get; private set; }

    /// <summary>Moves to the next frame; false where the stream ends between two frames.</summary>
    public bool Read()
    {
        if (!Fill(WireLimits.HeaderBytes))
        {
            if (_end > _start)
                throw new WireException("the output ends inside a frame header");
            return false;
        }
        var header = _buffer.AsSpan(_start, WireLimits.HeaderBytes);
        Kind = (FrameKind)header[0];
        if (Kind is < FrameKind.Hello or > FrameKind.Failed)
            throw new WireException($"unknown frame kind {header[0]}");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header[1..]);
        if (length > WireLimits.FrameBytes(Kind))
            throw new WireException($"a frame of kind {Kind} claims {length} bytes, more than the allowed {WireLimits.FrameBytes(Kind)}");
        if (!Fill(WireLimits.HeaderBytes + (int)length))
            throw new WireException($"the output ends inside a frame of kind {Kind}");
        Payload = _buffer.AsMemory(_start + WireLimits.HeaderBytes, (int)length);
        _start += WireLimits.HeaderBytes + (int)length;
        return true;
    }

    /// <summary>The buffer grows with what arrives, not with what a header claims.</summary>
    private bool Fill(int needed)
    {
        while (_end - _start < needed)
        {
            if (_start == _end)
                _start = _end = 0;
            if (_end == _buffer.Length)
                MakeRoom();
            var read = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
                return false;
            _end += read;
            TotalBytes += read;
        }
        return true;
    }

    private void MakeRoom()
    {
        var target = _start > 0 && _end - _start <= _buffer.Length / 2 ? _buffer : new byte[Math.Max(InitialBytes, (_end - _start) * 2)];
        Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
        (_buffer, _end, _start) = (target, _end - _start, 0);
    }
}
