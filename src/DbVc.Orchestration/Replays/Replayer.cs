using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Carries a change over to a branch: three-way merge onto its head, then publish. Conflicts become a merge in progress.</summary>
internal sealed class Replayer(WorkspaceContext context, BranchManager branches)
{
    private readonly ConflictDesk _conflicts = new(context);

    /// <summary>Begins; throws kind Conflict, <c>merge.open</c>, while another merge into the branch waits.</summary>
    public MergeReport Start(ReplayRecord replay, BranchName target, CancellationToken cancel)
    {
        if (_conflicts.FindOpen(target) is { } open)
        {
            throw new DbVcException(FailureKind.Conflict, "merge.open", $"A merge of '{open.Source}' into '{open.Target}' is in progress.",
                hint: "Resolve its conflicts (db-vc conflicts list), then db-vc merge continue; or db-vc merge abort.");
        }

        return Continue(NewRecord(replay, target, context.Repository.Head(target)), cancel);
    }

    /// <summary>Goes on, with what was decided about conflicts so far.</summary>
    public MergeReport Continue(MergeRecord record, CancellationToken cancel)
    {
        if (_conflicts.FindOpen(BranchName.Parse(record.Target))?.Id == record.Id)
        {
            if (NeedsApprovals(record)) return RefuseConflicts(record);
            if (FindPick(record.Replay!) is { } pick && BranchRules.JudgePick(context, pick.Commit, pick.Parent, BranchName.Parse(record.Target)).Refusal is
                { } refusal) return refusal with { Origin = record.Replay!.OriginId };
        }

        return record.Replay!.MakesCommit ? OnBranch(record, cancel) : OnLive(record, cancel);
    }

    private static PickPermit? FindPick(ReplayRecord replay) => replay.Verb != ReplayVerb.CherryPick ? null
        : new PickPermit(CommitId.Parse(replay.After), replay.Before is { } parent ? CommitId.Parse(parent) : null);

    /// <summary>What would happen; nothing changes.</summary>
    public MergeReport Plan(ReplayRecord replay, BranchName target, CancellationToken cancel)
    {
        using var chunks = context.Repository.Chunks.BeginWrite();
        var head = context.Repository.Head(target);
        var now = context.Publisher.Peek(target, chunks, cancel);
        var merged = Merge(NewRecord(replay, target, head), now, chunks, _ => null);
        IReadOnlyList<ConstraintViolation> violations = merged.Conflicts.Count == 0 && target.IsMain
            ? context.Shadow.Rehearse(head, merged.Merged, chunks)
            : [];
        var destructive = merged.Conflicts.Count == 0 ? FindDestructive(replay, target, chunks, now, merged.Merged) : [];
        var isUnsaid = destructive.Count > 0 && !replay.AllowDestructive;
        return new MergeReport
        {
            State = violations.Count > 0 || isUnsaid ? MergeState.Refused : merged.Conflicts.Count > 0 ? MergeState.Conflicts
                : merged.Merged == now ? MergeState.UpToDate : MergeState.Merged,
            DryRun = true,
            Origin = replay.OriginId,
            Tables = TableChanges.Between(chunks, now, merged.Merged),
            Conflicts = [.. merged.Conflicts.Take(MergeController.MaxReported)],
            ConflictCount = merged.Conflicts.Count,
            Rekeyed = merged.Rekeyed,
            Violations = violations,
            Destructive = destructive,
            Message = isUnsaid && violations.Count == 0 ? DestructiveTrailer.Refuse(replay.Command, destructive).Message : "Nothing was changed.",
        };
    }

    private MergeRecord NewRecord(ReplayRecord replay, BranchName target, CommitId head)
    {
        var source = CommitId.Parse(replay.After);
        var id = Hash.Of([(byte)replay.Verb, .. source.Hash.ToBytes(), .. head.Hash.ToBytes()]).ToString()[..8];
        return new MergeRecord(id, source.Short, target.Text, source.ToString(), head.ToString(), context.Repository.Clock.GetUtcNow(), [])
        {
            Replay = replay,
        };
    }

