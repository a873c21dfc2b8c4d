using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>
/// An isolated copy of main at some commit, moved along by deltas. Branch instances are cloned from it and merges are rehearsed in it,
/// so production is never a template. It can be deleted at any time: it is made anew from the live database or, where that may not be copied, from the store.
/// </summary>
public sealed class Shadow(LiveContext context)
{
    private const string LockName = "shadow";
    private const string FileName = "main.db";
    private const string Id = "shadow";

    private static readonly TimeSpan s_briefly = TimeSpan.FromSeconds(1);

    /// <summary>The copy's location. Throws <c>branches.server-unset</c> where the engine has no place for it yet.</summary>
    public string Location => context.Provider.Locate(new PrivateDatabase(context.Layout.Shadow, FileName, context.Identity.Id, Id));

    /// <summary>Copies the live database before it has any commit; the caller captures the copy and then marks it.</summary>
    public void CopyLive()
    {
        context.Provider.Drop(Location);
        context.Provider.Clone(context.Identity.Location, Location);
        // Nobody reads what the copy would write down.
        using var copy = context.Provider.Open(Location);
        if (copy.ReadTracking().IsOn) copy.StopTracking(context.LockTimeout);
    }

    /// <summary>Where the copy is, its size, and the commit it holds; null where there is none, or where it is unfinished.</summary>
    public (string Location, long? Bytes, CommitId? Commit) Read()
    {
        var location = Location;
        if (!context.Provider.Exists(location)) return (location, null, null);
        using var database = context.Provider.Open(location);
        return (location, database.ReadSize(), ReadState());
    }

    /// <summary>Makes the copy anew, whatever it is now.</summary>
    public void Renew(CommitId commit)
    {
        using var held = Lock();
        context.Provider.RemoveDrafts(Location);
        context.Provider.Drop(Location);
        MoveTo(commit);
    }

    /// <summary>Keeps others from copying private databases until it is disposed. Throws kind Locked.</summary>
    public IDisposable Hold() => Lock();

    /// <summary>Says which commit the copy holds.</summary>
    public void Mark(CommitId commit)
    {
        using var database = context.Provider.Open(Location);
        using var session = database.BeginApply(context.LockTimeout);
        session.SetState(StateAt(commit));
        session.Commit();
    }

    /// <summary>Makes an isolated copy of the database as it is at <paramref name="commit"/>. Returns the copy's mark where the engine gives one with
    /// it.</summary>
    public string? CloneAt(CommitId commit, string destination)
    {
        using var held = Lock();
        // Another command may have made it while this one waited.
        if (context.Provider.Exists(destination)) return null;
        Sweep(destination);
        MoveTo(commit);
        return context.Provider.Clone(Location, destination, context.Tracks);
    }

    /// <summary>
    /// What a branch's database holds otherwise than the copy of main from which it was made, where the engine finds that by comparing the two: whatever
    /// commit the copy has moved to since. Null where it cannot be told, or somebody is moving the copy just now.
    /// </summary>
    internal KnownChanges? Compare(IReadSnapshot instance)
    {
        if (!context.Provider.MarksHoldForCopies || !context.Provider.Exists(Location)) return null;
        try
        {
            using var held = context.Repository.Store.Lock(LockName, s_briefly);
            if (ReadState() is not { } commit) return null;
            using var database = context.Provider.Open(Location);
            using var copy = context.BeginCapture(database);
            return copy.Mark is { } mark && instance.ChangesSince(mark) is { } changes
                ? new KnownChanges(context.Repository.ReadSnapshot(commit).Snapshot, changes)
                : null;
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            return null;
        }
    }

    /// <summary>
    /// Applies the change from one commit to a snapshot in the copy, checks it, and takes it back. Returns what would be broken. Where the copy is at
    /// another commit that is not much further from the snapshot, it makes the change from there: what comes out is the same, and moving the copy would
    /// write more. Only if that finds something broken is the copy moved: it may have been broken by others before.
    /// </summary>
    public IReadOnlyList<ConstraintViolation> Rehearse(CommitId from, Snapshot after, IChunkSource chunks)
    {
        using var held = Lock();
        using (var database = Find())
        {
            if (database is not null && ReadState(database) is { } start && Near(start, from, after, chunks) is { } near)
            {
                var broken = RehearseFrom(database, start, near);
                if (broken.Count == 0 || start == from) return broken;
            }
        }

        MoveTo(from);
        using var moved = context.Provider.OpenConnected(Location);
        return RehearseFrom(moved, from, Difference(from, after, chunks));
    }

    /// <summary>Null where there is no copy.</summary>
    private IDatabase? Find()
    {
        try
        {
            return context.Provider.OpenConnected(Location);
        }
        catch (DbVcException failure) when (failure.Code == "database.missing")
        {
            return null;
        }
    }

    private IReadOnlyList<ConstraintViolation> RehearseFrom(IDatabase database, CommitId start, DatabaseDelta delta)
    {
        using var session = database.BeginApply(context.LockTimeout);
        var result = session.Apply(delta);
        if (result.Violations.Count > 0) return result.Violations;
        if (result.Moved.Count > 0) throw Unequal(start, result.Moved[0]);

        // The rows of a schema-only table are not here; whether they are missed, the live database says.
        var broken = session.CheckConstraints(delta).Where(v => !v.Rows.Any(r => !r.Exists && context.Selection.IsSchemaOnly(r.Table))).ToList();
        return broken.Count > 0 ? broken : session.CheckInvariants(context.Invariants.ReadAll(), context.InvariantTime);
    }

