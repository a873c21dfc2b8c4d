using System.Text.RegularExpressions;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// What merged pipelines taught, and rejected ones: learned from history when it is asked for, so that no merge waits for it and none is missed.
/// </summary>
public sealed partial class MemoryDesk
{
    private const string Forgotten = "forgotten";
    private const int MostOffered = 2;
    private const int MostExamples = 5;
    private const int MostLikened = 50;
    private const int MostRecalled = 3;

    /// <summary>Words that most rules have: none is like another for them.</summary>
    private static readonly HashSet<string> s_common = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "all", "an", "and", "are", "at", "be", "but", "by", "each", "every", "for", "greater", "has", "have", "if", "in", "is", "it", "least", "less",
        "more", "most", "must", "no", "not", "of", "on", "only", "or", "should", "than", "that", "the", "then", "to", "when", "where", "with",
    };

    private readonly WorkspaceContext _context;

    internal MemoryDesk(WorkspaceContext context) => _context = context;

    /// <summary>All lessons, newest first.</summary>
    /// <param name="words">Only those that these words find, kind by kind, the nearest first; null for all.</param>
    public IReadOnlyList<Lesson> List(string? words = null)
    {
        using var shelf = Open();
        return words is null ? shelf.List()
            : [.. Enum.GetValues<LessonKind>().SelectMany(kind => shelf.Find(kind, words, int.MaxValue))];
    }

    /// <summary>One lesson. Throws usage failure <c>memory.missing</c>.</summary>
    public Lesson Show(string id)
    {
        using var shelf = Open();
        return shelf.Find(id) ?? throw Missing(id);
    }

    /// <summary>Forgets a lesson for good, also when memory is made anew. A branch that was rejected stays so. Throws usage failure
    /// <c>memory.missing</c>.</summary>
    public void Forget(string id)
    {
        using var shelf = Open();
        if (shelf.Find(id) is null) throw Missing(id);
        // Written down first: what is only off the shelf is learned again.
        using var transaction = _context.Repository.Store.Begin();
        transaction.PutDocument(Forgotten, id, "{}"u8.ToArray());
        transaction.Commit();
        shelf.Remove(id);
    }

    /// <summary>What tools may offer of it.</summary>
    internal ITaskMemory ForTools() => new Offers(this);

    /// <summary>The merged pipeline that began as exactly what is generated now; null where there is none.</summary>
    internal Lesson? FindPipeline(IReadOnlyList<BranchFile> generated)
    {
        using var shelf = Open();
        return shelf.FindByKey(LessonKind.Pipeline, LessonReader.FingerprintOf(generated.Select(f => KeyValuePair.Create(f.Path.Text, f.Text))));
    }

    /// <summary>What to say about a rule that is not understood: the nearest that were, in pipelines that are merged; null for none.</summary>
    public string? Recall(string sentence)
    {
        var near = FindRules(sentence, MostRecalled);
        return near.Count == 0 ? null
            : $"Understood here before: {string.Join(" | ", near.Select(l => $"{l.Rule!.Sentence} ({l.Pipeline})"))}";
    }

    /// <summary>Rules that share a word of weight with these, the nearest first.</summary>
    internal IReadOnlyList<Lesson> FindRules(string words, int most = MostExamples)
    {
        using var shelf = Open();
        return shelf.Find(LessonKind.Rule, string.Join(' ', Word().Matches(words).Select(m => m.Value).Where(w => !s_common.Contains(w))), most);
    }

    /// <summary>How the supplier of a source wrote when a pipeline for one of theirs was merged last; null where none was.</summary>
    /// <param name="location">An address, or the full path of a file.</param>
    public RememberedDialect? FindDialect(string location)
    {
        if (Supplier.Of(location) is not { } supplier) return null;
        using var shelf = Open();
        return shelf.FindByKey(LessonKind.Dialect, supplier) is { Dialect: { } dialect } lesson
            ? new RememberedDialect(dialect.Dialect, $"as in {lesson.Pipeline} (commit {dialect.Commit})") : null;
    }

    /// <summary>Rejections of branches for the same table, or whose metadata asked for very much the same; newest first.</summary>
    internal IReadOnlyList<Lesson> FindRejections(PipelineSpec spec)
    {
        using var shelf = Open();
        var pieces = TaskLikeness.PiecesOf(spec);
        return
        [
            .. shelf.List(LessonKind.Rejection, MostLikened)
                .Where(l => l.Rejection!.Tables.Contains(spec.Destination.Table, StringComparer.OrdinalIgnoreCase)
                    || TaskLikeness.AreVerySimilar(l.Rejection.Pieces, pieces)).Take(MostExamples),
        ];
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
            LearnMerged(shelf);
            LearnRejected(shelf);
            return shelf;
        }
        catch
        {
            shelf.Dispose();
            throw;
        }
    }

    /// <summary>Whatever is merged moves main: where it stands still nothing is new, and no task is read.</summary>
    private void LearnMerged(MemoryShelf shelf)
    {
        var head = _context.Repository.Head(BranchName.Main).ToString();
        if (shelf.ReadHead() == head) return;
        var (known, reader) = (shelf.ReadTasks(), new LessonReader(_context));
        foreach (var task in AgentTasks.ListBut(_context, known).Where(t => !t.IsRun && t.Pipeline is not null))
        {
            if (AgentTasks.Current(_context, task) is not { State: TaskState.Merged } merged) continue;
            shelf.Add(task.Task, [.. reader.Read(merged).Where(l => !IsForgotten(l.Id))]);
        }

        shelf.WriteHead(head);
    }

    /// <summary>Rejections come and go without a merge.</summary>
    private void LearnRejected(MemoryShelf shelf)
    {
        var known = shelf.ReadIds(LessonKind.Rejection);
        var lessons = Rejections.ReadAll(_context.Repository.Store).Select(LessonReader.Of).ToList();
        foreach (var lesson in lessons.Where(l => !known.Contains(l.Id) && !IsForgotten(l.Id))) shelf.Add(lesson);
        foreach (var gone in known.Except(lessons.Select(l => l.Id))) shelf.Remove(gone);
    }

    private bool IsForgotten(string id) => _context.Repository.Store.ReadDocument(Forgotten, id) is not null;

    [GeneratedRegex(@"[\p{L}\p{N}_]{2,}")]
    private static partial Regex Word();

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
