using System.Text;
using DbVc.Agents;
using DbVc.Model;
using DbVc.Pipelines;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Metadata as commits hold it.</summary>
internal static class CommittedMetadata
{
    /// <summary>A pipeline's metadata, its source read as its code reads it; null where there is none, or where this version does not understand it.</summary>
    public static PipelineSpec? Find(SnapshotReader snapshot, string pipeline)
    {
        if (snapshot.ReadFile($"pipelines/{pipeline}/{BranchPath.MetadataFile}") is not { } bytes) return null;
        try
        {
            var spec = MetadataReader.Read(Encoding.UTF8.GetString(bytes.Span), BranchPath.MetadataFile);
            return SourceForm.Find(snapshot, pipeline) is { } form ? spec with { Source = form.ApplyTo(spec.Source) } : spec;
        }
        catch (DbVcException)
        {
            // What cannot be understood teaches nothing.
            return null;
        }
    }
}
