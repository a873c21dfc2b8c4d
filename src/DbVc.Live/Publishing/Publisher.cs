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
public sealed partial class Publisher(LiveContext context, Shadow shadow, BranchInstances instances)
{
    private const int MaxAttempts = 5;
    private readonly RepositoryHome _home = new(context);
    private readonly MarkShelf _marks = new(context.Repository.Store);

    /// <summary>
    /// Moves the branch as planned. Throws kind Locked, <c>rows.moving</c>, if rows kept changing under it; kind Locked,
    /// <c>repository.locked</c>, if another command is at it.
    /// </summary>
    public PublishOutcome Publish(PublishRequest request, CancellationToken cancel)
    {
        using var held = Lock(request.Branch);
        using var view = context.Repository.Chunks.HoldView();
        Recover(request.Branch);
        using var database = Open(request.Branch);
        IReadOnlyList<MovedRow> moved = [];
        var tried = Snapshot.Empty;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            cancel.ThrowIfCancellationRequested();
            var head = CaptureChanges(CaptureRequest.Outside(request.Branch), database, cancel).Head;
            if (request.Plan(head) is not { } plan) return new PublishOutcome(null, head, []);
            var partial = PartialOf(request.Branch);
            plan = Settle(partial, Select(plan));
            var (before, after) = (context.Repository.ReadSnapshot(head).Snapshot, SnapshotCodec.Read(context.Repository.Chunks, plan.Commit.Snapshot));
            using var work = partial is null ? null : InterruptibleChunks.For(context.Repository.Chunks.BeginWrite(), cancel);
            var chunks = work ?? InterruptibleChunks.For(context.Repository.Chunks, cancel);
            var violations = request.Branch.IsMain ? shadow.Rehearse(head, after, chunks) : partial?.FindOrphans(before, after, chunks) ?? [];
            if (violations.Count > 0) return new PublishOutcome(null, head, violations);

            cancel.ThrowIfCancellationRequested();
            var delta = new CountedDelta(partial is null ? new SnapshotDiff(chunks, before, after).ToDelta() : Between(partial, plan, before, after, work!));
            if (request.Branch.IsMain) context.Selection.RefuseLoss(delta.Delta);
            var result = Apply(Begin(request, head, plan), delta.Delta, database, InvariantsOf(partial, after), cancel);
            if (result.Commit is not null) return new PublishOutcome(result.Commit, head, []) { Counted = delta.Tables };

            // What broke on live but not in the shadow came from a writer in between: capture again and judge the whole.
            if (result.Violations.Count > 0 && (!request.Branch.IsMain || attempt == MaxAttempts - 1))
            {
                return new PublishOutcome(null, head, result.Violations);
            }

            (moved, tried) = (result.Moved, after);
        }

