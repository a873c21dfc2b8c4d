using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using DbVc.PipelineRuntime;

namespace DbVc.Worker;

/// <summary>Loads a pipeline, runs it over the source and sends what it delivers.</summary>
internal static class PipelineRunner
{
    private const int BrokenPipe = 32;

    public static void Run(Stream output, RunRequestHeader request, byte[] assembly, byte[] symbols)
    {
        // From files, not from memory: the runtime loads from memory through shared pages, which the worker denies itself.
        var folder = Directory.CreateTempSubdirectory("db-vc-run-").FullName;
        var context = new AssemblyLoadContext("pipeline", isCollectible: true);
        try
        {
            var path = Path.Combine(folder, request.AssemblyName + ".dll");
            NewFile.Write(path, assembly);
            NewFile.Write(Path.ChangeExtension(path, ".pdb"), symbols);
            Run(output, request, context.LoadFromAssemblyPath(path));
        }
        finally
        {
            context.Unload();
            Directory.Delete(folder, true);
        }
    }

    private static void Run(Stream output, RunRequestHeader request, Assembly assembly)
    {
        var sink = new FrameSink(output, request.MaxRecords ?? long.MaxValue);
        var clock = Stopwatch.StartNew();
        Cells.TimeOfLoad = request.Now;
        try
        {
            var pipeline = Create(assembly);
            sink.Start(pipeline.Columns);
            using var source = StandardStreams.OpenSource();
            pipeline.Run(source, sink);
            sink.Finish();
        }
        catch (RecordLimitReached)
        {
            sink.Flush();
        }
        catch (Exception error) when (error is not PipelineFailure and not IOException { HResult: BrokenPipe })
        {
            throw PipelineFailure.Thrown(error is TargetInvocationException { InnerException: { } inner } ? inner : error, sink.Record);
        }
        using var process = Process.GetCurrentProcess();
        var reply = new RunReply(sink.Rows, sink.Rejected, sink.Filtered, clock.Elapsed.TotalSeconds,
            process.TotalProcessorTime.TotalSeconds, process.PeakWorkingSet64);
        WireMessage.Write(output, FrameKind.RunDone, reply, WireJson.Default.RunReply);
    }

    private static IPipeline Create(Assembly assembly)
    {
        var types = assembly.GetTypes().Where(type => type is { IsAbstract: false, IsInterface: false } && typeof(IPipeline).IsAssignableFrom(type)).ToList();
        if (types.Count != 1)
        {
            throw PipelineFailure.Invalid(types.Count == 0
                ? "No class implements IPipeline." : $"More than one class implements IPipeline: {string.Join(", ", types.Select(type => type.FullName))}.");
        }
        var constructor = types[0].GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, [])
            ?? throw PipelineFailure.Invalid($"{types[0].FullName} has no constructor without parameters.");
        return (IPipeline)constructor.Invoke([]);
    }
}
