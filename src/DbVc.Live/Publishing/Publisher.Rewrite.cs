using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Changes of a database that make no commit on its branch: setting uncommitted changes aside and bringing them back.</summary>
public sealed partial class Publisher
{
    /// <summary>
    /// Changes what the branch's database holds beyond its head, as safely as <see cref="Publish"/>: rehearsed, with an intent, every touched row
    /// compared, in one transaction. Throws kind Locked, <c>rows.moving</c>, if rows kept changing under it.
    /// </summary>
    public RewriteOutcome Rewrite(RewriteRequest request, CancellationToken cancel)
    {
        using var held = Lock(request.Branch);
        Recover(request.Branch);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            cancel.ThrowIfCancellationRequested();
            var head = context.Repository.Head(request.Branch);
            using var chunks = context.Repository.Chunks.BeginWrite();
            var now = ReadNow(request.Branch, head, chunks, cancel);
            if (request.Plan(head, now, chunks) is not { } plan) return new RewriteOutcome(false, head, now, now, []);
            plan = plan with { After = context.Selection.Of(plan.After, chunks) };
            chunks.Publish();
            var violations = request.Branch.IsMain ? shadow.Rehearse(head, plan.After, chunks) : [];
            if (violations.Count > 0) return new RewriteOutcome(false, head, now, now, violations);

            cancel.ThrowIfCancellationRequested();
            var partial = PartialOf(request.Branch);
            var delta = partial is null ? new SnapshotDiff(chunks, now, plan.After).ToDelta()
                : new SnapshotDiff(chunks, partial.Reduce(now, chunks), partial.Reduce(plan.After, chunks)).ToDelta();
            if (request.Branch.IsMain) context.Selection.RefuseLoss(delta);
            var result = Carry(request, head, plan, session => Judge(session, delta, InvariantsOf(partial, plan.After), AsCaptured(now, cancel)));
            if (result.Violations.Count > 0) return new RewriteOutcome(false, head, now, now, result.Violations);
            if (result.Moved.Count == 0) return new RewriteOutcome(true, head, now, plan.After, []);
        }

        throw new DbVcException(FailureKind.Locked, "rows.moving", "Rows kept changing in the live database.",
            hint: "Nothing was changed. Try again when it is quiet.");
    }

    /// <summary>Keeps every other command off the branch's database and refs while the caller moves some of them.</summary>
    public IDisposable Hold(BranchName branch)
    {
        var held = Lock(branch);
        Recover(branch);
        return held;
    }

    private Snapshot ReadNow(BranchName branch, CommitId head, IChunkWriter chunks, CancellationToken cancel)
    {
        using var database = Open(branch);
        using var read = context.BeginCapture(database);
        LiveIdentity.Check(context, branch, head, read.State);
        return ReadNow(branch, head, read, chunks, cancel);
    }

    private Attempt Carry(
        RewriteRequest request, CommitId head, RewritePlan plan, Func<IApplySession, Attempt> judge, LiveStanding? found = null)
    {
        var intent = BeginRewrite(request, head, plan);
        var failed = new Attempt(null, [], []);
        using var database = Open(request.Branch);
        var changed = Change(database, intent, session =>
        {
            failed = judge(session);
            return failed.Moved.Count == 0 && failed.Violations.Count == 0;
        }, found);
        if (!changed) return failed;
        Finish(intent);
        return new Attempt(head, [], []);
    }

    /// <summary>The intent with an operation of its own as mark: the database stays at its commit, so only the mark tells whether it was changed.</summary>
    private Intent BeginRewrite(RewriteRequest request, CommitId head, RewritePlan plan)
    {
        Reached(PublishStep.Planned);
        context.Guard?.Check(new PublishAttempt(request.Branch, null, IsCapture: false, request.Permit));
        using var transaction = context.Repository.Store.Begin();
        foreach (var commit in plan.Commits)
        {
            var body = CommitCodec.Encode(commit);
            transaction.PutCommit(Hash.Of(body), body);
        }

        var mark = transaction.AppendOperation(
            new OperationDraft($"{request.Command} (begun)", request.Actor, context.Repository.Clock.GetUtcNow(), []));
        var intent = new Intent(request.Branch.Text, head.ToString(), head.ToString(), request.Command, request.Actor, plan.AlsoWrite)
        {
            AlsoMove = plan.Moves,
            Mark = mark.ToString(),
        };
        transaction.PutDocument(Intent.Collection, intent.Branch, intent.ToBytes());
        transaction.Commit();
        Reached(PublishStep.IntentWritten);
        return intent;
    }
}
