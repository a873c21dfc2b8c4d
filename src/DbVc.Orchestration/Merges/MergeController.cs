using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Merges branches, and keeps and resolves conflicts. Every surface merges through here.</summary>
public sealed class MergeController
{
    /// <summary>Conflicts in a report; a list of all is read page by page.</summary>
    internal const int MaxReported = 100;

    private readonly WorkspaceContext _context;
    private readonly BranchManager _branches;
    private readonly ReplayController _replays;
    private readonly MergePlanner _planner;
    private readonly ConflictDesk _conflicts;
    private readonly BranchUpdate _update;

    internal MergeController(WorkspaceContext context, BranchManager branches, ReplayController replays)
    {
        _context = context;
        _branches = branches;
        _replays = replays;
        _planner = new MergePlanner(context.Repository, context.Live.Provider.Dialect);
        _conflicts = new ConflictDesk(context);
        _update = new BranchUpdate(context, branches, _planner, _conflicts);
    }

    /// <summary>Merges a branch into another. Conflicts keep the merge in progress; failed gates, constraints and invariants refuse it.</summary>
    public MergeReport Merge(MergeRequest request, CancellationToken cancel)
    {
        if (request.Source == request.Target)
        {
            throw new DbVcException(FailureKind.Usage, "merge.itself", $"'{request.Source}' cannot be merged into itself.");
        }

        var source = _context.Repository.Head(request.Source);
        _ = _context.Repository.Head(request.Target);
        if (!request.Source.IsMain) _branches.RequireClean(request.Source, cancel);
        if (!request.DryRun) RequireCleanTarget(request.Target, cancel);
        var verdict = BranchRules.Judge(_context, request.Source, request.Target, source);
        if (request.DryRun) return DryRun(request, source, verdict, cancel);
        var reason = request.Override is null ? null : RequireOverride(request, verdict);
        if (reason is null && verdict.Refusal is { } refusal) return refusal;
        if (_conflicts.FindOpen(request.Target) is { } open)
        {
            throw new DbVcException(FailureKind.Conflict, "merge.open", $"A merge of '{open.Source}' into '{open.Target}' is in progress.",
                hint: $"Resolve its conflicts (db-vc conflicts list), then db-vc merge continue; or db-vc merge abort.");
        }

        var record = new MergeRecord(MergeRecord.NewId(source, _context.Repository.Head(request.Target)), request.Source.Text, request.Target.Text,
            source.ToString(), _context.Repository.Head(request.Target).ToString(), _context.Repository.Clock.GetUtcNow(), request.Policies)
        {
            Override = reason,
            AllowDestructive = request.AllowDestructive,
        };
        return Run(record, verdict, cancel, request.KeepsConflicts);
    }

    /// <summary>Brings a branch up to main, for the merge queue.</summary>
    internal MergeReport BringUp(BranchName branch, bool isRunAgain, CancellationToken cancel) => _update.Start(branch, isRunAgain, cancel);

    /// <summary>What is in progress with a branch as target.</summary>
    internal MergeStatus? FindOpen(BranchName target) =>
        _conflicts.FindOpen(target) is { } open ? _conflicts.Status().FirstOrDefault(s => s.Id == open.Id) : null;

    /// <summary>Merges in progress.</summary>
    public IReadOnlyList<MergeStatus> Status() => _conflicts.Status();

    /// <summary>A page of conflicts of the given merge, or of the only one.</summary>
    public ConflictPage ListConflicts(string? merge, string? after, int limit) => _conflicts.List(merge, after, limit);

    public ConflictView ShowConflict(string id) => _conflicts.Show(id);

    /// <summary>Decides one conflict or all open ones; returns how many.</summary>
    public int Resolve(ResolveRequest request) => _conflicts.Resolve(request);

    /// <summary>Asks for proposals about what is open of the given merge, or of the only one. They are kept beside the conflicts and decide nothing.</summary>
    /// <param name="merge">Its id; null for the only one.</param>
    /// <param name="model">Who is asked; null for the one that is configured.</param>
    /// <param name="cancel">Ends it.</param>
    public ProposalReport Propose(string? merge, string? model, CancellationToken cancel)
    {
        var proposers = new Proposers(_context, _context.Models.Require(model), cancel);
        return _conflicts.Propose(merge, proposers.Ask);
    }

