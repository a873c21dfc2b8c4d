using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>
/// The open requests of a branch, for whoever does something that they are about: what is said of a branch, and its merge, is noted in them by the very
/// transaction that writes it, whatever command it was.
/// </summary>
internal sealed class OpenRequests
{
    private readonly WorkspaceContext _context;
    private readonly IReadOnlyList<StandingRequest> _requests;

    /// <param name="context">The repository.</param>
    /// <param name="source">The branch.</param>
    /// <param name="target">Into this one alone; null for any.</param>
    public OpenRequests(WorkspaceContext context, BranchName source, BranchName? target = null)
    {
        _context = context;
        _requests = [.. new RequestStanding(context).ListOpen().Where(v => v.Source == source && (target is null || v.Target == target))];
    }

    public bool Any => _requests.Count > 0;

    /// <summary>Null where there is none.</summary>
    public StandingRequest? First => _requests.Count > 0 ? _requests[0] : null;

    /// <summary>What is to be written where somebody said yes or no, or took it back: it, and that they looked.</summary>
    public void Note(IStoreTransaction transaction, RequestEventKind kind, Author by, CommitId head, string? text)
    {
        foreach (var note in Make(kind, by, head, text ?? ""))
        {
            RequestShelf.Put(transaction, note);
            RequestShelf.Put(transaction, RequestNote.Look(note.Number, by, note.Time, note.Head));
        }
    }

    /// <summary>What is to become visible together with the merge of a head.</summary>
    public IEnumerable<Live.DocumentChange> Merged(Author by, CommitId head) => Make(RequestEventKind.Merged, by, head, "").Select(RequestShelf.ToChange);

    /// <summary>Tells whoever wants to know, once it is written.</summary>
    public void Tell(RequestEventKind kind, CommitId? commit = null)
    {
        foreach (var request in _requests) _context.Outbox.Tell(request, kind, commit);
    }

    private IEnumerable<RequestNote> Make(RequestEventKind kind, Author by, CommitId head, string text)
    {
        var now = _context.Repository.Clock.GetUtcNow();
        return _requests.Select(v => RequestNote.Make(v.Number, kind, by, now, head.ToString(), text));
    }
}
