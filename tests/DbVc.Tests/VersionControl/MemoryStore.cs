using DbVc.Model;
using DbVc.Store;

namespace DbVc.Tests;

/// <summary>Commits and refs in memory beside <see cref="MemoryChunks"/>, for tests of what is built on a store; nothing is durable and nobody waits.</summary>
internal sealed class MemoryStore : IRepositoryStore
{
    private readonly Dictionary<Hash, byte[]> _commits = [];
    private readonly SortedDictionary<string, Hash> _refs = new(StringComparer.Ordinal);

    public IChunkStore Chunks { get; } = new MemoryChunks();

    public Hash OperationHead => Hash.None;

    public byte[]? ReadCommit(Hash id) => _commits.GetValueOrDefault(id);

    public IReadOnlyList<Hash> FindCommits(string prefix, int limit) =>
        [.. _commits.Keys.Where(id => id.ToString().StartsWith(prefix, StringComparison.Ordinal)).Take(limit)];

    public Hash? ReadRef(string name) => _refs.TryGetValue(name, out var hash) ? hash : null;

    public IReadOnlyList<KeyValuePair<string, Hash>> ListRefs(string prefix) => [.. _refs.Where(r => r.Key.StartsWith(prefix, StringComparison.Ordinal))];

    public IReadOnlyList<OperationRecord> ListOperations(int limit, long? before = null) => [];

    public byte[]? ReadDocument(string collection, string id) => null;

    public IReadOnlyList<KeyValuePair<string, byte[]>> ListDocuments(string collection, string? after = null, int limit = int.MaxValue) => [];

    public IReadOnlyList<string> ListCollections() => [];

    public IReadOnlyList<Hash> ListCommits() => [.. _commits.Keys];

    public IStoreUpkeep Upkeep => throw new NotSupportedException();

    public IStoreTransaction Begin() => new Transaction(this);

    public IDisposable Lock(string name, TimeSpan timeout) => new Transaction(this);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Transaction(MemoryStore store) : IStoreTransaction
    {
        private readonly List<Action> _changes = [];

        public void PutCommit(Hash id, ReadOnlySpan<byte> body)
        {
            var bytes = body.ToArray();
            _changes.Add(() => store._commits.TryAdd(id, bytes));
        }

        public bool MoveRef(string name, Hash? expected, Hash? next)
        {
            if (store.ReadRef(name) != expected) return false;
            _changes.Add(() =>
            {
                if (next is { } hash) store._refs[name] = hash;
                else store._refs.Remove(name);
            });
            return true;
        }

        public Hash AppendOperation(OperationDraft operation) => Hash.None;

        public void PutDocument(string collection, string id, ReadOnlySpan<byte> body) => throw new NotSupportedException();

        public void DeleteDocument(string collection, string id) => throw new NotSupportedException();

        public void DeleteCollection(string collection) => throw new NotSupportedException();

        public void Commit() => _changes.ForEach(change => change());

        public void Dispose()
        {
            // What was not committed is forgotten.
        }
    }
}
