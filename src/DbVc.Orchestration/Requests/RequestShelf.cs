using System.Globalization;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Requests in the store: one document as each was opened, one for each thing that happened to it since, and one for how far each person looked. What closes
/// them lies together, so that those that are open are found without reading what was said about the others.
/// </summary>
internal static class RequestShelf
{
    /// <summary>Held by whoever hands out a number.</summary>
    public const string LockName = "requests";

    private const string Requests = "requests";
    private const string Ends = "request-ends";

    /// <summary>By number. Heads are open.</summary>
    public static IReadOnlyList<RequestRecord> ReadAll(IRepositoryStore store) =>
        [.. store.ListDocuments(Requests).Select(d => RequestRecord.Parse(d.Value)).Select(r => r with { Head = SealedCommit.Open(r.Head) })];

    public static RequestRecord? Find(IRepositoryStore store, long number) => store.ReadDocument(Requests, Name(number)) is { } body
        && RequestRecord.Parse(body) is var found ? found with { Head = SealedCommit.Open(found.Head) } : null;

    /// <summary>What closed requests, by request.</summary>
    public static ILookup<long, RequestNote> ReadEnds(IRepositoryStore store) => store.ListDocuments(Ends).Select(d => Open(d.Value)).ToLookup(n => n.Number);

    /// <summary>All that happened to a request, in order; with looks, and without its end.</summary>
    public static IReadOnlyList<RequestNote> ReadNotes(IRepositoryStore store, long number) =>
        [.. store.ListDocuments(Notes(number)).Select(d => Open(d.Value)).OrderBy(n => n.Time).ThenBy(n => n.Id, StringComparer.Ordinal)];

    public static void Put(IStoreTransaction transaction, RequestRecord record) =>
        transaction.PutDocument(Requests, Name(record.Number), record.ToBytes());

    public static void Put(IStoreTransaction transaction, RequestNote note) =>
        transaction.PutDocument(CollectionOf(note), IdOf(note), note.ToBytes());

    /// <summary>Where the note becomes visible together with the move of a branch.</summary>
    public static Live.DocumentChange ToChange(RequestNote note) => new(CollectionOf(note), IdOf(note), note.ToBytes());

    /// <summary>The id of a comment.</summary>
    public static string CommentId(int comment) => "c" + Name(comment);

    /// <summary>Where the source's branch goes: its requests keep no commit for it.</summary>
    public static void Seal(IRepositoryStore store, CommitTransaction transaction, string source) =>
        Change(store, transaction, source, SealedCommit.Close);

    /// <summary>Where it comes back.</summary>
    public static void Unseal(IRepositoryStore store, CommitTransaction transaction, string source) => Change(store, transaction, source,
        head => SealedCommit.Open(head) is var open && store.ReadCommit(CommitId.Parse(open).Hash) is not null ? open : head);

    /// <summary>Comments on a row that is purged hang on a row that is not named any more.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="transaction">Whose.</param>
    /// <param name="table">The table's name and id.</param>
    /// <param name="key">The encoded key, base64.</param>
    public static void Forget(IRepositoryStore store, IStoreTransaction transaction, (string Name, string Id) table, string key)
    {
        foreach (var record in ReadAll(store))
        {
            foreach (var (_, body) in store.ListDocuments(Notes(record.Number)))
            {
                if (RequestNote.Parse(body) is not { Place: { } place } note || place.Key != key || !IsOf(place, table)) continue;
                Put(transaction, note with { Place = place with { Key = null } });
            }
        }
    }

    private static bool IsOf(RequestPlace place, (string Name, string Id) table) =>
        place.TableId.Length > 0 && table.Id.Length > 0 ? place.TableId == table.Id : place.Table == table.Name;

    private static void Change(IRepositoryStore store, CommitTransaction transaction, string source, Func<string, string> change)
    {
        foreach (var (_, body) in store.ListDocuments(Requests))
        {
            if (RequestRecord.Parse(body) is not { } record || record.Source != source) continue;
            transaction.PutDocument(Requests, Name(record.Number), (record with { Head = change(record.Head) }).ToBytes());
            var ends = store.ListDocuments(Ends).Select(d => RequestNote.Parse(d.Value)).Where(n => n.Number == record.Number);
            foreach (var note in store.ListDocuments(Notes(record.Number)).Select(d => RequestNote.Parse(d.Value)).Concat(ends))
                transaction.PutDocument(CollectionOf(note), IdOf(note), (note with { Head = change(note.Head) }).ToBytes());
        }
    }

    private static RequestNote Open(byte[] body) => RequestNote.Parse(body) is var note ? note with { Head = SealedCommit.Open(note.Head) } : note;

    private static string CollectionOf(RequestNote note) => note.IsEnd ? Ends : Notes(note.Number);

    private static string IdOf(RequestNote note) => note.IsEnd ? $"{Name(note.Number)}-{note.Id}" : note.Id;

    private static string Notes(long number) => "request-notes/" + Name(number);

    private static string Name(long number) => number.ToString("d10", CultureInfo.InvariantCulture);
}
