using DbVc.Agents;
using DbVc.Fetching;
using DbVc.Live;
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

    public string MetadataHash => HashOf(MetadataText);

    /// <summary>Whether the source was fetched for this plan or for its task, and goes with the branch.</summary>
    public bool IsFetched => Spec.Source.Fetch is not null;

    /// <summary>Throws a usage failure that says everything that is wrong with the metadata, or what is wrong with source or destination.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="path">The metadata.</param>
    /// <param name="start">Where the task's branch begins; null for main's head.</param>
    /// <param name="watch">Of a fetch.</param>
    public static TaskPlan Read(WorkspaceContext context, string path, CommitId? start, FetchWatch watch)
    {
        var text = new PlanText(MetadataFile.ReadText(path), Path.GetFullPath(path), Path.GetFileName(path)) { Start = start };
        context.Options.Files?.RequireSource(MetadataReader.Read(text.Text, text.Name, context.Memory.Recall), text.Path);
        return Make(context, text, watch)!;
    }

    /// <summary>The plan of a task that was pinned before: its own copy of the metadata counts, not the file it came from.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="report">The task.</param>
    /// <param name="code">True where the branch's code is run as it is: it reads the form of source that it was made for. Otherwise it is made anew.</param>
    /// <param name="watch">Of a fetch, where what was fetched for the task is gone.</param>
    public static TaskPlan Reread(WorkspaceContext context, AgentReport report, bool code, FetchWatch watch)
    {
        var branch = BranchName.Parse(report.Branch);
        var folder = context.Layout.Branch(branch);
        Checkout.RefuseLinks(folder);
        var pinned = Path.Combine(folder, "metadata.json");
        var text = MetadataFile.ReadText(pinned);
        if (HashOf(text) != report.MetadataHash)
        {
            throw new DbVcException(FailureKind.Refused, "agent.pinned", "The metadata of this task was edited after it was pinned.", pinned,
                "Put the file back as it was committed, or start another task with the new metadata.");
        }

        var record = context.Instances.Require(branch);
        var form = code && AgentTasks.PipelineOf(context, report) is { } pipeline
            ? SourceForm.Find(context.Repository.ReadSnapshot(context.Repository.Head(branch)), pipeline)
            : null;
        var plan = new PlanText(text, report.MetadataPath!, BranchPath.MetadataFile)
        {
            SourcePath = report.SourcePath,
            Form = form,
            Start = StartOf(context, branch),
        };
        var started = context.Repository.ReadSnapshot(CommitId.Parse(record.Base));
        if (report.IsRun) plan = plan with { Since = field => SourceCursor.Find(started, record.Pipeline, field) };
        return Make(context, plan, watch)
            ?? throw new DbVcException(FailureKind.Failed, "source.empty", "The source has nothing new any more.", hint: $"db-vc branch delete {branch}");
    }

    /// <summary>Where a branch begins that was made on others; null for one that was made on main, which is compared with main as it is now.</summary>
    public static CommitId? StartOf(WorkspaceContext context, BranchName branch) => context.Instances.Require(branch) is { On.Count: > 0 } record
        ? BranchStart.Find(context.Repository, record, context.Repository.Head(branch), context.Repository.Head(BranchName.Main))
        : null;

    /// <summary>The plan of one more run of what main holds.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="pipeline">As main has it.</param>
    /// <param name="sourcePath">Another source than the metadata's; null for that one.</param>
    /// <param name="again">An incremental source is fetched from its beginning.</param>
    /// <param name="watch">Of a fetch.</param>
    /// <returns>Null where an incremental source has nothing new.</returns>
    public static TaskPlan? OfDeployed(WorkspaceContext context, DeployedPipeline pipeline, string? sourcePath, bool again, FetchWatch watch)
    {
        _ = pipeline.Read();

        // A relative source is looked for where the metadata came from, if this machine knows.
        var path = AgentTasks.ListOf(context, pipeline.Name).LastOrDefault(t => IsFolderOf(context, t))?.MetadataPath
            ?? Path.GetFullPath(BranchPath.MetadataFile);
        return Make(context, new PlanText(pipeline.MetadataText!, path, BranchPath.MetadataFile)
        {
            SourcePath = sourcePath,
            Form = pipeline.Form,
            Since = field => again ? null
                : SourceCursor.Find(context.Repository.ReadSnapshot(context.Repository.Head(BranchName.Main)), pipeline.Name, field),
        }, watch);
    }

    /// <summary>Whoever brings metadata of the same name brings no other source: that takes the merge of what they brought.</summary>
    private static bool IsFolderOf(WorkspaceContext context, AgentReport task) => task.MetadataPath is { } path
        && (UploadFolder.BoundOf(context.Layout, path) is null || AgentTasks.Current(context, task).State == TaskState.Merged);

    /// <summary>The plan of a pipeline whose code is made once more.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="pipeline">As main has it.</param>
    /// <param name="request">What it is to do from now on.</param>
    /// <param name="watch">Of a fetch.</param>
    /// <returns>Null where an incremental source has nothing new.</returns>
    public static TaskPlan? OfGeneration(WorkspaceContext context, DeployedPipeline pipeline, GenerationRequest request, FetchWatch watch)
    {
        if (request.MetadataPath is null) return OfDeployed(context, pipeline with { Form = null }, request.SourcePath, again: false, watch);
        var main = context.Repository.ReadSnapshot(context.Repository.Head(BranchName.Main));
        return Make(context, new PlanText(MetadataFile.ReadText(request.MetadataPath), request.MetadataPath, Path.GetFileName(request.MetadataPath))
        {
            SourcePath = request.SourcePath,
            Since = field => SourceCursor.Find(main, pipeline.Name, field),
        }, watch);
    }

    /// <summary>A task as it is known which file its source became.</summary>
    public AgentReport NoteSource(AgentReport report) => IsFetched ? report with { SourcePath = SourcePath } : report;

    private static string HashOf(string text) => Hash.Of(System.Text.Encoding.UTF8.GetBytes(text)).ToString();

    private static TaskPlan? Make(WorkspaceContext context, PlanText text, FetchWatch watch)
    {
        var spec = MetadataReader.Read(text.Text, text.Name, context.Memory.Recall);
        if (text.Form is { } form) spec = spec with { Source = form.ApplyTo(spec.Source) };
        var folder = Path.GetDirectoryName(text.Path)!;
        var (source, fetched) = (FetchedFiles.Locate(context, text.SourcePath) ?? text.SourcePath, false);
        if (source is null && UploadFolder.BoundOf(context.Layout, text.Path) is { } bound) source = bound.RequireSource(spec, text.Path);
        if (spec.Source.Fetch is null) source ??= spec.ResolveLocation(folder, Directory.GetCurrentDirectory());
        else if (source is null || (FetchedFiles.Locate(context, source) is not null && !File.Exists(source)))
        {
            source = FetchedFiles.Fetch(context, spec, folder, text.Since(spec.Source.Fetch.Increment?.Cursor), watch);
            if (source is null) return null;
            fetched = true;
        }

        try
        {
            var plan = new TaskPlan(MetadataReader.ToJson(text.Text, text.Name), text.Path, PipelineSource.Inspect(spec, source, watch.Cancel), source);
            Destination.Check(
                plan.Spec, context.Repository.ReadSnapshot(text.Start ?? context.Repository.Head(BranchName.Main)).ReadSchema(), context.Live.Provider.Tables);
            return plan;
        }
        catch when (fetched)
        {
            FetchedFiles.Remove(context, source);
            throw;
        }
    }

    /// <param name="Text">The metadata.</param>
    /// <param name="Path">Where the file came from.</param>
    /// <param name="Name">What the text is called now; its ending says how it is written.</param>
    private sealed record PlanText(string Text, string Path, string Name)
    {
        /// <summary>Absolute, in place of what the metadata says.</summary>
        public string? SourcePath { get; init; }

        /// <summary>Where the task's branch begins; null for main's head.</summary>
        public CommitId? Start { get; init; }

        /// <summary>How far the source was loaded by a field.</summary>
        public Func<string?, FetchedCursor?> Since { get; init; } = _ => null;

        /// <summary>How the source is written; null to find it out.</summary>
        public SourceForm? Form { get; init; }
    }
}
