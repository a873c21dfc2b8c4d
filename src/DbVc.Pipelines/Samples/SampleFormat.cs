namespace DbVc.Pipelines;

/// <summary>Writes sample records as a source of the pipeline would, for generated tests.</summary>
internal abstract class SampleFormat
{
    /// <summary>What names the columns; null when nothing does.</summary>
    public virtual string? Header => null;

    /// <summary>Whether a rejected record comes back as it was written.</summary>
    public virtual bool KeepsRecords => true;

    /// <summary>What a source with these records is made of: before them, between them, after them. The header is not in it.</summary>
    public abstract (string Before, string Between, string After) Frame { get; }

    /// <summary>A record that cannot be read as one, why in a name of a test, and the rule that it breaks.</summary>
    public abstract (string Record, string Name, string Rule) Unreadable(IReadOnlyList<string?> record);

    public static SampleFormat Of(PipelineSpec spec) => spec.Source.Json is null ? new CsvSampleFormat(spec) : new JsonSampleFormat(spec);

    /// <summary>Whether a record can be written without a cell turning into NULL or back.</summary>
    public abstract bool CanWrite(IReadOnlyList<string?> record);

    /// <summary>The record's text, without line end.</summary>
    public abstract string Write(IReadOnlyList<string?> record);
}
