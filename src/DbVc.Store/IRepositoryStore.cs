using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// Everything of a repository that must be durable: chunks, commits, refs, the operation log, intents and small documents.
/// The contract is narrow on purpose, so that a PostgreSQL implementation can serve many machines later.
/// </summary>
public interface IRepositoryStore : IDisposable
{
    IChunkStore Chunks { get; }

    /// <summary>The canonical bytes of a commit; null if unknown.</summary>
    byte[]? ReadCommit(Hash id);

    /// <summary>Commits whose hexadecimal id starts with <paramref name="prefix"/>, at most <paramref name="limit"/>.</summary>
    IReadOnlyList<Hash> FindCommits(string prefix, int limit);

    /// <summary>Where a ref points (for example <c>heads/main</c>); null if there is no such ref.</summary>
    Hash? ReadRef(string name);

    /// <summary>All refs whose name starts with <paramref name="prefix"/>, by name.</summary>
    IReadOnlyList<KeyValuePair<string, Hash>> ListRefs(string prefix);

    /// <summary>The newest operations first, starting below <paramref name="before"/> (exclusive; null for the newest).</summary>
    IReadOnlyList<OperationRecord> ListOperations(int limit, long? before = null);

    /// <summary>The hash of the newest operation; <see cref="Hash.None"/> before the first.</summary>
    Hash OperationHead { get; }

    byte[]? ReadDocument(string collection, string id);

    /// <summary>Documents of a collection in id order (ordinal), starting after <paramref name="after"/>.</summary>
    IReadOnlyList<KeyValuePair<string, byte[]>> ListDocuments(string collection, string? after = null, int limit = int.MaxValue);

    /// <summary>The collections that hold a document, by name.</summary>
    IReadOnlyList<string> ListCollections();

    /// <summary>Every commit in the store, whether a ref leads to it or not.</summary>
    IReadOnlyList<Hash> ListCommits();

    /// <summary>Collecting, checking and rewriting what is stored.</summary>
    IStoreUpkeep Upkeep { get; }

    /// <summary>Begins the short write transaction, waiting for other writers up to 20 seconds; throws kind Locked after that.</summary>
    IStoreTransaction Begin();

    /// <summary>Takes a named lock for this process (released by the operating system if it dies);
    /// throws kind Locked, code <c>repository.locked</c>, after <paramref name="timeout"/>.</summary>
    IDisposable Lock(string name, TimeSpan timeout);
}

/// <summary>Changes that become visible together, durably, at <see cref="Commit"/>, or not at all.</summary>
public interface IStoreTransaction : IDisposable
{
    void PutCommit(Hash id, ReadOnlySpan<byte> body);

    /// <summary>Compare-and-swap: moves a ref from <paramref name="expected"/> (null: must not exist) to <paramref name="next"/> (null: delete).
    /// False if it was elsewhere; the transaction should then be abandoned.</summary>
    bool MoveRef(string name, Hash? expected, Hash? next);

    /// <summary>Appends to the hash-chained operation log; returns the new head.</summary>
    Hash AppendOperation(OperationDraft operation);

    void PutDocument(string collection, string id, ReadOnlySpan<byte> body);

    void DeleteDocument(string collection, string id);

    /// <summary>Removes a whole collection.</summary>
    void DeleteCollection(string collection);

    void Commit();
}

/// <summary>A ref before and after an operation; null where it did not exist.</summary>
public sealed record RefMove(string Name, Hash? Before, Hash? After);

/// <summary>What one command did.</summary>
/// <param name="Command">The verb with its main arguments, secrets left out.</param>
/// <param name="Actor">Who or which agent.</param>
/// <param name="Time">When, UTC.</param>
/// <param name="Moves">The refs it moved.</param>
public sealed record OperationDraft(string Command, string Actor, DateTimeOffset Time, IReadOnlyList<RefMove> Moves);

/// <summary>An entry of the log: its number, its own hash (over the previous hash and its content), and the draft.</summary>
public sealed record OperationRecord(long Number, Hash Hash, Hash Previous, OperationDraft Operation);
