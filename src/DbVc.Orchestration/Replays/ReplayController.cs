using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Makes new commits from old ones: cherry-pick, revert, rollback. Every surface goes through here, and everything through publish.</summary>
public sealed class ReplayController
{
    private readonly WorkspaceContext _context;
    private readonly BranchManager _branches;
    private readonly Replayer _replayer;

    internal ReplayController(WorkspaceContext context, BranchManager branches)
    {
        _context = context;
        _branches = branches;
        _replayer = new Replayer(context, branches);
    }

    /// <summary>As a command says where it works; main needs no word.</summary>
    private static string On(string option, BranchName target) => target.IsMain ? "" : $" {option} {target}";

    /// <summary>Repeats a commit's change, or a part of it, on a branch. What needs gates to be merged needs them to be picked.</summary>
    public MergeReport CherryPick(CherryPickRequest request, CancellationToken cancel)
    {
        if (request.Keys.Count > 0 && request.Table is null)
        {
            throw new DbVcException(FailureKind.Usage, "selection.no-table", "Keys without a table name no row.", hint: "Give --table too.");
        }

        var (id, commit, parent) = Find(request.Revision, request.Mainline);
        RequireTable(id, parent, request.Table);
        _branches.RequireClean(request.Target, cancel);
        var evidence = BranchRules.JudgePick(_context, id, parent, request.Target);
        if (evidence.Refusal is { } refusal) return refusal with { DryRun = request.DryRun, Origin = id };
        var part = request.Table is null ? "" : $" --table {request.Table}" + string.Concat(request.Keys.Select(key => $" --key {key}"));
        var command = $"cherry-pick {id.Short}{part}{On("--onto", request.Target)}";
        return Run(new ReplayRecord(ReplayVerb.CherryPick, parent?.ToString(), id.ToString(), command, commit.Message)
        {
            Origin = id.ToString(),
            Table = request.Table,
            Keys = request.Keys,
            Evidence = evidence.Hash?.ToString(),
            AllowDestructive = request.AllowDestructive,
        }, request.Target, request.DryRun, cancel);
    }

    /// <summary>Takes a commit's change back on a branch that holds it; what came after it stays.</summary>
    public MergeReport Revert(RevertRequest request, CancellationToken cancel)
    {
        var (id, commit, parent) = Find(request.Revision, request.Mainline);
        if (parent is not { } before)
        {
            throw new DbVcException(FailureKind.Refused, "revert.first", $"{id.Short} is the first commit: before it there was no database.",
                hint: "Take single tables back by hand, or roll back to a later commit.");
        }

        if (!new CommitGraph(_context.Repository).IsAncestor(id, _context.Repository.Head(request.Target)))
        {
            throw new DbVcException(FailureKind.Refused, "revert.not-on-branch", $"'{request.Target}' does not hold commit {id.Short}.",
                hint: $"db-vc log {request.Target} lists what it holds.");
        }

        _branches.RequireClean(request.Target, cancel);
        if (BranchRules.RefuseRevert(_context, id, before, request.Target) is { } refusal) return refusal with { DryRun = request.DryRun, Origin = id };
        var title = commit.Message.Split('\n')[0].Trim();
        var command = $"revert {id.Short}{On("--branch", request.Target)}";
        return Run(new ReplayRecord(ReplayVerb.Revert, id.ToString(), before.ToString(), command, $"Revert \"{title}\"")
        {
            Origin = id.ToString(),
        }, request.Target, request.DryRun, cancel);
    }

