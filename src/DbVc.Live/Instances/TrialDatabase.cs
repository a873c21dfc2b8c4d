using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>
/// A private copy of main at some commit, in which something is tried out beside a branch's own database. It goes away when it is disposed; what a killed
/// process left of it is dropped by the next one of the same name.
/// </summary>
public sealed class TrialDatabase : IDisposable
{
    private readonly LiveContext _context;
    private readonly Shadow _shadow;
    private readonly CommitId _commit;

    private TrialDatabase(LiveContext context, Shadow shadow, string name, CommitId commit) =>
        (_context, _shadow, Folder, Location, _commit) = (context, shadow, FolderOf(context, name), Locate(context, name), commit);

    /// <summary>A place for files of the trial, made by whoever needs one; no two processes are at it at the same time.</summary>
    public string Folder { get; }

    /// <summary>Where it is.</summary>
    public string Location { get; }

    /// <summary>Copies main as it was at a commit. Whoever calls this holds what the copy is for alone.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="shadow">What is copied.</param>
    /// <param name="name">What it is for: a branch's instance, or another word; letters and digits.</param>
    /// <param name="commit">Where main is in it.</param>
    public static TrialDatabase Make(LiveContext context, Shadow shadow, string name, CommitId commit)
    {
        var trial = new TrialDatabase(context, shadow, name, commit);
        trial.Renew();
        return trial;
    }

    /// <summary>Where the copy for something is.</summary>
    public static string Locate(LiveContext context, string name)
    {
        var id = "trial" + name;
        return context.Provider.Locate(new PrivateDatabase(context.Layout.Scratch, id + ".db", context.Identity.Id, id));
    }

    /// <summary>Removes what a killed process left of a trial.</summary>
    internal static void Remove(LiveContext context, string name)
    {
        context.Provider.Drop(Locate(context, name));
        if (Directory.Exists(FolderOf(context, name))) Directory.Delete(FolderOf(context, name), recursive: true);
    }

    public IDatabase Open() => _context.Provider.OpenConnected(Location);

    /// <summary>Makes it what it was in the beginning. Nobody may have it open.</summary>
    public void Renew()
    {
        _context.Provider.Drop(Location);
        _shadow.CloneAt(_commit, Location);
    }

    /// <summary>What it holds, where only some tables can be other than in <paramref name="previous"/>.</summary>
    public Snapshot Capture(Snapshot previous, IReadOnlySet<string> tables, IChunkWriter chunks, CancellationToken cancel)
    {
        using var database = Open();
        using var read = _context.BeginRead(database);
        return Live.Capture.Run(read, previous, chunks, cancel, new CaptureScope(tables, null));
    }

    /// <summary>Carries out a change for good; returns what stands in its way, and then nothing was changed.</summary>
    public IReadOnlyList<ConstraintViolation> Apply(DatabaseDelta delta)
    {
        using var database = Open();
        using var session = database.BeginApply(_context.LockTimeout);
        var result = session.Apply(delta);
        if (result.Moved.Count > 0)
        {
            var moved = result.Moved[0];
            return [new ConstraintViolation("expected row", moved.Table, moved.Key, "The row is not what the change expects.")];
        }

        var broken = result.Violations.Count > 0 ? result.Violations : session.CheckConstraints(delta);
        if (broken.Count == 0) session.Commit();
        return broken;
    }

    private static string FolderOf(LiveContext context, string name) => Path.Combine(context.Layout.Scratch, "trial-" + name);

    public void Dispose() => _context.Provider.Drop(Location);
}
