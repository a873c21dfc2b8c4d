using System.Globalization;
using System.Text;
using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>What a branch was to bring that somebody says no to: by this a like task finds the reason again.</summary>
internal sealed class RejectedWork(WorkspaceContext context, BranchName branch, CommitId head)
{
    private const int IdDigits = 10;

    public Rejection Describe(Author by, string reason, DateTimeOffset now)
    {
        var record = BranchRecord.Read(context.Repository.Store, branch);
        var spec = record is null ? null : DeployedPipeline.TryRead(context.Repository.ReadSnapshot(head), record.Pipeline);
        var id = Hash.Of(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{head} {by.Name} {now:O}"))).ToString()[..IdDigits];
        return new Rejection(id, branch.Text, head.ToString(), by.Name, by.Email, reason, now)
        {
            Task = record?.Task,
            Start = record?.Base,
            Pipeline = spec is null ? null : record!.Pipeline,
            Tables = spec is null ? ListChanged() : [spec.Destination.Table],
            Pieces = spec is null ? [] : TaskLikeness.PiecesOf(spec),
        };
    }

    private IReadOnlyList<string> ListChanged()
    {
        var bases = new CommitGraph(context.Repository).MergeBases(head, context.Repository.Head(BranchName.Main));
        if (bases.Count == 0) return [];
        var (before, after) = (context.Repository.ReadSnapshot(bases[0]).Snapshot, context.Repository.ReadSnapshot(head).Snapshot);
        return [.. new SnapshotDiff(context.Repository.Chunks, before, after).Tables().Select(t => t.Name).Order(StringComparer.Ordinal)];
    }
}
