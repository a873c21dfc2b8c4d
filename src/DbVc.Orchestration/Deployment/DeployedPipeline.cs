using System.Text;
using DbVc.Agents;
using DbVc.Model;
using DbVc.Pipelines;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>A pipeline as a commit of main holds it.</summary>
/// <param name="Name">Its folder below <c>pipelines/</c>.</param>
/// <param name="MetadataText">What it was pinned to; null where there is no metadata.</param>
/// <param name="Form">How the source is written that its code reads; null where that is not on record.</param>
internal sealed record DeployedPipeline(string Name, string? MetadataText, SourceForm? Form)
{
    private const string Folder = "pipelines/";

    public static IReadOnlyList<DeployedPipeline> List(SnapshotReader main)
    {
        var names = main.Files(Folder).Select(path => path[Folder.Length..]).Where(path => path.Contains('/', StringComparison.Ordinal))
            .Select(path => path[..path.IndexOf('/', StringComparison.Ordinal)]).Distinct(StringComparer.Ordinal);
        return [.. names.Select(name => Of(main, name))];
    }

    /// <summary>The pipeline of that name, or the only one that loads a table of that name. Throws usage failures <c>pipeline.missing</c> and
    /// <c>pipeline.ambiguous</c>.</summary>
    public static DeployedPipeline Require(SnapshotReader main, string name)
    {
        var all = List(main);
        if (all.FirstOrDefault(p => p.Name == name) is { } exact) return exact;
        var loading = all.Where(p => name.Equals(p.TryRead()?.Destination.Table, StringComparison.OrdinalIgnoreCase)).ToList();
        return loading.Count switch
        {
            1 => loading[0],
            0 => throw new DbVcException(FailureKind.Usage, "pipeline.missing", $"main has no pipeline '{name}'.", hint: all.Count == 0
                ? "A pipeline comes to main when an agent's branch is merged: db-vc agent create --metadata FILE, then db-vc branch merge BRANCH."
                : $"There are: {string.Join(", ", all.Select(p => p.Name))}."),
            _ => throw new DbVcException(FailureKind.Usage, "pipeline.ambiguous", $"Several pipelines load the table '{name}'.",
                hint: $"Name one of them: {string.Join(", ", loading.Select(p => p.Name))}."),
        };
    }

    /// <summary>What a commit's metadata of a pipeline says, its source read as its code reads it; null where there is none, or where this version does not
    /// understand it.</summary>
    public static PipelineSpec? TryRead(SnapshotReader snapshot, string name) => Of(snapshot, name).TryRead();

    /// <summary>Throws a failure that says what is wrong with the metadata.</summary>
    public PipelineSpec Read()
    {
        var text = MetadataText ?? throw new DbVcException(FailureKind.Failed, "pipeline.no-metadata", $"The pipeline '{Name}' has no metadata.json.");
        var spec = MetadataReader.Read(text, BranchPath.MetadataFile);
        return Form is null ? spec : spec with { Source = Form.ApplyTo(spec.Source) };
    }

    public PipelineSpec? TryRead()
    {
        try
        {
            return Read();
        }
        catch (DbVcException)
        {
            return null;
        }
    }

    private static DeployedPipeline Of(SnapshotReader main, string name) => new(name, Text(main, name), SourceForm.Find(main, name));

    private static string? Text(SnapshotReader main, string name) =>
        main.ReadFile($"{Folder}{name}/{BranchPath.MetadataFile}") is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
}
