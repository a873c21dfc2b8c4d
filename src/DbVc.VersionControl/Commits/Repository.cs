using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>The versions of one database: commits, branches, tags. Reading only; changes go through <see cref="CommitTransaction"/>.</summary>
public sealed class Repository(IRepositoryStore store, TimeProvider clock)
{
    public const string HeadPrefix = "heads/";
    public const string TagPrefix = "tags/";
    public const string StashPrefix = "stash/";
    private const int MostListed = 20;

    public IRepositoryStore Store { get; } = store;

    public TimeProvider Clock { get; } = clock;

    /// <summary>Asked before a ref is moved, and throws to refuse; null: whoever asks may.</summary>
    public Action<RefMove>? MayMove { get; init; }

    /// <summary>Where a branch has to be; null for anywhere.</summary>
    public ExpectedHead? Expected { get; init; }

    public IChunkStore Chunks => Store.Chunks;

    /// <summary>Throws <c>commit.missing</c> if it is not in the store.</summary>
    public Commit ReadCommit(CommitId id) =>
        CommitCodec.Decode(id, Store.ReadCommit(id.Hash)
            ?? throw new DbVcException(FailureKind.Failed, "commit.missing", $"Commit {id.Short} is not in this repository.",
                hint: "Run db-vc verify to see whether the store is damaged."));

    public SnapshotReader ReadSnapshot(CommitId id) => new(Chunks, SnapshotCodec.Read(Chunks, ReadCommit(id).Snapshot));

    /// <summary>Throws <c>branch.not-expected</c> where it is not <see cref="Expected"/>.</summary>
    public CommitId? FindHead(BranchName branch)
    {
        CommitId? head = Store.ReadRef(HeadPrefix + branch) is { } hash ? new CommitId(hash) : null;
        Expected?.Check(branch, head);
        return head;
    }

    /// <summary>The same; throws <c>branch.missing</c> with the names that exist.</summary>
    public CommitId Head(BranchName branch) => FindHead(branch) ?? throw MissingBranch(branch);

    /// <summary>Usage failure <c>branch.missing</c>, with the names that are near it, or those that there are.</summary>
    public DbVcException MissingBranch(BranchName branch)
    {
        if (branch.IsMain)
            return new DbVcException(FailureKind.Usage, "branch.missing", "This works on branches, not on main itself.", hint: "db-vc branch list");
        var known = ListBranches().Select(b => b.Key).ToList();
        var near = NearNames.Of(branch.Text, known);
        return new DbVcException(FailureKind.Usage, "branch.missing", $"There is no branch '{branch}'.", hint: near.Count > 0
            ? $"Did you mean {string.Join(", ", near)}?"
            : $"Branches: {string.Join(", ", known.Take(MostListed))}{(known.Count > MostListed ? ", …; db-vc branch list shows all" : "")}.");
    }

    public IReadOnlyList<KeyValuePair<string, CommitId>> ListBranches() => List(HeadPrefix);

    public IReadOnlyList<KeyValuePair<string, CommitId>> ListTags() => List(TagPrefix);

    /// <summary>Stashed changes by number as text.</summary>
    public IReadOnlyList<KeyValuePair<string, CommitId>> ListStashes() => List(StashPrefix);

    /// <summary>True for a ref written in full, such as <c>tags/v1</c>.</summary>
    public static bool IsRevisionRef(string name) =>
        new[] { HeadPrefix, TagPrefix, StashPrefix }.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>A time for a new commit: the clock's or the one given, but always later than its parents'.</summary>
    public DateTimeOffset NextTime(IEnumerable<CommitId> parents, DateTimeOffset? at = null)
    {
        var time = CommitCodec.Truncate(at ?? Clock.GetUtcNow());
        foreach (var parent in parents)
        {
            var earliest = ReadCommit(parent).Time.AddMicroseconds(1);
            if (earliest > time) time = earliest;
        }

        return time;
    }

    private List<KeyValuePair<string, CommitId>> List(string prefix) =>
        [.. Store.ListRefs(prefix).Select(r => KeyValuePair.Create(r.Key[prefix.Length..], new CommitId(r.Value)))];
}
