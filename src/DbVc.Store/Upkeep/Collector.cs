using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// Removes what nothing needs. In this order, so that it may be killed at any moment and writers need not stop:
/// condemn (one transaction: unneeded chunks are hidden from writers, which store them anew, but stay readable); look which leases began
/// before; copy the surviving chunks of sparse packs; sweep (one transaction: what became needed after all is pardoned, what no older lease
/// can have found goes, the copies take over); remove the packs. A pack whose writer lives is left alone.
/// </summary>
internal sealed class Collector(StoreDatabase database, IStoredChunks chunks, string packs, string leases)
{
    public CollectReport Run(INeeds needs, CollectOptions options, CancellationToken cancel)
    {
        needs.Refresh(cancel);
        var kept = new KeptChunks(needs, withBases: !options.Thorough);
        if (options.DryRun) return Preview(needs, kept, cancel);
        var commits = Condemn(needs, kept, cancel);
        var files = Directory.GetFiles(packs, "*.pack");
        var living = Lease.ListLiving(leases);
        var scope = new Scope(files, [.. living.Select(l => l.Id)], living.Count == 0 ? long.MaxValue : living.Min(l => l.Generation));
        var plan = PackPlan.Make(ReadUse(kept, scope), options.Thorough);
        using var lease = Lease.Take(leases, long.MaxValue);
        using var rewriter = new PackRewriter(database, chunks, packs, lease);
        var moved = rewriter.Copy(plan.Rewritten, kept.Contains, cancel);
        var swept = Sweep(kept, scope, moved, [.. plan.Dropped, .. plan.Rewritten], cancel);
        var orphans = FindOrphans(scope, lease);
        var bytes = swept.Packs.Concat(orphans).Sum(Remove) - swept.Copied;
        DirectorySync.Flush(packs);
        return new CollectReport(commits, swept.Chunks, swept.Packs.Count + orphans.Count, bytes, swept.Waiting);
    }

    /// <summary>What is known of the pack files and of the writers at one moment.</summary>
    /// <param name="Files">Listed before the leases, so that a file whose lease has ended is complete.</param>
    /// <param name="Oldest">What was condemned later than this may be in use.</param>
    private sealed record Scope(string[] Files, HashSet<string> Writers, long Oldest);

    private sealed record Swept(long Chunks, long Waiting, long Copied, IReadOnlyList<string> Packs);

    private CollectReport Preview(INeeds needs, KeptChunks kept, CancellationToken cancel)
    {
        using var connection = database.OpenConnection();
        kept.Refresh(connection, cancel);
        var commits = ReadHashes(connection, "SELECT id FROM commits").Count(id => !needs.NeedsCommit(id));
        var chunks = ReadHashes(connection, "SELECT hash FROM chunks UNION ALL SELECT hash FROM condemned").Count(hash => !kept.Contains(hash));
        var scope = new Scope(Directory.GetFiles(packs, "*.pack"), [.. Lease.ListLiving(leases).Select(l => l.Id)], long.MaxValue);
        var plan = PackPlan.Make(ReadUse(kept, scope), thorough: false);
        var orphans = FindOrphans(scope, null);
        return new CollectReport(commits, chunks, plan.Dropped.Count + plan.Rewritten.Count + orphans.Count,
            plan.Bytes + orphans.Sum(name => new FileInfo(Path.Combine(packs, name)).Length), 0);
    }

    /// <summary>Inside the transaction nobody can make anything needed, so what is condemned is unneeded at that moment.
    /// The number of commits that went.</summary>
    private long Condemn(INeeds needs, KeptChunks kept, CancellationToken cancel)
    {
        var count = 0;
        database.Write(connection =>
        {
            kept.Refresh(connection, cancel);
            connection.Execute("UPDATE format SET generation = generation + 1");
            var commits = ReadHashes(connection, "SELECT id FROM commits").Where(id => !needs.NeedsCommit(id)).ToList();
            count = commits.Count;
            using var forget = connection.Use("DELETE FROM commits WHERE id = ?1");
            foreach (var id in commits) forget.Bind(1, id).Run();

            using var condemn = connection.Use("""
                INSERT OR REPLACE INTO condemned (hash, pack, offset, length, base, generation)
                SELECT hash, pack, offset, length, base, (SELECT generation FROM format) FROM chunks WHERE hash = ?1
                """);
            using var hide = connection.Use("DELETE FROM chunks WHERE hash = ?1");
            foreach (var hash in ReadHashes(connection, "SELECT hash FROM chunks").Where(hash => !kept.Contains(hash)).ToList())
            {
                condemn.Bind(1, hash).Run();
                hide.Bind(1, hash).Run();
            }
        });
        return count;
    }

