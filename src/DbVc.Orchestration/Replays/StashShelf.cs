using System.Globalization;
using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Sets uncommitted changes of the live database aside and brings them back. A stash is a commit on main's head under a ref of its own;
/// the live database changes in one transaction, main itself never moves.
/// </summary>
public sealed class StashShelf
{
    private readonly WorkspaceContext _context;
    private readonly Replayer _replayer;

    internal StashShelf(WorkspaceContext context, BranchManager branches)
    {
        _context = context;
        _replayer = new Replayer(context, branches);
    }

    /// <summary>Puts the live database back to main's head and keeps what it held. Null if it held nothing else.</summary>
    public StashReport? Push(string? message, CancellationToken cancel)
    {
        var number = Numbers().Select(n => n.Key).DefaultIfEmpty().Max() + 1;
        CommitId? stash = null;
        var outcome = _context.Publisher.Rewrite(new RewriteRequest(BranchName.Main, $"stash push {number}", _context.Options.User.Name,
            (head, now, chunks) =>
            {
                var committed = _context.Repository.ReadSnapshot(head).Snapshot;
                if (now == committed) return null;
                var commit = new Commit
                {
                    Snapshot = SnapshotCodec.Write(chunks, now),
                    Parents = [head],
                    Author = _context.Options.User,
                    Time = _context.Repository.NextTime([head]),
                    Message = string.IsNullOrWhiteSpace(message) ? $"Changes on top of {head.Short}" : message,
                };
                stash = new CommitId(Hash.Of(CommitCodec.Encode(commit)));
                return new RewritePlan(committed, [commit], [new RefChange(RefOf(number), null, stash.ToString())]);
            }), cancel);
        if (outcome.Violations.Count > 0)
        {
            var broken = outcome.Violations[0];
            throw new DbVcException(FailureKind.Refused, "constraint.violated", "Main's head would break a constraint: " + broken.Message,
                where: $"{broken.Table} {broken.Key}");
        }

        return outcome.Changed ? Describe(number, stash!.Value) : null;
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<StashReport> List() => [.. Numbers().OrderByDescending(n => n.Key).Select(n => Describe(n.Key, n.Value))];

    /// <summary>One stash; the newest without a number. Throws usage failure <c>stash.missing</c>.</summary>
    public StashReport Find(long? number)
    {
        var all = Numbers();
        var found = number ?? all.Select(n => n.Key).DefaultIfEmpty().Max();
        return all.TryGetValue(found, out var commit)
            ? Describe(found, commit)
            : throw new DbVcException(FailureKind.Usage, "stash.missing", number is null ? "Nothing is stashed." : $"There is no stash {number}.",
                hint: "db-vc stash list shows them.");
    }

    /// <summary>Merges a stash into what the live database holds now; <paramref name="drop"/> removes it once it is there.</summary>
    public MergeReport Apply(long? number, bool drop, CancellationToken cancel)
    {
        var stash = Find(number);
        var verb = drop ? ReplayVerb.StashPop : ReplayVerb.StashApply;
        var name = drop ? "pop" : "apply";
        return _replayer.Start(new ReplayRecord(verb, stash.Commit.Commit.Parents[0].ToString(), stash.Commit.Id.ToString(),
            $"stash {name} {stash.Number}", $"Brought stash {stash.Number} back: {stash.Commit.Commit.Message}")
        {
            Move = drop ? new RefChange(RefOf(stash.Number), stash.Commit.Id.ToString(), null) : null,
        }, BranchName.Main, cancel);
    }

    /// <summary>Removes a stash; undo brings it back.</summary>
    public StashReport Drop(long? number)
    {
        using var held = _context.Publisher.Hold(BranchName.Main);
        var stash = Find(number);
        var transaction = new CommitTransaction(_context.Repository, $"stash drop {stash.Number}", _context.Options.User.Name);
        transaction.MoveRef(new RefChange(RefOf(stash.Number), stash.Commit.Id.ToString(), null).ToMove());
        transaction.Publish();
        return stash;
    }

    private static string RefOf(long number) => Repository.StashPrefix + number.ToString(CultureInfo.InvariantCulture);

    private Dictionary<long, CommitId> Numbers() =>
        _context.Repository.ListStashes().ToDictionary(s => long.Parse(s.Key, CultureInfo.InvariantCulture), s => s.Value);

    private StashReport Describe(long number, CommitId id)
    {
        var commit = _context.Repository.ReadCommit(id);
        return new StashReport(number, new NamedCommit(id, commit), TableChanges.Between(_context.Repository.Chunks,
            _context.Repository.ReadSnapshot(commit.Parents[0]).Snapshot, _context.Repository.ReadSnapshot(id).Snapshot));
    }
}
