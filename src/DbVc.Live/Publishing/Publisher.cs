using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>
/// The one way to move a branch that has a database behind it: merge, rollback, revert, undo and commit all go through here.
/// Exactly once and atomic: outside changes are captured first, the result is rehearsed in the shadow, an intent is written durably,
/// then one transaction on the database checks every touched row, applies the change and names the new commit; last the ref moves.
/// A crash at any instruction leaves either the old or the new state.
/// </summary>
public sealed class Publisher(LiveContext context, Shadow shadow, BranchInstances instances)
{
    private const int MaxAttempts = 5;

    /// <summary>
    /// Moves the branch as planned. Throws kind Locked, <c>rows.moving</c>, if rows kept changing under it; kind Locked,
    /// <c>repository.locked</c>, if another command is at it.
    /// </summary>
    public PublishOutcome Publish(PublishRequest request, CancellationToken cancel)
    {
        using var held = Lock(request.Branch);
        Recover(request.Branch);
        IReadOnlyList<MovedRow> moved = [];
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            cancel.ThrowIfCancellationRequested();
            var head = CaptureChanges(CaptureRequest.Outside(request.Branch), cancel).Head;
            if (request.Plan(head) is not { } plan) return new PublishOutcome(null, head, []);
            var after = SnapshotCodec.Read(context.Repository.Chunks, plan.Commit.Snapshot);
            var violations = request.Branch.IsMain ? shadow.Rehearse(head, after, context.Repository.Chunks) : [];
            if (violations.Count > 0) return new PublishOutcome(null, head, violations);

            cancel.ThrowIfCancellationRequested();
            var delta = new SnapshotDiff(context.Repository.Chunks, context.Repository.ReadSnapshot(head).Snapshot, after).ToDelta();
            var result = Apply(request, head, plan, delta);
            if (result.Commit is not null) return new PublishOutcome(result.Commit, head, []);

            // What broke on live but not in the shadow came from a writer in between: capture again and judge the whole.
            if (result.Violations.Count > 0 && (!request.Branch.IsMain || attempt == MaxAttempts - 1))
            {
                return new PublishOutcome(null, head, result.Violations);
            }

            moved = result.Moved;
        }

