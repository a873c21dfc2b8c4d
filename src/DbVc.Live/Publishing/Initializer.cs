using DbVc.Databases;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Makes the first commit of a live database. Interrupted at any point it is either not done or finished by the next command.</summary>
public sealed class Initializer(LiveContext context, Shadow shadow)
{
    /// <summary>Captures all tables from one consistent copy, which then becomes the shadow; where the database may not be copied, from one view of it.
    /// Throws <c>live.other-repository</c> if the database is attached already.</summary>
    public (CommitId Commit, IReadOnlyList<UnversionedItem> Unversioned) Run(Author author, CancellationToken cancel)
    {
        RefuseUnusable();
        if (context.ClonesLive) shadow.CopyLive();
        cancel.ThrowIfCancellationRequested();
        var (snapshot, mark, unversioned) = CaptureAll(context.ClonesLive ? shadow.Location : context.Identity.Location, cancel);
        var transaction = new CommitTransaction(context.Repository, "init", author.Name);
        var id = transaction.Add(new Commit
        {
            Snapshot = snapshot,
            Parents = [],
            Author = author,
            Time = context.Repository.NextTime([]),
            Message = "First commit of " + context.Identity.Name,
        });
        if (context.ClonesLive) shadow.Mark(id);
        cancel.ThrowIfCancellationRequested();
        transaction.PutDocument(Intent.Collection, BranchName.Main.Text, new Intent("main", null, id.ToString(), "init", author.Name).ToBytes());
        if (MarkShelf.Entry(BranchName.Main, snapshot, mark) is { } entry) transaction.PutDocument(entry.Collection, entry.Id, entry.Body);
        transaction.Publish();
        return (id, unversioned);
    }

    /// <summary>Asks for the right to write at once: a database that cannot be marked at the end must not be captured first.</summary>
    private void RefuseUnusable()
    {
        using var database = context.Provider.Open(context.Identity.Location);
        using var session = database.BeginApply(context.LockTimeout);
        if (session.State is { } state)
        {
            throw new DbVcException(FailureKind.Refused, "live.other-repository", "This database belongs to a db-vc repository already.",
                where: $"{context.Identity.Display}, repository {state.RepositoryId}",
                hint: "Use that repository, or drop the table _dbvc_state from the database if the repository is gone.");
        }
    }

    private (Hash Snapshot, string? Mark, IReadOnlyList<UnversionedItem> Unversioned) CaptureAll(string location, CancellationToken cancel)
    {
        using var chunks = context.Repository.Chunks.BeginWrite();
        using var database = context.Provider.Open(location);
        using var read = context.BeginRead(database);
        var captured = Capture.Run(read, Snapshot.Empty, chunks, cancel);
        var id = SnapshotCodec.Write(chunks, captured);
        chunks.Publish();
        return (id, read.Mark, read.Unversioned);
    }
}
