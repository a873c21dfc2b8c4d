using System.Security.Cryptography;
using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Carries out an import into an empty folder. The control folder is built beside its place and moved there when it is whole; it then holds the
/// intent to make the live database, so a crash leaves nothing, or a repository that the next command finishes.
/// </summary>
internal sealed class RepositoryRestorer(RestoreRequest request, WorkspaceOptions options)
{
    private const string DraftSuffix = ".init";

    private readonly RepositoryLayout _layout = new(Path.GetFullPath(request.Folder));

    public ImportReport Run(CancellationToken cancel)
    {
        if (Directory.Exists(_layout.Control))
        {
            throw new DbVcException(FailureKind.Usage, "repository.exists", "There is a db-vc repository here already.", where: _layout.Control,
                hint: "Leave --database out to import into it, or choose another folder with -C DIR.");
        }

        var provider = DatabaseEngines.For(request.Database, new ProviderOptions(Path.GetTempPath(), options.LockTimeout));
        var database = DatabaseEngines.FileOf(request.Database) is null ? request.Database
            : Path.IsPathRooted(request.Database) ? Path.GetFullPath(request.Database)
            : Path.Combine(_layout.MainData, Path.GetFileName(request.Database));
        RefuseFilled(provider, database);
        var draft = _layout.Control + DraftSuffix;
        Directory.CreateDirectory(_layout.Root);
        if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        try
        {
            var export = Build(draft, database, cancel);
            options.StepReached?.Invoke(PublishStep.Drafted);
            Directory.Move(draft, _layout.Control);
            options.StepReached?.Invoke(PublishStep.Placed);
            return Finish(export);
        }
        catch
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
            throw;
        }
    }

    /// <summary>A file must not exist; on a server, where not everybody may make databases, an empty one is taken too.</summary>
    private void RefuseFilled(IDatabaseProvider provider, string database)
    {
        var isFile = DatabaseEngines.FileOf(database) is not null;
        if (isFile && (provider.Exists(database) || Directory.Exists(database)))
        {
            throw new DbVcException(FailureKind.Usage, "database.exists", "There is a file where the live database is to be made.", database,
                "An import never writes into a database that exists. Choose another name.");
        }

        if (isFile || !provider.Exists(database)) return;
        using var there = provider.Open(database);
        using var read = there.BeginRead();
        if (read.State is null && read.ReadSchema() is { Tables.Count: 0, Objects.Count: 0 }) return;
        throw new DbVcException(FailureKind.Usage, "database.exists", "The database to restore into is not empty.", DatabaseEngines.Show(database),
            "An import never writes into a database that holds something. Name an empty one, or one that is not there yet.");
    }

    private ExportReader Build(string control, string database, CancellationToken cancel)
    {
        using var store = RepositoryStore.Create(control, options.StoreReached);
        var draft = new RepositoryLayout(_layout.Root, control);
        if (DatabaseEngines.FileOf(database) is null)
        {
            database = DatabaseEngines.Normalize(SecretFiles.Strip(draft, database, SecretFiles.LivePassword), Directory.GetCurrentDirectory());
        }

        using var chunks = store.Chunks.BeginWrite();
        var export = Importer.Open(request.File, chunks, cancel);
        if (export.Manifest.Engine != DatabaseEngines.EngineOf(database))
        {
            throw new DbVcException(FailureKind.Usage, "database.engine", $"The file is of a database of kind '{export.Manifest.Engine}'.",
                hint: $"It can be restored into a database of that kind only, not into one of kind '{DatabaseEngines.EngineOf(database)}'.");
        }

        var main = FindMain(export);
        var repository = new Repository(store, options.Clock);
        var transaction = new CommitTransaction(repository, "import", options.User.Name);
        var identity = new RepositoryIdentity(NewId(), NewId(), request.Name ?? export.Manifest.Name, export.Manifest.Engine, database);
        using (var first = store.Begin())
        {
            identity.Write(first, draft);
            first.Commit();
        }

        foreach (var commit in export.Commits) transaction.Add(commit.Commit);
        foreach (var item in export.Refs.Where(r => r.Name != main.Name)) AddRef(transaction, export, item);
        foreach (var document in export.Documents.Where(d => d.Collection != BranchRecord.Collection && Exporter.Collections.Contains(d.Collection)))
        {
            transaction.PutDocument(document.Collection, document.Id, document.Body);
        }

        Restoration.Plan(transaction, main.Commit);
        chunks.Publish();
        transaction.Publish();
        File.WriteAllText(Path.Combine(control, "config.yaml"), Configuration.DefaultText);
        draft.Create();
        return export;
    }

    /// <summary>Main, or the only branch of the file.</summary>
    private static ExportRef FindMain(ExportReader export)
    {
        var branches = export.Refs.Where(r => r.Name.StartsWith(Repository.HeadPrefix, StringComparison.Ordinal)).ToList();
        return branches.FirstOrDefault(r => r.Name == Repository.HeadPrefix + BranchName.Main)
            ?? (branches.Count == 1 ? branches[0] : throw new DbVcException(FailureKind.Failed, "export.incomplete", "The file holds no branch main.",
                hint: "Export the whole repository, or one branch."));
    }

    private void AddRef(CommitTransaction transaction, ExportReader export, ExportRef item)
    {
        if (item.Name.StartsWith(Repository.TagPrefix, StringComparison.Ordinal))
        {
            transaction.MoveTag(item.Name[Repository.TagPrefix.Length..], null, item.Commit);
            return;
        }

        var name = BranchName.Parse(item.Name[Repository.HeadPrefix.Length..]);
        transaction.MoveBranch(name, null, item.Commit);
        transaction.PutDocument(BranchRecord.Collection, name.Text, ImportedBranch.Record(export, item, name, options.Clock.GetUtcNow()).ToBytes());
    }

    private ImportReport Finish(ExportReader export)
    {
        using var store = RepositoryStore.Open(_layout.Control, options.StoreReached);
        var context = WorkspaceContext.Create(store, _layout, options);
        context.Publisher.RecoverAll();
        foreach (var (name, _) in context.Repository.ListBranches().Where(b => b.Key != BranchName.Main.Text))
        {
            ImportedBranch.CheckOut(context, BranchName.Parse(name));
        }

        return Importer.Report(context, export, [.. context.Repository.Store.ListRefs("").Select(r => r.Key)]);
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
