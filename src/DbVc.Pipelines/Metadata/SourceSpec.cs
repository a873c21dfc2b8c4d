using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Where the records come from.</summary>
/// <param name="Type"><c>csv</c>, <c>json</c>, <c>excel</c>, <c>parquet</c>, <c>api</c> or <c>database</c>.</param>
/// <param name="Location">As written; see <see cref="PipelineSpec.ResolveLocation"/>.</param>
/// <param name="Csv">How a CSV source is written.</param>
public sealed record SourceSpec(string Type, string Location, CsvOptions Csv)
{
    /// <summary>How a JSON source is written; null for another one.</summary>
    public JsonOptions? Json { get; init; }

    /// <summary>What the host fetches first, into a file that is then read as this source; null where the source is a file.</summary>
    public FetchSpec? Fetch { get; init; }

    /// <summary>What the host writes as JSON Lines first, as it is no text; null for the other kinds.</summary>
    public TableFile? Table { get; init; }

    /// <summary>The steps that make other records of those of the source; null where its records are read as they are.</summary>
    public ReshapeSpec? Reshape { get; init; }

    /// <summary>The file to read of an archive that holds several.</summary>
    public string? Member { get; init; }

    /// <summary>What the metadata says about how the source is written; the rest is found out from its beginning.</summary>
    public IReadOnlyList<string> Declared { get; init; } = [];

    /// <summary>How the source is written is known already, and not looked for again.</summary>
    public bool IsFound { get; init; }

    /// <summary>The line ends that the beginning of the source has, for people; null before it was looked at.</summary>
    public string? LineEnds { get; init; }

    /// <summary>Reads records; throws <see cref="PipelineException"/> for what is no such source.</summary>
    public IRecordReader Open(Stream stream) => Json is null ? new CsvReader(stream, Csv) : new JsonReader(stream, Json);

    /// <summary>How the source is written, in words.</summary>
    public string Describe() => SourceWords.Of(this);

    /// <summary>Counts the records of a source exactly as readers number them.</summary>
    public long Count(Stream stream)
    {
        var reader = Open(stream);
        long count = 0;
        while (reader.Read()) count++;
        return count;
    }
}
