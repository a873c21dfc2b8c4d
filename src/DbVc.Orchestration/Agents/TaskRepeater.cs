using System.Text;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What came of a call.</summary>
/// <param name="State">passed, failed or error.</param>
/// <param name="Commit">What it committed; null where it committed nothing.</param>
/// <param name="At">The time of its run, UTC.</param>
public sealed record CallOutcome(string State, string Summary, string? Commit, DateTimeOffset At);

/// <summary>A call as it was logged, and as it came out when it was repeated.</summary>
/// <param name="Position">From 1, within its run.</param>
/// <param name="Now">Null where the run did not come that far again.</param>
public sealed record RepeatedCall(int Position, string Tool, CallOutcome Then, CallOutcome? Now)
{
    /// <summary>Whether it committed the same, or nothing both times.</summary>
    public bool IsSame => Now is not null && Now.Commit == Then.Commit;
}

/// <summary>One run of a task, repeated from its log.</summary>
/// <param name="Start">The commit that it started from.</param>
public sealed record RepeatedRun(CommitId Start, IReadOnlyList<RepeatedCall> Calls)
{
    public bool IsSame => Calls.All(c => c.IsSame);

    /// <summary>Calls that committed something.</summary>
    public IEnumerable<RepeatedCall> Commits => Calls.Where(c => (c.Then.Commit ?? c.Now?.Commit) is not null);
}

/// <summary>A task, repeated from its log.</summary>
public sealed record RepeatedTask(string Task, string Branch, IReadOnlyList<RepeatedRun> Runs)
{
    public bool IsSame => Runs.All(r => r.IsSame);
}

/// <summary>
/// Does what a task did once more, from its log alone: the same answers of the model, of the person and of the clock, from the commit that it started from,
/// on a branch that goes away again. The tools work for real, so that equal commits show that nothing but the log and the source went into them.
/// </summary>
internal sealed class TaskRepeater(WorkspaceContext context, BranchManager branches)
{
    public RepeatedTask Run(AgentReport report, IAgentProgress progress, CancellationToken cancel)
    {
        if (report.State == TaskState.Running)
        {
            throw new DbVcException(FailureKind.Locked, "agent.running", $"An agent is at work on '{report.Branch}'.",
                hint: $"db-vc agent log {report.Branch} --follow");
        }

        var runs = ReadLog(report).Where(run => run.Calls.Count > 0).ToList();
        if (runs.Count == 0)
        {
            throw new DbVcException(FailureKind.Usage, "agent.replay-empty", $"The agent of the task {report.Task} called no tool: there is nothing to repeat.",
                hint: $"db-vc agent status {report.Branch}");
        }

        return new RepeatedTask(report.Task, report.Branch, [.. runs.Select(run => Repeat(report, run, progress, cancel))]);
    }

