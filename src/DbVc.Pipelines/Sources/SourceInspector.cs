using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Looks at the beginning of a source: how it is written where the metadata leaves that open, and which columns it has.</summary>
public static class SourceInspector
{
    internal const int SampleBytes = 256 * 1024;

    /// <summary>
    /// The pipeline with how its source is written, the source's columns, and what was found out as stated assumptions. Throws
    /// <see cref="PipelineException"/> for a source that cannot be read, or lacks a column that the pipeline needs.
    /// </summary>
    /// <param name="spec">As the metadata declares it.</param>
    /// <param name="open">Opens the source from its start; called more than once.</param>
    public static PipelineSpec Inspect(PipelineSpec spec, Func<Stream> open)
    {
        var notes = new List<string>();
        using var stream = open();
        var sample = ReadSample(stream, out var whole);
        var known = spec.Source.Json is null ? InspectCsv(spec, open, new DialectDetector(spec, sample, whole, notes)) : InspectJson(spec, open, notes);
        return known with { Assumptions = [.. known.Assumptions, .. notes] };
    }

    /// <summary>
    /// The pipeline with how the source is written whose records are reshaped, and what was found out about that. Throws as <see cref="Inspect"/> does.
    /// </summary>
    /// <param name="spec">With steps that reshape.</param>
    /// <param name="open">Opens the source as it is, from its start.</param>
    public static PipelineSpec InspectOriginal(PipelineSpec spec, Func<Stream> open)
    {
        var reshape = spec.Source.Reshape!;
        var known = Inspect(reshape.AsPipeline(), open);
        return spec with
        {
            Source = spec.Source with { Reshape = reshape with { Of = known.Source with { IsFound = true } } },
            Assumptions = [.. spec.Assumptions, .. known.Assumptions],
        };
    }

    private static PipelineSpec InspectCsv(PipelineSpec spec, Func<Stream> open, DialectDetector detector)
    {
        var options = spec.Source.IsFound ? spec.Source.Csv : detector.Detect();
        using var stream = open();
        var reader = new CsvReader(stream, options);
        var known = spec with { Source = spec.Source with { Csv = options, LineEnds = detector.LineEnds }, SourceHeader = reader.Header };
        foreach (var column in known.NeededColumns) _ = reader.FindColumn(column);
        return known;
    }

    private static PipelineSpec InspectJson(PipelineSpec spec, Func<Stream> open, List<string> notes)
    {
        var inspector = new JsonInspector(spec, notes);
        var options = spec.Source.Json!;
        if (!spec.Source.IsFound)
        {
            using var stream = open();
            options = inspector.FindForm(stream);
        }

        using var records = open();
        var names = inspector.ReadNames(records, options);
        return spec with { Source = spec.Source with { Json = options }, SourceHeader = names };
    }

    private static byte[] ReadSample(Stream stream, out bool whole)
    {
        var sample = new byte[SampleBytes];
        var length = stream.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false);
        whole = length < sample.Length;
        return sample[..length];
    }
}
