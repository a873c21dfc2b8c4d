using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>What was answered to a request that may be sent again.</summary>
/// <param name="Request">The digest of what was asked, so that a key is not taken for another request.</param>
/// <param name="Time">When it was begun.</param>
public sealed record KeptAnswer(string Request, DateTimeOffset Time)
{
    /// <summary>Null as long as it was begun and not answered: what became of it is to be seen in the repository.</summary>
    public int? Status { get; init; }

    /// <summary>The media type of the body.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>The exit code that the command line would have had.</summary>
    public int Exit { get; init; }

    /// <summary>Null where it was too large to be kept.</summary>
    public byte[]? Body { get; init; }
}

/// <summary>
/// Keeps answers by the key that a client chose, so that a request whose answer was lost is not done twice (the <c>Idempotency-Key</c> header of
/// draft-ietf-httpapi-idempotency-key-header). A key is noted before its request is begun: a server that dies in between leaves one that was begun.
/// </summary>
public sealed class AnswerDesk
{
    private const string LockName = "answers";
    private const string Collection = "answers-";

    private readonly WorkspaceContext _context;

    internal AnswerDesk(WorkspaceContext context) => _context = context;

    private DateTimeOffset Now => _context.Options.Clock.GetUtcNow();

    /// <summary>Notes a key; the answer that was given to it, where it is not new. Throws usage failure <c>request.reused</c> for a key of another request, and
    /// kind Conflict, <c>request.begun</c>, for one that was begun and not answered.</summary>
    /// <param name="key">As the client chose it; each caller has their own.</param>
    /// <param name="request">All of what is asked, for comparison.</param>
    public KeptAnswer? Begin(string key, string request)
    {
        var (id, digest) = (IdOf(key), DigestOf(request));
        // Two of the same key at once: one is first, and the other sees it.
        using var held = _context.Repository.Store.Lock(LockName, _context.Options.LockTimeout);
        RemoveOld();
        if (Find(id) is not { } bytes)
        {
            Write(id, new KeptAnswer(digest, Now));
            return null;
        }

        var kept = JsonSerializer.Deserialize(bytes, AnswerJson.Default.KeptAnswer)!;
        if (kept.Request != digest)
            throw new DbVcException(FailureKind.Usage, "request.reused", "This key came with another request before.", "Idempotency-Key", "Choose a new key.");
        return kept.Status is not null ? kept : throw new DbVcException(FailureKind.Conflict, "request.begun",
            "A request with this key was begun and is not answered yet; if it was cut off, it was done whole or not at all.", "Idempotency-Key",
            "Wait, or look at GET /api/v1/op/log, and choose a new key.");
    }

    /// <summary>Keeps what is answered.</summary>
    public void End(string key, string request, KeptAnswer answer) => Write(IdOf(key), answer with { Request = DigestOf(request), Time = Now });

    /// <summary>Forgets a key whose request did nothing, so that it may come again.</summary>
    public void Forget(string key)
    {
        using var transaction = _context.Repository.Store.Begin();
        foreach (var day in Days) transaction.DeleteDocument(day, IdOf(key));
        transaction.Commit();
    }

    /// <summary>Today's and yesterday's: what is older goes without being read.</summary>
    private string[] Days => [.. new[] { Now, Now.AddDays(-1) }.Select(day => Collection + day.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture))];

    private byte[]? Find(string id) => Days.Select(day => _context.Repository.Store.ReadDocument(day, id)).FirstOrDefault(found => found is not null);

    private void RemoveOld()
    {
        var days = Days;
        var old = _context.Repository.Store.ListCollections()
            .Where(name => name.StartsWith(Collection, StringComparison.Ordinal) && !days.Contains(name)).ToList();
        if (old.Count == 0) return;
        using var transaction = _context.Repository.Store.Begin();
        foreach (var name in old) transaction.DeleteCollection(name);
        transaction.Commit();
    }

    private void Write(string id, KeptAnswer answer)
    {
        using var transaction = _context.Repository.Store.Begin();
        transaction.PutDocument(Days[0], id, JsonSerializer.SerializeToUtf8Bytes(answer, AnswerJson.Default.KeptAnswer));
        transaction.Commit();
    }

    /// <summary>What was answered may hold what is to be forgotten.</summary>
    internal static void DropAll(IRepositoryStore store, IStoreTransaction transaction)
    {
        foreach (var name in store.ListCollections().Where(name => name.StartsWith(Collection, StringComparison.Ordinal))) transaction.DeleteCollection(name);
    }

    private string IdOf(string key) => DigestOf($"{_context.Options.User.Name}\n{key}");

    private static string DigestOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeptAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext;
