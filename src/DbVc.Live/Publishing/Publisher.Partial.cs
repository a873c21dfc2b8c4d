using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Branches whose database lacks some tables: what is captured is completed, what is applied is reduced.</summary>
public sealed partial class Publisher
{
    /// <summary>
    /// Brings tables into a branch's database that were left out of it, with all that they need, in one transaction: its writers keep what they have. Returns
    /// the branch as it is then. Throws kind Refused, <c>branch.left-out</c>, where something in the database is in the way.
    /// </summary>
    /// <param name="branch">The branch.</param>
    /// <param name="command">For the operation log.</param>
    /// <param name="actor">For the operation log.</param>
    /// <param name="choose">Called with the schema of the branch's head: the tables.</param>
    public BranchRecord Fetch(BranchName branch, string command, string actor, Func<DatabaseSchema, IReadOnlyList<TableSchema>> choose)
    {
        using var held = Lock(branch);
        Recover(branch);
        var record = instances.Require(branch);
        var head = context.Repository.Head(branch);
        var whole = context.Repository.ReadSnapshot(head);
        var schema = whole.ReadSchema();
        var chosen = choose(schema);
        if (PartialContent.Of(record) is not { } partial) return record;
        var widened = partial.Widen(schema, chosen);
        if (widened.LeftOut!.Count == record.LeftOut!.Count) return record;
        using var chunks = context.Repository.Chunks.BeginWrite();
        var delta = new SnapshotDiff(chunks, partial.Reduce(whole.Snapshot, chunks), PartialContent.Of(widened)!.Reduce(whole.Snapshot, chunks)).ToDelta();
        var plan = new RewritePlan(whole.Snapshot, [], []) { AlsoWrite = Record(widened) };
        var failed = Carry(new RewriteRequest(branch, command, actor, (_, _, _) => null), head, plan, session => Judge(session, delta, [], null));
        if (failed.Commit is not null) return widened;
        var reason = failed.Violations.Count > 0 ? failed.Violations[0].Message : $"'{failed.Moved[0].Table}' is there already";
        throw new DbVcException(FailureKind.Refused, "branch.left-out", $"The tables cannot be brought into the branch's database: {reason.TrimEnd('.')}.",
            $"branch '{branch}'", "Nothing was changed. Take what is in the way out of the branch's database first, or put back the row that is missing.");
    }

    /// <summary>All that the database holds, completed by what is left out of it.</summary>
    private Snapshot CaptureAll(Reading reading, CaptureScope scope, bool isStrict)
    {
        if (PartialOf(reading.Branch) is not { } partial) return Capture.Run(reading.Read, reading.Before, reading.Chunks, reading.Cancel, scope);
        var captured = partial.Capture(reading.Read, reading.Before, reading.Chunks, reading.Cancel, scope);
        if (isStrict) new PartialCheck(captured, reading.Chunks).Require();
        return captured.Completed;
    }

    private PartialContent? PartialOf(BranchName branch) =>
        branch.IsMain ? null : PartialContent.Of(BranchRecord.Read(context.Repository.Store, branch));

    /// <summary>The plan of a branch whose database lacks tables that the new commit's others need: they come with it.</summary>
    private PublishPlan Settle(PartialContent? partial, PublishPlan plan)
    {
        if (partial is null) return plan;
        var chunks = context.Repository.Chunks;
        var settled = partial.Settle(new SnapshotReader(chunks, SnapshotCodec.Read(chunks, plan.Commit.Snapshot)).ReadSchema());
        if (settled == partial.Branch) return plan;
        var others = (plan.AlsoWrite ?? []).ToList();
        foreach (var same in others.Where(c => c.Collection == BranchRecord.Collection && c.Id == settled.Name && c.Body.Length > 0).ToList())
        {
            settled = BranchRecord.Parse(same.Body) with { LeftOut = settled.LeftOut };
            others.Remove(same);
        }

        return plan with { AlsoWrite = [.. others, .. Record(settled)] };
    }

    /// <summary>What is to change in the branch's own database.</summary>
    /// <param name="partial">The branch as it is.</param>
    /// <param name="plan">What it becomes.</param>
    /// <param name="before">The commit before.</param>
    /// <param name="after">The commit after.</param>
    /// <param name="chunks">For what has to be reduced; read until the change is applied.</param>
    private static DatabaseDelta Between(PartialContent partial, PublishPlan plan, Snapshot before, Snapshot after, IChunkWriter chunks)
    {
        var next = plan.AlsoWrite?.FirstOrDefault(c => c.Collection == BranchRecord.Collection && c.Id == partial.Branch.Name) is { } record
            ? PartialContent.Of(BranchRecord.Parse(record.Body))!
            : partial;
        return new SnapshotDiff(chunks, partial.Reduce(before, chunks), next.Reduce(after, chunks)).ToDelta();
    }

    /// <summary>The record of a branch that holds other tables from now on; what is known of its database before says nothing any more.</summary>
    private static IReadOnlyList<DocumentChange> Record(BranchRecord branch) =>
        [new DocumentChange(BranchRecord.Collection, branch.Name, branch.ToBytes()), MarkShelf.Removal(BranchName.Parse(branch.Name))];

    /// <summary>Those that can be asked in the database: the others are judged when it reaches main.</summary>
    private IReadOnlyList<Invariant> InvariantsOf(PartialContent? partial, Snapshot after)
    {
        var all = context.Invariants.ReadAll();
        if (partial is null || all.Count == 0) return all;
        var absent = partial.AbsentOf(new SnapshotReader(context.Repository.Chunks, after));
        return [.. all.Where(i => absent.FindNamed(i.Sql) is null)];
    }

    /// <summary>A view of a branch's database, and what it is compared with: what the branch's head holds, with files as they are to be.</summary>
    private sealed record Reading(BranchName Branch, IReadSnapshot Read, Snapshot Before, IChunkWriter Chunks, CancellationToken Cancel);
}