    /// <summary>Goes on with a merge whose conflicts are resolved. If the target moved meanwhile, new conflicts may come up.</summary>
    /// <param name="merge">Its id; null for the only one.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="allowDestructive">A person's word that what it takes away may go: what that is, is known only now.</param>
    public MergeReport Continue(string? merge, CancellationToken cancel, bool allowDestructive = false)
    {
        var record = _conflicts.Require(merge) is var kept && allowDestructive ? kept with { AllowDestructive = true } : kept;
        if (record.Replay is { } replay)
            return _replays.Continue(record with { Replay = replay with { AllowDestructive = allowDestructive } }, cancel);
        foreach (var branch in new[] { record.Source, record.Target }.Where(b => _context.Repository.FindHead(BranchName.Parse(b)) is null))
        {
            throw new DbVcException(FailureKind.Failed, "merge.branch-gone", $"Branch '{branch}' was deleted while its merge was open.",
                hint: $"Drop the merge: db-vc merge abort {record.Id}. The commits are still there; db-vc branch create NAME --from {record.SourceHead[..10]} "
                    + "brings the branch back.");
        }

        if (record.BringsUp) return _update.Continue(record, cancel);
        RequireCleanTarget(BranchName.Parse(record.Target), cancel);
        // The rule may be newer than the merge.
        if (BranchRules.NeedApprovals(_context.Repository.Store, BranchName.Parse(record.Target)))
            return RefuseConflicts(record, _conflicts.Status().Single(s => s.Id == record.Id).Conflicts);
        var verdict = BranchRules.Judge(_context, BranchName.Parse(record.Source), BranchName.Parse(record.Target), CommitId.Parse(record.SourceHead));
        return record.Override is null && verdict.Refusal is { } refusal ? refusal : Run(record, verdict, cancel);
    }

    /// <summary>Drops a merge in progress with its resolutions. The branches are as they were.</summary>
    public void Abort(string? merge) => _conflicts.Remove(_conflicts.Require(merge));

    /// <summary>Where there are users: what is in a branch's database and in no commit would be taken along as nobody's, and whoever wrote it could approve
    /// it. Main and other protected branches take it so: nobody commits to them.</summary>
    private void RequireCleanTarget(BranchName target, CancellationToken cancel)
    {
        var store = _context.Repository.Store;
        if (!AccessRecord.Read(store).IsOpen && !BranchRules.Of(store, target).Protected) _branches.RequireClean(target, cancel);
    }

    /// <summary>The reason, once it is an administrator's, and there is something to go past.</summary>
    private string RequireOverride(MergeRequest request, BranchVerdict verdict)
    {
        var reason = MergeTrailers.RequireReason(request.Override);
        _context.Guard.Require(AccessAction.Administer, "db-vc branch override");
        if (verdict.Refusal is not null) return reason;
        throw new DbVcException(FailureKind.Usage, "override.needless", $"Nothing keeps '{request.Source}' out of '{request.Target}'.",
            hint: $"db-vc branch merge {request.Source}");
    }

    private MergeReport Run(MergeRecord record, BranchVerdict verdict, CancellationToken cancel, bool keepsConflicts = true)
    {
        var source = CommitId.Parse(record.SourceHead);
        var target = BranchName.Parse(record.Target);
        MergeOutcome? merged = null;
        IReadOnlyList<DestructiveChange> destructive = [];
        var attempts = 0;
        var requests = new OpenRequests(_context, BranchName.Parse(record.Source), target);
        var where = record.Target == BranchName.Main.Text ? record.Source : $"{record.Source} --into {record.Target}";
        var command = record.Override is { } reason ? MergeTrailers.Command(where, reason) : $"branch merge {where}";
        var outcome = _context.Publisher.Publish(new PublishRequest(target, command, _context.Options.User.Name, head =>
        {
            merged = null;
            if (_planner.IsUpToDate(source, head)) return null;
            using var chunks = InterruptibleChunks.For(_context.Repository.Chunks.BeginWrite(), cancel);
            var before = _context.Repository.ReadSnapshot(head).Snapshot;
            var inputs = Inputs(record, source, head, before);
            merged = _planner.Run(inputs with { HighestKey = KeepDistance(inputs.HighestKey, attempts++) }, chunks);
            if (merged.Conflicts.Count > 0) return null;
            destructive = FindDestructive(target, chunks, before, merged.Merged);
            if (destructive.Count > 0 && !record.AllowDestructive) return null;
            var snapshot = SnapshotCodec.Write(chunks, merged.Merged);
            chunks.Publish();
            var commit = MergeCommit(record, snapshot, head, verdict, merged.Rekeyed);
            return new PublishPlan(commit with { Message = DestructiveTrailer.Add(commit.Message, destructive) }, MarkMerged(record, source, requests));
        })
        {
            Permit = new MergePermit(BranchName.Parse(record.Source), source, record.Override),
        }, cancel);
        var report = destructive.Count > 0 && !record.AllowDestructive && outcome is { Commit: null, Violations.Count: 0 }
            ? DestructiveTrailer.Refuse(_conflicts.FindOpen(target)?.Id == record.Id ? "merge continue" : $"branch merge {record.Source}", destructive)
            : Report(record, outcome, merged, keepsConflicts) with { Destructive = destructive };
        if (report.State == MergeState.Merged) requests.Tell(RequestEventKind.Merged, report.Commit);
        return report with
        {
            Approvals = verdict.Approvals.Needed > 0 ? verdict.Approvals : null,
            Rejections = verdict.Rejections,
            Override = report.State == MergeState.Merged ? record.Override : null,
            PassedOver = report.State == MergeState.Merged && record.Override is not null ? verdict.Lacking : [],
        };
    }

