using System.Security.Cryptography;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>The branch that keeps what was found in a live database that was put back, so that nothing of it is lost before it is merged.</summary>
public sealed class FoundBranch(LiveContext context, AttachRequest request)
{
    private const string Prefix = "found-";

    /// <summary>True for the name of such a branch.</summary>
    public static bool IsName(string branch) => branch.StartsWith(Prefix, StringComparison.Ordinal);

    public BranchName? Name { get; private set; }

    public CommitId? Commit { get; private set; }

    /// <summary>Writes down what was found since a commit; what an interrupted command wrote down already is taken up again.</summary>
    public void Keep(Snapshot now, CommitId start)
    {
        using var chunks = context.Repository.Chunks.BeginWrite();
        var snapshot = SnapshotCodec.Write(chunks, now);
        chunks.Publish();
        var name = Name ?? Choose(start, snapshot);
        if (context.Repository.FindHead(name) is { } there && context.Repository.ReadCommit(there).Snapshot == snapshot)
        {
            (Name, Commit) = (name, there);
            return;
        }

        var transaction = new CommitTransaction(context.Repository, request.Command, request.User.Name);
        var commit = transaction.Add(new Commit
        {
            Snapshot = snapshot,
            Parents = [start],
            Author = Author.External,
            Time = context.Repository.NextTime([start]),
            Message = "Changes found in a database that was put back",
        });
        transaction.MoveBranch(name, context.Repository.FindHead(name), commit);
        var instance = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)) + ".db";
        transaction.PutDocument(BranchRecord.Collection, name.Text, new BranchRecord(
            name.Text, start.ToString(), context.Repository.Clock.GetUtcNow(), instance, name.Folder, Task: null, Merged: null).ToBytes());
        transaction.Publish();
        (Name, Commit) = (name, commit);
    }

    /// <summary>The newest commit on main's own line that holds exactly this; for a database that knows no commit at all the first one: it was put back from
    /// before that.</summary>
    public CommitId? FindBase(Snapshot now, CommitId head, LiveStanding standing)
    {
        for (var at = head; ;)
        {
            var snapshot = context.Repository.ReadSnapshot(at).Snapshot;
            if (snapshot.Objects.Hash == now.Objects.Hash) return at;
            var parents = context.Repository.ReadCommit(at).Parents;
            if (parents.Count == 0) return standing.State is null ? at : null;
            at = parents[0];
        }
    }

    private BranchName Choose(CommitId start, Hash snapshot)
    {
        for (var number = 1; ; number++)
        {
            var name = BranchName.Parse(Prefix + start.Short + (number == 1 ? "" : $"-{number}"));
            if (context.Repository.FindHead(name) is not { } head) return name;
            var commit = context.Repository.ReadCommit(head);
            if (commit.Snapshot == snapshot && commit.Parents is [var parent] && parent == start) return name;
        }
    }
}
