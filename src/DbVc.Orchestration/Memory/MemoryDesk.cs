using System.Text;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What merged pipelines taught: learned from history when it is asked for, so that no merge waits for it and none is missed.</summary>
public sealed class MemoryDesk
{
    private const string Forgotten = "forgotten";
    private const int MostOffered = 2;

    private readonly WorkspaceContext _context;

    internal MemoryDesk(WorkspaceContext context) => _context = context;

    /// <summary>All lessons, newest first.</summary>
    /// <param name="words">Only those that these words find, the nearest first; null for all.</param>
    public IReadOnlyList<Lesson> List(string? words = null)
    {
        using var shelf = Open();
        return words is null ? shelf.List()
            : [.. Enum.GetValues<LessonKind>().SelectMany(kind => shelf.Find(kind, words, int.MaxValue))];
    }

    /// <summary>One lesson. Throws usage failure <c>memory.missing</c>.</summary>
    public Lesson Show(string id) => List().FirstOrDefault(l => l.Id == id) ?? throw Missing(id);

    /// <summary>Forgets a lesson for good, also when memory is made anew. Throws usage failure <c>memory.missing</c>.</summary>
    public void Forget(string id)
    {
        using var shelf = Open();
        if (!shelf.Remove(id)) throw Missing(id);
        using var transaction = _context.Repository.Store.Begin();
        transaction.PutDocument(Forgotten, id, "{}"u8.ToArray());
        transaction.Commit();
    }

    /// <summary>What tools may offer of it.</summary>
    internal ITaskMemory ForTools() => new Offers(this);

    /// <summary>The merged pipeline that began as exactly what is generated now; null where there is none.</summary>
    internal Lesson? FindPipeline(IReadOnlyList<BranchFile> generated)
    {
        using var shelf = Open();
        return shelf.FindPipeline(FingerprintOf(generated.Select(f => KeyValuePair.Create(f.Path.Text, f.Text))));
    }

    /// <summary>Removes all that was learned, for example because it may hold what was purged; what history still holds is learned again.</summary>
    internal static void Clear(RepositoryLayout layout)
    {
        foreach (var ending in new[] { "", "-journal", "-wal", "-shm" }) File.Delete(layout.Memory + ending);
    }

    private MemoryShelf Open()
    {
        var shelf = new MemoryShelf(_context.Layout.Memory);
        try
        {
            foreach (var task in AgentTasks.List(_context).Where(t => !t.IsRun && t.Pipeline is not null && !shelf.Knows(t.Task)))
            {
                if (AgentTasks.Current(_context, task) is not { State: TaskState.Merged } merged) continue;
                shelf.Add(task.Task, [.. Learn(merged).Where(l => !IsForgotten(l))]);
            }

            return shelf;
        }
        catch
        {
            shelf.Dispose();
            throw;
        }
    }

    private bool IsForgotten(Lesson lesson) => _context.Repository.Store.ReadDocument(Forgotten, lesson.Id) is not null;

    private IEnumerable<Lesson> Learn(AgentReport task)
    {
        // An override says that what was merged was not good enough to be an example.
        if (task.Override is not null) yield break;
        if (ReadFiles(task) is { } files && FindGenerated(files) is { Count: > 0 } generated)
        {
            yield return new Lesson($"{task.Task}/pipeline", LessonKind.Pipeline, task.Task, task.Pipeline!, task.Text ?? task.Pipeline!, task.Created)
            {
                Fingerprint = FingerprintOf(generated),
                Files = generated.Where(g => files.TryGetValue(g.Key, out var text) && text != g.Value).ToDictionary(g => g.Key, g => files[g.Key]),
            };
        }

        foreach (var (repair, i) in ReadRepairs(task).Select((r, i) => (r, i)))
        {
            yield return new Lesson($"{task.Task}/repair-{i + 1}", LessonKind.Repair, task.Task, task.Pipeline!, repair.Objection, task.Created)
            {
                Edits = [.. repair.Edits.Select(e => new LessonEdit(e.Path, e.Before, e.After))],
            };
        }
    }

    /// <summary>The pipeline's files as they were merged; null where that commit is not kept any more.</summary>
    private Dictionary<string, string>? ReadFiles(AgentReport task)
    {
        var merged = BranchRecord.Read(_context.Repository.Store, BranchName.Parse(task.Branch)) is { } branch && branch.Task == task.Task
            ? branch.Merged : task.Made;
        if (merged is null || _context.Repository.Store.ReadCommit(CommitId.Parse(merged).Hash) is null) return null;
        return BranchFiles.Read(_context.Repository.ReadSnapshot(CommitId.Parse(merged)), task.Pipeline!)
            .ToDictionary(f => f.Key, f => Encoding.UTF8.GetString(f.Value), StringComparer.Ordinal);
    }

    private static Dictionary<string, string> FindGenerated(Dictionary<string, string> files) =>
        files.Where(f => f.Key.StartsWith(Checkout.OriginalFolder + "/", StringComparison.Ordinal))
            .ToDictionary(f => f.Key[(Checkout.OriginalFolder.Length + 1)..], f => f.Value, StringComparer.Ordinal);

    private IReadOnlyList<PastRepair> ReadRepairs(AgentReport task)
    {
        try
        {
            return RepairFinder.Find(task.Task, File.ReadAllText(Transcript.PathOf(_context.Layout.AgentLogs, TaskId.Parse(task.Task))));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DbVcException { Code: "agent.log-damaged" })
        {
            // A log that is gone teaches nothing.
            return [];
        }
    }

    private static string FingerprintOf(IEnumerable<KeyValuePair<string, string>> files) => Hash.Of(Encoding.UTF8.GetBytes(string.Join('\0',
        files.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => new[] { f.Key, f.Value })))).ToString();

    private static DbVcException Missing(string id) =>
        new(FailureKind.Usage, "memory.missing", "There is no such lesson.", id, "db-vc memory list shows all.");

    private sealed class Offers(MemoryDesk desk) : ITaskMemory
    {
        public IReadOnlyList<PastRepair> FindRepairs(string objection)
        {
            using var shelf = desk.Open();
            return [.. shelf.Find(LessonKind.Repair, objection, MostOffered)
                .Select(l => new PastRepair(l.Task, l.About, [.. l.Edits.Select(e => new PastEdit(e.Path, e.Before, e.After))]))];
        }
    }
}
