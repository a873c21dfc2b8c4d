using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Finds out how requests stand now: what their branches are called, where those are, and whether the target holds what was to be merged. Nothing of it is
/// kept, so nothing of it can be stale.
/// </summary>
internal sealed class RequestStanding
{
    private readonly WorkspaceContext _context;
    private readonly CommitGraph _graph;
    private readonly Dictionary<string, string> _names;
    private readonly Dictionary<string, string> _deleted = [];
    private readonly ILookup<long, RequestNote> _ends;

    public RequestStanding(WorkspaceContext context)
    {
        (_context, _graph, _ends) = (context, new CommitGraph(context.Repository), RequestShelf.ReadEnds(context.Repository.Store));
        _names = context.Repository.Store.ListDocuments(BranchRecord.Collection).Select(d => BranchRecord.Parse(d.Value))
            .ToDictionary(r => r.InstanceId, r => r.Name);
    }

    private IRepositoryStore Store => _context.Repository.Store;

    /// <summary>What tells a branch from another one of its name; null for main. Throws usage failure <c>branch.missing</c>.</summary>
    public static string? InstanceOf(WorkspaceContext context, BranchName branch)
    {
        context.Repository.Head(branch);
        return branch.IsMain ? null : context.Instances.Require(branch).InstanceId;
    }

    public StandingRequest Of(RequestRecord record)
    {
        var (source, target) = (NameOf(record.Source), NameOf(record.Target));
        var head = source is { } there ? _context.Repository.Head(there) : FindDeleted(record);
        // What was merged is merged, whoever withdrew it meanwhile; unless its target went back since.
        var end = _ends[record.Number].Where(n => IsHeld(n, target)).OrderBy(n => n.Kind == RequestEventKind.Merged).ThenBy(n => n.Time).LastOrDefault();
        var state = end?.Kind switch
        {
            RequestEventKind.Withdrawn => RequestState.Withdrawn,
            RequestEventKind.Merged => RequestState.Merged,
            _ => HasComeOtherwise(record, head, target) ? RequestState.Merged : RequestState.Open,
        };
        return new StandingRequest(record, source, target, end is null ? head : CommitId.Parse(end.Head), state) { End = end };
    }

    /// <summary>Those that are open, by number.</summary>
    public IEnumerable<StandingRequest> ListOpen() => RequestShelf.ReadAll(Store).Select(Of).Where(v => v.State == RequestState.Open);

    /// <summary>The target's commit that brought a head of a merged request; null where it came with another branch.</summary>
    public CommitId? FindLanding(StandingRequest view)
    {
        if (view is not { State: RequestState.Merged, Target: { } target } || !IsThere(view.Head)) return null;
        var earliest = _graph.Read(view.Head).Time;
        return _context.FirstParents(_context.Repository.Head(target)).TakeWhile(id => _graph.Read(id).Time > earliest)
            .Select(id => (CommitId?)id).FirstOrDefault(id => _graph.Read(id!.Value).Parents.Skip(1).Contains(view.Head));
    }

    private BranchName? NameOf(string? instance) =>
        instance is null ? BranchName.Main : _names.TryGetValue(instance, out var name) ? BranchName.Parse(name) : null;

    /// <summary>Main never goes back; any other branch may, and what it was merged into is not there any more then.</summary>
    private bool IsHeld(RequestNote end, BranchName? target) => end.Kind != RequestEventKind.Merged || target is not { IsMain: false } other
        || (IsThere(CommitId.Parse(end.Head)) && _graph.IsAncestor(CommitId.Parse(end.Head), _context.Repository.Head(other)));

    /// <summary>Whether the target holds all that the source brings, by whatever way it came. A source that went back behind what was asked for brings
    /// nothing, and is not merged by that.</summary>
    private bool HasComeOtherwise(RequestRecord record, CommitId head, BranchName? target) => target is { } there && IsThere(head)
        && IsThere(CommitId.Parse(record.Head)) && _graph.IsAncestor(CommitId.Parse(record.Head), head)
        && _graph.IsAncestor(head, _context.Repository.Head(there));

    private CommitId FindDeleted(RequestRecord record)
    {
        if (_deleted.Count == 0)
        {
            foreach (var (name, _) in Store.ListDocuments(DeletedBranch.Collection))
            {
                if (DeletedBranch.Read(Store, BranchName.Parse(name)) is { } gone) _deleted[gone.Record.InstanceId] = gone.Head;
            }
        }

        return CommitId.Parse(_deleted.GetValueOrDefault(record.Source ?? "", record.Head));
    }

    private bool IsThere(CommitId id) => Store.ReadCommit(id.Hash) is not null;
}

/// <summary>A request as it stands now.</summary>
/// <param name="Source">What its branch is called now; null where it was deleted.</param>
/// <param name="Target">The same.</param>
/// <param name="Head">The source's; of a closed request, what it was then.</param>
internal sealed record StandingRequest(RequestRecord Record, BranchName? Source, BranchName? Target, CommitId Head, RequestState State)
{
    /// <summary>What closed it; null for an open one, and for one whose work came by another way.</summary>
    public RequestNote? End { get; init; }

    public long Number => Record.Number;

    public string SourceName => Source?.Text ?? Record.SourceName;

    public string TargetName => Target?.Text ?? Record.TargetName;
}
