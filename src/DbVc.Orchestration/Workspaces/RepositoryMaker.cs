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
            return FinishOrWithdraw(commit, unversioned);
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
        isNew = false;
        if (DatabaseEngines.FileOf(request.Database) is null) return request.Database;
        var path = DatabaseEngines.Normalize(request.Database, Directory.GetCurrentDirectory());
        if (provider.Exists(path)) return path;
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
        var draft = new RepositoryLayout(_layout.Root, control);
        using var store = RepositoryStore.Create(control, options.StoreReached);
        draft.Create();
        database = DatabaseEngines.Normalize(SecretFiles.Strip(draft, database, SecretFiles.LivePassword), Directory.GetCurrentDirectory());
        var identity = new RepositoryIdentity(
            NewId(), NewId(), request.Name ?? DatabaseEngines.NameOf(database), DatabaseEngines.EngineOf(database), database);
        using (var transaction = store.Begin())
        {
            identity.Write(transaction, draft);
            transaction.Commit();
        }

        File.WriteAllText(draft.Config, Settings(draft));
        var settings = new Lazy<LiveSettings>(() => Configuration.ReadLive(draft.Config));
        var provider = WorkspaceContext.ProviderFor(database, draft, options, settings);
        var live = new LiveContext(new Repository(store, options.Clock), provider, identity, draft)
        {
            Settings = settings,
            LockTimeout = options.LockTimeout,
        };
        return new Initializer(live, new Shadow(live)).Run(options.User, cancel);
    }

    /// <summary>The configuration with what was asked for.</summary>
    private string Settings(RepositoryLayout layout)
    {
        var text = Configuration.DefaultText;
        if (request.WorkServer is { } server)
        {
            var place = server == LiveSettings.Production ? server : SecretFiles.StripForConfig(layout, server, SecretFiles.BranchesPassword);
            text = new ConfigurationText(text).Set("branches.server", ConfigurationText.Scalar(place));
        }

        foreach (var (key, patterns) in new[]
        {
            ("include", request.Include), ("exclude", request.Exclude), ("schema-only", request.SchemaOnly),
        })
        {
            if (patterns.Count > 0) text = new ConfigurationText(text).Set(key, ConfigurationText.Sequence(patterns));
        }

        Configuration.Parse(text, _layout.Config);
        return text;
    }

    /// <summary>What fails before the database says whose it is leaves nothing: of two that begin at the same moment, for example, the second finds it
    /// taken. Once it may say so the next command finishes it.</summary>
    private InitReport FinishOrWithdraw(CommitId commit, IReadOnlyList<UnversionedItem> unversioned)
    {
        var isMarked = false;
        try
        {
            return Finish(commit, unversioned, step =>
            {
                isMarked |= step == PublishStep.Applied;
                options.StepReached?.Invoke(step);
            });
        }
        catch (DbVcException) when (!isMarked)
        {
            Directory.Delete(_layout.Control, recursive: true);
            throw;
        }
    }

    private InitReport Finish(CommitId commit, IReadOnlyList<UnversionedItem> unversioned, Action<PublishStep> reached)
    {
        using var store = RepositoryStore.Open(_layout.Control, options.StoreReached);
        var context = WorkspaceContext.Create(store, _layout, options with { StepReached = reached });
        context.Publisher.RecoverAll();
        var tables = context.Repository.ReadSnapshot(commit).Tables().Select(t => new TableCount(t.Schema.Name, t.Count)).ToList();
        return new InitReport(commit, _layout.Root, context.Identity.Display, tables, [.. unversioned.Select(u => $"{u.Name} is not versioned: {u.Reason}.")]);
    }

    private static string NewId() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
}
