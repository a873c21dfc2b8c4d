using DbVc.Model;

namespace DbVc.Store;

/// <summary>Collecting, checking and rewriting what is stored. Its caller holds the lock that keeps two of these apart.</summary>
public interface IStoreUpkeep
{
    /// <summary>
    /// Removes what is not needed. Killed at any moment it leaves a whole store, and the next one goes on. Writers may be at work: what they
    /// may have found in the store stays until their lease ends. Throws <c>store.chunk-damaged</c> rather than copy a damaged chunk.
    /// </summary>
    CollectReport Collect(INeeds needs, CollectOptions options, CancellationToken cancel);

    /// <summary>Checks every byte of every pack, every document, commit and operation, and that refs are where the operation log left them.
    /// Goes on after each problem.</summary>
    StoreCheck Check(CancellationToken cancel);

    /// <summary>Checks the operation log alone: every entry, their order, and that the end is there.</summary>
    /// <param name="visit">Called with every entry that can be read, in order.</param>
    OperationsCheck CheckOperations(Action<OperationRecord> visit);

    /// <summary>Whether the end of the operation log is there, as <see cref="CheckOperations"/> says it, without reading the log; null where it is.</summary>
    StoreProblem? CheckOperationsEnd();

    /// <summary>The operation log, oldest first, from an entry on. Each is checked before it is handed out; throws kind Failed,
    /// <c>store.operation-damaged</c>, at the first that is not what was written, wherever in the log that is.</summary>
    IEnumerable<OperationBody> ReadOperations(Func<OperationRecord, bool> isFirst);

    /// <summary>True while a process other than this one writes chunks, or may name in a commit what it has written.</summary>
    bool IsWrittenByOthers();

    /// <summary>Gives commits other content and names, everywhere at once: refs, operations and documents that name them follow.</summary>
    void Rewrite(StoreRewrite rewrite);

    /// <summary>Writes <c>commit-history.db</c> anew, so that no byte of what was deleted is left in it.</summary>
    void Vacuum();
}

/// <summary>Names what must stay in the store.</summary>
public interface INeeds
{
    /// <summary>Finds out what the present refs, operations and documents need. Called again it adds what has become needed since;
    /// the store calls it once more while nobody can write. Throws if anything needed cannot be read.</summary>
    void Refresh(CancellationToken cancel);

    bool NeedsCommit(Hash commit);

    bool NeedsChunk(Hash chunk);
}

/// <summary>How to collect.</summary>
/// <param name="DryRun">Say what would go, and change nothing.</param>
/// <param name="Thorough">Rewrite every pack that holds a byte of what is gone, not only sparse ones; only while nobody else writes.</param>
public sealed record CollectOptions(bool DryRun = false, bool Thorough = false);

/// <summary>What was collected, or would be.</summary>
/// <param name="Commits">Commits that went.</param>
/// <param name="Chunks">Chunks that went.</param>
/// <param name="Packs">Pack files that went; their surviving chunks are in new ones.</param>
/// <param name="Bytes">How much smaller the packs became.</param>
/// <param name="Waiting">Unneeded chunks that stay for now, because a command that was running may still use them.</param>
public sealed record CollectReport(long Commits, long Chunks, long Packs, long Bytes, long Waiting);

/// <summary>What a check of the store found.</summary>
/// <param name="Bytes">Bytes read from packs.</param>
public sealed record StoreCheck(long Chunks, long Bytes, IReadOnlyList<StoreProblem> Problems);

/// <summary>Something in the store that is not as it was written.</summary>
/// <param name="Kind">A stable dotted name.</param>
/// <param name="Place">Where: a file and byte, a document, an operation.</param>
/// <param name="Chunk">The chunk that cannot be trusted; null for anything else.</param>
/// <param name="Commit">The commit that cannot be trusted; null for anything else.</param>
public sealed record StoreProblem(string Kind, string Place, string Message, Hash? Chunk = null, Hash? Commit = null);

/// <summary>Asks for other content under other names.</summary>
/// <param name="Names">Commits and snapshots that have another name now; every text of documents and operations that names one follows.</param>
/// <param name="Commits">The new commits' canonical bytes.</param>
/// <param name="Operation">The entry that says so in the operation log; its moves are added.</param>
public sealed record StoreRewrite(IReadOnlyDictionary<Hash, Hash> Names, IReadOnlyList<KeyValuePair<Hash, byte[]>> Commits, OperationDraft Operation)
{
    /// <summary>Documents as they become.</summary>
    public IReadOnlyList<(string Collection, string Id, byte[] Body)> Written { get; init; } = [];
}
