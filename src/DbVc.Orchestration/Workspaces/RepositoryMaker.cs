using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Carries out init: the control folder is built beside its place and moved there when it is whole.</summary>
internal sealed class RepositoryMaker(InitRequest request, WorkspaceOptions options)
{
    private const string DraftSuffix = ".init";

    private readonly RepositoryLayout _layout = new(Path.GetFullPath(request.Folder));

    public InitReport Run(CancellationToken cancel)
    {
        var provider = DatabaseEngines.For(request.Database, new ProviderOptions(Path.GetTempPath(), options.LockTimeout));
        if (Directory.Exists(_layout.Control))
        {
            throw new DbVcException(FailureKind.Usage, "repository.exists", "There is a db-vc repository here already.", where: _layout.Control,
                hint: "Use it (db-vc status), or choose another folder with -C DIR.");
        }

        var missing = new[] { _layout.Branches, _layout.MainData, _layout.Main, _layout.Root }.Where(f => !Directory.Exists(f)).ToList();
        var database = LocateDatabase(provider, out var isNew);
        Directory.CreateDirectory(_layout.Root);
        var draft = _layout.Control + DraftSuffix;
        if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        try
        {
            if (isNew) provider.Create(database);
            var (commit, unversioned) = Build(draft, database, cancel);
            options.StepReached?.Invoke(PublishStep.Drafted);
            Directory.Move(draft, _layout.Control);
            options.StepReached?.Invoke(PublishStep.Placed);
            return Finish(commit, unversioned);
        }
        catch
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
            if (!Directory.Exists(_layout.Control))
            {
                if (isNew) provider.Drop(database);
                foreach (var folder in missing.Where(f => Directory.Exists(f) && !Directory.EnumerateFileSystemEntries(f).Any())) Directory.Delete(folder);
            }

            throw;
        }
    }

    /// <summary>An existing database stays where it is; a bare name of a file that is not there is made below <c>main/data/</c>. A server's never is.</summary>
    private string LocateDatabase(IDatabaseProvider provider, out bool isNew)
    {
        var path = DatabaseEngines.Normalize(request.Database, Directory.GetCurrentDirectory());
        isNew = false;
        if (provider.Exists(path) || DatabaseEngines.FileOf(path) is null) return path;
        if (Directory.Exists(path))
        {
            throw new DbVcException(FailureKind.Usage, "database.not-a-database", "The database is a folder, not a file.", where: path,
                hint: "Name a SQLite file.");
        }

        isNew = true;
        var created = Path.IsPathRooted(request.Database) ? path : Path.Combine(_layout.MainData, Path.GetFileName(request.Database));
        if (provider.Exists(created)) isNew = false;
        Directory.CreateDirectory(Path.GetDirectoryName(created)!);
        return created;
    }

    private (CommitId Commit, IReadOnlyList<UnversionedItem> Unversioned) Build(string control, string database, CancellationToken cancel)
    {
        var name = request.Name ?? DatabaseEngines.NameOf(database);
        var identity = new RepositoryIdentity(NewId(), NewId(), name, DatabaseEngines.EngineOf(database), database);
        using var store = RepositoryStore.Create(control, options.StoreReached);
        using (var transaction = store.Begin())
        {
            identity.Write(transaction, _layout.Root);
            transaction.Commit();
        }

        File.WriteAllText(Path.Combine(control, "config.yaml"), Configuration.DefaultText);
        var draftLayout = new RepositoryLayout(_layout.Root, control);
        var live = new LiveContext(new Repository(store, options.Clock), WorkspaceContext.ProviderFor(database, draftLayout, options), identity, draftLayout)
        {
            LockTimeout = options.LockTimeout,
        };
        draftLayout.Create();
        return new Initializer(live, new Shadow(live)).Run(options.User, cancel);
    }

    private InitReport Finish(CommitId commit, IReadOnlyList<UnversionedItem> unversioned)
    {
        using var store = RepositoryStore.Open(_layout.Control, options.StoreReached);
        var context = WorkspaceContext.Create(store, _layout, options);
        context.Publisher.RecoverAll();
        var tables = context.Repository.ReadSnapshot(commit).Tables().Select(t => new TableCount(t.Schema.Name, t.Count)).ToList();
        return new InitReport(commit, _layout.Root, context.Identity.Location, tables, [.. unversioned.Select(u => $"{u.Name} is not versioned: {u.Reason}.")]);
    }

    private static string NewId() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
}
