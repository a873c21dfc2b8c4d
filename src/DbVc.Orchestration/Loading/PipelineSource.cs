using System.Text;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The source of a pipeline, looked at by the host before anything runs on it.</summary>
internal static class PipelineSource
{
    private const int MaxText = 64 * 1024;
    private const long MaxTexts = 64L * 1024 * 1024;

    /// <summary>
    /// The pipeline with the header of its source. Throws <c>source.missing</c>, <c>source.unreadable</c>, <c>source.not-a-file</c>,
    /// <c>source.empty</c>, <c>source.binary</c>, <c>source.header</c> or <c>source.column-missing</c>.
    /// </summary>
    public static PipelineSpec Inspect(PipelineSpec spec, string path, CancellationToken cancel)
    {
        try
        {
            if (spec.Source.Reshape is not null)
            {
                using var original = SourceFile.Open(path, spec.Source, cancel);
                if (!original.IsReshaped()) spec = SourceInspector.InspectOriginal(spec, original.OpenPlain);
            }

            using var source = SourceFile.Open(path, spec.Source, cancel);
            return SourceInspector.Inspect(spec, source.OpenStream);
        }
        catch (PipelineException e)
        {
            throw new DbVcException(FailureKind.Failed, e.Code, e.Message, path, "Correct the source, or the source section of the metadata.", e);
        }
    }

    /// <summary>The texts of some records, in one pass; of the first of them where they are very many.</summary>
    public static IReadOnlyDictionary<long, RecordText> ReadRecords(Stream stream, SourceSpec source, IReadOnlySet<long> records)
    {
        var found = new Dictionary<long, RecordText>();
        var reader = source.Open(stream);
        long length = 0;
        while (found.Count < records.Count && length < MaxTexts && reader.Read())
        {
            if (!records.Contains(reader.Record)) continue;
            var raw = reader.Raw;
            length += raw.Length;
            var isCut = raw.Length > MaxText;
            found.Add(reader.Record, new RecordText(reader.Line, Encoding.UTF8.GetString(isCut ? raw[..MaxText] : raw).TrimEnd('\r', '\n'), isCut));
        }

        return found;
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
