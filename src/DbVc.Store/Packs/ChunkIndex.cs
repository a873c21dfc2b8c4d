using DbVc.Model;

namespace DbVc.Store;

/// <summary>Where the record of a chunk lies in its pack.</summary>
/// <param name="Offset">Of the record's header.</param>
/// <param name="Length">Of the stored bytes behind the header.</param>
/// <param name="Base">The chunk that this one is stored as a difference to; none if it is whole.</param>
internal readonly record struct ChunkPlace(long Offset, int Length, Hash Base = default);

/// <summary>
/// Which chunks exist and where: the tables <c>packs</c> and <c>chunks</c>. Thread-safe. While somebody holds a view, questions are asked
/// within one read transaction, so that each is a search in the index and not a round of locks; what others publish meanwhile is not seen.
/// </summary>
internal sealed class ChunkIndex(StoreDatabase database) : IDisposable
{
    /// <summary>After so many questions a view is taken anew: SQLite cannot shorten its log beyond the oldest view.</summary>
    private const int MaxQuestions = 10_000;

    private readonly Lock _lock = new();
    private readonly StoreConnection _connection = database.OpenConnection();
    private int _holders;
    private int _questions;
    private bool _isOpen;

    /// <summary>Keeps one view of the index until <see cref="ReleaseView"/>, beginning with the next question.</summary>
    public void HoldView()
    {
        lock (_lock)
        {
            _holders++;
            EndView();
        }
    }

    public void ReleaseView()
    {
        lock (_lock)
        {
            _holders--;
            EndView();
        }
    }

    /// <summary>The next question sees what is published by then.</summary>
    public void Refresh()
    {
        lock (_lock) EndView();
    }

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                View();
                using var query = _connection.Use("SELECT 1 FROM chunks LIMIT 1");
                return !query.Step();
            }
        }
    }

    /// <summary>Whether a writer may rely on the chunk; one that is condemned will be gone.</summary>
    public bool Contains(Hash hash)
    {
        lock (_lock)
        {
            View();
            using var query = _connection.Use("SELECT 1 FROM chunks WHERE hash = ?1").Bind(1, hash);
            return query.Step();
        }
    }

    /// <summary>Which of two chunks are there, in one question: asking costs more than finding.</summary>
    public (bool First, bool Second) Contains(Hash first, Hash second)
    {
        lock (_lock)
        {
            View();
            using var query = _connection.Use("SELECT hash FROM chunks WHERE hash IN (?1, ?2)").Bind(1, first).Bind(2, second);
            var found = (First: false, Second: false);
            while (query.Step())
            {
                var hash = query.ReadHash(0);
                found = (found.First || hash == first, found.Second || hash == second);
            }

            return found;
        }
    }

    public bool TryFind(Hash hash, out string pack, out ChunkPlace place)
    {
        lock (_lock)
        {
            View();
            if (TryFindInView(hash, out pack, out place)) return true;
            if (!_isOpen) return false;
            EndView();
            View();
            return TryFindInView(hash, out pack, out place);
        }
    }

    /// <summary>How often gc has condemned chunks so far.</summary>
    public long ReadGeneration()
    {
        lock (_lock)
        {
            View();
            using var query = _connection.Use("SELECT generation FROM format");
            return query.Step() ? query.Integer(0) : 0;
        }
    }

    /// <summary>Makes chunks of a pack known. Their bytes must be durable by now.</summary>
    public void Publish(string pack, IReadOnlyDictionary<Hash, ChunkPlace> places)
    {
        // Sorted by hash the inserts walk the index once instead of jumping about in it.
        var ordered = places.ToArray();
        Array.Sort(ordered, static (before, after) => before.Key.CompareTo(after.Key));
        database.Write(connection =>
        {
            using (var insert = connection.Use("INSERT OR IGNORE INTO packs (name) VALUES (?1)").Bind(1, pack)) insert.Run();
            var number = FindPack(connection, pack);
            using var add = connection.Use("INSERT OR IGNORE INTO chunks (hash, pack, offset, length, base) VALUES (?1, ?2, ?3, ?4, ?5)");
            foreach (var (hash, place) in ordered)
            {
                add.Bind(1, hash).Bind(2, number).Bind(3, place.Offset).Bind(4, place.Length).BindOptional(5, place.Base).Run();
            }
        });
        Refresh();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isOpen = false;
            _connection.Dispose();
        }
    }

    /// <summary>The name becomes part of a path; a damaged or forged index must not lead out of the folder.</summary>
    public static string CheckName(string name) => name.Length > 0 && !name.AsSpan().ContainsAny('/', '\\') && name[0] != '.'
        ? name
        : throw StoreFailure.Damaged($"'{name}' is no pack name.");

    public static int CheckLength(long length) =>
        length is >= 0 and <= int.MaxValue - 64 ? (int)length : throw StoreFailure.Damaged($"The index holds a chunk of {length} bytes.");

    private static long FindPack(StoreConnection connection, string name)
    {
        using var query = connection.Use("SELECT id FROM packs WHERE name = ?1").Bind(1, name);
        return query.Step() ? query.Integer(0) : throw StoreFailure.Damaged($"The index does not know the pack {name}.");
    }

    private void View()
    {
        if (_isOpen && _questions++ >= MaxQuestions) EndView();
        if (_isOpen || _holders == 0) return;
        using var begin = _connection.Use("BEGIN");
        begin.Step();
        (_isOpen, _questions) = (true, 0);
    }

    private void EndView()
    {
        if (!_isOpen) return;
        _isOpen = false;
        _connection.Rollback();
    }

    private bool TryFindInView(Hash hash, out string pack, out ChunkPlace place) =>
        TryFind("SELECT name, offset, length FROM chunks JOIN packs ON id = pack WHERE hash = ?1", hash, out pack, out place)
        // Condemned chunks stay readable until they are gone.
        || TryFind("SELECT name, offset, length FROM condemned JOIN packs ON id = pack WHERE hash = ?1", hash, out pack, out place);

    private bool TryFind(string sql, Hash hash, out string pack, out ChunkPlace place)
    {
        using var query = _connection.Use(sql).Bind(1, hash);
        var found = query.Step();
        pack = found ? CheckName(query.Text(0)) : "";
        place = found ? new ChunkPlace(query.Integer(1), CheckLength(query.Integer(2))) : default;
        return found;
    }
}
