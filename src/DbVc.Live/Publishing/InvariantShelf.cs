using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Live;

/// <summary>The repository's invariants. They lie in the store beside the history, so that no branch and no rollback changes them.</summary>
public sealed class InvariantShelf(IRepositoryStore store)
{
    private const string Collection = "invariants";

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<Invariant> ReadAll() =>
        [.. store.ListDocuments(Collection).Select(d => new Invariant(d.Key, Encoding.UTF8.GetString(d.Value)))];

    public Invariant? Find(string name) =>
        store.ReadDocument(Collection, name) is { } sql ? new Invariant(name, Encoding.UTF8.GetString(sql)) : null;

    public void Put(Invariant invariant)
    {
        using var transaction = store.Begin();
        transaction.PutDocument(Collection, invariant.Name, Encoding.UTF8.GetBytes(invariant.Sql));
        transaction.Commit();
    }

    public void Remove(string name)
    {
        using var transaction = store.Begin();
        transaction.DeleteDocument(Collection, name);
        transaction.Commit();
    }
}