    private IReadOnlyList<LoggedRun> ReadLog(AgentReport report)
    {
        var path = Transcript.PathOf(context.Layout.AgentLogs, TaskId.Parse(report.Task));
        try
        {
            return LoggedRun.ReadAll(File.ReadAllText(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DbVcException(FailureKind.Failed, "agent.log-missing", "The task has no log that can be read.", path,
                "Only what was logged can be repeated.", failure);
        }
    }

    private RepeatedRun Repeat(AgentReport report, LoggedRun logged, IAgentProgress progress, CancellationToken cancel)
    {
        var name = BranchName.Parse($"replay-{report.Task.Replace('+', '/')}");
        using var held = TaskLock.Hold(context, name);
        RemoveLeftover(name);
        Make(name, report, logged.Origin, cancel);
        try
        {
            var got = Work(name, report, logged, progress, cancel);
            return new RepeatedRun(logged.Origin.Start,
                [.. logged.Calls.Select((call, i) => new RepeatedCall(i + 1, call.Tool, OutcomeOf(call), i < got.Count ? OutcomeOf(got[i]) : null))]);
        }
        finally
        {
            branches.Delete(name, $"agent replay {report.Task} (end)");
        }
    }

    private static CallOutcome OutcomeOf(LoggedCall call) => new(call.State, call.Summary, call.Commit, call.At);

    /// <summary>A process that was killed while it repeated the task left its branch.</summary>
    private void RemoveLeftover(BranchName name)
    {
        if (BranchRecord.Read(context.Repository.Store, name) is not { } left) return;
        if (left.Main is null)
        {
            throw new DbVcException(FailureKind.Usage, "branch.exists", $"The branch '{name}' is in the way.",
                hint: $"db-vc branch rename {name} NAME");
        }

        branches.Delete(name, $"branch delete {name}");
    }

    private void Make(BranchName name, AgentReport report, RunOrigin origin, CancellationToken cancel)
    {
        RequireKept(origin.Start);
        RequireKept(origin.Main);
        branches.Create(name, origin.Start.ToString(), new NewBranch(report.Pipeline!, null, BranchTerms.None), cancel);
        var record = branches.RequireRecord(name) with
        {
            Base = origin.Base.ToString(),
            Main = origin.Main.ToString(),
            On = BranchRecord.Read(context.Repository.Store, BranchName.Parse(report.Branch)) is { } made && made.Task == report.Task ? made.On : null,
        };
        using (var transaction = context.Repository.Store.Begin())
        {
            transaction.PutDocument(BranchRecord.Collection, name.Text, record.ToBytes());
            transaction.Commit();
        }

        branches.CheckOutFiles(name);
    }

    private void RequireKept(CommitId commit)
    {
        if (context.Repository.Store.ReadCommit(commit.Hash) is null)
        {
            throw new DbVcException(FailureKind.Failed, "agent.replay-gone", $"The commit {commit.Short} that the task started from is not kept any more.",
                hint: "db-vc gc removes what no branch, tag or recent operation needs.");
        }
    }

    private IReadOnlyList<LoggedCall> Work(BranchName name, AgentReport report, LoggedRun logged, IAgentProgress progress, CancellationToken cancel)
    {
        var repeated = report with { Branch = name.Text };
        var plan = TaskPlan.Reread(context, repeated, code: false, new FetchWatch(progress, cancel));
        var task = PreparedRun.TaskOf(plan, report) with { Past = logged.Past };
        var record = branches.RequireRecord(name);
        var setup = new ExecutionSetup(context, record, task, plan.Spec, plan.SourcePath)
        {
            Checkout = new Checkout(context.Layout.Branch(name)),
            Mask = SecretMask.FromEnvironment(),
            LastMerged = logged.Origin.Baseline is { } baseline ? AgentTasks.Read(context, baseline) : null,
            TriesMutants = context.Configuration.Gates.MutationScore > 0,
            IsRepetition = true,
        };
        using var run = PreparedRun.Make(setup, TaskClock.Logged([.. logged.Calls.Select(c => c.At)]), progress);
        var session = run.BeginSession(plan, repeated, new Watch(progress), new LoggedPerson(logged), progress);
        using var log = new MemoryStream();
        using var transcript = new Transcript(log, setup.Mask, context.Options.Clock);
        using var model = new ReplayChatClient(logged.Answers);
        new AgentRun(model, session, LimitsOf(report), transcript, context.Options.Clock).RunAsync(cancel).GetAwaiter().GetResult();
        cancel.ThrowIfCancellationRequested();
        return LoggedRun.ReadAll(Encoding.UTF8.GetString(log.ToArray())) is [var repeat] ? repeat.Calls : [];
    }

    /// <summary>The log says where the run ended; only how many records it may read shows in what it committed.</summary>
    private AgentLimits LimitsOf(AgentReport report) => LimitsText.Parse(report.Limits, context.Configuration.Limits) with
    {
        Iterations = int.MaxValue,
        ConsecutiveErrors = int.MaxValue,
        FailedValidations = int.MaxValue,
        Tokens = long.MaxValue,
        WallTime = TimeSpan.FromDays(1),
    };

    private sealed class Watch(IAgentProgress progress) : IAgentObserver
    {
        public void StepStarted(string name) => progress.StepStarted(name);

        public void StepFinished(AgentStep step) =>
            progress.StepFinished(new TaskStep(step.Name, step.State == StepState.Passed ? "done" : "failed", Math.Round(step.Seconds, 3), step.Summary));

        public void GateFinished(GateSummary gate) => progress.GateFinished(gate);
    }

    /// <summary>Says what the person said then.</summary>
    private sealed class LoggedPerson(LoggedRun run) : ITaskPerson
    {
        private readonly Queue<string?> _said = new(run.Calls.Where(c => c.Tool == ToolCatalog.AskUser).Select(c => c.Said));

        public string? Answer(string question, IReadOnlyList<string> choices) => _said.TryDequeue(out var said) ? said : null;
    }
}
