using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>
/// Checks that the operation log is whole: its chain, that every ref is where its last operation left it, and that the live database, which
/// remembers the head of the log, finds it there. So a tail that was cut off is noticed, by the refs or by the live database.
/// </summary>
internal sealed class OperationAudit(WorkspaceContext context)
{
    private const int PageSize = 1000;

    public IEnumerable<VerifyProblem> Problems()
    {
        var last = new Dictionary<string, Hash?>(StringComparer.Ordinal);
        var hashes = new HashSet<Hash>();
        OperationRecord? oldest = null;
        foreach (var record in All())
        {
            if (oldest is not null && oldest.Previous != record.Hash)
            {
                yield return new VerifyProblem("operations.chain", $"operation {oldest.Number}", "The operation before it is missing or was changed.");
            }

            oldest = record;
            hashes.Add(record.Hash);
            foreach (var move in record.Operation.Moves) last.TryAdd(move.Name, move.After);
        }

        var whole = oldest is null || oldest.Previous.IsNone;
        foreach (var (name, hash) in context.Repository.Store.ListRefs(""))
        {
            if (last.TryGetValue(name, out var logged) ? logged == hash : !whole) continue;
            yield return new VerifyProblem("operations.cut", name, "No operation says that it is where it is: the end of the operation log is missing.");
        }

        if (whole && ReadLiveHead() is { IsNone: false } head && !hashes.Contains(head))
        {
            yield return new VerifyProblem("operations.cut", "live database",
                "It remembers an operation that the log does not have: the end of the operation log is missing.");
        }
    }

    private IEnumerable<OperationRecord> All()
    {
        for (long? before = null; ;)
        {
            var page = context.Repository.Store.ListOperations(PageSize, before);
            foreach (var record in page) yield return record;
            if (page.Count < PageSize) yield break;
            before = page[^1].Number;
        }
    }

    private Hash ReadLiveHead()
    {
        using var database = context.Publisher.Open(BranchName.Main);
        using var read = database.BeginRead();
        return Hash.TryParse(read.State?.OperationHead, out var head) ? head : Hash.None;
    }
}
