using System.Text;
using System.Text.Json;
using DbVc.Pipelines;
using OpenedSource = DbVc.Pipelines.SourceFile;

namespace DbVc.Tests;

/// <summary>Sources that are reshaped as a task would: read from metadata, looked at, opened, and read record by record.</summary>
internal sealed class ReshapeFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dbvc-reshape-");

    /// <summary>What the last source went through, step by step.</summary>
    public IReadOnlyList<ReshapeCount> Counts { get; private set; } = [];

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>The pipeline, with the form of the source and its columns found.</summary>
    /// <param name="file">Its name; it must be there.</param>
    /// <param name="steps">Of <c>reshape</c>, separated by commas.</param>
    /// <param name="fields">Columns that the schema reads, as texts.</param>
    /// <param name="more">Other members of the source, after a comma.</param>
    public PipelineSpec Find(string file, string steps, string fields, string more = "")
    {
        var spec = Declare(file, steps, fields, more);
        using var source = OpenedSource.Open(PathOf(file), spec.Source);
        return source.IsReshaped() ? spec : SourceInspector.InspectOriginal(spec, source.OpenPlain);
    }

    public static PipelineSpec Declare(string file, string steps, string fields, string more = "")
    {
        var schema = string.Join(", ", fields.Split(' ').Select((f, i) => $"\"f{i}\": {{\"type\": \"string\", \"from\": {JsonSerializer.Serialize(f)}}}"));
        var source = $"{{\"location\": \"{file}\"{more}, \"reshape\": [{steps}]}}";
        return MetadataReader.Read($"{{\"source\": {source}, \"destination\": \"t\", \"schema\": {{{schema}}}}}", "reshape.json");
    }

    /// <summary>Each record as <c>line:cell|cell</c> in the order of fields, NULL as ∅; one that is rejected as <c>line!rule:raw</c>.</summary>
    public List<string> Read(PipelineSpec spec, string file, CancellationToken cancel = default)
    {
        using var source = OpenedSource.Open(PathOf(file), spec.Source, cancel);
        var known = SourceInspector.Inspect(spec, source.OpenStream);
        Counts = source.Reshaped;
        using var stream = source.OpenStream();
        var reader = known.Source.Open(stream);
        var columns = known.Fields.Select(f => reader.FindColumn(f.HeaderName)).ToList();
        var records = new List<string>();
        while (reader.Read())
        {
            records.Add(reader.Problem is { } problem
                ? FormattableString.Invariant($"{reader.Line}!{problem.Rule}:{Encoding.UTF8.GetString(reader.Raw)}")
                : FormattableString.Invariant($"{reader.Line}:") + string.Join("|", columns.Select(c => reader.Cell(c).ToStringOrNull() ?? "∅")));
        }

        return records;
    }

    /// <summary>Writes a source, reshapes it and reads it.</summary>
    public List<string> Reshape(string file, string text, string steps, string fields, string more = "")
    {
        File.WriteAllText(PathOf(file), text);
        return Read(Find(file, steps, fields, more), file);
    }
}
