using DbVc.Model;

namespace DbVc.Store;

/// <summary>The chunks that stay: those that are needed and, unless they are to be written whole, those that these are stored as differences to.</summary>
internal sealed class KeptChunks(INeeds needs, bool withBases)
{
    private readonly HashSet<Hash> _bases = [];

    public bool Contains(Hash chunk) => needs.NeedsChunk(chunk) || _bases.Contains(chunk);

    /// <summary>Asks again what is needed, and follows the chains of differences.</summary>
    public void Refresh(StoreConnection connection, CancellationToken cancel)
    {
        needs.Refresh(cancel);
        if (!withBases) return;
        var bases = new Dictionary<Hash, List<Hash>>();
        foreach (var sql in (string[])["SELECT hash, base FROM chunks WHERE base IS NOT NULL", "SELECT hash, base FROM condemned WHERE base IS NOT NULL"])
        {
            using var query = connection.Use(sql);
            while (query.Step())
            {
                if (!bases.TryGetValue(query.ReadHash(0), out var known)) bases.Add(query.ReadHash(0), known = []);
                known.Add(query.ReadHash(1));
            }
        }

        foreach (var hash in bases.Keys.Where(needs.NeedsChunk)) Keep(hash, bases);
    }

    private void Keep(Hash hash, Dictionary<Hash, List<Hash>> bases)
    {
        var open = new Stack<Hash>(bases[hash]);
        while (open.TryPop(out var other))
        {
            if (!_bases.Add(other) || !bases.TryGetValue(other, out var next)) continue;
            foreach (var further in next) open.Push(further);
        }
    }
}
