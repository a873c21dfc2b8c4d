using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>The last attempt to publish, when rows kept moving: others wait with their writes until it is over, so that none can move.</summary>
public sealed partial class Publisher
{
    /// <summary>
    /// Captures, plans and applies inside the one transaction on the database. What was captured and the new commit become main together. Null
    /// where the engine cannot keep others from writing.
    /// </summary>
    /// <param name="request">What to do.</param>
    /// <param name="tried">What the database should have become in the attempt before.</param>
    /// <param name="database">The branch's.</param>
    /// <param name="cancel">Ends it.</param>
    private PublishOutcome? PublishHeld(PublishRequest request, Snapshot tried, IDatabase database, CancellationToken cancel)
    {
        if (!request.Branch.IsMain) return null;
        var committing = false;
        Intent? intent = null;
        try
        {
            using var session = database.BeginApply(context.LockTimeout);
            var known = context.Repository.ReadSnapshot(context.Repository.Head(request.Branch)).Snapshot;
            if (!session.HoldWriters(new SnapshotDiff(context.Repository.Chunks, known, tried).ToDelta())) return null;
            using var chunks = context.Repository.Chunks.BeginWrite();
            var (head, captured) = CaptureHeld(request, session.State, database, chunks, cancel);
            if (request.Plan(head) is not { } plan) return new PublishOutcome(null, head, []);
            var after = SnapshotCodec.Read(context.Repository.Chunks, plan.Commit.Snapshot);
            var before = context.Repository.ReadSnapshot(head).Snapshot;
            // No rehearsal: what it would show, the transaction shows as well, and others are waiting for its end.
            var result = Judge(session, new SnapshotDiff(context.Repository.Chunks, before, after).ToDelta(), context.Invariants.ReadAll(),
                AsCaptured(before, cancel));
            if (result.Violations.Count > 0) return new PublishOutcome(null, head, result.Violations);
            if (result.Moved.Count > 0) return null;

            cancel.ThrowIfCancellationRequested();
            intent = Begin(request, context.Repository.Head(request.Branch), plan, captured);
            session.SetState(LiveIdentity.StateAt(context, request.Branch, CommitId.Parse(intent.To)));
            Reached(PublishStep.Applied);
            committing = true;
            session.Commit();
            Reached(PublishStep.LiveCommitted);
        }
        catch
        {
            TryRun(() =>
            {
                if (committing) Recover(request.Branch);
                else if (intent is not null) Forget(request.Branch);
            });
            throw;
        }

        Finish(intent);
        return new PublishOutcome(CommitId.Parse(intent.To), context.Repository.ReadCommit(CommitId.Parse(intent.To)).Parents[0], []);
    }

    /// <summary>The head, or a commit of what was changed outside since; nothing points at that one yet.</summary>
    private (CommitId Head, Commit? Captured) CaptureHeld(
        PublishRequest request, LiveState? state, IDatabase database, IChunkWriter chunks, CancellationToken cancel)
    {
        var head = context.Repository.Head(request.Branch);
        LiveIdentity.Check(context, request.Branch, head, state);
        var previous = context.Repository.ReadSnapshot(head).Snapshot;
        using var read = context.BeginRead(database);
        using var known = _marks.Find(request.Branch, read);
        var now = Capture.Run(read, previous, chunks, cancel, new CaptureScope(null, known));
        if (now == previous) return (head, null);
        var outside = CaptureRequest.Outside(request.Branch);
        var captured = new Commit
        {
            Snapshot = SnapshotCodec.Write(chunks, now),
            Parents = [head],
            Author = outside.Author,
            Time = context.Repository.NextTime([head]),
            Message = outside.Message,
        };
        chunks.Publish();
        var transaction = new CommitTransaction(context.Repository, outside.Command, outside.Author.Name);
        var id = transaction.Add(captured);
        transaction.Publish();
        return (id, captured);
    }
}
