using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Takes the branches and tags of an export file into a repository. Until all of it is checked, nothing of it is visible.</summary>
internal sealed class Importer(WorkspaceContext context)
{
    private const int BufferSize = 1 << 20;
    private const string MainName = "main-imported";

    public ImportReport Run(ImportRequest request, CancellationToken cancel)
    {
        using var held = context.Repository.Store.Lock(Maintenance.LockName, context.Options.LockTimeout);
        using var chunks = context.Repository.Chunks.BeginWrite();
        var export = Open(request.File, chunks, cancel);
        var plan = Plan(export, request.As);
        var transaction = new CommitTransaction(context.Repository, "import", context.Options.User.Name);
        foreach (var commit in export.Commits) transaction.Add(commit.Commit);
        foreach (var arrival in plan.Where(p => p.IsNew))
        {
            var tag = arrival.Name.StartsWith(Repository.TagPrefix, StringComparison.Ordinal);
            if (tag) transaction.MoveTag(arrival.Name[Repository.TagPrefix.Length..], null, arrival.Commit);
            else AddBranch(transaction, export, arrival);
        }

        chunks.Publish();
        transaction.Publish();
        foreach (var item in plan.Where(p => p.IsNew && p.Name.StartsWith(Repository.HeadPrefix, StringComparison.Ordinal)))
        {
            ImportedBranch.CheckOut(context, BranchName.Parse(item.Name[Repository.HeadPrefix.Length..]));
        }

        return Report(context, export, [.. plan.Where(p => p.IsNew).Select(p => p.Name)]);
    }

    /// <summary>Reads and checks a file; its chunks are in the writer, not yet published.</summary>
    public static ExportReader Open(string file, Store.IChunkWriter chunks, CancellationToken cancel)
    {
        var path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            throw new DbVcException(FailureKind.Usage, "file.missing", "There is no such file.", path, "Give the file that db-vc export made.");
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
        var reader = new ExportReader(stream, chunks);
        try
        {
            reader.Read(cancel);
        }
        catch (DbVcException failure) when (failure.Code.StartsWith("export.", StringComparison.Ordinal))
        {
            var where = failure.Where is null ? path : $"{path}, {failure.Where}";
            throw new DbVcException(failure.Kind, failure.Code, failure.Message, where, failure.Hint, failure);
        }

        return reader;
    }

    public static ImportReport Report(WorkspaceContext context, ExportReader export, IReadOnlyList<string> names) => new(
        context.Layout.Root, context.Identity.Display, export.Manifest.Name, export.Commits.Count, names, context.Repository.FindHead(BranchName.Main));

    private sealed record Arrival(string Name, string Original, CommitId Commit)
    {
        public bool IsNew { get; init; }
    }

    /// <summary>Main of the file arrives as a branch: this repository's main is moved by a merge only.</summary>
    private List<Arrival> Plan(ExportReader export, string? given)
    {
        var branches = export.Refs.Where(r => r.Name.StartsWith(Repository.HeadPrefix, StringComparison.Ordinal)).ToList();
        if (given is not null && branches.Count != 1)
        {
            throw new DbVcException(FailureKind.Usage, "import.name", $"The file holds {branches.Count} branches; --as can name one only.",
                hint: "Leave --as out, or export one branch with --branch.");
        }

        var arrivals = new List<Arrival>();
        foreach (var item in export.Refs)
        {
            var isBranch = item.Name.StartsWith(Repository.HeadPrefix, StringComparison.Ordinal);
            var name = isBranch ? Repository.HeadPrefix + BranchName.Parse(NameOf(item, given)) : item.Name;
            var there = context.Repository.Store.ReadRef(name);
            if (there is not null && there != item.Commit.Hash) throw Exists(name, isBranch);
            arrivals.Add(new Arrival(name, item.Name, item.Commit) { IsNew = there is null });
        }

        return arrivals;
    }

    private static string NameOf(ExportRef item, string? given)
    {
        var name = given ?? item.Name[Repository.HeadPrefix.Length..];
        return name == BranchName.Main.Text ? MainName : name;
    }

    private static DbVcException Exists(string name, bool isBranch) => new(FailureKind.Usage, isBranch ? "branch.exists" : "tag.exists",
        $"There is {(isBranch ? "a branch" : "a tag")} '{name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]}' with other content already.",
        hint: isBranch ? "Nothing was imported. Export one branch (--branch) and give it another name here (--as)." : "Nothing was imported.");

    private void AddBranch(CommitTransaction transaction, ExportReader export, Arrival arrival)
    {
        var name = BranchName.Parse(arrival.Name[Repository.HeadPrefix.Length..]);
        var record = ImportedBranch.Record(export, new ExportRef(arrival.Original, arrival.Commit), name, context.Repository.Clock.GetUtcNow());
        transaction.MoveBranch(name, null, arrival.Commit);
        transaction.PutDocument(BranchRecord.Collection, name.Text, record.ToBytes());
    }
}