    /// <summary>Takes a branch back to the content of an earlier commit of its own by a new commit; what came between stays in the history.</summary>
    public CommitReport Rollback(RollbackRequest request, CancellationToken cancel)
    {
        var origin = new RevisionParser(_context.Repository).Parse(request.Revision);
        RefuseForeign(origin, request.Target);
        var goal = _context.Repository.ReadCommit(origin).Snapshot;
        if (request.DryRun) return PlanRollback(origin, request.Target, cancel);
        _branches.RequireClean(request.Target, cancel);
        var command = $"rollback --to-commit {origin.Short}{On("--branch", request.Target)}";
        var outcome = _context.Publisher.Publish(new PublishRequest(request.Target, command, _context.Options.User.Name,
            head => _context.Repository.ReadCommit(head).Snapshot == goal ? null : new PublishPlan(new Commit
            {
                Snapshot = goal,
                Parents = [head],
                Author = _context.Options.User,
                Time = _context.Repository.NextTime([head]),
                Message = $"Roll back to {origin.Short}",
                Origin = origin,
            }))
        {
            Permit = new TakeBackPermit(),
        }, cancel);
        if (outcome.Violations.Count > 0)
        {
            throw new DbVcException(FailureKind.Refused, "constraint.violated", "The earlier state would break a constraint: " + outcome.Violations[0].Message,
                where: $"{outcome.Violations[0].Table} {outcome.Violations[0].Key}");
        }

        if (outcome.Commit is not { } commit) return new CommitReport(null, [], []);
        if (!request.Target.IsMain) _branches.CheckOutFiles(request.Target);
        else _context.Outbox.Tell("rolled-back", request.Target.Text, commit, $"main was rolled back to {origin.Short}.");
        return _branches.Report(outcome.Before, commit, outcome.Counted);
    }

    /// <summary>Goes on with one of these commands that met conflicts.</summary>
    internal MergeReport Continue(MergeRecord record, CancellationToken cancel) => _replayer.Continue(record, cancel);

    private MergeReport Run(ReplayRecord replay, BranchName target, bool isDry, CancellationToken cancel) =>
        isDry ? _replayer.Plan(replay, target, cancel) : _replayer.Start(replay, target, cancel);

    /// <summary>The commit, and the parent that its change is counted from.</summary>
    private (CommitId Id, Commit Commit, CommitId? Parent) Find(string revision, int? mainline)
    {
        var id = new RevisionParser(_context.Repository).Parse(revision);
        var commit = _context.Repository.ReadCommit(id);
        if (mainline is { } number && (number < 1 || number > commit.Parents.Count))
        {
            throw new DbVcException(FailureKind.Usage, "revision.parent", $"{id.Short} has no parent {number}.",
                where: "-m", hint: $"db-vc show {id.Short} lists its parents.");
        }

        return (id, commit, commit.Parents.Count == 0 ? null : commit.Parents[(mainline ?? 1) - 1]);
    }

    private void RequireTable(CommitId id, CommitId? parent, string? table)
    {
        if (table is null || HasTable(id) || (parent is { } p && HasTable(p))) return;
        throw new DbVcException(FailureKind.Usage, "table.missing", $"There is no table '{table}' at {id.Short}.",
            hint: "Tables: " + string.Join(", ", _context.Repository.ReadSnapshot(id).Tables().Select(t => t.Schema.Name)) + ".");

        bool HasTable(CommitId at) => _context.Repository.ReadSnapshot(at).Tables().Any(t => t.Schema.Name.Equals(table, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A branch only goes back to where it has been: another branch's commits reach it through gates and a merge.</summary>
    private void RefuseForeign(CommitId origin, BranchName target)
    {
        if (_context.WasAt(target, origin)) return;
        throw new DbVcException(FailureKind.Refused, target.IsMain ? "rollback.not-on-main" : "rollback.not-on-branch",
            $"{(target.IsMain ? "Main" : $"'{target}'")} never was at commit {origin.Short}.",
            hint: $"db-vc log {target} lists its commits; another branch's work reaches it with db-vc branch merge.");
    }

    private CommitReport PlanRollback(CommitId origin, BranchName target, CancellationToken cancel)
    {
        using var chunks = _context.Repository.Chunks.BeginWrite();
        var now = _context.Publisher.Peek(target, chunks, cancel);
        var then = _context.Repository.ReadSnapshot(origin).Snapshot;
        return new CommitReport(null, [], TableChanges.Between(chunks, now, then));
    }
}
