using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Lists what commands did, and undoes it. On main an undo is the inverse change through publish, and what came later stays; any other ref moves
/// back, and only if it still is where the operation left it. An undo is an operation too: undoing it does the thing again.
/// </summary>
public sealed class OperationDesk
{
    private const int PageSize = 100;
    private const string LiveSuffix = " (live)";

    private readonly WorkspaceContext _context;
    private readonly BranchManager _branches;
    private readonly Replayer _replayer;

    internal OperationDesk(WorkspaceContext context, BranchManager branches)
    {
        _context = context;
        _branches = branches;
        _replayer = new Replayer(context, branches);
    }

    /// <summary>Undoes an operation, or the newest one that moved something. Throws kind Refused, <c>undo.moved</c>, where somebody moved on;
    /// usage failures <c>operation.missing</c> and <c>operation.nothing</c>.</summary>
    public UndoReport Undo(long? number, CancellationToken cancel)
    {
        var record = number is { } n ? Find(n) : All().FirstOrDefault(o => o.Operation.Moves.Count > 0)
            ?? throw new DbVcException(FailureKind.Usage, "operation.missing", "There is nothing to undo.");
        var operation = record.Operation;
        if (operation.Moves.Count == 0)
        {
            throw new DbVcException(FailureKind.Usage, "operation.nothing", $"Operation {record.Number} ({operation.Command}) moved nothing.",
                hint: "db-vc op log lists what was moved.");
        }

        foreach (var move in operation.Moves.Where(m => m.Name != MainRef)) RequireUnmoved(record, move);
        MergeReport? main = null;
        if (Renamed(operation) is var (from, to)) _branches.Rename(to, from, $"undo {record.Number}", cancel);
        else foreach (var move in operation.Moves.OrderBy(m => m.Name == MainRef))
        {
            if (move.Name == MainRef) main = UndoOnMain(record, move, cancel);
            else if (move.Name.StartsWith(Repository.HeadPrefix, StringComparison.Ordinal)) UndoOnBranch(record, move, cancel);
            else if (ChangedLive(operation)) main = UndoStash(record, move, cancel);
            else MoveBack(record, move);
        }

        return new UndoReport(record.Number, operation.Command, [.. operation.Moves.Where(m => m.Name != MainRef).Select(m =>
            $"{m.Name} {Short(m.After)} -> {Short(m.Before)}")], main);
    }

    /// <summary>The names of a branch that an operation gave another name, or null for any other operation.</summary>
    private static (BranchName From, BranchName To)? Renamed(OperationDraft operation)
    {
        var heads = operation.Moves.Where(m => m.Name.StartsWith(Repository.HeadPrefix, StringComparison.Ordinal)).ToList();
        var (from, to) = (heads.Find(m => m.After is null), heads.Find(m => m.Before is null));
        return operation.Moves.Count == 2 && from is not null && to is not null ? (BranchOf(from), BranchOf(to)) : null;
    }

    private static BranchName BranchOf(RefMove move) => BranchName.Parse(move.Name[Repository.HeadPrefix.Length..]);

    private static string MainRef => Repository.HeadPrefix + BranchName.Main;

    private IEnumerable<OperationRecord> All()
    {
        for (long? before = null; ;)
        {
            var page = _context.Repository.Store.ListOperations(PageSize, before);
            foreach (var record in page) yield return record;
            if (page.Count < PageSize) yield break;
            before = page[^1].Number;
        }
    }

    private OperationRecord Find(long number) =>
        _context.Repository.Store.ListOperations(1, number == long.MaxValue ? null : number + 1).FirstOrDefault(o => o.Number == number)
            ?? throw new DbVcException(FailureKind.Usage, "operation.missing", $"There is no operation {number}.", hint: "db-vc op log lists them.");

    private void RequireUnmoved(OperationRecord record, RefMove move)
    {
        var now = _context.Repository.Store.ReadRef(move.Name);
        if (now == move.After) return;
        throw new DbVcException(FailureKind.Refused, "undo.moved",
            $"{move.Name} no longer is where operation {record.Number} left it: {Short(move.After)} then, {Short(now)} now.",
            hint: "Undo what came later first (db-vc op log), or make a new commit with db-vc revert.");
    }

    private MergeReport UndoOnMain(OperationRecord record, RefMove move, CancellationToken cancel)
    {
        if (move is not { Before: { } before, After: { } after })
        {
            throw new DbVcException(FailureKind.Refused, "undo.first", "The first commit cannot be undone: before it there was no history.");
        }

        return _replayer.Start(new ReplayRecord(ReplayVerb.Undo, new CommitId(after).ToString(), new CommitId(before).ToString(),
            $"undo {record.Number}", $"Undo operation {record.Number}: {record.Operation.Command}")
        {
            Origin = after.ToString(),
        }, BranchName.Main, cancel);
    }

    private void UndoOnBranch(OperationRecord record, RefMove move, CancellationToken cancel)
    {
        var branch = BranchOf(move);
        switch (move)
        {
            case { Before: null }:
                _branches.RequireClean(branch, cancel);
                _branches.Delete(branch, $"undo {record.Number}");
                break;
            case { After: null }:
                _branches.Restore(branch, $"undo {record.Number}", move.Before is { } head ? new CommitId(head) : null);
                break;
            case { Before: { } before, After: { } after }:
                _branches.RequireClean(branch, cancel);
                _context.Publisher.Publish(new PublishRequest(branch, $"undo {record.Number}", _context.Options.User.Name, head =>
                {
                    if (head.Hash != after) RequireUnmoved(record, move);
                    // A commit that exists already: its bytes, and so its id, are the same.
                    return new PublishPlan(_context.Repository.ReadCommit(new CommitId(before)));
                })
                {
                    Permit = new TakeBackPermit(),
                }, cancel);
                _branches.CheckOutFiles(branch);
                break;
        }
    }

    /// <summary>What was set aside comes back, what came back is set aside again; together with the stash itself.</summary>
    private MergeReport UndoStash(OperationRecord record, RefMove move, CancellationToken cancel)
    {
        var stash = new CommitId(move.After ?? move.Before ?? throw new InvalidOperationException("A ref moved from nothing to nothing."));
        var head = _context.Repository.ReadCommit(stash).Parents[0];
        var (before, after) = move.Before is null ? (head, stash) : (stash, head);
        return _replayer.Start(new ReplayRecord(ReplayVerb.StashPop, before.ToString(), after.ToString(), $"undo {record.Number}{LiveSuffix}",
            $"Undid operation {record.Number}: {record.Operation.Command}")
        {
            Move = new RefChange(move.Name, move.After?.ToString(), move.Before?.ToString()),
        }, BranchName.Main, cancel);
    }

    /// <summary>True where the move of a stash went along with a change of the live database.</summary>
    private static bool ChangedLive(OperationDraft operation) =>
        operation.Command.StartsWith("stash push", StringComparison.Ordinal) || operation.Command.StartsWith("stash pop", StringComparison.Ordinal)
        || operation.Command.EndsWith(LiveSuffix, StringComparison.Ordinal);

    private void MoveBack(OperationRecord record, RefMove move)
    {
        using var held = _context.Publisher.Hold(BranchName.Main);
        var transaction = new CommitTransaction(_context.Repository, $"undo {record.Number}", _context.Options.User.Name);
        transaction.MoveRef(new RefMove(move.Name, move.After, move.Before));
        transaction.Publish();
    }

    private static string Short(Hash? hash) => hash is { } h ? new CommitId(h).Short : "-";
}