    private MergeReport OnBranch(MergeRecord record, CancellationToken cancel)
    {
        var (replay, target) = (record.Replay!, BranchName.Parse(record.Target));
        IReadOnlyList<Conflict> conflicts = [];
        IReadOnlyList<KeyChange> rekeyed = [];
        IReadOnlyList<DestructiveChange> destructive = [];
        var outcome = context.Publisher.Publish(new PublishRequest(target, replay.Command, context.Options.User.Name, head =>
        {
            using var chunks = context.Repository.Chunks.BeginWrite();
            var now = context.Repository.ReadSnapshot(head).Snapshot;
            var merged = Merge(record, now, chunks, _conflicts.Decisions(record));
            (conflicts, rekeyed) = (merged.Conflicts, merged.Rekeyed);
            if (conflicts.Count > 0 || merged.Merged == now) return null;
            destructive = FindDestructive(replay, target, chunks, now, merged.Merged);
            if (destructive.Count > 0 && !replay.AllowDestructive) return null;
            var snapshot = SnapshotCodec.Write(chunks, merged.Merged);
            chunks.Publish();
            var commit = NewCommit(replay, snapshot, head);
            commit = commit with { Message = DestructiveTrailer.Add(commit.Message, destructive) };
            return new PublishPlan(commit, [.. _conflicts.Removal(record), .. MergeMarks.Changes(context, replay)]);
        })
        {
            Permit = replay.Verb switch
            {
                ReplayVerb.CherryPick => FindPick(replay),
                ReplayVerb.Revert => new RevertPermit(CommitId.Parse(replay.Before!), CommitId.Parse(replay.After)),
                _ => new TakeBackPermit(),
            },
        }, cancel);
        var report = Report(record, outcome.Violations, conflicts, outcome.Before);
        if (report is not null) return report;
        if (destructive.Count > 0 && !replay.AllowDestructive) return DestructiveTrailer.Refuse(replay.Command, destructive) with { Origin = replay.OriginId };
        if (outcome.Commit is not { } commit) return Nothing(record);
        if (!target.IsMain) branches.CheckOutFiles(target);
        var done = branches.Report(outcome.Before, commit, outcome.Counted);
        return Done(replay) with { Commit = commit, Parents = done.Parents, Tables = done.Tables, Rekeyed = rekeyed, Destructive = destructive };
    }

    /// <summary>What takes back, takes back what was seen when it came; what is picked comes for the first time.</summary>
    private static IReadOnlyList<DestructiveChange> FindDestructive(
        ReplayRecord replay, BranchName target, IChunkSource chunks, Snapshot before, Snapshot after) =>
        target.IsMain && replay.Verb == ReplayVerb.CherryPick ? DestructiveChanges.Find(chunks, before, after) : [];

    private MergeReport OnLive(MergeRecord record, CancellationToken cancel)
    {
        var replay = record.Replay!;
        IReadOnlyList<Conflict> conflicts = [];
        IReadOnlyList<TableChange> tables = [];
        var outcome = context.Publisher.Rewrite(new RewriteRequest(BranchName.Parse(record.Target), replay.Command, context.Options.User.Name,
            (_, now, chunks) =>
            {
                var merged = Merge(record, now, chunks, _conflicts.Decisions(record));
                conflicts = merged.Conflicts;
                if (conflicts.Count > 0) return null;
                tables = TableChanges.Between(chunks, now, merged.Merged);
                RequireUnmoved(replay.Move);
                return new RewritePlan(merged.Merged, [], replay.Move is { } move ? [move] : []) { AlsoWrite = [.. _conflicts.Removal(record)] };
            }), cancel);
        return Report(record, outcome.Violations, conflicts, outcome.Head) ?? Done(replay) with { Tables = tables };
    }

    private void RequireUnmoved(RefChange? move)
    {
        if (move is null || context.Repository.Store.ReadRef(move.Name)?.ToString() == move.Before) return;
        throw new DbVcException(FailureKind.Refused, "stash.moved", $"{move.Name} no longer is what it was when this began.",
            hint: "db-vc stash list shows what there is; db-vc merge abort drops a merge in progress.");
    }