    /// <summary>Only main's rows are anybody's but the branch's own.</summary>
    private static IReadOnlyList<DestructiveChange> FindDestructive(BranchName target, IChunkSource chunks, Snapshot before, Snapshot after) =>
        target.IsMain ? DestructiveChanges.Find(chunks, before, after) : [];

    private MergeReport Report(MergeRecord record, PublishOutcome outcome, MergeOutcome? merged, bool keepsConflicts)
    {
        var conflicts = merged?.Conflicts ?? [];
        if (outcome.Violations.Count > 0)
        {
            return new MergeReport
            {
                State = MergeState.Refused,
                Violations = Sides(record, outcome.Before, merged).Name(outcome.Violations),
                Message = "The merged database would break a constraint.",
            };
        }

        if (conflicts.Count > 0 && keepsConflicts && BranchRules.NeedApprovals(_context.Repository.Store, BranchName.Parse(record.Target)))
        {
            return RefuseConflicts(record, conflicts.Count);
        }

        if (conflicts.Count > 0)
        {
            // What it takes away was not shown yet: whoever continues is asked.
            if (keepsConflicts) _conflicts.Keep(record with { TargetHead = outcome.Before.ToString(), AllowDestructive = false }, conflicts);
            return new MergeReport
            {
                State = MergeState.Conflicts,
                Merge = keepsConflicts ? record.Id : null,
                Conflicts = [.. conflicts.Take(MaxReported)],
                ConflictCount = conflicts.Count,
                Message = conflicts.Count == 1 ? "One conflict to resolve." : $"{conflicts.Count} conflicts to resolve."
            };
        }

        if (outcome.Commit is not { } commit)
        {
            if (_conflicts.FindOpen(BranchName.Parse(record.Target))?.Id == record.Id) _conflicts.Remove(record);
            return new MergeReport { State = MergeState.UpToDate, Message = DescribeNothing(record.Source, record.Target, CommitId.Parse(record.SourceHead)) };
        }

        if (BranchName.Parse(record.Target) is { IsMain: false } target) _branches.CheckOutFiles(target);
        if (BranchRecord.Read(_context.Repository.Store, BranchName.Parse(record.Source)) is { } branch) BranchInfo.Write(_context, branch, "merged");
        if (record.Target == BranchName.Main.Text) _context.Outbox.TellMerged(record.Source, commit, record.Override);
        return new MergeReport
        {
            State = MergeState.Merged,
            Commit = commit,
            Parents = _context.Repository.ReadCommit(commit).Parents,
            Rekeyed = merged?.Rekeyed ?? [],
            Tables = _branches.Report(outcome.Before, commit, outcome.Counted).Tables,
            Message = $"Merged '{record.Source}' into '{record.Target}'.",
        };
    }

    private string DescribeNothing(string source, string target, CommitId head) =>
        BranchRecord.Read(_context.Repository.Store, BranchName.Parse(source)) is { } branch && branch.Base == head.ToString()
            ? $"There is nothing to merge: '{source}' has no commit of its own."
            : $"There is nothing to merge: '{target}' holds everything of '{source}' already.";

    /// <summary>What is decided while a merge is open, nobody has approved.</summary>
    private static MergeReport RefuseConflicts(MergeRecord record, int count) => new()
    {
        State = MergeState.Refused,
        Message = $"{(count == 1 ? "One conflict" : $"{count} conflicts")} with '{record.Target}', which needs approvals: whoever decided them here would "
            + "change what was approved. "
            + $"Decide them on the branch: db-vc branch merge {record.Target} --into {record.Source}, and have that approved.",
    };

    private ViolationSides Sides(MergeRecord record, CommitId target, MergeOutcome? merged) =>
        new(_context.Repository, CommitId.Parse(record.SourceHead), target, merged?.Rekeyed ?? []);

