using DbVc.Agents;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>A task's metadata, read and checked against source and destination; nothing is made by reading it.</summary>
/// <param name="MetadataText">JSON: byte for byte as the person gave it, or made from YAML. Pinned when the task starts.</param>
/// <param name="MetadataPath">Where it came from; the source's relative path starts there.</param>
/// <param name="Spec">With the source's header.</param>
/// <param name="SourcePath">Absolute.</param>
internal sealed record TaskPlan(string MetadataText, string MetadataPath, PipelineSpec Spec, string SourcePath)
{
    /// <summary>What names the columns of the source; null where nothing in it does.</summary>
    public IReadOnlyList<string>? SourceHeader => Spec.Source.Csv.HasHeader ? Spec.SourceHeader : null;

    public string MetadataHash => Hash.Of(System.Text.Encoding.UTF8.GetBytes(MetadataText)).ToString();

    /// <summary>Throws a usage failure that says everything that is wrong with the metadata, or what is wrong with source or destination.</summary>
    public static TaskPlan Read(WorkspaceContext context, string path)
    {
        var plan = Parse(MetadataFile.ReadText(path), Path.GetFullPath(path));
        CheckDestination(context, plan.Spec);
        return plan;
    }

    /// <summary>The plan of a task that was pinned before: its own copy of the metadata counts, not the file it came from.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="report">The task.</param>
    /// <param name="code">True where the branch's code is run as it is: it reads the form of source that it was made for. Otherwise it is made anew.</param>
    public static TaskPlan Reread(WorkspaceContext context, AgentReport report, bool code)
    {
        var branch = BranchName.Parse(report.Branch);
        var folder = context.Layout.Branch(branch);
        Checkout.RefuseLinks(folder);
        var pinned = Path.Combine(folder, "metadata.json");
        var form = code && AgentTasks.PipelineOf(context, report) is { } pipeline
            ? SourceForm.Find(context.Repository.ReadSnapshot(context.Repository.Head(branch)), pipeline)
            : null;
        var plan = Parse(MetadataFile.ReadText(pinned), report.MetadataPath!, BranchPath.MetadataFile, report.SourcePath, form);
        if (plan.MetadataHash != report.MetadataHash)
        {
            throw new DbVcException(FailureKind.Refused, "agent.pinned", "The metadata of this task was edited after it was pinned.", pinned,
                "Put the file back as it was committed, or start another task with the new metadata.");
        }

        CheckDestination(context, plan.Spec);
        return plan;
    }

    /// <summary>The plan of one more run of what main holds.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="pipeline">As main has it.</param>
    /// <param name="sourcePath">Another source than the metadata's; null for that one.</param>
    public static TaskPlan OfDeployed(WorkspaceContext context, DeployedPipeline pipeline, string? sourcePath)
    {
        _ = pipeline.Read();

        // A relative source is looked for where the metadata came from, if this machine knows.
        var path = AgentTasks.ListOf(context, pipeline.Name).LastOrDefault(t => t.MetadataPath is not null)?.MetadataPath
            ?? Path.GetFullPath(BranchPath.MetadataFile);
        var plan = Parse(pipeline.MetadataText!, path, BranchPath.MetadataFile, sourcePath, pipeline.Form);
        CheckDestination(context, plan.Spec);
        return plan;
    }

    private static void CheckDestination(WorkspaceContext context, PipelineSpec spec) => Destination.Check(
        spec, context.Repository.ReadSnapshot(context.Repository.Head(BranchName.Main)).ReadSchema(), context.Live.Provider.Tables);

    /// <param name="path">Where the file came from.</param>
    /// <param name="name">What the text is called now; its ending says how it is written.</param>
    /// <param name="sourcePath">Absolute, in place of what the metadata says.</param>
    /// <param name="form">How the source is written; null to find it out.</param>
    private static TaskPlan Parse(string text, string path, string? name = null, string? sourcePath = null, SourceForm? form = null)
    {
        name ??= Path.GetFileName(path);
        var spec = MetadataReader.Read(text, name);
        if (form is not null) spec = spec with { Source = form.ApplyTo(spec.Source) };
        var source = sourcePath ?? spec.ResolveLocation(Path.GetDirectoryName(path)!, Directory.GetCurrentDirectory());
        return new TaskPlan(MetadataReader.ToJson(text, name), path, PipelineSource.Inspect(spec, source), source);
    }
}
