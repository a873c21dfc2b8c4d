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
    /// <param name="path">The metadata.</param>
    /// <param name="recall">What else is said about a rule that is not understood, as <see cref="MemoryDesk.Recall"/> does; null for nothing.</param>
    public static MetadataReport Validate(string path, Func<string, string?>? recall = null)
    {
        var (text, name) = (MetadataFile.ReadText(path), Path.GetFileName(path));
        var problems = MetadataReader.Check(text, name, recall);
        return new MetadataReport(problems, problems.Count > 0 ? [] : MetadataReader.Read(text, name).Assumptions);
    }

    /// <summary>What a file will do, in plain words, and what its rules would do to the first records of its source.</summary>
    /// <param name="path">The metadata.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="bound">Where the source has to lie; null for anywhere.</param>
    public static MetadataExplanation Explain(string path, CancellationToken cancellation, FileBound? bound = null)
    {
        var spec = MetadataReader.Read(MetadataFile.ReadText(path), Path.GetFileName(path));
        if (spec.Source.Fetch is null) bound?.RequireSource(spec, path);

        // To explain is not to ask a server.
        if (spec.Source.Fetch is not null) return MetadataExplanation.Of(spec, null, null);
        var location = spec.ResolveLocation(Path.GetDirectoryName(Path.GetFullPath(path))!, Directory.GetCurrentDirectory());
        (SourcePreview Preview, IReadOnlyList<ReshapeCount> Reshaped)? seen = null;
        DbVcException? unreadable = null;
        try
        {
            spec = PipelineSource.Inspect(spec, location, cancellation);
            seen = Preview(spec, location, cancellation);
        }
        catch (DbVcException e) when (e.Code.StartsWith("source.", StringComparison.Ordinal))
        {
            // The rest of the file can be explained all the same.
            unreadable = e;
        }

        return MetadataExplanation.Of(spec, seen?.Preview, unreadable) with { Reshaped = [.. (seen?.Reshaped ?? []).Select(r => r.ToString())] };
    }

    /// <summary>
    /// Proposes metadata for a source from what is in it, and tries the proposal on it. Writes the file if one is named; throws <c>metadata.exists</c>
    /// rather than write over another.
    /// </summary>
    public static InferenceReport Infer(InferenceQuery query, CancellationToken cancellation)
    {
        var file = query.File is null ? null : Path.GetFullPath(query.File);
        if (file is not null && !query.Overwrites && Path.Exists(file))
        {
            throw new DbVcException(FailureKind.Refused, "metadata.exists", "There is a file of that name already.", query.File,
                "Name another one with --out, or add --force to write over it.");
        }

        if (file is not null && !Directory.Exists(Path.GetDirectoryName(file)))
        {
            throw new DbVcException(FailureKind.Usage, "metadata.folder", "There is no folder to write the metadata to.", Path.GetDirectoryName(file),
                "Make it, or name another file with --out.");
        }

        var report = Propose(query, file, cancellation);
        if (file is not null) WholeFile.Write(file, System.Text.Encoding.UTF8.GetBytes(report.Proposal.Json));
        return report;
    }

    /// <summary>The same; nothing is written.</summary>
    /// <param name="query">The source.</param>
    /// <param name="file">Where the metadata will lie, as a full path: relative paths begin there. Null: nowhere.</param>
    /// <param name="cancellation">Ends it.</param>
    internal static InferenceReport Propose(InferenceQuery query, string? file, CancellationToken cancellation)
    {
        using var opened = InferenceSource.Open(query, file, cancellation);
        var source = opened.File;
        try
        {
            var request = new InferenceRequest(opened.Location, query.Table, query.Decisions)
            {
                MaxRecords = query.MaxRecords,
                Draft = opened.Draft,
                Remembered = query.Recall?.Invoke(query.Source is { } named && !named.Contains("://", StringComparison.Ordinal)
                    ? Path.GetFullPath(named) : opened.Location),
            };
            var proposal = MetadataInference.Propose(request, opened.Known, source.OpenStream, cancellation);
            if (opened.Notices.Count > 0) proposal = proposal with { Findings = [.. opened.Notices, .. proposal.Findings] };
            var spec = SourceInspector.Inspect(MetadataReader.Read(proposal.Json, "proposal.json"), source.OpenStream);
            using var stream = source.OpenStream();
            var preview = SourcePreview.Read(spec, stream, query.MaxRecords, TimeProvider.System.GetUtcNow(), cancellation);
            source.RequireUnchanged();
            return new InferenceReport(proposal, PreviewCounts.Of(preview), query.File);
        }
        catch (PipelineException e)
        {
            throw new DbVcException(FailureKind.Failed, e.Code, e.Message, opened.Draft is null ? source.Path : opened.Location,
                "Correct the source, or decide how it is read with --decide SOURCE=CHOICE.", e);
        }
    }

    private static (SourcePreview Preview, IReadOnlyList<ReshapeCount> Reshaped) Preview(PipelineSpec spec, string location, CancellationToken cancellation)
    {
        using var source = SourceFile.Open(location, spec.Source, cancellation);
        try
        {
            using var stream = source.OpenStream();
            return (SourcePreview.Read(spec, stream, PreviewedRecords, TimeProvider.System.GetUtcNow(), cancellation), source.Reshaped);
        }
        catch (PipelineException e)
        {
            throw new DbVcException(FailureKind.Failed, e.Code, e.Message, location, inner: e);
        }
    }
}

/// <summary>A source to propose metadata for.</summary>
/// <param name="Source">Its path or address; null where a draft describes it.</param>
/// <param name="File">Where to write the metadata; null: nowhere.</param>
/// <param name="Table">The destination table; null: named after the source.</param>
/// <param name="Decisions">Answers to open questions, by field.</param>
public sealed record InferenceQuery(string? Source, string? File, string? Table, IReadOnlyDictionary<string, string> Decisions)
{
    /// <summary>The file to read of an archive that holds several, or the sheet of a workbook.</summary>
    public string? Member { get; init; }

    /// <summary>A metadata file whose <c>source</c> describes an api or a database; the rest of it is not looked at.</summary>
    public string? Draft { get; init; }

    /// <summary>The table of a database.</summary>
    public string? Of { get; init; }

    /// <summary>What a database is asked instead of a table.</summary>
    public string? Sql { get; init; }

    /// <summary>Hosts that may be asked although their addresses are private, beside those of the repository.</summary>
    public IReadOnlyList<string> PrivateHosts { get; init; } = [];

    /// <summary>Where a repository is looked for, upwards: its settings say which private hosts may be asked.</summary>
    public string Folder { get; init; } = ".";

    /// <summary>How the supplier of a source (an address, or the full path of a file) is known to write, as <see cref="MemoryDesk.FindDialect"/> says;
    /// null for nobody.</summary>
    public Func<string, RememberedDialect?>? Recall { get; init; }

    /// <summary>What may be read; null for everything that the process can read.</summary>
    public FileBound? Files { get; init; }

    /// <summary>Whether another file of that name is written over.</summary>
    public bool Overwrites { get; init; }

    /// <summary>Records to look at.</summary>
    public long MaxRecords { get; init; } = 100_000;
}

/// <summary>A proposal, and what it would make of the records that were looked at.</summary>
/// <param name="File">The file that was written, as it was named; null if none was.</param>
public sealed record InferenceReport(MetadataProposal Proposal, PreviewCounts Preview, string? File);

/// <summary>What is wrong with a metadata file, and what it leaves open when nothing is.</summary>
public sealed record MetadataReport(IReadOnlyList<MetadataProblem> Problems, IReadOnlyList<string> Assumptions);
