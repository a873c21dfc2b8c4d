using System.Security.Cryptography;
using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Makes, lists and removes branches, and commits what their databases hold.</summary>
public sealed class BranchManager
{
    private readonly WorkspaceContext _context;

    internal BranchManager(WorkspaceContext context) => _context = context;

    /// <summary>Makes a branch at a revision; without one at main, live changes captured first. Throws usage failure <c>branch.exists</c>.</summary>
    public BranchReport Create(BranchName name, string? fromRevision, CancellationToken cancel) => Create(name, fromRevision, BranchTerms.None, cancel);

    /// <summary>The same for a branch with an end or a budget. Throws usage failures <c>budget.invalid</c> and <c>expires.invalid</c>, too.</summary>
    public BranchReport Create(BranchName name, string? fromRevision, BranchTerms terms, CancellationToken cancel) =>
        Create(name, fromRevision, new NewBranch(name.Folder, null, terms), cancel);

    public IReadOnlyList<BranchReport> List() =>
        [.. _context.Repository.ListBranches().Select(b => Describe(BranchName.Parse(b.Key), b.Value))];

    /// <summary>Throws usage failure <c>branch.missing</c>.</summary>
    public BranchReport Show(BranchName name)
    {
        var report = Describe(name, _context.Repository.Head(name));
        return report.Budget is null ? report : report with { Used = new BudgetCheck(_context, RequireRecord(name)).Measure() };
    }

    /// <summary>Removes a branch with its folder and instance; its commits stay, and <c>Restore</c> brings it back. Main and a branch
    /// with a merge in progress are refused.</summary>
    public void Delete(BranchName name)
    {
        if (_context.Options.Bound is not null)
        {
            _context.Guard.RequireOwnBranch(name, _context.Repository.Head(name));
            RequireClean(name, CancellationToken.None);
        }

        Delete(name, $"branch delete {name}");
    }

    internal void Delete(BranchName name, string command)
    {
        var head = _context.Repository.Head(name);
        RequireOwn(name, "deleted");
        var record = RequireRecord(name);
        using var idle = record.Task is null ? null : TaskLock.Hold(_context, name);
        _context.Instances.RequireDroppable(record);
        var transaction = new CommitTransaction(_context.Repository, command, _context.Options.User.Name);
        transaction.MoveBranch(name, head, null);
        transaction.DeleteDocument(BranchRecord.Collection, name.Text);
        transaction.PutDocument(DeletedBranch.Collection, name.Text, new DeletedBranch(head.ToString(), record).ToBytes());
        KeepTask(record, transaction);
        transaction.DeleteDocument(Approvals.Collection, name.Text);
        Rejections.Seal(_context.Repository.Store, transaction, name);
        RequestShelf.Seal(_context.Repository.Store, transaction, record.InstanceId);
        GateReports.Forget(name, transaction);
        transaction.Publish();
        Reached(PublishStep.BranchForgotten);
        _context.Instances.Drop(record);
        Reached(PublishStep.InstanceDropped);
        var folder = _context.Layout.Branch(name);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        FetchedFiles.RemoveOf(_context, name);
    }

    /// <summary>Only the branch's record knows that its task was merged; and nothing begins a task whose branch is gone.</summary>
    private void KeepTask(BranchRecord record, CommitTransaction transaction)
    {
        if (record.Task is not { } id || AgentTasks.Read(_context, id) is not { } task) return;
        var current = AgentTasks.Current(_context, task);
        if (current.State == TaskState.Queued) current = current with { State = TaskState.Stopped, Error = "Its branch was deleted before it was begun." };
        if (current.State is TaskState.Merged or TaskState.Stopped) transaction.PutDocument(AgentTasks.Collection, id, AgentTasks.ToBytes(current));
        transaction.DeleteDocument(DetachedTask.Collection, id);
        transaction.DeleteDocument(TaskCancellation.Collection, id);
    }

    /// <summary>Gives a branch another name; its history, database, files and tasks go along. Throws usage failures <c>branch.missing</c> and
    /// <c>branch.exists</c>, refusals <c>branch.protected</c>, <c>branch.merging</c> and <c>branch.uncommitted</c>.</summary>
    public BranchReport Rename(BranchName from, BranchName to, CancellationToken cancel) => Rename(from, to, $"branch rename {from} {to}", cancel);

