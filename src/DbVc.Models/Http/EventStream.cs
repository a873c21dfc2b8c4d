using System.Text;

namespace DbVc.Models;

/// <summary>
/// The events of an answer as they come: ends where they are too many or the server falls silent, and turns an error that is sent among them into a
/// failure. Below a package, so that each of them meets the same.
/// </summary>
internal sealed class EventStream(Stream inner, long most, TimeSpan idle, ModelFailures failures) : Stream
{
    private const int LongestError = 64 * 1024;

    private readonly MemoryStream _line = new();
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(idle);
        try
        {
            var count = await inner.ReadAsync(buffer, limited.Token).ConfigureAwait(false);
            _read += count;
            if (_read > most)
            {
                throw failures.Final("model.answer-size", $"The answer is larger than {most >> 10} KiB.",
                    "Lower llm.max_output_tokens, or use another model: this one does not come to an end.");
            }

            Watch(buffer.Span[..count]);
            return count;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PassingFailure("model.timeout", $"The server fell silent for {idle.TotalSeconds:0.#} seconds in the middle of its answer.");
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            throw new PassingFailure("model.cut", "The answer was cut off.", inner: failure);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _line.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Watch(ReadOnlySpan<byte> bytes)
    {
        foreach (var part in bytes)
        {
            if (part is (byte)'\n' or (byte)'\r') EndLine();
            else if (_line.Length < LongestError) _line.WriteByte(part);
        }

        // The last line of what a server sends before it goes away may lack its end.
        if (bytes.Length == 0) EndLine();
    }

    private void EndLine()
    {
        var line = Encoding.UTF8.GetString(_line.GetBuffer(), 0, (int)_line.Length);
        _line.SetLength(0);
        if (!line.StartsWith("data:", StringComparison.Ordinal) || !line.Contains("\"error\"", StringComparison.Ordinal)) return;
        if (ServerErrors.Find(failures, line["data:".Length..]) is { } error) throw error;
    }
}
