using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Somebody's no to exactly one head of a branch, and why.</summary>
/// <param name="Branch">What the branch was called then.</param>
/// <param name="Head">40 hexadecimal digits.</param>
/// <param name="Reason">One line, as the person wrote it.</param>
public sealed record Rejection(string Id, string Branch, string Head, string Name, string Mail, string Reason, DateTimeOffset Time)
{
    /// <summary>The task that made the branch; null for a person's own work.</summary>
    public string? Task { get; init; }

    /// <summary>The pipeline that the branch brought; null for none.</summary>
    public string? Pipeline { get; init; }

    /// <summary>The table that it was to load, or those that it changed.</summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>Where the branch began that was rejected, 40 hexadecimal digits; null where that is not known.</summary>
    public string? Start { get; init; }

    /// <summary>Whether what it was asked about is another head that only brings what was rejected, or a part of it.</summary>
    [JsonIgnore]
    public bool IsBrought { get; init; }

    /// <summary>What its metadata asked for, piece by piece (<see cref="TaskLikeness"/>); empty without metadata.</summary>
    public IReadOnlyList<string> Pieces { get; init; } = [];

    /// <summary>Names are one whatever their case.</summary>
    public bool IsBy(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Keeps rejections. One is of a head, under whatever name it is to be merged, and of whatever brings its work (<see cref="KeptOut"/>): the branch's next
/// commit leaves it behind, unless it only took the target over (<see cref="TakenOver"/>). What it taught stays.
/// </summary>
internal static class Rejections
{
    private const string Collection = "rejections";

    public static IReadOnlyList<Rejection> ReadAll(IRepositoryStore store) =>
        [.. store.ListDocuments(Collection).Select(d => Open(Parse(d.Value))).OrderBy(r => r.Time)];

    /// <summary>Those that hold for a head, oldest first.</summary>
    public static IReadOnlyList<Rejection> Find(WorkspaceContext context, BranchName target, CommitId head)
    {
        var all = ReadAll(context.Repository.Store);
        if (all.Count == 0 || context.Repository.Head(target) == head) return [];
        return [.. new KeptOut(context, target).Find(head, all)];
    }

    /// <summary>Those that are of exactly what a head is.</summary>
    public static IReadOnlyList<Rejection> FindSame(WorkspaceContext context, BranchName target, CommitId head) =>
        [.. Find(context, target, head).Where(r => !r.IsBrought)];

    /// <summary>Those that keep a single commit from being repeated, oldest first.</summary>
    public static IReadOnlyList<Rejection> FindRepeated(WorkspaceContext context, BranchName target, CommitId commit) =>
        ReadAll(context.Repository.Store) is { Count: > 0 } all ? [.. new KeptOut(context, target).FindRepeated(commit, all)] : [];

    public static void Put(IStoreTransaction transaction, Rejection rejection) =>
        transaction.PutDocument(Collection, rejection.Id, ToBytes(rejection));

    public static void Delete(IStoreTransaction transaction, Rejection rejection) => transaction.DeleteDocument(Collection, rejection.Id);

    /// <summary>Where a branch goes: a document that names a commit keeps it for ever, and these shall not.</summary>
    public static void Seal(IRepositoryStore store, CommitTransaction transaction, BranchName branch) =>
        Change(store, transaction, branch, kept => kept with
        {
            Head = SealedCommit.Close(kept.Head),
            Start = kept.Start is { } start ? SealedCommit.Close(start) : null,
        });

    /// <summary>Where a deleted branch comes back: its commits are kept again, and a purge gives them other ids.</summary>
    public static void Unseal(IRepositoryStore store, CommitTransaction transaction, BranchName branch) => Change(store, transaction, branch,
        kept => Open(kept) is var open && store.ReadCommit(CommitId.Parse(open.Head).Hash) is not null ? open : kept);

    /// <summary>Where a branch gets another name.</summary>
    public static void Move(IRepositoryStore store, CommitTransaction transaction, BranchName from, BranchName to) =>
        Change(store, transaction, from, kept => kept with { Branch = to.Text });

    /// <summary>One line, with words in it. Throws usage failure <c>rejection.reason</c>.</summary>
    public static string RequireReason(string? reason) => SaidLine.Read(reason) is { } line && line.EnumerateRunes().Any(Rune.IsLetterOrDigit)
        ? line
        : throw new DbVcException(FailureKind.Usage, "rejection.reason",
            $"A rejection takes a reason: words, of at most {SaidLine.Most:#,0} characters, and no character that cannot be seen.",
            hint: "--reason \"what has to become otherwise\"");

    private static void Change(IRepositoryStore store, CommitTransaction transaction, BranchName branch, Func<Rejection, Rejection> change)
    {
        foreach (var kept in store.ListDocuments(Collection).Select(d => Parse(d.Value)).Where(r => r.Branch == branch.Text))
            transaction.PutDocument(Collection, kept.Id, ToBytes(change(kept)));
    }

    private static Rejection Parse(byte[] bytes) => JsonSerializer.Deserialize(bytes, RejectionJson.Default.Rejection)!;

    private static byte[] ToBytes(Rejection rejection) => JsonSerializer.SerializeToUtf8Bytes(rejection, RejectionJson.Default.Rejection);

    private static Rejection Open(Rejection kept) => kept with
    {
        Head = SealedCommit.Open(kept.Head),
        Start = kept.Start is { } start ? SealedCommit.Open(start) : null,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Rejection))]
internal sealed partial class RejectionJson : JsonSerializerContext;