        throw new DbVcException(FailureKind.Locked, "rows.moving",
            $"Rows kept changing in the live database: {string.Join(", ", moved.Take(5).Select(m => $"{m.Table} {m.Key}"))}.",
            hint: "Nothing was changed. Try again when those rows are quiet.");
    }

    /// <summary>Commits what was changed in the branch's database past db-vc, and the files given; null when nothing differs.</summary>
    public CaptureOutcome Commit(CaptureRequest request, CancellationToken cancel)
    {
        using var held = Lock(request.Branch);
        Recover(request.Branch);
        return CaptureChanges(request, cancel);
    }

    /// <summary>What the branch's database holds now, without committing it; chunks go to the caller's writer.</summary>
    public Snapshot Peek(BranchName branch, IChunkWriter chunks, CancellationToken cancel)
    {
        var head = context.Repository.Head(branch);
        using var database = Open(branch);
        using var read = database.BeginRead();
        LiveIdentity.Check(context, branch, head, read.State);
        return Capture.Run(read, context.Repository.ReadSnapshot(head).Snapshot, chunks, cancel);
    }

    /// <summary>Finishes or forgets what a process left behind that died while it published. Does nothing if none did.</summary>
    public void RecoverIfNeeded(BranchName branch)
    {
        if (Intent.Read(context.Repository.Store, branch) is null) return;
        using var held = Lock(branch);
        Recover(branch);
    }

    /// <summary>The database behind a branch: the live one for main, else the branch's instance.</summary>
    public IDatabase Open(BranchName branch) => branch.IsMain
        ? context.Provider.Open(context.Identity.Location)
        : instances.Open(BranchRecord.Read(context.Repository.Store, branch)
            ?? throw new DbVcException(FailureKind.Usage, "branch.missing", $"There is no branch '{branch}'."));

    private CaptureOutcome CaptureChanges(CaptureRequest request, CancellationToken cancel)
    {
        var head = context.Repository.Head(request.Branch);
        var previous = context.Repository.ReadSnapshot(head).Snapshot;
        using var database = Open(request.Branch);
        Hash snapshot;
        using (var chunks = context.Repository.Chunks.BeginWrite())
        using (var read = database.BeginRead())
        {
            LiveIdentity.Check(context, request.Branch, head, read.State);
            var captured = request.Files is null ? previous : request.Files.ApplyTo(previous, chunks);
            captured = Capture.Run(read, captured, chunks, cancel, request.Tables);
            if (captured == previous) return new CaptureOutcome(head, null);
            snapshot = SnapshotCodec.Write(chunks, captured);
            chunks.Publish();
        }

        cancel.ThrowIfCancellationRequested();
        var transaction = new CommitTransaction(context.Repository, request.Command, request.Author.Name);
        var id = Begin(transaction, request.Branch, head, new Commit
        {
            Snapshot = snapshot,
            Parents = [head],
            Author = request.Author,
            Time = context.Repository.NextTime([head]),
            Message = request.Message,
            Provenance = request.Provenance,
        });
        using (var session = database.BeginApply(context.LockTimeout))
        {
            LiveIdentity.Check(context, request.Branch, head, session.State);
            session.SetState(LiveIdentity.StateAt(context, request.Branch, id));
            session.Commit();
        }

        Finish(request.Branch, head, id, transaction.Command, transaction.Actor, null);
        return new CaptureOutcome(id, head);
    }

    private Attempt Apply(PublishRequest request, CommitId head, PublishPlan plan, DatabaseDelta delta)
    {
        var transaction = new CommitTransaction(context.Repository, request.Command, request.Actor);
        var id = Begin(transaction, request.Branch, head, plan.Commit);
        using (var database = Open(request.Branch))
        using (var session = database.BeginApply(context.LockTimeout))
        {
            LiveIdentity.Check(context, request.Branch, head, session.State);
            var result = session.Apply(delta);
            var broken = result.Violations.Count > 0 || result.Moved.Count > 0 ? result.Violations : session.CheckConstraints(delta);
            if (result.Moved.Count > 0 || broken.Count > 0)
            {
                Forget(request.Branch);
                return new Attempt(null, result.Moved, result.Moved.Count > 0 ? [] : broken);
            }

            session.SetState(LiveIdentity.StateAt(context, request.Branch, id));
            session.Commit();
        }

        Finish(request.Branch, head, id, request.Command, request.Actor, plan.AlsoWrite);
        return new Attempt(id, [], []);
    }

    /// <summary>Makes the commit known and the intent durable; nothing points at the commit yet.</summary>
    private static CommitId Begin(CommitTransaction transaction, BranchName branch, CommitId? head, Commit commit)
    {
        var id = transaction.Add(commit);
        transaction.PutDocument(Intent.Collection, branch.Text,
            new Intent(branch.Text, head?.ToString(), id.ToString(), transaction.Command, transaction.Actor).ToBytes());
        transaction.Publish();
        return id;
    }

    private void Finish(BranchName branch, CommitId? head, CommitId id, string command, string actor, Action<CommitTransaction>? alsoWrite)
    {
        var transaction = new CommitTransaction(context.Repository, command, actor);
        transaction.MoveBranch(branch, head, id);
        transaction.DeleteDocument(Intent.Collection, branch.Text);
        alsoWrite?.Invoke(transaction);
        transaction.Publish();
        if (branch.IsMain) MainCheckout.Write(context, id);
    }

    private void Forget(BranchName branch)
    {
        var transaction = new CommitTransaction(context.Repository, "forget", Author.External.Name);
        transaction.DeleteDocument(Intent.Collection, branch.Text);
        transaction.Publish();
    }

    /// <summary>Takes the database's write lock before it judges, because a COMMIT of the dead process may still be on its way.</summary>
    private void Recover(BranchName branch)
    {
        if (Intent.Read(context.Repository.Store, branch) is not { } intent) return;
        string? at;
        using (var database = Open(branch))
        using (var session = database.BeginApply(context.LockTimeout))
        {
            at = session.State?.Commit;
            if (intent.From is null && at is null)
            {
                // Init died before it marked the database: nothing else is missing, so finish it.
                session.SetState(LiveIdentity.StateAt(context, branch, CommitId.Parse(intent.To)));
                session.Commit();
                at = intent.To;
            }
        }

        if (at == intent.To) Finish(branch, intent.From is { } from ? CommitId.Parse(from) : null, CommitId.Parse(intent.To), intent.Command, intent.Actor, null);
        else Forget(branch);
    }

    private IDisposable Lock(BranchName branch) => context.Repository.Store.Lock("branch-" + branch, context.LockTimeout);

    private sealed record Attempt(CommitId? Commit, IReadOnlyList<MovedRow> Moved, IReadOnlyList<ConstraintViolation> Violations);
}
