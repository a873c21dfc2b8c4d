using DbVc.Databases;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Takes a purged row out of the databases that belong to a repository. Each step may be repeated.</summary>
public sealed class Erasure(LiveContext context, Shadow shadow, BranchInstances instances, Publisher publisher)
{
    /// <summary>Removes the row from a branch's own database, committed or not, and every trace of it from the file.</summary>
    public void CleanInstance(BranchName branch, KeyErasure erasure, CancellationToken cancel)
    {
        if (BranchRecord.Read(context.Repository.Store, branch) is not { } record || !instances.Exists(record)) return;
        using var database = publisher.Open(branch);
        using (var chunks = context.Repository.Chunks.BeginWrite())
        {
            var now = publisher.Peek(branch, chunks, cancel);
            var absent = PartialContent.Of(record)?.AbsentOf(context.Repository.ReadSnapshot(context.Repository.Head(branch))).Tables
                .Select(t => t.Schema.Id).ToHashSet() ?? [];
            foreach (var (table, row) in erasure.FindRows(chunks, context.Repository.Head(branch), now).Where(r => !absent.Contains(r.Table.Id)).ToList())
            {
                Delete(database, table, row);
            }
        }

        database.Scrub(context.LockTimeout);
    }

    /// <summary>Tells the live database that its commit and the operation log have other names now, and removes every trace of the row from its file.</summary>
    public void CleanLive(CommitId from, CommitId to)
    {
        using var database = context.Provider.Open(context.Identity.Location);
        using (var session = database.BeginApply(context.LockTimeout))
        {
            if (session.State is { } state && (state.Commit == from.ToString() || state.Commit == to.ToString()))
            {
                session.SetState(LiveIdentity.StateAt(context, BranchName.Main, to));
                session.Commit();
            }
        }

        database.Scrub(context.LockTimeout);
        MainCheckout.Write(context, to);
    }

    /// <summary>Removes what can be made anew: the shadow, tables as they were, and scratch files.</summary>
    public void DropCopies()
    {
        using var held = context.Repository.Store.Lock("shadow", context.LockTimeout);
        context.Provider.Drop(shadow.Location);
        context.Provider.SweepHistory(context.Identity.Id, TimeSpan.Zero, evenUsed: true);
        foreach (var file in Directory.GetFiles(context.Layout.Scratch)) File.Delete(file);
    }

    private void Delete(IDatabase database, TableSchema table, Value[] row)
    {
        using var session = database.BeginApply(context.LockTimeout);
        var result = session.Apply(new DatabaseDelta([new TableDelta(table, table, [new RowChange(row, null)])], [], []));
        if (!result.IsClean)
        {
            throw new DbVcException(FailureKind.Locked, "rows.moving", "The row is being changed in a branch's database.", where: database.Display,
                hint: "Run any command: the purge goes on.");
        }

        session.Commit();
    }
}