    private Swept Sweep(KeptChunks kept, Scope scope, IReadOnlyList<MovedChunk> moved, List<PackUse> going, CancellationToken cancel)
    {
        long gone = 0, waiting = 0, copied = 0;
        var removed = new List<string>();
        database.Write(connection =>
        {
            kept.Refresh(connection, cancel);
            Pardon(connection, kept);
            gone = Count(connection, "SELECT count(*) FROM condemned WHERE generation <= ?1", scope.Oldest);
            using (var sweep = connection.Use("DELETE FROM condemned WHERE generation <= ?1").Bind(1, scope.Oldest)) sweep.Run();
            waiting = Count(connection, "SELECT count(*) FROM condemned WHERE generation > ?1", scope.Oldest);
            copied = TakeOver(connection, moved);
            RequireBases(connection);
            var used = ReadUsedPacks(connection);
            foreach (var pack in going.Where(p => !used.Contains(p.Id)))
            {
                using var forget = connection.Use("DELETE FROM packs WHERE id = ?1").Bind(1, pack.Id);
                forget.Run();
                removed.Add(pack.Name);
            }
        });
        return new Swept(gone, waiting, copied, removed);
    }

    /// <summary>What a writer that began earlier has named meanwhile comes back.</summary>
    private static void Pardon(StoreConnection connection, KeptChunks kept)
    {
        using var restore = connection.Use("INSERT OR IGNORE INTO chunks SELECT hash, pack, offset, length, base FROM condemned WHERE hash = ?1");
        using var pardon = connection.Use("DELETE FROM condemned WHERE hash = ?1");
        foreach (var hash in ReadHashes(connection, "SELECT hash FROM condemned").Where(kept.Contains).ToList())
        {
            restore.Bind(1, hash).Run();
            pardon.Bind(1, hash).Run();
        }
    }

    /// <summary>Points the index at the copies; the bytes of their records.</summary>
    private static long TakeOver(StoreConnection connection, IReadOnlyList<MovedChunk> moved)
    {
        var bytes = 0L;
        using var insert = connection.Use("INSERT OR IGNORE INTO packs (name) VALUES (?1)");
        foreach (var name in moved.Select(m => m.To).Distinct())
        {
            insert.Bind(1, name).Run();
            bytes += PackFormat.HeaderSize;
        }

        using var move = connection.Use(
            "UPDATE chunks SET pack = (SELECT id FROM packs WHERE name = ?1), offset = ?2, length = ?3, base = ?6 WHERE hash = ?4 AND pack = ?5");
        foreach (var chunk in moved)
        {
            move.Bind(1, chunk.To).Bind(2, chunk.Place.Offset).Bind(3, chunk.Place.Length).Bind(4, chunk.Hash).Bind(5, chunk.From)
                .BindOptional(6, chunk.Place.Base).Run();
            bytes += PackFormat.RecordHeaderSize + chunk.Place.Length;
        }

        return bytes;
    }

