using System.Globalization;
using DbVc.Live;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>The merge queue in the store: a document for each branch, in the order in which they were added. What has left it is kept for a while.</summary>
internal sealed class QueueShelf(IRepositoryStore store, TimeSpan timeout)
{
    private const string Collection = "merge-queue";
    private const string LockName = "merge-queue";
    private const int MostSettled = 500;

    /// <summary>All, in order.</summary>
    public static IReadOnlyList<QueueEntry> ReadAll(IRepositoryStore store) =>
        [.. store.ListDocuments(Collection).Select(d => QueueEntry.Parse(d.Value))];

    /// <summary>What marks a branch as landed, together with the merge that does it; nothing for a branch that is in no queue.</summary>
    public static IEnumerable<DocumentChange> Landed(IRepositoryStore store, BranchRecord branch, DateTimeOffset now) =>
        ReadAll(store).Where(e => e.IsOpen && e.IsOf(branch))
            .Select(e => new DocumentChange(Collection, Id(e.Number), AsLanded(e, now).ToBytes()));

    /// <summary>An entry whose branch main holds.</summary>
    public static QueueEntry AsLanded(QueueEntry entry, DateTimeOffset now) =>
        entry with { State = QueueState.Landed, Step = null, Reason = null, Merge = null, Settled = now };

    public QueueEntry? Find(long number) => store.ReadDocument(Collection, Id(number)) is { } body ? QueueEntry.Parse(body) : null;

    /// <summary>The branch at the end of the queue; where it is in it already, its entry.</summary>
    public QueueEntry Add(BranchRecord branch, string by, bool mayLand, DateTimeOffset now)
    {
        using var held = store.Lock(LockName, timeout);
        var all = ReadAll(store);
        if (all.FirstOrDefault(e => e.IsOpen && e.IsOf(branch)) is { } there) return there;
        var entry = new QueueEntry((all.Count == 0 ? 0 : all[^1].Number) + 1, branch.Name, branch.InstanceId, by, now, QueueState.Queued) { MayLand = mayLand };
        using var transaction = store.Begin();
        transaction.PutDocument(Collection, Id(entry.Number), entry.ToBytes());
        var settled = all.Where(e => !e.IsOpen).ToList();
        foreach (var old in settled.Take(Math.Max(0, settled.Count - MostSettled))) transaction.DeleteDocument(Collection, Id(old.Number));
        transaction.Commit();
        return entry;
    }

    /// <summary>Writes an entry that is still in the queue; null where it was taken out, or has landed meanwhile.</summary>
    public QueueEntry? Update(QueueEntry entry)
    {
        using var held = store.Lock(LockName, timeout);
        if (Find(entry.Number) is not { IsOpen: true }) return null;
        using var transaction = store.Begin();
        transaction.PutDocument(Collection, Id(entry.Number), entry.ToBytes());
        transaction.Commit();
        return entry;
    }

    /// <summary>Names the commit that brought a branch that has landed.</summary>
    public QueueEntry Complete(QueueEntry landed, CommitId? commit)
    {
        var entry = landed with { Commit = commit?.ToString() };
        using var transaction = store.Begin();
        transaction.PutDocument(Collection, Id(entry.Number), entry.ToBytes());
        transaction.Commit();
        return entry;
    }

    /// <summary>Takes a branch out; false where it is not in the queue.</summary>
    public bool Remove(BranchName branch)
    {
        using var held = store.Lock(LockName, timeout);
        var found = ReadAll(store).Where(e => e.IsOpen && e.Branch == branch.Text).ToList();
        using var transaction = store.Begin();
        foreach (var entry in found) transaction.DeleteDocument(Collection, Id(entry.Number));
        transaction.Commit();
        return found.Count > 0;
    }

    private static string Id(long number) => number.ToString("d10", CultureInfo.InvariantCulture);
}