        if (PublishHeld(request, tried, database, cancel) is { } outcome) return outcome;
        throw new DbVcException(FailureKind.Locked, "rows.moving",
            $"Rows kept changing in the live database: {string.Join(", ", moved.Take(5).Select(m => $"{m.Table} {m.Key}"))}.",
            hint: "Nothing was changed. Try again when those rows are quiet.");
    }

    /// <summary>The plan without what is not selected: a commit from before the selection, or of elsewhere, may bring more.</summary>
    private PublishPlan Select(PublishPlan plan)
    {
        if (context.Selection.IsAll) return plan;
        using var chunks = context.Repository.Chunks.BeginWrite();
        var snapshot = SnapshotCodec.Write(chunks, context.Selection.Of(SnapshotCodec.Read(chunks, plan.Commit.Snapshot), chunks));
        chunks.Publish();
        return plan with { Commit = plan.Commit with { Snapshot = snapshot } };
    }

    /// <summary>Commits what was changed in the branch's database past db-vc, and the files given; null when nothing differs.</summary>
    public CaptureOutcome Commit(CaptureRequest request, CancellationToken cancel)
    {
        using var held = Lock(request.Branch);
        Recover(request.Branch);
        if (request.Expected is { } expected && context.Repository.Head(request.Branch) is var head && head != expected)
        {
            throw new DbVcException(FailureKind.Conflict, "branch.moved", $"'{request.Branch}' is at {head.Short} now, and no more at {expected.Short}.",
                hint: $"db-vc log {request.Branch}");
        }

        using var database = Open(request.Branch);
        return CaptureChanges(request, database, cancel);
    }

    /// <summary>What the branch's database holds now, without committing it; chunks go to the caller's writer.</summary>
    /// <param name="branch">Whose database.</param>
    /// <param name="chunks">Where the snapshot goes.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="isWhole">Reads every row, whatever is known about what changed.</param>
    public Snapshot Peek(BranchName branch, IChunkWriter chunks, CancellationToken cancel, bool isWhole = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            var head = context.Repository.Head(branch);
            using (var database = Open(branch))
            using (var read = context.BeginCapture(database))
            {
                if (attempt == MaxAttempts || LiveIdentity.IsAt(branch, head, read.State))
                {
                    LiveIdentity.Check(context, branch, head, read.State);
                    if (!isWhole) return ReadNow(branch, head, read, chunks, cancel);
                    return CaptureAll(new Reading(branch, read, context.Repository.ReadSnapshot(head).Snapshot, chunks, cancel),
                        new CaptureScope(null, null), isStrict: false);
                }
            }

            // Another command may be between the database's commit and the move of the ref: let it end.
            cancel.ThrowIfCancellationRequested();
            using var held = Lock(branch);
            Recover(branch);
        }
    }

    /// <summary>Finishes or forgets what processes left behind that died while they published. What a living one is at is left to it.</summary>
    public void RecoverAll()
    {
        foreach (var (name, _) in context.Repository.Store.ListDocuments(Intent.Collection))
        {
            using var held = TryLock(BranchName.Parse(name));
            if (held is not null) Recover(BranchName.Parse(name));
        }
    }

    /// <summary>The database behind a branch: the live one for main, else the branch's instance. Throws <c>repository.copied</c>.</summary>
    public IDatabase Open(BranchName branch)
    {
        if (branch.IsMain)
        {
            _home.Check();
            return LiveIdentity.Open(context);
        }

        return instances.Open(instances.Require(branch));
    }

    /// <summary>All that the database holds, from where it is known; if that is what the head holds, it is known from here on.</summary>
    private Snapshot ReadNow(BranchName branch, CommitId head, IReadSnapshot read, IChunkWriter chunks, CancellationToken cancel)
    {
        var stored = context.Repository.ReadCommit(head).Snapshot;
        var previous = SnapshotCodec.Read(context.Repository.Chunks, stored);
        using var known = FindKnown(branch, read);
        var captured = CaptureAll(new Reading(branch, read, previous, chunks, cancel), new CaptureScope(null, known), isStrict: false);
        if (captured == previous) _marks.Put(MarkShelf.Entry(branch, stored, read.Mark));
        return captured;
    }

    private KnownChanges? FindKnown(BranchName branch, IReadSnapshot read) =>
        _marks.Find(branch, read) ?? (branch.IsMain || PartialOf(branch) is not null ? null : shadow.Compare(read));

    private CaptureOutcome CaptureChanges(CaptureRequest request, IDatabase database, CancellationToken cancel)
    {
        var head = context.Repository.Head(request.Branch);
        if (FindChanges(request, head, database, cancel) is not { } found) return new CaptureOutcome(head, null);
        cancel.ThrowIfCancellationRequested();
        var mark = MarkShelf.Entry(request.Branch, found.Snapshot, found.Mark);
        var publish = new PublishRequest(request.Branch, request.Command, request.Author.Name, _ => null) { IsCapture = true };
        var intent = Begin(publish, head, new PublishPlan(new Commit
        {
            Snapshot = found.Snapshot,
            Parents = [head],
            Author = request.Author,
            Time = context.Repository.NextTime([head], request.Time),
            Message = request.Message,
            Provenance = request.Provenance,
        }, mark is null ? null : [mark]));
        Change(database, intent, session =>
        {
            if (found.Mark is not null) session.Forget(context.Selection.DatabaseMark(found.Mark));
            return true;
        });
        Finish(intent);
        return new CaptureOutcome(CommitId.Parse(intent.To), head);
    }

    /// <summary>Captures into the store; null if nothing differs from the head.</summary>
    private Found? FindChanges(CaptureRequest request, CommitId head, IDatabase database, CancellationToken cancel)
    {
        using var chunks = context.Repository.Chunks.BeginWrite();
        using var read = context.BeginCapture(database);
        LiveIdentity.Check(context, request.Branch, head, read.State);
        var stored = context.Repository.ReadCommit(head).Snapshot;
        var previous = SnapshotCodec.Read(context.Repository.Chunks, stored);
        using var known = FindKnown(request.Branch, read);
        var captured = request.Files is null ? previous : request.Files.ApplyTo(previous, chunks);
        captured = CaptureAll(new Reading(request.Branch, read, captured, chunks, cancel), new CaptureScope(request.Tables, known), isStrict: true);
        // Only a capture that has seen all of it knows what the database held.
        var mark = request.Tables is null ? read.Mark : null;
        if (captured == previous)
        {
            _marks.Put(MarkShelf.Entry(request.Branch, stored, mark));
            return null;
        }

        var snapshot = SnapshotCodec.Write(chunks, captured);
        chunks.Publish();
        return new Found(snapshot, mark);
    }

    private Attempt Apply(Intent intent, DatabaseDelta delta, IDatabase database, IReadOnlyList<Invariant> invariants, CancellationToken cancel)
    {
        var captured = context.Repository.ReadSnapshot(CommitId.Parse(intent.From!)).Snapshot;
        var failed = new Attempt(null, [], []);
        var changed = Change(database, intent, session =>
        {
            failed = Judge(session, delta, invariants, AsCaptured(captured, cancel));
            return failed.Moved.Count == 0 && failed.Violations.Count == 0;
        });
        if (!changed) return failed;
        Finish(intent);
        return new Attempt(CommitId.Parse(intent.To), [], []);
    }

    /// <summary>Somebody may have written since the capture into what goes away whole.</summary>
    private Func<TableSchema, IRowCursor, bool> AsCaptured(Snapshot captured, CancellationToken cancel) => (table, rows) =>
    {
        using var chunks = context.Repository.Chunks.BeginWrite();
        return new SnapshotReader(chunks, captured).FindTable(table.Name) is { } before && TableCapture.AreSame(chunks, before, rows, cancel);
    };

    /// <summary>Applies the delta and says what stands in its way: rows that moved, or constraints and invariants that it breaks.</summary>
    private Attempt Judge(
        IApplySession session, DatabaseDelta delta, IReadOnlyList<Invariant> invariants, Func<TableSchema, IRowCursor, bool>? isAsCaptured)
    {
        session.Hold(invariants);
        var result = session.Apply(delta, isAsCaptured);
        if (result.Moved.Count > 0) return new Attempt(null, result.Moved, []);
        var broken = result.Violations.Count > 0 ? result.Violations : session.CheckConstraints(delta);
        // Again here: somebody may have written since the rehearsal.
        return new Attempt(null, [], broken.Count > 0 ? broken : session.CheckInvariants(invariants, context.InvariantTime));
    }

    /// <summary>Makes the commit known and the intent durable; nothing points at the commit yet.</summary>
    private Intent Begin(PublishRequest request, CommitId head, PublishPlan plan, Commit? captured = null)
    {
        Reached(PublishStep.Planned);
        context.Guard?.Check(new PublishAttempt(request.Branch, plan.Commit, request.IsCapture, request.Permit));
        var transaction = new CommitTransaction(context.Repository, request.Command, request.Actor);
        if (captured is not null) transaction.Add(captured);
        var id = transaction.Add(plan.Commit);
        var intent = new Intent(request.Branch.Text, head.ToString(), id.ToString(), request.Command, request.Actor, plan.AlsoWrite);
        transaction.PutDocument(Intent.Collection, intent.Branch, intent.ToBytes());
        transaction.Publish();
        Reached(PublishStep.IntentWritten);
        return intent;
    }

    /// <summary>The one transaction on the database. False, or an exception before its commit, leaves database and store as they were.</summary>
    /// <param name="found">What the database is known to say where that is not what main expects; null: it must say what main expects.</param>
    private bool Change(IDatabase database, Intent intent, Func<IApplySession, bool> apply, LiveStanding? found = null)
    {
        var branch = BranchName.Parse(intent.Branch);
        var committing = false;
        try
        {
            using var session = database.BeginApply(context.LockTimeout);
            if (found is null) LiveIdentity.Check(context, branch, CommitId.Parse(intent.From!), session.State);
            else LiveIdentity.RequireSame(found.State, session.State);
            if (apply(session))
            {
                var state = LiveIdentity.StateAt(context, branch, CommitId.Parse(intent.To));
                session.SetState(intent.Mark is { } mark ? state with { OperationHead = mark } : state);
                Reached(PublishStep.Applied);
                committing = true;
                session.Commit();
                Reached(PublishStep.LiveCommitted);
                return true;
            }
        }
        catch
        {
            // Whether a COMMIT that failed was done, only the database can say.
            TryRun(() =>
            {
                if (committing) Recover(branch);
                else Forget(branch);
            });
            throw;
        }

        Forget(branch);
        return false;
    }

    /// <summary>Moves the ref, writes what belongs to it, and drops the intent, all at once. What people read goes first: the intent repeats it.</summary>
    private void Finish(Intent intent)
    {
        var (branch, to) = (BranchName.Parse(intent.Branch), CommitId.Parse(intent.To));
        if (branch.IsMain) MainCheckout.Write(context, to);
        var transaction = new CommitTransaction(context.Repository, intent.Command, intent.Actor) { IsJudged = true };
        if (intent.From != intent.To) transaction.MoveBranch(branch, intent.From is { } from ? CommitId.Parse(from) : null, to);
        foreach (var move in intent.AlsoMove ?? []) transaction.MoveRef(move.ToMove());
        transaction.DeleteDocument(Intent.Collection, intent.Branch);
        foreach (var change in intent.AlsoWrite ?? [])
        {
            if (change.Body.Length > 0) transaction.PutDocument(change.Collection, change.Id, change.Body);
            else transaction.DeleteDocument(change.Collection, change.Id);
        }

        try
        {
            transaction.Publish();
        }
        catch (DbVcException failure)
        {
            throw new DbVcException(failure.Kind, "publish.unfinished",
                $"The database is at commit {to.Short}, but '{branch}' could not follow: {failure.Message}",
                failure.Where, "The next command finishes it. " + failure.Hint, failure);
        }

        Reached(PublishStep.RefMoved);
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
        if (IsReachable(branch) && IsDone(branch, intent)) Finish(intent);
        else Forget(branch);
    }

    /// <summary>False for a branch that was deleted meanwhile, and for one whose instance was: then no change of it is left.</summary>
    private bool IsReachable(BranchName branch) =>
        branch.IsMain || (BranchRecord.Read(context.Repository.Store, branch) is { } record && instances.Exists(record));

    private bool IsDone(BranchName branch, Intent intent)
    {
        if (intent.Restore) Restoration.Make(context);
        using var database = Open(branch);
        using var session = database.BeginApply(context.LockTimeout);
        if (intent.From is null && !intent.Restore && session.State is { } state && state.RepositoryId != context.Identity.Id)
        {
            throw new DbVcException(FailureKind.Refused, "live.other-repository", "Another repository took this database up before init was done.",
                where: $"{context.Identity.Display}, repository {state.RepositoryId}",
                hint: "Use that repository, and remove the folder .db-version-control of this one.");
        }

        if (intent.From is not null || session.State is not null) return intent.IsDone(session.State);

        // Init died before it marked the database: nothing else is missing, so finish it. A restored database has yet to get its rows.
        if (intent.Restore) Restoration.Fill(context, session, CommitId.Parse(intent.To));
        session.SetState(LiveIdentity.StateAt(context, branch, CommitId.Parse(intent.To)));
        Reached(PublishStep.Applied);
        session.Commit();
        Reached(PublishStep.LiveCommitted);
        return true;
    }

    private void Reached(PublishStep step) => context.StepReached?.Invoke(step);

    private IDisposable Lock(BranchName branch) => context.Repository.Store.Lock("branch-" + branch, context.LockTimeout);

    private IDisposable? TryLock(BranchName branch)
    {
        try
        {
            return context.Repository.Store.Lock("branch-" + branch, TimeSpan.Zero);
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            return null;
        }
    }

    /// <summary>Tidies up after a failure that is more worth telling; what stays undone, the next command does.</summary>
    private static void TryRun(Action tidy)
    {
        try
        {
            tidy();
        }
        catch (DbVcException)
        {
            // The first failure is on its way.
        }
    }

    private sealed record Found(Hash Snapshot, string? Mark);

    private sealed record Attempt(CommitId? Commit, IReadOnlyList<MovedRow> Moved, IReadOnlyList<ConstraintViolation> Violations);
}
