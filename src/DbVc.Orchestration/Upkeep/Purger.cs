using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Carries out a person's right to be forgotten. First main loses the row like any other, through the publish method, which may refuse; the
/// record of the purge becomes visible with that. Then, in steps that the next command repeats if this one dies: branch databases, the history
/// (one transaction), the live database's state, copies, packs, the free space of <c>commit-history.db</c>.
/// </summary>
internal sealed class Purger(WorkspaceContext context)
{
    private readonly Erasure _erasure = new(context.Live, context.Shadow, context.Instances, context.Publisher);

    private IRepositoryStore Store => context.Repository.Store;

    public PurgeReport Run(PurgeRequest request, CancellationToken cancel)
    {
        using var held = Store.Lock(Maintenance.LockName, context.Options.LockTimeout);
        RequireAlone();
        // What live holds and no commit does may be the row itself, or its last version.
        context.Publisher.Commit(CaptureRequest.Outside(BranchName.Main), cancel);
        var record = Plan(request);
        var erasure = new KeyErasure(context.Repository, record.Erased, record.Values);
        var traces = new Traces(erasure.FindRows(cancel));
        if (traces.Versions == 0 && !IsInBranch(erasure, cancel)) throw Missing(request);
        RemoveFromMain(record, erasure, cancel);
        var report = Finish(record, cancel);
        return report with { Versions = traces.Versions, Remaining = traces.Find(context.Layout.Root, context.Identity.Location, Store, cancel) };
    }

    /// <summary>Finishes purges whose process died. Throws kind Locked while a living one is at it.</summary>
    public static void FinishPending(WorkspaceContext context)
    {
        if (PurgeRecord.ReadAll(context.Repository.Store).Count == 0) return;
        using var held = context.Repository.Store.Lock(Maintenance.LockName, context.Options.LockTimeout);
        foreach (var record in PurgeRecord.ReadAll(context.Repository.Store)) new Purger(context).Finish(record, CancellationToken.None);
    }

    private PurgeRecord Plan(PurgeRequest request)
    {
        var head = context.Repository.Head(BranchName.Main);
        var commits = Store.ListCommits().Select(h => new CommitId(h)).OrderByDescending(id => context.Repository.ReadCommit(id).Time).Prepend(head).ToList();
        var at = commits.Select(id => context.Repository.ReadSnapshot(id)).FirstOrDefault(s => s.FindTable(request.Table) is not null)
            ?? throw new DbVcException(FailureKind.Usage, "table.missing", $"There is no table '{request.Table}' in any commit.");
        var schema = at.FindTable(request.Table)!.Schema;
        var key = KeyParser.Parse(schema, request.Key, new TableEncoder(schema), meant => commits.Exists(id =>
            context.Repository.ReadSnapshot(id).FindTable(request.Table) is { } table
            && ProllyTree.TryGet(context.Repository.Chunks, table.Rows, meant.Span, out _)));
        return new PurgeRecord(schema.Name, Convert.ToBase64String(key.Span), Tombstone.Digest(schema.Name, key.Span),
            context.Repository.Clock.GetUtcNow(), context.Options.User.Name, null, null, 0)
        {
            TableId = schema.Id,
            Others = [.. at.Tables().Select(t => t.Schema.Id).Where(id => id != schema.Id)],
        };
    }

    private bool IsInBranch(KeyErasure erasure, CancellationToken cancel)
    {
        foreach (var name in OtherBranches())
        {
            if (BranchRecord.Read(Store, name) is not { } record || !context.Instances.Exists(record)) continue;
            using var chunks = context.Repository.Chunks.BeginWrite();
            if (erasure.FindRows(chunks, context.Repository.Head(name), context.Publisher.Peek(name, chunks, cancel)).Any()) return true;
        }

        return false;
    }

    private static DbVcException Missing(PurgeRequest request) => new(FailureKind.Usage, "row.missing",
        $"No commit holds a row with that key in '{request.Table}'.", hint: "Nothing was changed. A key of several columns is written 1,2.");

    /// <summary>Through the publish method: constraints, rehearsal and recovery are those of any other change.</summary>
    private void RemoveFromMain(PurgeRecord record, KeyErasure erasure, CancellationToken cancel)
    {
        var outcome = context.Publisher.Publish(new PublishRequest(BranchName.Main, record.Command, record.Actor, head =>
        {
            using var chunks = context.Repository.Chunks.BeginWrite();
            var before = context.Repository.ReadSnapshot(head).Snapshot;
            var after = erasure.Erase(chunks, head, before);
            if (after == before) return null;
            var snapshot = SnapshotCodec.Write(chunks, after);
            chunks.Publish();
            return new PublishPlan(new Commit
            {
                Snapshot = snapshot,
                Parents = [head],
                Author = context.Options.User,
                Time = context.Repository.NextTime([head]),
                Message = $"Purge a row of {record.Table}",
            }, [new DocumentChange(PurgeRecord.Collection, record.Digest, record.ToBytes())]);
        })
        {
            Permit = new AdministerPermit(),
        }, cancel);
        if (outcome.Violations.Count > 0)
        {
            var violation = outcome.Violations[0];
            throw new DbVcException(FailureKind.Refused, "constraint.violated", "The row is needed: " + violation.Message,
                where: $"{violation.Table} {violation.Key}", hint: "Nothing was changed. Purge or change the rows that refer to it first.");
        }

        if (outcome.Commit is not null) return;
        using var transaction = Store.Begin();
        transaction.PutDocument(PurgeRecord.Collection, record.Digest, record.ToBytes());
        transaction.Commit();
    }