    internal BranchReport Rename(BranchName from, BranchName to, string command, CancellationToken cancel)
    {
        _context.Repository.Head(from);
        RequireOwn(from, "renamed");
        RefuseExisting(to);
        RequireClean(from, cancel);
        var record = RequireRecord(from);
        using var idle = record.Task is null ? null : TaskLock.Hold(_context, from);
        using var held = _context.Publisher.Hold(from);
        new BranchRenaming(_context, from, to).Run(record, _context.Repository.Head(from), command);
        CheckOutFiles(to);
        return Show(to);
    }

    /// <summary>Brings a deleted branch back to where it was, with its files; its database is made anew. Throws usage failures
    /// <c>branch.exists</c> and <c>branch.missing</c>.</summary>
    public BranchReport Restore(BranchName name) => Restore(name, $"branch restore {name}", null);

    /// <summary>With <paramref name="head"/> only if that is where it was when it was deleted last; else <c>undo.moved</c>.</summary>
    internal BranchReport Restore(BranchName name, string command, CommitId? head)
    {
        RefuseExisting(name);
        var deleted = DeletedBranch.Read(_context.Repository.Store, name)
            ?? throw new DbVcException(FailureKind.Usage, "branch.missing", $"No branch '{name}' was deleted.", hint: ListDeleted());
        if (_context.Repository.Store.ReadCommit(CommitId.Parse(deleted.Head).Hash) is null)
        {
            throw new DbVcException(FailureKind.Refused, "branch.gone", $"The commits of '{name}' are no longer kept.",
                hint: "db-vc gc removes what was deleted longer ago than gc.retention_days, and a purge gives commits other ids.");
        }

        if (head is { } wanted && wanted.ToString() != deleted.Head)
        {
            throw new DbVcException(FailureKind.Refused, "undo.moved", $"'{name}' was made and deleted again since then.",
                hint: $"db-vc branch create {name} --from {wanted.Short}");
        }

        // A process that died while it deleted the branch may have left half of the instance.
        _context.Instances.Drop(deleted.Record);
        var transaction = new CommitTransaction(_context.Repository, command, _context.Options.User.Name);
        transaction.MoveBranch(name, null, CommitId.Parse(deleted.Head));
        transaction.PutDocument(BranchRecord.Collection, name.Text, (deleted.Record with { Expires = null }).ToBytes());
        transaction.DeleteDocument(DeletedBranch.Collection, name.Text);
        Rejections.Unseal(_context.Repository.Store, transaction, name);
        RequestShelf.Unseal(_context.Repository.Store, transaction, deleted.Record.InstanceId);
        transaction.Publish();
        Directory.CreateDirectory(_context.Layout.Branch(name));
        CheckOutFiles(name);
        return Show(name);
    }

    /// <summary>Brings tables that were left out into a branch's database, with all that they need; none for all. What is in the database stays. Throws usage
    /// failure <c>table.missing</c>; kind Refused, <c>branch.left-out</c>, where something is in the way.</summary>
    public BranchReport Fetch(BranchName name, IReadOnlyList<string> tables)
    {
        _context.Repository.Head(name);
        if (name.IsMain) throw new DbVcException(FailureKind.Usage, "branch.protected", "main is the live database; nothing is left out of it.");
        var command = $"branch fetch {name} {(tables.Count == 0 ? "--all" : string.Join(" ", tables))}";
        _context.Publisher.Fetch(name, command, _context.Options.User.Name, schema => tables.Count == 0 ? schema.Tables : PartialPlan.Find(schema, tables));
        return Show(name);
    }

    /// <summary>Commits what the branch's database holds, and its pipeline files. No commit in the report means that nothing had changed.</summary>
    public CommitReport Commit(BranchName branch, string message, Author? author, CancellationToken cancel)
    {
        if (!branch.IsMain) RequireBudget(branch, cancel);
        var outcome = _context.Publisher.Commit(new CaptureRequest(branch, $"commit --branch {branch}", author ?? _context.Options.User, message)
        {
            Files = branch.IsMain ? null : new Checkout(_context.Layout.Branch(branch)).Collect(RequireRecord(branch).Pipeline),
        }, cancel);
        return Report(outcome.Before, outcome.Head);
    }

