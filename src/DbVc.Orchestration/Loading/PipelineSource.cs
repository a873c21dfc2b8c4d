using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The source of a pipeline, looked at by the host before anything runs on it.</summary>
internal static class PipelineSource
{
    /// <summary>
    /// The pipeline with the header of its source. Throws <c>source.missing</c>, <c>source.unreadable</c>, <c>source.not-a-file</c>,
    /// <c>source.empty</c>, <c>source.binary</c>, <c>source.header</c> or <c>source.column-missing</c>.
    /// </summary>
    public static PipelineSpec Inspect(PipelineSpec spec, string path)
    {
        using var source = SourceFile.Open(path, spec.Source.Member);
        try
        {
            return SourceInspector.Inspect(spec, source.OpenStream);
        }
        catch (PipelineException e)
        {
            throw new DbVcException(FailureKind.Failed, e.Code, e.Message, path, "Correct the source, or the source section of the metadata.", e);
        }
    }

    public static long Count(Stream stream, SourceSpec source)
    {
        try
        {
            return source.Count(stream);
        }
        catch (PipelineException e)
        {
            throw new DbVcException(FailureKind.Failed, e.Code, e.Message, inner: e);
        }
    }
}