    private PurgeReport Finish(PurgeRecord record, CancellationToken cancel)
    {
        var erasure = new KeyErasure(context.Repository, record.Erased, record.Values);
        RequireAlone();
        foreach (var branch in OtherBranches()) _erasure.CleanInstance(branch, erasure, cancel);
        using var branches = new HeldLocks(context.Repository.ListBranches().Select(b => Store.Lock("branch-" + b.Key, context.Options.LockTimeout)));
        if (record.To is null) record = RewriteHistory(record, erasure, cancel);
        _erasure.CleanLive(CommitId.Parse(record.From!), CommitId.Parse(record.To!));
        _erasure.DropCopies();
        AnswerCache.Clear(context.Layout.Answers);
        MemoryDesk.Clear(context.Layout);
        foreach (var branch in OtherBranches())
        {
            if (BranchRecord.Read(Store, branch) is { } known) BranchInfo.Write(context, known, known.Merged is null ? "open" : "merged");
        }

        var since = context.Repository.Clock.GetUtcNow() - context.Configuration.Retention;
        Store.Upkeep.Collect(new Reachability(context.Repository, since), new CollectOptions(Thorough: true), cancel);
        var tombstone = new Tombstone(record.Table, record.Digest, record.Time, record.Actor);
        using (var transaction = Store.Begin())
        {
            transaction.DeleteDocument(PurgeRecord.Collection, record.Digest);
            transaction.PutDocument(Tombstone.Collection, tombstone.Id, tombstone.ToBytes());
            transaction.Commit();
        }

        Store.Upkeep.Vacuum();
        return new PurgeReport(record.Table, record.Digest, record.Commits, 0, CommitId.Parse(record.To!), []);
    }

    private PurgeRecord RewriteHistory(PurgeRecord record, KeyErasure erasure, CancellationToken cancel)
    {
        ForgetConflicts(record);
        var head = context.Repository.Head(BranchName.Main);
        using var chunks = context.Repository.Chunks.BeginWrite();
        var history = erasure.Run(chunks, cancel);
        chunks.Publish();
        var next = history.Names.TryGetValue(head.Hash, out var renamed) ? new CommitId(renamed) : head;
        record = record with { From = head.ToString(), To = next.ToString(), Commits = history.Commits.Count };
        Store.Upkeep.Rewrite(new StoreRewrite(history.Names, [.. history.Commits.Select(c => KeyValuePair.Create(c.Id.Hash, CommitCodec.Encode(c.Commit)))],
            new OperationDraft(record.Command, record.Actor, record.Time, []))
        {
            Written = [(PurgeRecord.Collection, record.Digest, record.ToBytes())],
        });
        return record;
    }

    /// <summary>Conflicts hold both sides' values; those about the row go with it. The merge finds out anew when it continues.</summary>
    private void ForgetConflicts(PurgeRecord record)
    {
        using var transaction = Store.Begin();
        // The snapshots they name hold the row.
        MarkShelf.DropAll(transaction);
        AnswerDesk.DropAll(Store, transaction);
        foreach (var merge in MergeRecord.ReadAll(Store))
        {
            // Of any table: a renamed one has another name there, and what is forgotten needlessly comes up again.
            new ConflictShelf(Store, merge.Id).Forget(transaction, c => c.Key.Select(k => k.Value).SequenceEqual(record.Values));
        }

        RequestShelf.Forget(Store, transaction, (record.Table, record.TableId), record.Key);
        transaction.Commit();
    }

    private List<BranchName> OtherBranches() =>
        [.. context.Repository.ListBranches().Where(b => b.Key != BranchName.Main.Text).Select(b => BranchName.Parse(b.Key))];

    /// <summary>A writer could bring back what it has read before.</summary>
    private void RequireAlone()
    {
        var started = TimeProvider.System.GetTimestamp();
        while (Store.Upkeep.IsWrittenByOthers())
        {
            if (TimeProvider.System.GetElapsedTime(started) > context.Options.LockTimeout)
            {
                throw new DbVcException(FailureKind.Locked, "repository.locked", "Another command is writing to this repository.",
                    hint: "A purge needs the repository for itself. Try again when the other commands have ended.");
            }

            Thread.Sleep(20);
        }
    }

    /// <summary>Locks that are let go together.</summary>
    private sealed class HeldLocks : IDisposable
    {
        private readonly List<IDisposable> _locks = [];

        public HeldLocks(IEnumerable<IDisposable> locks)
        {
            try
            {
                foreach (var held in locks) _locks.Add(held);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public void Dispose() => _locks.ForEach(l => l.Dispose());
    }
}