    private MergeOutcome Merge(MergeRecord record, Snapshot target, IChunkWriter chunks, Func<string, Resolution?> decisions)
    {
        var replay = record.Replay!;
        var highest = new Lazy<IReadOnlyDictionary<string, long>>(() => ReadHighestKeys(BranchName.Parse(record.Target)));
        var before = replay.Before is { } id ? context.Repository.ReadSnapshot(CommitId.Parse(id)).Snapshot : Snapshot.Empty;
        var after = context.Repository.ReadSnapshot(CommitId.Parse(replay.After)).Snapshot;
        if (replay is { Table: { } table, Keys.Count: 0 }) after = SnapshotSelection.TakeTable(chunks, before, after, table);
        if (replay is { Table: { } only, Keys.Count: > 0 })
        {
            after = SnapshotSelection.TakeRows(chunks, before, after, only,
                rows => replay.Keys.SelectMany(key => KeyParser.Meanings(rows.Table, KeyParser.Split(rows.Table, key), rows)));
        }

        var commits = new MergeHistory(context.Repository, CommitId.Parse(replay.After), context.Repository.Head(BranchName.Parse(record.Target)));
        var isHeld = replay.Verb == ReplayVerb.CherryPick
            && new CommitGraph(context.Repository).IsAncestor(CommitId.Parse(replay.After), context.Repository.Head(BranchName.Parse(record.Target)));
        var history = new ReplayHistory(commits, new SnapshotReader(chunks, after), new SnapshotReader(chunks, target), isHeld);
        return new ThreeWayMerge(chunks, MergePolicies.Parse([.. context.Configuration.Policies]), decisions, history)
        {
            Dialect = context.Live.Provider.Dialect,
            HighestKey = table => highest.Value.GetValueOrDefault(table),
        }.Run(before, after, target);
    }

    private IReadOnlyDictionary<string, long> ReadHighestKeys(BranchName branch)
    {
        using var database = context.Publisher.Open(branch);
        return database.ReadHighestKeys();
    }

    private Commit NewCommit(ReplayRecord replay, Hash snapshot, CommitId head) => new()
    {
        Snapshot = snapshot,
        Parents = [head],
        Author = context.Options.User,
        Time = context.Repository.NextTime([head]),
        Message = replay.Message,
        Origin = replay.OriginId,
        // Whoever picks an agent's work is its author then; where it came from must not get lost.
        Provenance = replay is { Verb: ReplayVerb.CherryPick, OriginId: { } origin } ? context.Repository.ReadCommit(origin).Provenance : null,
        Evidence = replay.Evidence is { } evidence ? Hash.Parse(evidence) : null,
    };

    /// <summary>Null if nothing stood in the way.</summary>
    private MergeReport? Report(MergeRecord record, IReadOnlyList<ConstraintViolation> violations, IReadOnlyList<Conflict> conflicts, CommitId head)
    {
        var origin = record.Replay!.OriginId;
        if (violations.Count > 0)
        {
            return new MergeReport { State = MergeState.Refused, Origin = origin, Violations = violations, Message = "The result would break a constraint." };
        }

        if (conflicts.Count == 0) return null;
        if (NeedsApprovals(record)) return RefuseConflicts(record);
        _conflicts.Keep(record with { TargetHead = head.ToString() }, conflicts);
        return new MergeReport
        {
            State = MergeState.Conflicts,
            Merge = record.Id,
            Origin = origin,
            Conflicts = [.. conflicts.Take(MergeController.MaxReported)],
            ConflictCount = conflicts.Count,
            Message = conflicts.Count == 1 ? "One conflict to resolve." : $"{conflicts.Count} conflicts to resolve.",
        };
    }

    private bool NeedsApprovals(MergeRecord record) => BranchRules.NeedApprovals(context.Repository.Store, BranchName.Parse(record.Target));

    /// <summary>What is decided on the way to a branch that needs approvals, nobody has approved.</summary>
    private static MergeReport RefuseConflicts(MergeRecord record) => new()
    {
        State = MergeState.Refused,
        Origin = record.Replay!.OriginId,
        Message = $"The {record.Replay.Name} conflicts with '{record.Target}', which needs approvals: whoever decided that here would write what nobody "
            + (record.Replay.MakesCommit ? $"approved. Do it on a branch (db-vc branch create NAME), have that approved, and merge it."
                : $"approved. Bring the change on a branch (db-vc branch create NAME --from {record.SourceHead[..10]}), have that approved, and merge it."),
    };

    private MergeReport Nothing(MergeRecord record)
    {
        if (_conflicts.FindOpen(BranchName.Parse(record.Target))?.Id == record.Id) _conflicts.Remove(record);
        return new MergeReport { State = MergeState.UpToDate, Origin = record.Replay!.OriginId, Message = $"'{record.Target}' holds exactly that already." };
    }

    private static MergeReport Done(ReplayRecord replay) => new() { State = MergeState.Merged, Origin = replay.OriginId, Message = replay.Message };
}
