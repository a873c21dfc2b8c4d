using System.Diagnostics;
using System.Text;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// One worker process. Use one session to compile (it never runs generated code, so its findings can be believed) and another
/// one to test and run. After any failure the session is over.
/// </summary>
public sealed class WorkerSession : IDisposable
{
    private readonly WorkerOptions _options;
    private readonly WorkerChannel _channel;
    private readonly SourceFile? _source;

    private WorkerSession(WorkerOptions options, WorkerChannel channel, SourceFile? source) =>
        (_options, _channel, _source) = (options, channel, source);

    /// <summary>How this session is shut in; reports must show <see cref="SandboxMode.None"/>.</summary>
    public SandboxMode Sandbox => _options.Sandbox;

    /// <summary>What the worker wrote to standard error, at most 64 KiB.</summary>
    public string Log => _channel.Log;

    /// <summary>The process that was started: bubblewrap or the worker itself.</summary>
    public int ProcessId => _channel.ProcessId;

    /// <summary>
    /// Starts a worker. Throws <c>sandbox.missing</c> where bubblewrap is not installed, <c>sandbox.unavailable</c> where the system forbids it,
    /// <c>worker.died</c> or <c>worker.timeout</c> when the worker does not come up.
    /// </summary>
    /// <param name="source">The file that pipelines of this session read; must stay open as long as the session.</param>
    public static WorkerSession Start(WorkerOptions options, SourceFile? source = null)
    {
        using var handed = source?.OpenForWorker();
        var channel = new WorkerChannel(ChildProcess.Start(SandboxCommand.Build(options), handed), options.Limits);
        var session = new WorkerSession(options, channel, source);
        try
        {
            channel.Exchange("start", options.Limits.StartTime, session.Greet, CancellationToken.None);
            return session;
        }
        catch (DbVcException error) when (error.Code == "worker.died" && SandboxObstacles.AreAtFault(session.Log))
        {
            session.Dispose();
            throw new DbVcException(FailureKind.Refused, "sandbox.unavailable", $"The sandbox cannot be set up: {WorkerChannel.Clean(session.Log, 300)}",
                hint: SandboxObstacles.FindRemedy(session.Log), inner: error);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Compiles and analyses; runs nothing of it.</summary>
    /// <param name="assemblyName">Letters, digits, dots and underscores.</param>
    public CompileResult Compile(string assemblyName, IReadOnlyList<CodeFile> files, CancellationToken cancellation = default)
    {
        if (!IsAssemblyName(assemblyName))
            throw new ArgumentException("An assembly name consists of letters, digits, dots and underscores.", nameof(assemblyName));
        var header = new CompileRequestHeader(assemblyName, [.. files.Select(file => new WireFile(file.Path, file.IsTest))]);
        ReadOnlyMemory<byte>[] texts = [.. files.Select(file => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(file.Text))];
        return _channel.Exchange("compile", _options.Limits.CompileTime, () =>
        {
            _channel.Send(FrameKind.Compile, header, WireJson.Default.CompileRequestHeader, texts);
            var (reply, blobs) = _channel.Expect(FrameKind.Compiled, WireJson.Default.CompileReply, 4);
            return ReplyReader.Compiled(assemblyName, files, reply, blobs);
        }, cancellation);
    }

    /// <summary>Runs the tests of a compiled pipeline in a process of their own inside the sandbox.</summary>
    /// <param name="pipeline">As compiled by an analysis session.</param>
    /// <param name="withMutants">Whether to try, once all tests have passed, which changes of the code they notice.</param>
    /// <param name="cancellation">Ends the session.</param>
    public TestRunResult RunTests(CompiledPipeline pipeline, bool withMutants = false, CancellationToken cancellation = default)
    {
        if (!pipeline.HasTests)
            return new TestRunResult([], true, false, [], "", TimeSpan.Zero);
        var clock = Stopwatch.StartNew();
        var mutantTime = withMutants ? _options.Limits.MutantTime : TimeSpan.Zero;
        var header = new TestRequestHeader(pipeline.AssemblyName, _options.Limits.TestTime.TotalSeconds, mutantTime.TotalSeconds);
        // The worker keeps the time limit itself, to report the tests that did end; this one is for a worker that does not.
        return _channel.Exchange("run the tests", _options.Limits.TestTime + (mutantTime * 2) + TimeSpan.FromSeconds(withMutants ? 60 : 5), () =>
        {
            _channel.Send(FrameKind.Test, header, WireJson.Default.TestRequestHeader, pipeline.TestAssembly, pipeline.TestSymbols);
            var (reply, blobs) = _channel.Expect(FrameKind.Tested, WireJson.Default.TestReply, 2);
            return ReplyReader.Tested(pipeline, reply, blobs, clock.Elapsed);
        }, cancellation);
    }

    /// <summary>
    /// Runs a pipeline over the session's source and hands every row to <paramref name="receiver"/>. Throws <c>worker.records</c> when a record
    /// of the source is lost, comes back twice or was never there; <c>pipeline.failed</c> when the pipeline throws.
    /// The receiver must discard what it got when this throws.
    /// </summary>
    public RunSummary Run(RunRequest request, IRowReceiver receiver, CancellationToken cancellation = default)
    {
        var source = _source ?? throw new InvalidOperationException("This session was started without a source.");
        var clock = Stopwatch.StartNew();
        var output = _channel.OutputBytes;
        return _channel.Exchange("run the pipeline", _options.Limits.RunTime, () =>
        {
            var header = new RunRequestHeader(request.Pipeline.AssemblyName, request.MaxRecords, request.Time?.UtcDateTime);
            _channel.Send(FrameKind.Run, header, WireJson.Default.RunRequestHeader,
                request.Pipeline.Assembly, request.Pipeline.Symbols);
            // Counted while the worker starts on it.
            using var stream = source.OpenStream();
            var records = Math.Min(request.CountRecords(stream), request.MaxRecords ?? long.MaxValue);
            var ledger = new RecordLedger(records);
            var columns = ReplyReader.Columns(_channel.Expect(FrameKind.Columns, WireJson.Default.ColumnsReply, 0).Header);
            receiver.Columns(columns);
            var batches = new BatchReader(columns, ledger, receiver);
            var reply = ReceiveBatches(batches);
            ledger.Close();
            return new RunSummary(columns, records, batches.Rows, batches.Rejected, batches.Filtered, clock.Elapsed,
                ReplyReader.Seconds(reply.CpuSeconds), ProcessMemory.PeakOfTree(_channel.ProcessId), _channel.OutputBytes - output);
        }, cancellation);
    }

    private static bool IsAssemblyName(string name) =>
        name.Length is > 0 and <= 200 && char.IsAsciiLetter(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_');

    /// <summary>Kills the worker's process where it is, to see what becomes of what it was at.</summary>
    public void Kill() => _channel.Kill();

    public void Dispose() => _channel.Dispose();

    private RunReply ReceiveBatches(BatchReader batches)
    {
        while (true)
        {
            switch (_channel.Receive())
            {
                case FrameKind.Batch:
                    batches.Read(_channel.Payload);
                    break;
                case FrameKind.RunDone:
                    var reply = WireMessage.Read(_channel.Payload.Span, WireJson.Default.RunReply).Header;
                    if ((reply.Rows, reply.Rejected, reply.Filtered) != (batches.Rows, batches.Rejected, batches.Filtered))
                        throw new WireException($"the worker claims {reply.Rows} rows, {reply.Rejected} rejected and {reply.Filtered} filtered records; "
                            + $"{batches.Rows}, {batches.Rejected} and {batches.Filtered} arrived");
                    return reply;
                case var other:
                    throw new WireException($"a frame of kind {other} came between batches");
            }
        }
    }

    private bool Greet()
    {
        var (hello, _) = _channel.Expect(FrameKind.Hello, WireJson.Default.HelloReply, 0);
        if (hello.Version != WireLimits.ProtocolVersion)
        {
            throw new DbVcException(FailureKind.Failed, "worker.version",
                $"The worker speaks version {hello.Version} of the protocol, not {WireLimits.ProtocolVersion}.",
                _options.Location.Folder, "Publish the worker again.");
        }
        if (_options.Sandbox != SandboxMode.None && hello.Confinement != HelloReply.Filtered)
            throw new DbVcException(FailureKind.Refused, "sandbox.unavailable", "The worker has no filter of system calls for this processor.");
        return true;
    }
}
