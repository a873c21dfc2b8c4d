using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Commits and ref moves that become visible together in <see cref="Publish"/>, with one entry in the operation log, or not at all.</summary>
public sealed class CommitTransaction(Repository repository, string command, string actor)
{
    public string Command { get; } = command;

    public string Actor { get; } = actor;

    /// <summary>The moves were allowed when their intent was written; what is begun is finished, whoever finishes it.</summary>
    public bool IsJudged { get; init; }

    private readonly List<NamedCommit> _commits = [];
    private readonly List<RefMove> _moves = [];
    private readonly List<Action<IStoreTransaction>> _documents = [];

    /// <summary>Adds a commit; its chunks must be published already.</summary>
    public CommitId Add(Commit commit)
    {
        var id = new CommitId(Hash.Of(CommitCodec.Encode(commit)));
        _commits.Add(new NamedCommit(id, commit));
        return id;
    }

    public void MoveBranch(BranchName branch, CommitId? expected, CommitId? next) =>
        _moves.Add(new RefMove(Repository.HeadPrefix + branch, expected?.Hash, next?.Hash));

    public void MoveTag(string tag, CommitId? expected, CommitId? next) =>
        _moves.Add(new RefMove(Repository.TagPrefix + tag, expected?.Hash, next?.Hash));

    /// <summary>Moves any ref; the name is written in full.</summary>
    public void MoveRef(RefMove move) => _moves.Add(move);

    public void PutDocument(string collection, string id, byte[] body) => _documents.Add(t => t.PutDocument(collection, id, body));

    public void DeleteDocument(string collection, string id) => _documents.Add(t => t.DeleteDocument(collection, id));

    /// <summary>Makes it all visible and durable. Throws kind Locked, <c>branch.moved</c>, if somebody moved a ref first; nothing is changed then.</summary>
    public void Publish()
    {
        if (!IsJudged && repository.MayMove is { } mayMove) _moves.ForEach(mayMove);
        using var transaction = repository.Store.Begin();
        var added = _commits.Select(c => c.Id.Hash).ToHashSet();
        foreach (var (id, commit) in _commits)
        {
            foreach (var parent in commit.Parents.Where(p => !added.Contains(p.Hash))) RequireCommit(parent.Hash);
            transaction.PutCommit(id.Hash, CommitCodec.Encode(commit));
        }

        foreach (var move in _moves)
        {
            if (move.After is { } after && !added.Contains(after)) RequireCommit(after);
            if (!transaction.MoveRef(move.Name, move.Before, move.After))
            {
                throw new DbVcException(FailureKind.Locked, "branch.moved", $"{move.Name} was moved by another command at the same time.",
                    hint: "Run the command again.");
            }
        }

        foreach (var change in _documents) change(transaction);
        if (_moves.Count > 0) transaction.AppendOperation(new OperationDraft(Command, Actor, repository.Clock.GetUtcNow(), _moves));
        transaction.Commit();
        repository.Expected?.Note(_moves);
    }

    /// <summary>Gc may have removed what no ref led to when this command found it.</summary>
    private void RequireCommit(Hash id)
    {
        if (repository.Store.ReadCommit(id) is not null) return;
        throw new DbVcException(FailureKind.Locked, "commit.missing", $"Commit {new CommitId(id).Short} was removed by gc at the same time.",
            hint: "Run the command again.");
    }
}
