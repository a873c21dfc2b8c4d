using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// A repository in a folder: <c>commit-history.db</c> says what exists, <c>packs/</c> holds the chunks, <c>locks/</c> the locks.
/// A chunk is made known only after its bytes are durable, so a crash at any moment leaves at most an unreferenced end of a pack.
/// Thread-safe; reads see what is committed.
/// </summary>
public sealed class RepositoryStore : IRepositoryStore
{
    /// <summary>The file that says what exists.</summary>
    public const string FileName = StoreDatabase.FileName;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _locks;
    private readonly StoreDatabase _database;
    private readonly StoreConnection _connection;
    private readonly ChunkStore _chunks;
    private readonly Lock _lock = new();

    private RepositoryStore(string folder, StoreDatabase database)
    {
        _database = database;
        _locks = Path.Combine(folder, "locks");
        _connection = database.OpenConnection();
        _chunks = new ChunkStore(Path.Combine(folder, "packs"), Path.Combine(folder, "leases"), database);
        Upkeep = new StoreUpkeep(folder, database, _chunks);
    }

    public IChunkStore Chunks => _chunks;

    public IStoreUpkeep Upkeep { get; }

    public Hash OperationHead
    {
        get
        {
            lock (_lock)
            {
                return StoreDatabase.ReadOperationHead(_connection).Hash;
            }
        }
    }

    /// <summary>Makes a new repository in <paramref name="folder"/> (readable by its owner only); code <c>store.exists</c> if one is there.</summary>
    public static RepositoryStore Create(string folder, Action<StoreStep>? reached = null)
    {
        CreateFolders(folder);
        var database = StoreDatabase.Create(folder, new StoreProbe(reached));
        DirectorySync.Flush(folder);
        return new RepositoryStore(folder, database);
    }

    /// <summary>Opens a repository; codes <c>store.missing</c>, <c>store.format</c>, <c>store.damaged</c>.</summary>
    public static RepositoryStore Open(string folder, Action<StoreStep>? reached = null)
    {
        var database = StoreDatabase.Open(folder, new StoreProbe(reached));
        CreateFolders(folder);
        return new RepositoryStore(folder, database);
    }

    public byte[]? ReadCommit(Hash id)
    {
        lock (_lock)
        {
            using var query = _connection.Use("SELECT body FROM commits WHERE id = ?1").Bind(1, id);
            return query.Step() ? query.Blob(0).ToArray() : null;
        }
    }

    public IReadOnlyList<Hash> FindCommits(string prefix, int limit)
    {
        if (prefix.Length > Hash.Size * 2
            || !Hash.TryParse(prefix.PadRight(Hash.Size * 2, '0'), out var first)
            || !Hash.TryParse(prefix.PadRight(Hash.Size * 2, 'f'), out var last))
        {
            return [];
        }

        lock (_lock)
        {
            using var query = _connection.Use("SELECT id FROM commits WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3")
                .Bind(1, first).Bind(2, last).Bind(3, Math.Max(limit, 0));
            var found = new List<Hash>();
            while (query.Step()) found.Add(query.ReadHash(0));
            return found;
        }
    }

    public Hash? ReadRef(string name)
    {
        lock (_lock)
        {
            using var query = _connection.Use("SELECT hash FROM refs WHERE name = ?1").Bind(1, name);
            return query.Step() ? query.ReadHash(0) : null;
        }
    }

    public IReadOnlyList<KeyValuePair<string, Hash>> ListRefs(string prefix)
    {
        lock (_lock)
        {
            using var query = _connection.Use("SELECT name, hash FROM refs WHERE name >= ?1 AND substr(name, 1, length(?1)) = ?1 ORDER BY name")
                .Bind(1, prefix);
            var found = new List<KeyValuePair<string, Hash>>();
            while (query.Step()) found.Add(new(query.Text(0), query.ReadHash(1)));
            return found;
        }
    }

    public IReadOnlyList<OperationRecord> ListOperations(int limit, long? before = null)
    {
        lock (_lock)
        {
            using var query = _connection.Use("SELECT number, hash, body FROM operations WHERE number < ?1 ORDER BY number DESC LIMIT ?2")
                .Bind(1, before ?? long.MaxValue).Bind(2, Math.Max(limit, 0));
            var found = new List<OperationRecord>();
            while (query.Step()) found.Add(OperationCodec.Decode(query.Integer(0), query.ReadHash(1), query.Blob(2)));
            CheckChain(found);
            return found;
        }
    }

    public byte[]? ReadDocument(string collection, string id)
    {
        lock (_lock)
        {
            using var query = _connection.Use("SELECT body FROM documents WHERE collection = ?1 AND id = ?2").Bind(1, collection).Bind(2, id);
            return query.Step() ? query.Blob(0).ToArray() : null;
        }
    }

    public IReadOnlyList<KeyValuePair<string, byte[]>> ListDocuments(string collection, string? after = null, int limit = int.MaxValue)
    {
        lock (_lock)
        {
            using var query = after is null
                ? _connection.Use("SELECT id, body FROM documents WHERE collection = ?1 ORDER BY id LIMIT ?2")
                : _connection.Use("SELECT id, body FROM documents WHERE collection = ?1 AND id > ?3 ORDER BY id LIMIT ?2").Bind(3, after);
            query.Bind(1, collection).Bind(2, Math.Max(limit, 0));
            var found = new List<KeyValuePair<string, byte[]>>();
            while (query.Step()) found.Add(new(query.Text(0), query.Blob(1).ToArray()));
            return found;
        }
    }

    public IReadOnlyList<string> ListCollections()
    {
        lock (_lock)
        {
            using var query = _connection.Use("SELECT DISTINCT collection FROM documents ORDER BY collection");
            var found = new List<string>();
            while (query.Step()) found.Add(query.Text(0));
            return found;
        }
    }

    public IReadOnlyList<Hash> ListCommits()
    {
        lock (_lock)
        {
            using var query = _connection.Use("SELECT id FROM commits ORDER BY id");
            var found = new List<Hash>();
            while (query.Step()) found.Add(query.ReadHash(0));
            return found;
        }
    }

    public IStoreTransaction Begin() => new StoreTransaction(_database);

    public IDisposable Lock(string name, TimeSpan timeout) => FileLock.Take(_locks, name, timeout);

    public void Dispose()
    {
        _chunks.Dispose();
        lock (_lock) _connection.Dispose();
        _database.Dispose();
    }

    private static void CreateFolders(string folder)
    {
        try
        {
            foreach (var path in (string[])[folder, Path.Combine(folder, "packs"), Path.Combine(folder, "locks"), Path.Combine(folder, "leases")])
            {
                if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
                else Directory.CreateDirectory(path, OwnerOnly);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.FromIo(failure, folder);
        }
    }

    private static void CheckChain(List<OperationRecord> newestFirst)
    {
        for (var i = 0; i + 1 < newestFirst.Count; i++)
        {
            var (record, earlier) = (newestFirst[i], newestFirst[i + 1]);
            if (OperationProblem.FindBreak(earlier.Number, earlier.Hash, record.Number, record.Previous) is { } problem)
                throw OperationProblem.Fail(record.Number, problem);
        }
    }
}
