using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>How much of its budget a branch has used.</summary>
public sealed record BranchUse(long Rows, long Bytes, long Seconds);

/// <summary>Measures what a branch has become against its base, and refuses more than its budget allows.</summary>
internal sealed class BudgetCheck(WorkspaceContext context, BranchRecord record)
{
    /// <summary>What the branch's head uses.</summary>
    public BranchUse Measure()
    {
        var head = context.Repository.ReadSnapshot(context.Repository.Head(BranchName.Parse(record.Name))).Snapshot;
        var (rows, bytes) = Count(context.Repository.Chunks, head, new BranchBudget(null, null, null));
        return new BranchUse(rows, bytes, WorkTime.Used(context, record));
    }

    /// <summary>Counts no further than the budget goes. Throws kind Refused, <c>budget.rows</c> or <c>budget.bytes</c>.</summary>
    public void Require(IChunkSource chunks, Snapshot content)
    {
        if (record.Budget is { } budget && (budget.Rows ?? budget.Bytes) is not null) Count(chunks, content, budget);
    }

    /// <summary>The failure of a branch that became more than it may.</summary>
    public static DbVcException Exceeded(string branch, string what, long limit) => new(FailureKind.Refused, "budget." + what,
        FormattableString.Invariant($"Branch '{branch}' may have {limit} {what} by its budget, and this is more."), branch,
        "Nothing was kept. Make less, or make another branch with a larger --budget.");

    private (long Rows, long Bytes) Count(IChunkSource chunks, Snapshot content, BranchBudget budget)
    {
        var (rows, bytes) = (0L, 0L);
        var before = context.Repository.ReadSnapshot(CommitId.Parse(record.Base)).Snapshot;
        var diff = new SnapshotDiff(chunks, before, content);
        foreach (var change in diff.Tables().SelectMany(diff.Rows))
        {
            if ((rows += change.Count) > budget.Rows) throw Exceeded(record.Name, "rows", budget.Rows.Value);
            bytes += change.Count * (change.After?.Sum(Size) ?? 0);
            if (bytes > budget.Bytes) throw Exceeded(record.Name, "bytes", budget.Bytes.Value);
        }

        return (rows, bytes);
    }

    private static long Size(Value value) => value.Kind switch
    {
        ValueKind.Null => 0,
        ValueKind.Integer or ValueKind.Real => 8,
        _ => value.AsBytes.Length,
    };
}
