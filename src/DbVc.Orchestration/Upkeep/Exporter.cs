using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Writes a repository or one branch as a file. The file appears whole under its name or not at all.</summary>
internal sealed class Exporter(WorkspaceContext context)
{
    private const int BufferSize = 1 << 20;

    /// <summary>Documents that mean something elsewhere too: no path, no secret, nothing of a task or a merge in progress.</summary>
    public static IReadOnlyList<string> Collections { get; } = [BranchRecord.Collection, Tombstone.Collection, "invariants"];

    public ExportReport Run(ExportRequest request, CancellationToken cancel)
    {
        var path = Path.GetFullPath(request.File);
        if (Path.Exists(path))
        {
            throw new DbVcException(FailureKind.Usage, "file.exists", "There is a file of that name already.", path,
                "Choose another name, or remove it first.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new DbVcException(FailureKind.Usage, "folder.missing", "There is no such folder.", Path.GetDirectoryName(path),
                "Make it first, or choose another one.");
        }

        using var held = context.Repository.Store.Lock(Maintenance.LockName, context.Options.LockTimeout);
        var refs = ListRefs(request.Branch);
        var draft = path + ".partial";
        try
        {
            ExportCounts counts;
            using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None, BufferSize))
            {
                var manifest = new ExportManifest(context.Identity.Name, context.Identity.Engine, context.Repository.Clock.GetUtcNow());
                counts = new ExportWriter(context.Repository, file).Write(manifest, refs, ListDocuments(refs), cancel);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: false);
            return new ExportReport(path, counts.Commits, counts.Chunks, new FileInfo(path).Length, [.. refs.Select(r => r.Name)]);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>All branches and tags, or one branch with the tags on its line.</summary>
    private List<ExportRef> ListRefs(BranchName? branch)
    {
        if (branch is null) return [.. List(Repository.HeadPrefix), .. List(Repository.TagPrefix)];
        var head = context.Repository.Head(branch.Value);
        var line = new CommitGraph(context.Repository).Walk(head).Select(c => c.Id).ToHashSet();
        return [new ExportRef(Repository.HeadPrefix + branch, head), .. List(Repository.TagPrefix).Where(t => line.Contains(t.Commit))];
    }

    private IEnumerable<ExportRef> List(string prefix) =>
        context.Repository.Store.ListRefs(prefix).Select(r => new ExportRef(r.Key, new CommitId(r.Value)));

    private List<ExportDocument> ListDocuments(List<ExportRef> refs)
    {
        var branches = refs.Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from collection in Collections
               from document in context.Repository.Store.ListDocuments(collection)
               where collection != BranchRecord.Collection || branches.Contains(Repository.HeadPrefix + document.Key)
               select new ExportDocument(collection, document.Key, document.Value),
        ];
    }
}
