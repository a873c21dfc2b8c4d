using System.Text.Json;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// How the source was written that a pipeline's code was made for: <c>state/source.json</c> among its files. The code reads in this way and in no other,
/// so every further run and every record that is tried again comes in it; nothing is found out anew.
/// </summary>
internal sealed record SourceForm(CsvOptions Csv, JsonOptions? Json)
{
    public const string FileName = "source.json";

    /// <summary>How the source itself is written where its records are reshaped.</summary>
    public SourceForm? Original { get; init; }

    public static SourceForm Of(SourceSpec source) =>
        new(source.Csv, source.Json) { Original = source.Reshape is { } reshape ? Of(reshape.Of) : null };

    public SourceSpec ApplyTo(SourceSpec source) => source with
    {
        Csv = Csv,
        Json = Json,
        IsFound = true,
        Reshape = source.Reshape is { } reshape && Original is { } original ? reshape with { Of = original.ApplyTo(reshape.Of) } : source.Reshape,
    };

    public void Write(Checkout checkout)
    {
        var folder = Path.Combine(checkout.Folder, Checkout.StateFolder);
        Directory.CreateDirectory(folder);
        WholeFile.Write(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, DeploymentJson.Default.SourceForm));
    }

    /// <summary>The form that a commit knows; null for pipelines of before.</summary>
    public static SourceForm? Find(SnapshotReader snapshot, string pipeline) =>
        snapshot.ReadFile($"pipelines/{pipeline}/{Checkout.StateFolder}/{FileName}") is { } bytes ? Parse(bytes.Span) : null;

    private static SourceForm? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, DeploymentJson.Default.SourceForm);
        }
        catch (JsonException failure)
        {
            throw new DbVcException(FailureKind.Failed, "pipeline.state", "How the pipeline's source is written cannot be read.",
                $"{Checkout.StateFolder}/{FileName}", "Put the file back as it was: db-vc log, db-vc revert.", failure);
        }
    }
}
