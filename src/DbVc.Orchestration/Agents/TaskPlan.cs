using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>A task's metadata, read and checked against source and destination; nothing is made by reading it.</summary>
/// <param name="MetadataText">Byte for byte as the person gave it; pinned when the task starts.</param>
/// <param name="MetadataPath">Where it came from; the source's relative path starts there.</param>
/// <param name="Spec">With the source's header.</param>
/// <param name="SourcePath">Absolute.</param>
internal sealed record TaskPlan(string MetadataText, string MetadataPath, PipelineSpec Spec, string SourcePath)
{
    private const long MaxMetadataBytes = 1024 * 1024;

    public string MetadataHash => Hash.Of(System.Text.Encoding.UTF8.GetBytes(MetadataText)).ToString();

    /// <summary>Throws a usage failure that says everything that is wrong with the metadata, or what is wrong with source or destination.</summary>
    public static TaskPlan Read(WorkspaceContext context, string path)
    {
        var plan = Parse(ReadText(path), Path.GetFullPath(path));
        CheckDestination(context, plan.Spec);
        return plan;
    }

    /// <summary>The plan of a task that was pinned before: its own copy of the metadata counts, not the file it came from.</summary>
    public static TaskPlan Reread(WorkspaceContext context, AgentReport report)
    {
        var folder = context.Layout.Branch(BranchName.Parse(report.Branch));
        Checkout.RefuseLinks(folder);
        var pinned = Path.Combine(folder, "metadata.json");
        var plan = Parse(ReadText(pinned), report.MetadataPath!);
        if (plan.MetadataHash != report.MetadataHash)
        {
            throw new DbVcException(FailureKind.Refused, "agent.pinned", "The metadata of this task was edited after it was pinned.", pinned,
                "Put the file back as it was committed, or start another task with the new metadata.");
        }

        CheckDestination(context, plan.Spec);
        return plan;
    }

    private static void CheckDestination(WorkspaceContext context, PipelineSpec spec) => Destination.Check(
        spec, context.Repository.ReadSnapshot(context.Repository.Head(BranchName.Main)).ReadSchema(), context.Live.Provider.Tables);

    private static TaskPlan Parse(string text, string path)
    {
        var spec = MetadataReader.Read(text, Path.GetFileName(path));
        var source = spec.ResolveLocation(Path.GetDirectoryName(path)!, Directory.GetCurrentDirectory());
        return new TaskPlan(text, path, PipelineSource.Inspect(spec, source), source);
    }

    private static string ReadText(string path)
    {
        if (RegularFile.TryRead(path, followLink: true, MaxMetadataBytes, out var content) is { } problem)
        {
            throw Unreadable(path, $"The metadata file {problem.Text}.", null);
        }

        try
        {
            return new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (System.Text.DecoderFallbackException e)
        {
            throw Unreadable(path, "The metadata file is not UTF-8 text.", e);
        }
    }

    private static DbVcException Unreadable(string path, string message, Exception? cause) =>
        new(FailureKind.Usage, "metadata.unreadable", message, Path.GetFullPath(path), "Name a JSON file, for example metadata/users.json.", cause);
}
