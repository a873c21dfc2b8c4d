using DbVc.PipelineRuntime;

namespace DbVc.Worker;

/// <summary>Answers the host's requests one after the other, until it closes the pipe.</summary>
internal sealed class WorkerLoop(Stream input, Stream output)
{
    public void Serve()
    {
        var confinement = SystemCallFilter.IsSupported ? HelloReply.Filtered : "none";
        WireMessage.Write(output, FrameKind.Hello, new HelloReply(WireLimits.ProtocolVersion, confinement), WireJson.Default.HelloReply);
        var reader = new FrameReader(input);
        while (reader.Read())
        {
            try
            {
                Answer(reader.Kind, reader.Payload.Span);
            }
            catch (PipelineFailure failure)
            {
                WireMessage.Write(output, FrameKind.Failed, failure.Reply, WireJson.Default.FailureReply);
            }
            catch (Exception error) when (error is not IOException)
            {
                Console.Error.WriteLine(error);
                var reply = new FailureReply("worker.failed", error.GetType().FullName, PipelineFailure.MessageOf(error), null, null);
                WireMessage.Write(output, FrameKind.Failed, reply, WireJson.Default.FailureReply);
            }
        }
    }

    private void Answer(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case FrameKind.Compile:
                var (compile, texts) = WireMessage.Read(payload, WireJson.Default.CompileRequestHeader);
                var (compiled, assemblies) = CodeCompiler.Compile(compile, texts);
                WireMessage.Write(output, FrameKind.Compiled, compiled, WireJson.Default.CompileReply, assemblies);
                break;
            case FrameKind.Test:
                var (test, testBlobs) = WireMessage.Read(payload, WireJson.Default.TestRequestHeader);
                var (tested, hits, mutants) = TestLauncher.Run(test, testBlobs[0], testBlobs[1]);
                WireMessage.Write(output, FrameKind.Tested, tested, WireJson.Default.TestReply, hits, mutants);
                break;
            case FrameKind.Run:
                var (run, runBlobs) = WireMessage.Read(payload, WireJson.Default.RunRequestHeader);
                SystemCallFilter.ForbidNewProcesses();
                PipelineRunner.Run(output, run, runBlobs[0], runBlobs[1]);
                break;
            default:
                throw new WireException($"the worker does not take frames of kind {kind}");
        }
    }
}
