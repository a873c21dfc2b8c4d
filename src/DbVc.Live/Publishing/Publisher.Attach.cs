using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Takes up work with a live database that is not at main's head, without losing what is in it or what main holds.</summary>
public sealed partial class Publisher
{
    /// <summary>What the live database says it is, whatever that is.</summary>
    public LiveStanding ReadStanding()
    {
        using var database = Open(BranchName.Main);
        using var read = database.BeginRead();
        return LiveStanding.Of(context, read.State);
    }

    /// <summary>Main becomes what the live database is, by one external commit; what main held stays in the history.</summary>
    public AttachOutcome Adopt(AttachRequest request, CancellationToken cancel)
    {
        using var held = HoldForAttach();
        var head = context.Repository.Head(BranchName.Main);
        var before = context.Repository.ReadSnapshot(head).Snapshot;
        using var chunks = context.Repository.Chunks.BeginWrite();
        var (now, standing) = ReadFound(before, chunks, cancel);
        if (now == before) return Settle(request, head, standing);
        var snapshot = SnapshotCodec.Write(chunks, now);
        chunks.Publish();
        var publish = new PublishRequest(BranchName.Main, request.Command, request.User.Name, _ => null) { IsCapture = true };
        var intent = Begin(publish, head, new PublishPlan(new Commit
        {
            Snapshot = snapshot,
            Parents = [head],
            Author = Author.External,
            Time = context.Repository.NextTime([head]),
            Message = "The live database as it was found",
        }, request.AlsoWrite));
        using var database = Open(BranchName.Main);
        Change(database, intent, _ => true, standing);
        Finish(intent);
        return new AttachOutcome(CommitId.Parse(intent.To), CommitId.Parse(intent.To), null);
    }

    /// <summary>
    /// The live database goes forward to main's head. What was written to it since the commit it names is first kept as a commit on a branch of its own,
    /// which the caller merges. Throws kind Refused, <c>attach.no-base</c>, where nothing tells what was written since.
    /// </summary>
    public AttachOutcome Reapply(AttachRequest request, CancellationToken cancel)
    {
        using var held = HoldForAttach();
        var found = new FoundBranch(context, request);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            cancel.ThrowIfCancellationRequested();
            var head = context.Repository.Head(BranchName.Main);
            var (now, start, standing) = ReadSince(head, found, cancel);
            if (now != context.Repository.ReadSnapshot(start).Snapshot) found.Keep(now, start);
            var goal = context.Repository.ReadSnapshot(head).Snapshot;
            var delta = new SnapshotDiff(context.Repository.Chunks, now, goal).ToDelta();
            context.Selection.RefuseLoss(delta);
            var rewrite = new RewriteRequest(BranchName.Main, request.Command, request.User.Name, (_, _, _) => null);
            var result = Carry(rewrite, head, new RewritePlan(goal, [], []) { AlsoWrite = request.AlsoWrite },
                session => Judge(session, delta, context.Invariants.ReadAll(), AsCaptured(now, cancel)), standing);
            if (result.Violations.Count > 0)
            {
                throw new DbVcException(FailureKind.Refused, "constraint.violated",
                    "The database cannot go forward to main: " + result.Violations[0].Message, $"{result.Violations[0].Table} {result.Violations[0].Key}",
                    "Nothing was changed in it. Take it as it is instead: db-vc init --attach --adopt");
            }

            if (result.Moved.Count == 0) return new AttachOutcome(head, found.Commit, found.Name);
        }

        throw new DbVcException(FailureKind.Locked, "rows.moving", "Rows kept changing in the live database.",
            hint: "Nothing was changed. Try again when it is quiet.");
    }

    /// <summary>The database holds what main does: only what it says of itself changes.</summary>
    public AttachOutcome Settle(AttachRequest request, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using var held = HoldForAttach();
        return Settle(request, context.Repository.Head(BranchName.Main), ReadStanding());
    }

    /// <summary>What is remembered of the database's own marks is of another one, which this may not be.</summary>
    private IDisposable HoldForAttach()
    {
        var held = Hold(BranchName.Main);
        _marks.Drop(BranchName.Main);
        return held;
    }

    private AttachOutcome Settle(AttachRequest request, CommitId head, LiveStanding standing)
    {
        var rewrite = new RewriteRequest(BranchName.Main, request.Command, request.User.Name, (_, _, _) => null);
        var plan = new RewritePlan(context.Repository.ReadSnapshot(head).Snapshot, [], []) { AlsoWrite = request.AlsoWrite };
        Carry(rewrite, head, plan, _ => new Attempt(null, [], []), standing);
        return new AttachOutcome(head, null, null);
    }

    private (Snapshot Now, LiveStanding Standing) ReadFound(Snapshot known, IChunkWriter chunks, CancellationToken cancel)
    {
        using var database = Open(BranchName.Main);
        using var read = context.BeginRead(database);
        var standing = LiveStanding.Of(context, read.State);
        standing.RefuseForeign(context);
        return (Capture.Run(read, known, chunks, cancel), standing);
    }

    /// <summary>What the database holds, and the commit since which that was written to it.</summary>
    private (Snapshot Now, CommitId Start, LiveStanding Standing) ReadSince(CommitId head, FoundBranch found, CancellationToken cancel)
    {
        using var chunks = context.Repository.Chunks.BeginWrite();
        var start = ReadStanding().Commit;
        var (now, standing) = ReadFound(context.Repository.ReadSnapshot(start ?? head).Snapshot, chunks, cancel);
        if (start is null)
        {
            start = found.FindBase(now, head, standing) ?? throw new DbVcException(FailureKind.Refused, "attach.no-base",
                $"The live database is at a commit that this repository does not have ({standing.State?.Commit}); nothing tells what was written to it since.",
                where: context.Identity.Display, hint: "Take it as it is: db-vc init --attach --adopt. What main holds stays in the history.");

            // Again from that commit, whose tables may have had other columns: along that line rows keep their identity.
            (now, standing) = ReadFound(context.Repository.ReadSnapshot(start.Value).Snapshot, chunks, cancel);
        }

        SnapshotCodec.Write(chunks, now);
        chunks.Publish();
        return (now, start.Value, standing);
    }
}
