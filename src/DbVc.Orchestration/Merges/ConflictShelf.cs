using System.Text;
using System.Text.Json;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>
/// The conflicts of one merge in the store, in the order in which the merge met them: pages of conflicts, one list of their ids, and one
/// document for each time somebody decided. Each conflict is written once, however often the rest is decided.
/// </summary>
internal sealed class ConflictShelf(IRepositoryStore store, string merge)
{
    private const int PageSize = 100;
    private const int IdLength = 12;
    private const string OrderName = "order";
    private readonly string _conflicts = "conflicts/" + merge;
    private readonly string _decisions = "decisions/" + merge;

    /// <summary>The ids of all conflicts, decided or not.</summary>
    public IReadOnlyList<string> ReadIds()
    {
        var text = Encoding.ASCII.GetString(store.ReadDocument(_conflicts, OrderName) ?? []);
        return [.. Enumerable.Range(0, text.Length / IdLength).Select(i => text.Substring(i * IdLength, IdLength))];
    }

    /// <summary>What was decided, by conflict; the last word counts.</summary>
    public Dictionary<string, Resolution> ReadDecisions()
    {
        var decided = new Dictionary<string, Resolution>();
        foreach (var (_, body) in store.ListDocuments(_decisions))
        {
            var batch = JsonSerializer.Deserialize(body, MergeJson.Default.DecisionBatch)!;
            for (var at = 0; at < batch.Ids.Length; at += IdLength) decided[batch.Ids.Substring(at, IdLength)] = batch.Resolution;
        }

        return decided;
    }

    /// <summary>Conflicts from a place in the order on.</summary>
    public IEnumerable<Conflict> Read(int start, int count)
    {
        for (var page = start / PageSize; count > 0; page++)
        {
            var body = store.ReadDocument(_conflicts, PageName(page));
            if (body is null) yield break;
            foreach (var conflict in JsonSerializer.Deserialize(body, MergeJson.Default.ConflictArray)!.Skip(start % PageSize).Take(count))
            {
                count--;
                start++;
                yield return conflict;
            }
        }
    }

    /// <summary>Puts these conflicts in the place of all that were there; decisions stay.</summary>
    public void Write(IStoreTransaction transaction, IReadOnlyList<Conflict> conflicts)
    {
        transaction.DeleteCollection(_conflicts);
        var page = 0;
        foreach (var chunk in conflicts.Chunk(PageSize))
        {
            transaction.PutDocument(_conflicts, PageName(page++), JsonSerializer.SerializeToUtf8Bytes(chunk, MergeJson.Default.ConflictArray));
        }

        transaction.PutDocument(_conflicts, OrderName, Encoding.ASCII.GetBytes(string.Concat(conflicts.Select(c => c.Id))));
    }

    public void Decide(IStoreTransaction transaction, params IReadOnlyList<DecisionBatch> batches)
    {
        var last = store.ListDocuments(_decisions).Count;
        foreach (var batch in batches)
        {
            transaction.PutDocument(_decisions, (last++).ToString("d8", System.Globalization.CultureInfo.InvariantCulture),
                JsonSerializer.SerializeToUtf8Bytes(batch, MergeJson.Default.DecisionBatch));
        }
    }

    /// <summary>Whose proposals whoever decided accepted; what was decided otherwise afterwards does not count.</summary>
    public IReadOnlyList<AcceptedProposals> ReadAccepted()
    {
        var last = new Dictionary<string, DecisionBatch>();
        foreach (var (_, body) in store.ListDocuments(_decisions))
        {
            var batch = JsonSerializer.Deserialize(body, MergeJson.Default.DecisionBatch)!;
            for (var at = 0; at < batch.Ids.Length; at += IdLength) last[batch.Ids.Substring(at, IdLength)] = batch;
        }

        return [.. last.Values.Where(b => b.ProposedBy is not null).GroupBy(b => (b.ProposedBy!, b.By ?? ""))
            .Select(g => new AcceptedProposals(g.Key.Item1, g.Key.Item2, g.Count())).OrderBy(a => a.ProposedBy, StringComparer.Ordinal)];
    }

    /// <summary>Takes conflicts out together with what was decided about them alone.</summary>
    public void Forget(IStoreTransaction transaction, Predicate<Conflict> isGone)
    {
        var all = Read(0, int.MaxValue).ToList();
        var gone = all.Where(c => isGone(c)).Select(c => c.Id).ToHashSet();
        if (gone.Count == 0) return;
        Write(transaction, [.. all.Where(c => !gone.Contains(c.Id))]);
        foreach (var (id, body) in store.ListDocuments(_decisions))
        {
            var batch = JsonSerializer.Deserialize(body, MergeJson.Default.DecisionBatch)!;
            var ids = Enumerable.Range(0, batch.Ids.Length / IdLength).Select(i => batch.Ids.Substring(i * IdLength, IdLength));
            if (ids.All(gone.Contains)) transaction.DeleteDocument(_decisions, id);
        }
    }

    public void Remove(IStoreTransaction transaction)
    {
        transaction.DeleteCollection(_conflicts);
        transaction.DeleteCollection(_decisions);
    }

    /// <summary>The collections and names of all documents, found without reading conflicts.</summary>
    public IEnumerable<(string Collection, string Id)> Documents()
    {
        var ids = ReadIds().Count;
        if (ids > 0) yield return (_conflicts, OrderName);
        for (var page = 0; page * PageSize < ids; page++) yield return (_conflicts, PageName(page));
        foreach (var (id, _) in store.ListDocuments(_decisions)) yield return (_decisions, id);
    }

    private static string PageName(int page) => page.ToString("d8", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>One decision about one or many conflicts; their ids stand one after the other.</summary>
internal sealed record DecisionBatch(string Ids, Resolution Resolution)
{
    /// <summary>Who decided; null in what was kept before that was noted.</summary>
    public string? By { get; init; }

    /// <summary>Whose proposal it was; null where the person thought for themselves.</summary>
    public string? ProposedBy { get; init; }
}
