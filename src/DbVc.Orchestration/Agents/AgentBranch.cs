using System.Globalization;
using DbVc.Agents;
using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>The one branch of a task, as far as its agent may touch it.</summary>
internal sealed class AgentBranch(WorkspaceContext context, BranchRecord record, PipelineTask task, Checkout checkout) : IAgentBranch
{
    private const int MaxRows = 200;
    private static readonly TimeSpan s_maxQueryTime = TimeSpan.FromSeconds(10);

    private int _commits;
    private KnownBranch? _known;

    /// <summary>Whose commits these are.</summary>
    public required Author Author { get; init; }

    /// <summary>The times of what it does.</summary>
    public required TaskClock Clock { get; init; }

    /// <summary>The branch that the task was given.</summary>
    public BranchName Name => task.Branch;

    /// <summary>Where the work is done: the same, unless it is done again.</summary>
    public BranchName Place { get; } = BranchName.Parse(record.Name);

    /// <summary>Tables that changed since the last commit; null when any may have, empty when none did.</summary>
    public IReadOnlySet<string>? ChangedTables { get; set; } = new HashSet<string>();

    private string Command => Author.Kind == AuthorKind.Agent ? "agent" : "pipeline run";

    public IReadOnlyList<BranchPath> ListFiles() => checkout.List();

    public string ReadFile(BranchPath path) => checkout.Read(path);

    public void WriteFile(BranchPath path, string text)
    {
        if (path == BranchPath.Metadata)
        {
            throw new DbVcException(FailureKind.Refused, "agent.pinned", "The metadata was pinned when the task started.", path.Text);
        }

        checkout.Write(path, text);
        _known?.Note(path, text);
    }

    public void WriteGenerated(BranchFile file)
    {
        // What was written into its open methods since stays, as long as the generator leaves them as it did.
        if (file.Open.Count > 0 && checkout.IsOriginal(file.Path, file.Original ?? file.Text)) return;
        // In this order: a file whose original is that of the generation before is merged with this one to what it is.
        WriteFile(file.Path, file.Text);
        checkout.WriteOriginal(file.Path, file.Original ?? file.Text);
    }

    public void RequireUndisturbed()
    {
        var files = checkout.Collect(record.Pipeline);
        _known ??= new KnownBranch(context, task, Place, files);
        _known.Require(files);
    }

    public CommitId? Commit(string message, CancellationToken cancellation)
    {
        var files = checkout.Collect(record.Pipeline);
        _known?.Require(files);
        var outcome = Commit(files, new CaptureRequest(Place, $"{Command} {task.Id}", Author, message)
        {
            Expected = _known?.Head,
            Provenance = Author.Kind == AuthorKind.Agent
                ? new Provenance(task.Id.Text, task.Model, AgentPrompt.HashOf(task).ToString(), ++_commits)
                : new Provenance(task.Id.Text),
            Files = files,
            Tables = ChangedTables,
            Time = Clock.Now,
        }, cancellation);
        _known?.Note(outcome.Head);
        // Files alone do not say that what was loaded is committed.
        if (ChangedTables is not { Count: 0 }) LoadMark.Remove(context, record);
        ChangedTables = new HashSet<string>();
        if (outcome.Before is null) return null;
        BranchInfo.Write(context, record, "running");
        return outcome.Head;
    }

    /// <summary>Somebody may commit between the look and this.</summary>
    private CaptureOutcome Commit(PipelineFiles files, CaptureRequest request, CancellationToken cancellation)
    {
        try
        {
            return context.Publisher.Commit(request, cancellation);
        }
        catch (DbVcException moved) when (moved.Code == "branch.moved")
        {
            _known!.Require(files);
            throw;
        }
    }

    public BranchAnswer Query(string sql)
    {
        using var database = context.Publisher.Open(Place);
        using var result = PartialPlan.Query(context, Place, sql, () => database.Query(sql, new QueryLimits(MaxRows + 1, s_maxQueryTime)));
        var rows = new List<IReadOnlyList<string?>>();
        foreach (var row in result.Rows)
        {
            if (rows.Count == MaxRows) return new BranchAnswer(Names(result), rows, Complete: false);
            rows.Add([.. row.Select(Show)]);
        }

        return new BranchAnswer(Names(result), rows, Complete: true);
    }

    private static IReadOnlyList<string> Names(IQueryResult result) => [.. result.Columns.Select(c => c.Name)];

    private static string? Show(Value value) => value.IsNull ? null : string.Create(CultureInfo.InvariantCulture, $"{value}");
}