    /// <summary>
    /// What leads from the copy's commit to the snapshot, if that is at most twice as many rows as lead there from <paramref name="from"/>, or few; else
    /// null. Few rows are read once, here, and kept.
    /// </summary>
    private DatabaseDelta? Near(CommitId now, CommitId from, Snapshot after, IChunkSource chunks)
    {
        var delta = Difference(now, after, chunks);
        return now == from ? delta : SmallDelta.Read(delta) ?? (IsNear(delta, Difference(from, after, chunks)) ? Difference(now, after, chunks) : null);
    }

    private DatabaseDelta Difference(CommitId from, Snapshot after, IChunkSource chunks) =>
        new SnapshotDiff(chunks, context.Repository.ReadSnapshot(from).Snapshot, after).ToDelta();

    /// <summary>Reads both at once, so that neither is read much further than the shorter one.</summary>
    private static bool IsNear(DatabaseDelta near, DatabaseDelta far)
    {
        using var nearRows = near.Tables.SelectMany(t => t.Rows).GetEnumerator();
        using var farRows = far.Tables.SelectMany(t => t.Rows).GetEnumerator();
        long allowed = 0;
        for (long rows = 0; nearRows.MoveNext(); rows++)
        {
            if (farRows.MoveNext()) allowed += 2;
            if (rows >= Math.Max(SmallDelta.MaxRows, allowed)) return false;
        }

        return true;
    }

    /// <summary>Brings the copy to a commit, from wherever it is; makes it if it is missing or is not what it should be.</summary>
    private void MoveTo(CommitId commit)
    {
        var at = context.Provider.Exists(Location) ? ReadState() : null;
        if (at == commit) return;
        if (at is null || !TryApply(context.Repository.ReadSnapshot(at.Value).Snapshot, commit)) Rebuild(commit);
    }

    /// <summary>Removes what clones left behind whose process was killed: all of them are made under the lock that is held here.</summary>
    private void Sweep(string destination)
    {
        foreach (var clone in new[] { Location, destination }) context.Provider.RemoveDrafts(clone);

        // Databases of queries at a revision are read without the lock; one of yesterday is read by nobody.
        foreach (var file in Directory.EnumerateFiles(context.Layout.Scratch))
        {
            if (File.GetLastWriteTimeUtc(file) < context.Repository.Clock.GetUtcNow().UtcDateTime.AddDays(-1)) File.Delete(file);
        }
    }

    private bool TryApply(Snapshot from, CommitId to)
    {
        using var database = context.Provider.Open(Location);
        using var session = database.BeginApply(context.LockTimeout);
        var delta = new SnapshotDiff(context.Repository.Chunks, from, context.Repository.ReadSnapshot(to).Snapshot).ToDelta();
        var result = session.Apply(delta);
        if (result.Moved.Count > 0 || result.Violations.Count > 0) return false;
        session.SetState(StateAt(to));
        session.Commit();
        return true;
    }

    private void Rebuild(CommitId commit)
    {
        if (context.ClonesLive) RebuildFromLive(commit);
        else RebuildFromStore(commit);
    }

    private void RebuildFromStore(CommitId commit)
    {
        context.Provider.Drop(Location);
        context.Provider.Create(Location);
        using var database = context.Provider.Open(Location);
        new StoreFill(database, context.LockTimeout).Run(context.Repository.Chunks, context.Repository.ReadSnapshot(commit).Snapshot, StateAt(commit));
    }

    /// <summary>Copies the live database, finds out how it differs from the commit, and applies the difference to the copy.</summary>
    private void RebuildFromLive(CommitId commit)
    {
        CopyLive();
        using var chunks = context.Repository.Chunks.BeginWrite();
        var target = context.Repository.ReadSnapshot(commit).Snapshot;
        Snapshot copied;
        using (var database = context.Provider.Open(Location))
        using (var read = context.BeginRead(database))
        {
            copied = Capture.Run(read, target, chunks, CancellationToken.None);
        }

        chunks.Publish();
        if (!TryApply(copied, commit))
        {
            throw new DbVcException(FailureKind.Failed, "shadow.failed", "The private copy of main cannot be brought to its commit.",
                where: DatabaseEngines.Show(Location), hint: "Make it anew: db-vc shadow rebuild. If that fails, run db-vc verify.");
        }
    }

    /// <summary>A copy that still bears the live database's own state was left by a process that died before it was brought to its commit.</summary>
    private CommitId? ReadState()
    {
        using var database = context.Provider.Open(Location);
        return ReadState(database);
    }

    private CommitId? ReadState(IDatabase database)
    {
        using var read = database.BeginRead();
        return read.State is { } state && state.RepositoryId == context.Identity.Id && state.DatabaseId == DatabaseId
            && Hash.TryParse(state.Commit, out var hash)
            && context.Repository.Store.ReadCommit(hash) is not null
            ? new CommitId(hash)
            : null;
    }

    /// <summary>A copy that was made under another selection of tables is another database.</summary>
    private string DatabaseId => Id + context.Selection.Mark;

    private LiveState StateAt(CommitId commit) =>
        new(context.Identity.Id, DatabaseId, commit.ToString(), context.Repository.Store.OperationHead.ToString());

    private IDisposable Lock() => context.Repository.Store.Lock(LockName, context.LockTimeout);

    private DbVcException Unequal(CommitId from, MovedRow row) => new(FailureKind.Failed, "shadow.unequal",
        $"The private copy of main does not hold commit {from.Short}.", where: $"{row.Table} {row.Key}",
        hint: "Make it anew: db-vc shadow rebuild");
}
