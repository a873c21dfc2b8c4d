using System.Globalization;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// The conversation with one worker process: writes requests, reads frames, keeps the clock. Every way in which the worker can
/// misbehave ends in a named failure and a dead worker.
/// </summary>
internal sealed class WorkerChannel : IDisposable
{
    private const int LogBytes = 64 * 1024;

    private readonly ChildProcess _process;
    private readonly FrameReader _reader;
    private readonly WorkerLimits _limits;
    private readonly Thread _logReader;
    private readonly MemoryStream _log = new();
    private int _exitCode;
    private bool _ended;

    public WorkerChannel(ChildProcess process, WorkerLimits limits)
    {
        _process = process;
        _limits = limits;
        _reader = new FrameReader(process.Output);
        _logReader = new Thread(ReadLog) { IsBackground = true, Name = "db-vc worker log" };
        _logReader.Start();
    }

    public long OutputBytes => _reader.TotalBytes;

    public int ProcessId => _process.Id;

    /// <summary>What the worker wrote to standard error, at most 64 KiB.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return Encoding.UTF8.GetString(_log.GetBuffer(), 0, (int)_log.Length);
        }
    }

    /// <summary>Runs one exchange under the clock; on any failure the worker is killed and the session is over.</summary>
    public T Exchange<T>(string what, TimeSpan time, Func<T> conversation, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_ended, typeof(WorkerSession));
        var timedOut = false;
        using var clock = new Timer(_ =>
        {
            Volatile.Write(ref timedOut, true);
            _process.KillTree();
        }, null, time, Timeout.InfiniteTimeSpan);
        using var cancelled = cancellation.Register(_process.KillTree);
        try
        {
            var result = conversation();
            cancellation.ThrowIfCancellationRequested();
            return result;
        }
        catch (Exception error) when (error is WireException or IOException)
        {
            End();
            cancellation.ThrowIfCancellationRequested();
            throw Volatile.Read(ref timedOut) ? TimedOut(what, time, error) : Broken(what, error);
        }
        catch
        {
            End();
            throw;
        }
    }

    public void Send<T>(FrameKind kind, T header, JsonTypeInfo<T> type, params IReadOnlyList<ReadOnlyMemory<byte>> blobs) =>
        WireMessage.Write(_process.Input, kind, header, type, blobs);

    /// <summary>The next frame; a failure that the worker reports becomes an exception, the end of its output too.</summary>
    public FrameKind Receive()
    {
        if (!_reader.Read())
            throw new EndOfStreamException();
        if (_reader.TotalBytes > _limits.OutputBytes)
        {
            throw new DbVcException(FailureKind.Refused, "worker.output",
                $"The worker sent more than {_limits.OutputBytes} bytes.", hint: "The pipeline delivers far more than its source holds.");
        }
        if (_reader.Kind == FrameKind.Failed)
            throw ReportedFailure(WireMessage.Read(_reader.Payload.Span, WireJson.Default.FailureReply).Header);
        return _reader.Kind;
    }

    public ReadOnlyMemory<byte> Payload => _reader.Payload;

    /// <summary>A message of the kind expected, or a protocol failure.</summary>
    public (T Header, byte[][] Blobs) Expect<T>(FrameKind kind, JsonTypeInfo<T> type, int blobs)
        where T : class
    {
        var received = Receive();
        if (received != kind)
            throw new WireException($"a frame of kind {received} came where {kind} was due");
        var message = WireMessage.Read(Payload.Span, type);
        if (message.Blobs.Length != blobs)
            throw new WireException($"a message of kind {kind} has {message.Blobs.Length} parts instead of {blobs}");
        return message;
    }

    /// <summary>Kills the worker's process where it is; the exchange that is going on ends.</summary>
    public void Kill() => _process.KillTree();

    public void Dispose() => End();

    /// <summary>Text from the worker for a person: one line, bounded, no control characters.</summary>
    internal static string Clean(string text, int limit = 500)
    {
        var clean = new StringBuilder(Math.Min(text.Length, limit));
        foreach (var letter in text)
        {
            if (clean.Length == limit)
                return clean.Append('…').ToString();
            clean.Append(IsPlain(letter) ? letter : ' ');
        }
        return clean.ToString().Trim();
    }

    /// <summary>Neither controls a terminal, nor turns the direction of a line, nor takes no room.</summary>
    private static bool IsPlain(char letter) => char.IsSurrogate(letter) || CharUnicodeInfo.GetUnicodeCategory(letter)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private DbVcException ReportedFailure(FailureReply failure)
    {
        var code = failure.Code is "pipeline.failed" or "pipeline.contract" or "pipeline.invalid" or "worker.failed" ? failure.Code : "worker.failed";
        var message = Clean(failure.Message ?? "");
        var text = failure.Type is null ? message : $"{Clean(failure.Type, 100)}: {message}";
        var place = failure.Where is null ? null : Clean(failure.Where, 200);
        var where = failure.Record is null ? place : $"record {failure.Record}" + (place is null ? "" : $", {place}");
        return new DbVcException(FailureKind.Failed, code, text, where, code == "worker.failed" ? LogHint() : null);
    }

    private static DbVcException TimedOut(string what, TimeSpan time, Exception error) =>
        new(FailureKind.Failed, "worker.timeout", $"The worker could not {what} within {time.TotalSeconds:0.#} s and was stopped.",
            hint: "Look for an endless loop, or for code that is too much at once: hundreds of columns, say.", inner: error);

    private DbVcException Broken(string what, Exception error)
    {
        if (error is WireException)
        {
            return new DbVcException(FailureKind.Refused, "worker.protocol",
                $"The worker broke the protocol while it should {what}: {error.Message}.", hint: LogHint(), inner: error);
        }
        var reason = _exitCode switch
        {
            -1 => "for an unknown reason",
            > 128 => $"by signal {_exitCode - 128}{SignalMeaning(_exitCode - 128)}",
            _ => $"with exit code {_exitCode}",
        };
        return new DbVcException(FailureKind.Failed, "worker.died", $"The worker ended {reason} while it should {what}.", hint: LogHint(), inner: error);
    }

    private static string SignalMeaning(int signal) => signal switch
    {
        6 => " (aborted, often for lack of memory or stack)",
        9 => " (killed, often for lack of memory or processor time)",
        11 => " (memory access)",
        24 => " (processor time used up)",
        25 => " (file too large)",
        31 => " (forbidden system call)",
        _ => "",
    };

    private string? LogHint()
    {
        var log = Clean(Log, 300);
        return log.Length == 0 ? null : $"It wrote: {log}";
    }

    private void End()
    {
        if (_ended)
            return;
        _ended = true;
        _process.KillTree();
        _exitCode = _process.Wait();
        // The log is complete when the last process of the tree is gone; one that clings to it is not waited for.
        _logReader.Join(TimeSpan.FromSeconds(2));
        _process.Dispose();
    }

    private void ReadLog()
    {
        var buffer = new byte[4096];
        try
        {
            for (int read; (read = _process.Log.Read(buffer)) > 0;)
            {
                lock (_log)
                    _log.Write(buffer, 0, (int)Math.Min(read, LogBytes - _log.Length));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The session ended first.
        }
    }
}
