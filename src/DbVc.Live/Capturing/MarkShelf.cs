using System.Text;
using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>
/// Remembers for each branch what its database held once: the mark of that moment and the snapshot that equals it. Both together are a fact that
/// nothing later makes false, so a capture may start from there whatever happened since.
/// </summary>
public sealed class MarkShelf(IRepositoryStore store)
{
    private const string Collection = "marks";

    /// <summary>What the database can say about its changes since; null if it is not known, or cannot be told.</summary>
    internal KnownChanges? Find(BranchName branch, IReadSnapshot database)
    {
        if (store.ReadDocument(Collection, branch.Text) is not { } body) return null;
        var text = Encoding.UTF8.GetString(body);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0 || !Hash.TryParse(text[..end], out var snapshot) || !store.Chunks.Contains(snapshot)) return null;
        return database.ChangesSince(text[(end + 1)..]) is { } changes
            ? new KnownChanges(SnapshotCodec.Read(store.Chunks, snapshot), changes)
            : null;
    }

    /// <summary>What is to be written when a snapshot that the database just was found to equal is known to all; null without a mark.</summary>
    internal static DocumentChange? Entry(BranchName branch, Hash snapshot, string? mark) =>
        mark is null ? null : new DocumentChange(Collection, branch.Text, Encoding.UTF8.GetBytes($"{snapshot}\n{mark}"));

    /// <summary>Writes it if it says anything new. Nothing depends on it, so a store that is in use or cannot be written is no failure.</summary>
    internal void Put(DocumentChange? entry)
    {
        if (entry is null || store.ReadDocument(entry.Collection, entry.Id) is { } known && known.AsSpan().SequenceEqual(entry.Body)) return;
        try
        {
            using var transaction = store.Begin();
            transaction.PutDocument(entry.Collection, entry.Id, entry.Body);
            transaction.Commit();
        }
        catch (DbVcException)
        {
            // The next capture costs more, that is all.
        }
    }

    /// <summary>Forgets what a branch's database once held: it was replaced, or is gone.</summary>
    public void Drop(BranchName branch)
    {
        if (store.ReadDocument(Collection, branch.Text) is null) return;
        using var transaction = store.Begin();
        transaction.DeleteDocument(Collection, branch.Text);
        transaction.Commit();
    }

    /// <summary>The same as a part of something else that is written.</summary>
    internal static DocumentChange Removal(BranchName branch) => new(Collection, branch.Text, []);

    /// <summary>Forgets all; the snapshots they name are history that is to be erased.</summary>
    public static void DropAll(IStoreTransaction transaction) => transaction.DeleteCollection(Collection);
}

/// <summary>A snapshot that a database once held, and what changed in the database since.</summary>
public sealed record KnownChanges(Snapshot Then, IChangeReader Changes) : IDisposable
{
    public void Dispose() => Changes.Dispose();
}

/// <summary>How much of a database a capture has to look at.</summary>
/// <param name="Tables">Only these can have changed; null for all.</param>
/// <param name="Known">Where to start from; null reads every row.</param>
public sealed record CaptureScope(IReadOnlySet<string>? Tables, KnownChanges? Known)
{
    /// <summary>Ids of tables that are elsewhere: no new one may get them.</summary>
    public IReadOnlySet<string> Reserved { get; init; } = new HashSet<string>();
}