    /// <summary>Commits all that a branch's database and folder hold, whatever its budget says.</summary>
    internal void CommitAll(BranchName branch, string message, CancellationToken cancel) =>
        _context.Publisher.Commit(new CaptureRequest(branch, $"commit --branch {branch}", Author.External, message)
        {
            Files = new Checkout(_context.Layout.Branch(branch)).Collect(RequireRecord(branch).Pipeline),
        }, cancel);

    /// <summary>Throws kind Refused, <c>budget.rows</c> or <c>budget.bytes</c>, if the branch's database holds more than the branch may become.</summary>
    internal void RequireBudget(BranchName branch, CancellationToken cancel)
    {
        var record = RequireRecord(branch);
        if (record.Budget is not { } budget || (budget.Rows ?? budget.Bytes) is null || !_context.Instances.Exists(record)) return;
        using var chunks = _context.Repository.Chunks.BeginWrite();
        new BudgetCheck(_context, record).Require(chunks, _context.Publisher.Peek(branch, chunks, cancel));
    }

    internal BranchReport Create(BranchName name, string? fromRevision, NewBranch made, CancellationToken cancel)
    {
        RefuseExisting(name);
        var (budget, expires) = (made.Terms.ReadBudget(), made.Terms.ReadExpiry(_context.Repository.Clock.GetUtcNow()));
        var start = fromRevision is null
            ? _context.Publisher.Commit(CaptureRequest.Outside(BranchName.Main), cancel).Head
            : new RevisionParser(_context.Repository).Parse(fromRevision);
        var record = new BranchRecord(name.Text, start.ToString(), _context.Repository.Clock.GetUtcNow(),
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)) + ".db", made.Pipeline, made.Task?.Task, Merged: null)
        {
            Budget = budget,
            Expires = expires,
            On = made.On,
        };
        record = new PartialPlan(_context, start).Choose(record, made);

        // Asked before anything is recorded: without a place for its database there is no branch.
        _context.Instances.Locate(record);
        var transaction = new CommitTransaction(_context.Repository, $"branch create {name}", _context.Options.User.Name);
        transaction.MoveBranch(name, null, start);
        transaction.PutDocument(BranchRecord.Collection, name.Text, record.ToBytes());
        if (made.Task is { } task) transaction.PutDocument(AgentTasks.Collection, task.Task, AgentTasks.ToBytes(task));
        transaction.Publish();
        Reached(PublishStep.BranchRecorded);
        using (_context.Instances.Open(record))
        {
            Reached(PublishStep.InstanceMade);
            BranchInfo.Write(_context, record, "open");
        }

        return Show(name);
    }

    /// <summary>Throws <c>branch.uncommitted</c>: what is in the branch's database or folder but in no commit would silently be left behind.
    /// Main's live changes are always captured first.</summary>
    internal void RequireClean(BranchName branch, CancellationToken cancel)
    {
        var head = _context.Repository.Head(branch);
        if (branch.IsMain) return;
        var record = RequireRecord(branch);
        var snapshot = _context.Repository.ReadSnapshot(head);
        using var chunks = _context.Repository.Chunks.BeginWrite();
        var isClean = !_context.Instances.Exists(record) || _context.Publisher.Peek(branch, chunks, cancel) == snapshot.Snapshot;
        if (isClean && BranchFiles.AreAt(snapshot, record, _context.Layout.Branch(branch))) return;
        if (!isClean && LoadMark.IsSet(_context, record))
        {
            throw new DbVcException(FailureKind.Refused, "branch.uncommitted",
                $"A load into the database of branch '{branch}' was cut off: what it holds now is in no commit, and nobody's work.",
                hint: $"Load it anew: db-vc gate run {branch}, or db-vc agent retry {branch}.");
        }

        throw new DbVcException(FailureKind.Refused, "branch.uncommitted",
            $"The {(isClean ? "folder" : "database")} of branch '{branch}' has changes that no commit holds.",
            hint: $"Commit them first: db-vc commit --branch {branch} -m \"what and why\".");
    }

    /// <summary>Brings the files of a branch's folder to its head.</summary>
    internal void CheckOutFiles(BranchName branch)
    {
        var record = RequireRecord(branch);
        BranchFiles.CheckOut(_context.Repository.ReadSnapshot(_context.Repository.Head(branch)), record, _context.Layout.Branch(branch));
        BranchInfo.Write(_context, record, record.Merged is null ? "open" : "merged");
    }

    internal BranchRecord RequireRecord(BranchName name) => _context.Instances.Require(name);

    internal CommitReport Report(CommitId? before, CommitId after, IReadOnlyDictionary<string, RowsChanged>? counted = null)
    {
        if (before is not { } start) return new CommitReport(null, [], []);
        using var view = _context.Repository.Chunks.HoldView();
        var changes = TableChanges.Between(_context.Repository.Chunks,
            _context.Repository.ReadSnapshot(start).Snapshot, _context.Repository.ReadSnapshot(after).Snapshot, counted);
        return new CommitReport(after, _context.Repository.ReadCommit(after).Parents, changes);
    }

    private void Reached(PublishStep step) => _context.Live.StepReached?.Invoke(step);

    private void RefuseExisting(BranchName name)
    {
        if (_context.Repository.FindHead(name) is null) return;
        throw new DbVcException(FailureKind.Usage, "branch.exists", $"There is a branch '{name}' already.",
            hint: HintForTaken(name));
    }

    /// <summary>Refuses what only a branch without a merge in progress, and never main, can have done to it.</summary>
    private void RequireOwn(BranchName name, string verb)
    {
        if (name.IsMain) throw new DbVcException(FailureKind.Refused, "branch.protected", $"main is the live database and cannot be {verb}.");
        if (MergeRecord.ReadAll(_context.Repository.Store).FirstOrDefault(m => m.Source == name.Text || m.Target == name.Text) is not { } merge) return;
        throw new DbVcException(FailureKind.Refused, "branch.merging", $"A merge of '{name}' is in progress.",
            hint: $"Finish it (db-vc merge continue {merge.Id}) or drop it (db-vc merge abort {merge.Id}) first.");
    }

    private string ListDeleted()
    {
        var deleted = _context.Repository.Store.ListDocuments(DeletedBranch.Collection).Select(d => d.Key).ToList();
        return deleted.Count == 0 ? "No branch was deleted yet; db-vc branch list shows those that are there." : "Deleted: " + string.Join(", ", deleted) + ".";
    }

    private string HintForTaken(BranchName name)
    {
        if (name.IsMain) return "Choose another name; main is the live database.";
        return Show(name).Status is "stopped" or "failed"
            ? $"Go on with it: db-vc agent retry {name}; or remove it first: db-vc branch delete {name}."
            : $"Choose another name, or remove it with db-vc branch delete {name}.";
    }

    private BranchReport Describe(BranchName name, CommitId head)
    {
        if (name.IsMain) return new BranchReport(name.Text, head, null, "protected", _context.Identity.Display, null, null);
        var record = RequireRecord(name);
        var status = record.Merged is not null ? "merged" : (record.Task is null ? null : AgentTasks.FindState(_context, record.Task)) ?? "open";
        if (status != "running" && ExpiredBranches.IsOver(record, _context.Repository.Clock.GetUtcNow())) status = "expired";
        return new BranchReport(name.Text, head, CommitId.Parse(record.Base), status,
            _context.Instances.Exists(record) ? DatabaseEngines.Show(_context.Instances.Locate(record)) : null, record.Created, record.Task)
        {
            Budget = record.Budget,
            Expires = record.Expires,
            Override = record.Merged is null ? null : record.Override,
            Rejections = status == "merged" ? [] : Rejections.Find(_context, BranchName.Main, head),
            LeftOut = PartialPlan.LeftOut(_context, record, head),
        };
    }
}

/// <summary>A branch to be made.</summary>
/// <param name="Pipeline">Name below <c>pipelines/</c> under which its files are versioned.</param>
/// <param name="Task">The task that it is made for; null for a person's own work.</param>
internal sealed record NewBranch(string Pipeline, AgentReport? Task, BranchTerms Terms)
{
    /// <summary>The table that the task writes to; null where that is not known.</summary>
    public string? Destination { get; init; }

    /// <summary>The branches that it is made on, which main does not hold; null where it is made on main.</summary>
    public IReadOnlyList<StandsOn>? On { get; init; }

    /// <summary>Tables that the task's rules ask about; they are there.</summary>
    public IReadOnlyList<string> Asked { get; init; } = [];
}
