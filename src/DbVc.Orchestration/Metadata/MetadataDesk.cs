using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Looks at metadata files for people; needs no repository and changes nothing.</summary>
public static class MetadataDesk
{
    private const long PreviewedRecords = 100_000;

    /// <summary>The published JSON Schema.</summary>
    public static string Schema() => MetadataSchema.Write();

    /// <summary>Everything that is wrong with a file, and what it leaves open.</summary>
    public static MetadataReport Validate(string path)
    {
        var (text, name) = (MetadataFile.ReadText(path), Path.GetFileName(path));
        var problems = MetadataReader.Check(text, name);
        return new MetadataReport(problems, problems.Count > 0 ? [] : MetadataReader.Read(text, name).Assumptions);
    }

    /// <summary>What a file will do, in plain words, and what its rules would do to the first records of its source.</summary>
    public static MetadataExplanation Explain(string path, CancellationToken cancellation)
    {
        var spec = MetadataReader.Read(MetadataFile.ReadText(path), Path.GetFileName(path));

        // To explain is not to ask a server.
        if (spec.Source.Fetch is not null) return MetadataExplanation.Of(spec, null, null);
        var location = spec.ResolveLocation(Path.GetDirectoryName(Path.GetFullPath(path))!, Directory.GetCurrentDirectory());
        SourcePreview? preview = null;
        DbVcException? unreadable = null;
        try
        {
            spec = PipelineSource.Inspect(spec, location);
            preview = Preview(spec, location, cancellation);
        }
        catch (DbVcException e) when (e.Code.StartsWith("source.", StringComparison.Ordinal))
        {
            // The rest of the file can be explained all the same.
            unreadable = e;
        }

        return MetadataExplanation.Of(spec, preview, unreadable);
    }

    private static SourcePreview Preview(PipelineSpec spec, string location, CancellationToken cancellation)
    {
        using var source = SourceFile.Open(location, spec.Source.Member);
        using var stream = source.OpenStream();
        try
        {
            return SourcePreview.Read(spec, stream, PreviewedRecords, cancellation);
        }
        catch (PipelineException e)
        {
            throw new DbVcException(FailureKind.Failed, e.Code, e.Message, location, inner: e);
        }
    }
}

/// <summary>What is wrong with a metadata file, and what it leaves open when nothing is.</summary>
public sealed record MetadataReport(IReadOnlyList<MetadataProblem> Problems, IReadOnlyList<string> Assumptions);
