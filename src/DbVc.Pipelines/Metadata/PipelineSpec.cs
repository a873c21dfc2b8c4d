using System.Text;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Where the rows go.</summary>
/// <param name="Table">The destination table.</param>
/// <param name="Database">As written, for people; the repository decides which database it is.</param>
public sealed record DestinationSpec(string Table, string? Database)
{
    public Disposition Disposition { get; init; }

    /// <summary>Where the table says which versions are valid; null unless it keeps old ones.</summary>
    public VersionColumns? Versions { get; init; }

    /// <summary>What becomes of fields that an existing table has no column for.</summary>
    public Evolution Evolution { get; init; }

    /// <summary>Made with the table; an existing one must have them.</summary>
    public IReadOnlyList<ForeignKey> ForeignKeys { get; init; } = [];

    /// <summary>Made with the table, and added to an existing one where it may evolve.</summary>
    public IReadOnlyList<IndexSpec> Indexes { get; init; } = [];
}

/// <summary>A pipeline as its metadata declares it: checked, typed, with every rule and operation understood.</summary>
public sealed record PipelineSpec
{
    public string? TaskId { get; init; }

    public required SourceSpec Source { get; init; }

    public required DestinationSpec Destination { get; init; }

    /// <summary>In declared order.</summary>
    public required IReadOnlyList<PipelineField> Fields { get; init; }

    /// <summary>Rules that follow from the schema first, then the declared ones.</summary>
    public required IReadOnlyList<PipelineRule> Rules { get; init; }

    /// <summary>In the order in which they run.</summary>
    public required IReadOnlyList<FieldOperation> Operations { get; init; }

    /// <summary>The steps that make fields of several columns, or of none; each field knows its own.</summary>
    public IReadOnlyList<RowStep> Steps { get; init; } = [];

    /// <summary>Records in the stored sample.</summary>
    public int SampleSize { get; init; } = 100;

    /// <summary>The share of records that must be accepted, 0 to 1.</summary>
    public double ValidationThreshold { get; init; } = 0.95;

    /// <summary>What was assumed because the metadata leaves it open; sentences for a person.</summary>
    public IReadOnlyList<string> Assumptions { get; init; } = [];

    /// <summary>The header of the source as it is known when code is generated; null when it is not.</summary>
    public IReadOnlyList<string>? SourceHeader { get; init; }

    /// <summary>The pipeline's name, a C# identifier.</summary>
    public string Name => Identifiers.Pascal(Destination.Table, "Table") + "Pipeline";

    /// <summary>The primary key in declared order; empty without one.</summary>
    public IReadOnlyList<PipelineField> PrimaryKey => [.. Fields.Where(f => f.PrimaryKey)];

    /// <summary>
    /// The fields that the pipeline fills. A field with default <c>current_timestamp</c> that the source does not have
    /// (or is not known to have) is filled by the host that loads.
    /// </summary>
    public IReadOnlyList<PipelineField> FilledFields => [.. Fields.Where(f => f.Default is not { IsCurrentTimestamp: true } || IsInSource(f))];

    /// <summary>The columns that are read, each once, in the order of the filled fields.</summary>
    public IReadOnlyList<string> SourceColumns => [.. FilledFields.SelectMany(f => f.SourceColumns).Distinct()];

    /// <summary>Columns without which the source is another one.</summary>
    public IReadOnlyList<string> NeededColumns =>
        [.. FilledFields.Where(f => f.Default is null || f.Origin is not null).SelectMany(f => f.SourceColumns).Distinct()];

    /// <summary>The rules over filled fields that rows are judged by; what the database fills cannot be checked before it is there.</summary>
    public IReadOnlyList<PipelineRule> CheckedRules
    {
        get
        {
            var filled = FilledFields.Select(f => f.Name).ToHashSet();
            return
            [
                .. Rules.Select(r => r is { IsUnique: true, NullsAreEqual: true } ? r with { Fields = [.. r.Fields.Where(f => filled.Contains(f.Name))] } : r)
                    .Where(r => !r.IsForHost && r.Fields.All(f => filled.Contains(f.Name))),
            ];
        }
    }

    /// <summary>The rules about the whole table, over filled fields.</summary>
    public IReadOnlyList<PipelineRule> TableRules
    {
        get
        {
            var filled = FilledFields.Select(f => f.Name).ToHashSet();
            return
            [
                .. Rules.Where(r => r.Table is not null
                    && r.Fields.Concat(r.Premise is { } premise ? ConditionFields.Of(premise) : []).All(f => filled.Contains(f.Name))),
            ];
        }
    }

    /// <summary>The rules that the host judges row by row as they are loaded, over filled fields: about other tables, and about the time.</summary>
    public IReadOnlyList<PipelineRule> LoadRules
    {
        get
        {
            var filled = FilledFields.Select(f => f.Name).ToHashSet();
            return [.. Rules.Where(r => r.IsForLoad && r.Fields.All(f => filled.Contains(f.Name)))];
        }
    }

    /// <summary>Those of them that are about what is in other tables.</summary>
    public IEnumerable<PipelineRule> ReferenceRules => LoadRules.Where(r => r.Reference is not null);

    /// <summary>The destination columns in the order the pipeline hands them over.</summary>
    public IReadOnlyList<PipelineColumn> Columns => [.. FilledFields.Select(f => new PipelineColumn(f.Name, f.CellKind))];

    /// <summary>The same pipeline, knowing the header of its source.</summary>
    public PipelineSpec WithSourceHeader(IReadOnlyList<string> header) => this with { SourceHeader = header };

    /// <summary>Finds a field by its exact name.</summary>
    public PipelineField? FindField(string name) => Fields.FirstOrDefault(f => f.Name == name);

    /// <summary>
    /// The absolute path of the source: beneath the metadata file's folder if it is there, else beneath the working folder.
    /// </summary>
    public string ResolveLocation(string metadataFolder, string workingFolder)
    {
        if (Path.IsPathRooted(Source.Location)) return Source.Location;
        var beside = Path.GetFullPath(Path.Combine(metadataFolder, Source.Location));
        return Path.Exists(beside) ? beside : Path.GetFullPath(Path.Combine(workingFolder, Source.Location));
    }

    /// <summary>The long form with fixed order of members; equal pipelines have equal text.</summary>
    public string ToCanonicalJson() => CanonicalJson.Write(this);

    /// <summary>The hash of <see cref="ToCanonicalJson"/>.</summary>
    public Hash Hash => Hash.Of(Encoding.UTF8.GetBytes(ToCanonicalJson()));

    /// <summary>The field that reads a column as it is; null when only steps use the column.</summary>
    internal PipelineField? FindReader(string column) => FilledFields.FirstOrDefault(f => f.Origin is null && f.HeaderName == column);

    private bool IsInSource(PipelineField field)
    {
        if (SourceHeader is null) return false;
        return Source.Json is null ? new CsvHeader(SourceHeader).FindOptional(field.HeaderName) >= 0
            : SourceHeader.Contains(JsonInspector.Canonical(field.HeaderName));
    }
}
