using DbVc.Agents;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>A branch on which a task's work can be done: its files, its database, and what runs its code.</summary>
internal sealed record PreparedRun(ExecutionSetup Setup, AgentBranch Branch, BranchExecution Execution) : IDisposable
{
    /// <summary>For the branch that the report names.</summary>
    public static PreparedRun Make(WorkspaceContext context, TaskPlan plan, PipelineTask task, AgentReport report, IAgentProgress progress)
    {
        var record = context.Instances.Require(BranchName.Parse(report.Branch));
        var setup = new ExecutionSetup(context, record, task, plan.Spec, plan.SourcePath)
        {
            Checkout = new Checkout(context.Layout.Branch(BranchName.Parse(record.Name))),
            Mask = SecretMask.FromEnvironment(),
            LastMerged = AgentTasks.FindLastMerged(context, record.Pipeline),
            IsRun = report.IsRun,
            TriesMutants = !report.IsRun && context.Configuration.Gates.MutationScore > 0,
        };
        return Make(setup, TaskClock.Of(context.Options.Clock), progress);
    }

    public static PreparedRun Make(ExecutionSetup setup, TaskClock clock, IAgentProgress progress)
    {
        var context = setup.Context;
        RuntimeLibrary.Place(context, WorkerLocation.Find(context.Options.WorkerFolder.Length == 0 ? null : context.Options.WorkerFolder));
        var branch = new AgentBranch(context, setup.Record, setup.Task, setup.Checkout)
        {
            Author = setup.IsRun ? context.Options.User : new Author($"{setup.Task.Model} agent", "", AuthorKind.Agent),
            Clock = clock,
        };
        return new PreparedRun(setup, branch, new BranchExecution(setup, branch, progress));
    }

    /// <summary>The task that a report is about, with the metadata that was pinned.</summary>
    public static PipelineTask TaskOf(TaskPlan plan, AgentReport report) =>
        new(TaskId.Parse(report.Task), BranchName.Parse(report.Branch), plan.MetadataText, report.Model, report.Created)
        {
            Request = report.Text ?? "",
            Past = report.Past,
        };

    /// <summary>Makes the branch's folder ready, and what tools work on.</summary>
    public TaskSession BeginSession(TaskPlan plan, AgentReport report, IAgentObserver observer, ITaskPerson person, IAgentProgress progress)
    {
        SourceForm.Of(plan.Spec.Source).Write(Setup.Checkout);
        return new TaskSession(Setup.Task, Branch, Execution, KeepEdits(plan, report, Setup.Checkout, progress), observer)
        {
            Disclosure = DisclosureOf(Setup.Context, report),
            Person = person,
            Memory = Setup.IsRepetition || report.Model == BuiltinChatClient.ModelName ? NoMemory.Instance : Setup.Context.Memory.ForTools(),
            Clock = Branch.Clock,
            Origin = Origin(),
        };
    }

    /// <summary>What a task's model may see.</summary>
    public static Disclosure DisclosureOf(WorkspaceContext context, AgentReport report) =>
        report.Model == BuiltinChatClient.ModelName ? Disclosure.Everything : Disclosure.By(context.Configuration.Disclosure);

    public void Dispose() => Execution.Dispose();

    /// <summary>What generates the code, with the edits that are in the branch's folder. What is generated no more goes at once.</summary>
    private static ICodeGenerator KeepEdits(TaskPlan plan, AgentReport report, Checkout checkout, IAgentProgress progress)
    {
        ICodeGenerator code = new CSharpCode(plan.Spec);
        var edits = new KeptEdits(checkout.Collect(report.Pipeline!).Files, code.GenerateAll(), report.EditConflicts);
        edits.Require();
        foreach (var path in edits.Gone) checkout.Remove(path);
        if (edits.Edited.Count > 0) progress.Message($"Edits of the generated code are kept: {string.Join(", ", edits.Edited)}");
        return new EditedCode(code, edits);
    }

    /// <summary>What the run starts from, as it is now.</summary>
    private RunOrigin Origin()
    {
        var repository = Setup.Context.Repository;
        return new RunOrigin(repository.Head(Branch.Place), CommitId.Parse(Setup.Record.Base), repository.Head(BranchName.Main), Setup.LastMerged?.Task);
    }
}
