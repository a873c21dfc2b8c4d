using System.Security.Cryptography;
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
    public BranchReport Create(BranchName name, string? fromRevision, CancellationToken cancel) =>
        Create(name, fromRevision, name.Text, task: null, cancel);

    public IReadOnlyList<BranchReport> List() =>
        [.. _context.Repository.ListBranches().Select(b => Describe(BranchName.Parse(b.Key), b.Value))];

    /// <summary>Throws usage failure <c>branch.missing</c>.</summary>
    public BranchReport Show(BranchName name) => Describe(name, _context.Repository.Head(name));

    /// <summary>Removes a branch with its folder and instance; its commits stay reachable by id. Main and a branch with a merge in progress are
    /// refused.</summary>
    public void Delete(BranchName name)
    {
        var head = _context.Repository.Head(name);
        if (name.IsMain)
        {
            throw new DbVcException(FailureKind.Refused, "branch.protected", "main is the live database and cannot be deleted.");
        }

        if (MergeRecord.ReadAll(_context.Repository.Store).FirstOrDefault(m => m.Source == name.Text || m.Target == name.Text) is { } merge)
        {
            throw new DbVcException(FailureKind.Refused, "branch.merging", $"A merge of '{name}' is in progress.",
                hint: $"Finish it (db-vc merge continue {merge.Id}) or drop it (db-vc merge abort {merge.Id}) first.");
        }

        var record = RequireRecord(name);
        using var idle = record.Task is null ? null : TaskLock.Hold(_context, name);
        var transaction = new CommitTransaction(_context.Repository, $"branch delete {name}", _context.Options.User.Name);
        transaction.MoveBranch(name, head, null);
        transaction.DeleteDocument(BranchRecord.Collection, name.Text);
        transaction.Publish();
        _context.Instances.Drop(record);
        var folder = _context.Layout.Branch(name);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>Commits what the branch's database holds, and its pipeline files. No commit in the report means that nothing had changed.</summary>
    public CommitReport Commit(BranchName branch, string message, Author? author, CancellationToken cancel)
    {
        var outcome = _context.Publisher.Commit(new CaptureRequest(branch, $"commit --branch {branch}", author ?? _context.Options.User, message)
        {
            Files = branch.IsMain ? null : new Checkout(_context.Layout.Branch(branch)).Collect(RequireRecord(branch).Pipeline),
        }, cancel);
        return Report(outcome.Before, outcome.Head);
    }

    internal BranchReport Create(BranchName name, string? fromRevision, string pipeline, AgentReport? task, CancellationToken cancel)
    {
        if (_context.Repository.FindHead(name) is not null)
        {
            throw new DbVcException(FailureKind.Usage, "branch.exists", $"There is a branch '{name}' already.",
                hint: HintForTaken(name));
        }

        var start = fromRevision is null
            ? _context.Publisher.Commit(CaptureRequest.Outside(BranchName.Main), cancel).Head
            : new RevisionParser(_context.Repository).Parse(fromRevision);
        var record = new BranchRecord(name.Text, start.ToString(), _context.Repository.Clock.GetUtcNow(),
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)) + ".db", pipeline, task?.Task, Merged: null);
        var transaction = new CommitTransaction(_context.Repository, $"branch create {name}", _context.Options.User.Name);
        transaction.MoveBranch(name, null, start);
        transaction.PutDocument(BranchRecord.Collection, name.Text, record.ToBytes());
        if (task is not null) transaction.PutDocument(AgentTasks.Collection, task.Task, AgentTasks.ToBytes(task));
        transaction.Publish();
        using (_context.Instances.Open(record))
        {
            BranchInfo.Write(_context, record, "open");
        }

        return Show(name);
    }

    internal BranchRecord RequireRecord(BranchName name) => BranchRecord.Read(_context.Repository.Store, name)
        ?? throw new DbVcException(FailureKind.Usage, "branch.missing", $"There is no branch '{name}'.", hint: "db-vc branch list shows them.");

    internal CommitReport Report(CommitId? before, CommitId after)
    {
        if (before is not { } start) return new CommitReport(null, [], []);
        var changes = TableChanges.Between(_context.Repository.Chunks,
            _context.Repository.ReadSnapshot(start).Snapshot, _context.Repository.ReadSnapshot(after).Snapshot);
        return new CommitReport(after, _context.Repository.ReadCommit(after).Parents, changes);
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
        if (name.IsMain) return new BranchReport(name.Text, head, null, "protected", _context.Identity.Location, null, null);
        var record = RequireRecord(name);
        var status = record.Merged is not null ? "merged" : (record.Task is null ? null : AgentTasks.FindState(_context, record.Task)) ?? "open";
        return new BranchReport(name.Text, head, CommitId.Parse(record.Base), status,
            _context.Instances.Exists(record) ? _context.Instances.Locate(record) : null, record.Created, record.Task);
    }
}
