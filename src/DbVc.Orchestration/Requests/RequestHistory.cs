using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Tells what happened to a request, and what of it somebody has not seen yet.</summary>
internal sealed class RequestHistory(WorkspaceContext context, StandingRequest view, IReadOnlyList<RequestNote> notes, CommitId? landing)
{
    private const int MostTitle = 200;

    private readonly CommitGraph _graph = new(context.Repository);

    /// <summary>All events in order: what was noted, and the source's commits since it was opened, which are read off its history.</summary>
    public IReadOnlyList<RequestEvent> List()
    {
        var record = view.Record;
        var events = new List<RequestEvent> { new(RequestEventKind.Opened, record.By, record.Time, CommitId.Parse(record.Head), record.Title) };
        events.AddRange(notes.Where(n => n.Kind != RequestEventKind.Looked).Concat(view.End is { } end ? [end] : []).Select(n =>
            new RequestEvent(n.Kind, n.By, n.Time, CommitId.Parse(n.Head), n.Kind == RequestEventKind.Commented ? "" : n.Text)
            {
                Comment = n.Comment ?? n.About,
            }));
        events.AddRange(ListOwn(CommitId.Parse(record.Head)).Select(c =>
            new RequestEvent(RequestEventKind.Pushed, c.Commit.Author, c.Commit.Time, c.Id, TitleOf(c.Commit))));
        // A commit that came with another branch may be older than the request.
        return [.. events.Index().OrderBy(e => e.Item.Time < record.Time ? record.Time : e.Item.Time).ThenBy(e => e.Index).Select(e => e.Item)];
    }

    /// <summary>What changed since somebody looked; null where they never did.</summary>
    public RequestNews? FindNews(Author caller)
    {
        if (FindLook(notes, caller) is not { } look) return null;
        var from = CommitId.Parse(look.Head);
        var comments = notes.Count(n => n.Kind == RequestEventKind.Commented && n.Time > look.Time && !IsBy(n, caller));
        if (from == view.Head || !IsThere(from) || !IsThere(view.Head)) return new RequestNews(from, look.Time, [], [], [], comments);
        var (before, after) = (context.Repository.ReadSnapshot(from).Snapshot, context.Repository.ReadSnapshot(view.Head).Snapshot);
        var chunks = context.Repository.Chunks;
        return new RequestNews(from, look.Time, [.. ListOwn(from)], TableChanges.Between(chunks, before, after),
            [.. new SnapshotDiff(chunks, before, after).Files().Select(f => f.Path).Where(p => !IsOriginal(p))], comments);
    }

    /// <summary>Whether a request holds something that somebody has not seen.</summary>
    public static bool IsNew(IReadOnlyList<RequestNote> notes, CommitId head, Author caller) => FindLook(notes, caller) is not { } look
        || look.Head != head.ToString() || notes.Any(n => n.Kind != RequestEventKind.Looked && n.Time > look.Time && !IsBy(n, caller));

    private static RequestNote? FindLook(IReadOnlyList<RequestNote> notes, Author caller) =>
        notes.FirstOrDefault(n => n.Kind == RequestEventKind.Looked && IsBy(n, caller));

    private static bool IsBy(RequestNote note, Author author) => note.By.Name.Equals(author.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The source's commits after one of its heads, newest first, without those that it took over from its target. What came with another branch
    /// may be older than that head.</summary>
    private IEnumerable<NamedCommit> ListOwn(CommitId from)
    {
        if (!IsThere(from) || !IsThere(view.Head)) return [];
        if (from == view.Head) return [];
        var seen = _graph.Walk(FindGoal() is { } goal ? [from, goal] : [from]).Select(c => c.Id).ToHashSet();
        return _graph.Walk(view.Head).Where(c => !seen.Contains(c.Id));
    }

    /// <summary>Where the target is, or was before it was merged into.</summary>
    private CommitId? FindGoal() => landing is { } merge ? _graph.Read(merge).Parents[0]
        : view is { State: not RequestState.Merged, Target: { } target } ? context.Repository.Head(target) : null;

    /// <summary>What the generator made shows in the code itself.</summary>
    private static bool IsOriginal(string path) => path.Contains($"/{Checkout.OriginalFolder}/", StringComparison.Ordinal);

    private bool IsThere(CommitId id) => context.Repository.Store.ReadCommit(id.Hash) is not null;

    private static string TitleOf(Commit commit)
    {
        var title = commit.Message.Trim().Split('\n')[0].TrimEnd();
        return title.Length <= MostTitle ? title : title[..MostTitle];
    }
}
