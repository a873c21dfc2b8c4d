using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Looks at a task's source for its agent. Throws what is wrong with the source.</summary>
internal static class SourceLook
{
    public static SourceProfile Profile(PipelineSpec spec, SourceFile source, int rows, CancellationToken cancellation) =>
        Open(source, stream => SourceProfiler.Read(spec, stream, rows, cancellation), cancellation);

    /// <summary>Records by their numbers.</summary>
    public static IReadOnlyList<SourceRow> Read(PipelineSpec spec, SourceFile source, IReadOnlySet<long> records, CancellationToken cancellation) =>
        Open(source, stream => SourceProfiler.ReadRows(spec, stream, records, cancellation), cancellation);

    private static T Open<T>(SourceFile source, Func<Stream, T> look, CancellationToken cancellation)
    {
        source.Unpack(cancellation);
        using var stream = source.OpenStream();
        try
        {
            return look(stream);
        }
        catch (PipelineException e)
        {
            throw new DbVcException(FailureKind.Failed, e.Code, e.Message, inner: e);
        }
    }
}