    private Commit MergeCommit(MergeRecord record, Hash snapshot, CommitId head, BranchVerdict verdict, IReadOnlyList<KeyChange> rekeyed)
    {
        var source = CommitId.Parse(record.SourceHead);
        var title = $"Merge branch '{record.Source}'" + (record.Target == BranchName.Main.Text ? "" : $" into {record.Target}");
        // Code is run on what the branch took from main, and must know that somebody decided some of it.
        var decided = record.Target == BranchName.Main.Text ? 0 : _conflicts.Status().FirstOrDefault(s => s.Id == record.Id)?.Conflicts ?? 0;
        string[] trailers = [.. MergeTrailers.Write(verdict, record.Override), .. MergeTrailers.WriteDecided(decided, _conflicts.Accepted(record)),
            .. KeyTrailer.Write(rekeyed)];
        return new Commit
        {
            Snapshot = snapshot,
            Parents = [head, source],
            Author = _context.Options.User,
            Time = _context.Repository.NextTime([head, source]),
            Message = trailers.Length == 0 ? title : $"{title}\n\n{string.Join('\n', trailers)}",
            Evidence = verdict.Evidence,
        };
    }

    /// <summary>Becomes visible together with the merge itself.</summary>
    private IReadOnlyList<DocumentChange> MarkMerged(MergeRecord record, CommitId source, OpenRequests requests)
    {
        var changes = _conflicts.Removal(record).ToList();
        changes.AddRange(requests.Merged(_context.Options.User, source));
        if (record.Target == BranchName.Main.Text && BranchRecord.Read(_context.Repository.Store, BranchName.Parse(record.Source)) is { } branch)
        {
            var merged = branch with { Merged = source.ToString(), Override = record.Override ?? branch.Override };
            changes.Add(new DocumentChange(BranchRecord.Collection, branch.Name, merged.ToBytes()));
            changes.AddRange(QueueShelf.Landed(_context.Repository.Store, branch, _context.Repository.Clock.GetUtcNow()));
        }

        return changes;
    }

    private MergeReport DryRun(MergeRequest request, CommitId source, BranchVerdict verdict, CancellationToken cancel)
    {
        var head = _context.Repository.Head(request.Target);
        if (_planner.IsUpToDate(source, head))
        {
            return new MergeReport
            {
                State = MergeState.UpToDate,
                DryRun = true,
                Message = DescribeNothing(request.Source.Text, request.Target.Text, source),
            };
        }

        using var chunks = InterruptibleChunks.For(_context.Repository.Chunks.BeginWrite(), cancel);
        var target = _context.Publisher.Peek(request.Target, chunks, cancel);
        var record = new MergeRecord("", request.Source.Text, request.Target.Text, source.ToString(), head.ToString(), default, request.Policies);
        var merged = _planner.Run(Inputs(record, source, head, target), chunks);
        IReadOnlyList<ConstraintViolation> violations = merged.Conflicts.Count == 0 && request.Target.IsMain
            ? _context.Shadow.Rehearse(head, merged.Merged, chunks)
            : [];
        var destructive = merged.Conflicts.Count == 0 ? FindDestructive(request.Target, chunks, target, merged.Merged) : [];
        var isRefused = verdict.Refusal is not null || violations.Count > 0 || (destructive.Count > 0 && !request.AllowDestructive);
        var state = isRefused ? MergeState.Refused
            : merged.Conflicts.Count > 0 ? MergeState.Conflicts : MergeState.Merged;
        return new MergeReport
        {
            State = state,
            DryRun = true,
            Tables = TableChanges.Between(chunks, target, merged.Merged),
            Conflicts = [.. merged.Conflicts.Take(MaxReported)],
            ConflictCount = merged.Conflicts.Count,
            Rekeyed = merged.Rekeyed,
            Violations = Sides(record, head, merged).Name(violations),
            Gates = verdict.Refusal?.Gates ?? [],
            Destructive = destructive,
            Approvals = verdict.Approvals.Needed > 0 ? verdict.Approvals : null,
            Rejections = verdict.Rejections,
            Message = verdict.Refusal?.Message
                ?? (violations.Count > 0 || !isRefused
                    ? "Nothing was changed."
                    : DestructiveTrailer.Refuse($"branch merge {request.Source}", destructive).Message),
        };
    }

    /// <summary>New keys begin behind those that were handed out. Where others took them before the merge was done, the next attempt leaves them room: gaps
    /// between such keys mean nothing, and numbers that keep running are overtaken in the end.</summary>
    private static Func<string, long> KeepDistance(Func<string, long> highestKey, int attempts) => attempts == 0 ? highestKey : table =>
        highestKey(table) is > 0 and var highest ? highest + (100 * (long)Math.Pow(10, attempts)) : 0;

    private MergeInputs Inputs(MergeRecord record, CommitId source, CommitId head, Snapshot target) => new(
        source, head, target, MergePolicies.Parse([.. _context.Configuration.Policies, .. record.Policies.Select(text => new PolicyLine(text))]),
        _conflicts.Decisions(record))
    {
        HighestKey = HandedOutKeys.Of(_context, BranchName.Parse(record.Source), BranchName.Parse(record.Target)),
    };
}
