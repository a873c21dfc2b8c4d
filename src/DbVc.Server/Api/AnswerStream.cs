using Microsoft.AspNetCore.Http;

namespace DbVc.Server;

/// <summary>
/// What a verb writes, on its way to whoever asked. Held back until it is large, so that a short answer has a status and a length; a long one is sent as it
/// comes, and broken off where the verb fails in the midst of it, so that nobody takes a part for the whole.
/// </summary>
internal sealed class AnswerStream(HttpResponse response, string contentType, CancellationToken cancel) : Stream
{
    private const int MostHeld = 256 * 1024;

    private const int MostKept = 16 * 1024 * 1024;

    private readonly MemoryStream _held = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Whether nothing is sent before the verb is done.</summary>
    public bool IsHeld { get; init; }

    /// <summary>What was written; valid as long as nothing is sent.</summary>
    public ReadOnlyMemory<byte> Held => _held.GetBuffer().AsMemory(0, (int)_held.Length);

    /// <summary>True once the status is on its way.</summary>
    public bool IsSent { get; private set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        cancel.ThrowIfCancellationRequested();
        _held.Write(buffer);
        if (_held.Length < MostHeld) return;
        if (!IsHeld) SendHeld();
        else if (_held.Length > MostKept) throw new InvalidDataException("The answer of a request that is done once is too large.");
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    /// <summary>Sends what is held; what was written before is gone from here.</summary>
    public void SendHeld()
    {
        if (!IsSent) response.ContentType = contentType;
        IsSent = true;
        // A verb runs on a thread of its own and may wait there: a client that reads slowly makes it slow, and fills no memory.
        response.Body.WriteAsync(Held, cancel).AsTask().GetAwaiter().GetResult();
        response.Body.FlushAsync(cancel).GetAwaiter().GetResult();
        _held.SetLength(0);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
