using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Brings a branch up to main: the branch becomes what a merge of it would make of main now. The sides are those of that merge, source the branch and
/// target main, so main's rows keep their keys and policies mean the same; only it is the branch that moves, and main that waits for nobody.
/// </summary>
internal sealed class BranchUpdate(WorkspaceContext context, BranchManager branches, MergePlanner planner, ConflictDesk conflicts)
{
    /// <summary>Begins it. Conflicts keep it in progress.</summary>
    /// <param name="branch">The branch.</param>
    /// <param name="isRunAgain">Whether the branch's code will run on main's rows afterwards: then its rows are left to it, and only files are merged.</param>
    /// <param name="cancel">Ends it.</param>
    public MergeReport Start(BranchName branch, bool isRunAgain, CancellationToken cancel)
    {
        var (head, main) = (context.Repository.Head(branch), context.Repository.Head(BranchName.Main));
        var verdict = BranchRules.Judge(context, BranchName.Main, branch, main);
        if (verdict.Refusal is { } refusal) return refusal;
        return Run(new MergeRecord(MergeRecord.NewId(head, main), branch.Text, branch.Text, head.ToString(), main.ToString(),
            context.Repository.Clock.GetUtcNow(), [])
        { BringsUp = true, RunsAgain = isRunAgain }, isRunAgain, cancel);
    }

    /// <summary>Goes on once conflicts are decided; what main got since may bring new ones. Where only files were decided about, the rows are left to the
    /// branch's code as if nothing had been.</summary>
    public MergeReport Continue(MergeRecord record, CancellationToken cancel)
    {
        branches.RequireClean(BranchName.Parse(record.Source), cancel);
        return Run(record, record.RunsAgain && conflicts.AreFilesOnly(record), cancel);
    }

    private MergeReport Run(MergeRecord record, bool isRunAgain, CancellationToken cancel)
    {
        var branch = BranchName.Parse(record.Source);
        context.Publisher.Commit(CaptureRequest.Outside(BranchName.Main), cancel);
        var main = context.Repository.Head(BranchName.Main);
        MergeOutcome? merged = null;
        var outcome = context.Publisher.Publish(new PublishRequest(branch, $"merge queue run {branch}", context.Options.User.Name, head =>
        {
            merged = null;
            if (planner.IsUpToDate(main, head)) return null;
            record = record with { SourceHead = head.ToString(), TargetHead = main.ToString() };
            using var chunks = InterruptibleChunks.For(context.Repository.Chunks.BeginWrite(), cancel);
            var before = context.Repository.ReadSnapshot(main).Snapshot;
            merged = planner.Run(new MergeInputs(head, main, before, MergePolicies.Parse(context.Configuration.Policies), conflicts.Decisions(record))
            {
                HighestKey = HandedOutKeys.Of(context, branch, BranchName.Main),
            }, chunks);
            if (merged.Conflicts.Count > 0) return null;
            if (isRunAgain) merged = merged with { Merged = merged.Merged with { Objects = before.Objects }, Rekeyed = [] };
            var snapshot = SnapshotCodec.Write(chunks, merged.Merged);
            chunks.Publish();
            return new PublishPlan(MergeCommit(record, snapshot, merged.Rekeyed), [.. conflicts.Removal(record)]);
        })
        {
            Permit = new MergePermit(BranchName.Main, main, null),
        }, cancel);
        return Report(record, outcome, merged);
    }

    /// <summary>New keys are of the second parent's rows: where the branch's rows got some, main is the first.</summary>
    private Commit MergeCommit(MergeRecord record, Hash snapshot, IReadOnlyList<KeyChange> rekeyed)
    {
        var (head, main) = (CommitId.Parse(record.SourceHead), CommitId.Parse(record.TargetHead));
        var decided = conflicts.Status().FirstOrDefault(s => s.Id == record.Id)?.Conflicts ?? 0;
        string[] trailers = [.. MergeTrailers.WriteDecided(decided, conflicts.Accepted(record)), .. KeyTrailer.Write(rekeyed)];
        var title = $"Bring '{record.Source}' up to main";
        return new Commit
        {
            Snapshot = snapshot,
            Parents = rekeyed.Count == 0 ? [head, main] : [main, head],
            Author = context.Options.User,
            Time = context.Repository.NextTime([head, main]),
            Message = trailers.Length == 0 ? title : $"{title}\n\n{string.Join('\n', trailers)}",
        };
    }

    private MergeReport Report(MergeRecord record, PublishOutcome outcome, MergeOutcome? merged)
    {
        if (outcome.Violations.Count > 0)
        {
            return new MergeReport
            {
                State = MergeState.Refused,
                Violations = outcome.Violations,
                Message = $"'{record.Source}' with what main got since would break a constraint.",
            };
        }

        if (merged is { Conflicts: { Count: > 0 } open })
        {
            conflicts.Keep(record, open);
            return new MergeReport
            {
                State = MergeState.Conflicts,
                Merge = record.Id,
                Conflicts = [.. open.Take(MergeController.MaxReported)],
                ConflictCount = open.Count,
                Message = $"{Quantity.Of(open.Count, "conflict")} to resolve.",
            };
        }

        if (outcome.Commit is not { } commit)
        {
            if (conflicts.FindOpen(BranchName.Parse(record.Target))?.Id == record.Id) conflicts.Remove(record);
            return new MergeReport { State = MergeState.UpToDate, Message = $"'{record.Source}' holds everything of main already." };
        }

        branches.CheckOutFiles(BranchName.Parse(record.Source));
        return new MergeReport
        {
            State = MergeState.Merged,
            Commit = commit,
            Parents = context.Repository.ReadCommit(commit).Parents,
            Rekeyed = merged?.Rekeyed ?? [],
            Tables = branches.Report(outcome.Before, commit, outcome.Counted).Tables,
            Message = $"'{record.Source}' is up to main.",
        };
    }
}