    /// <summary>All packs of ended writers with what they hold.</summary>
    private List<PackUse> ReadUse(KeptChunks kept, Scope scope)
    {
        using var connection = database.OpenConnection();
        var sizes = scope.Files.Select(path => new FileInfo(path)).Where(file => file.Exists).ToDictionary(file => file.Name, file => file.Length);
        var found = new Dictionary<long, PackUse>();
        using (var query = connection.Use("SELECT id, name FROM packs"))
        {
            while (query.Step())
            {
                var name = ChunkIndex.CheckName(query.Text(1));
                if (scope.Writers.Contains(Lease.OwnerOf(name)) || !sizes.TryGetValue(name, out var size)) continue;
                found.Add(query.Integer(0), new PackUse(query.Integer(0), name, 0, 0, 0, 0, size));
            }
        }

        foreach (var place in ReadPlaces(connection))
        {
            if (!found.TryGetValue(place.Pack, out var use)) continue;
            var stays = kept.Contains(place.Hash);
            if (place.Generation is null && stays)
            {
                var tied = !place.Base.IsNone && !kept.Contains(place.Base) ? 1 : 0;
                found[place.Pack] = use with
                {
                    Rows = use.Rows + 1,
                    Live = use.Live + place.Length + PackFormat.RecordHeaderSize,
                    Tied = use.Tied + tied,
                };
            }
            else if (place.Generation is not null && (stays || place.Generation > scope.Oldest))
            {
                found[place.Pack] = use with { Held = use.Held + 1 };
            }
        }

        return [.. found.Values];
    }

    private readonly record struct IndexRow(Hash Hash, long Pack, long Length, Hash Base, long? Generation);

    private static IEnumerable<IndexRow> ReadPlaces(StoreConnection connection)
    {
        foreach (var sql in (string[])["SELECT hash, pack, length, base, NULL FROM chunks", "SELECT hash, pack, length, base, generation FROM condemned"])
        {
            using var query = connection.Use(sql);
            while (query.Step())
            {
                var other = query.Blob(3).Length == 0 ? Hash.None : query.ReadHash(3);
                yield return new IndexRow(query.ReadHash(0), query.Integer(1), query.Integer(2), other, query.Blob(4).Length == 0 ? null : query.Integer(4));
            }
        }
    }

    /// <summary>The last check before anything is final: every difference still has what it is a difference to.</summary>
    private static void RequireBases(StoreConnection connection)
    {
        using var query = connection.Use("""
            SELECT hash FROM chunks AS chunk WHERE base IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM chunks WHERE hash = chunk.base) AND NOT EXISTS (SELECT 1 FROM condemned WHERE hash = chunk.base) LIMIT 1
            """);
        if (query.Step()) throw StoreFailure.Damaged($"Chunk {query.ReadHash(0)} is a difference to a chunk that is gone; nothing was removed.");
    }

    /// <summary>Files of writers that died before they published, and of packs that an earlier gc could not remove any more.</summary>
    private List<string> FindOrphans(Scope scope, Lease? own)
    {
        using var connection = database.OpenConnection();
        var known = new HashSet<string>(StringComparer.Ordinal);
        using (var query = connection.Use("SELECT name FROM packs"))
        {
            while (query.Step()) known.Add(query.Text(0));
        }

        return [.. scope.Files.Select(path => Path.GetFileName(path)).Where(name => !known.Contains(name)
            && !scope.Writers.Contains(Lease.OwnerOf(name)) && Lease.OwnerOf(name) != own?.Id && File.Exists(Path.Combine(packs, name)))];
    }

    private long Remove(string name)
    {
        database.Probe.Reach(StoreStep.RemovePack);
        var file = new FileInfo(Path.Combine(packs, name));
        if (!file.Exists) return 0;
        var length = file.Length;
        file.Delete();
        return length;
    }

    private static HashSet<long> ReadUsedPacks(StoreConnection connection)
    {
        using var query = connection.Use("SELECT pack FROM chunks UNION SELECT pack FROM condemned");
        var used = new HashSet<long>();
        while (query.Step()) used.Add(query.Integer(0));
        return used;
    }

    private static List<Hash> ReadHashes(StoreConnection connection, string sql)
    {
        using var query = connection.Use(sql);
        var found = new List<Hash>();
        while (query.Step()) found.Add(query.ReadHash(0));
        return found;
    }

    private static long Count(StoreConnection connection, string sql, long value)
    {
        using var query = connection.Use(sql).Bind(1, value);
        return query.Step() ? query.Integer(0) : 0;
    }
}
