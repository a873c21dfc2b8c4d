using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Shows conflicts with what was decided, and with the commits that really set each side.</summary>
internal sealed class ConflictViews(WorkspaceContext context, MergeRecord merge, IReadOnlyDictionary<string, Resolution> decisions)
{
    private readonly CommitId _source = CommitId.Parse(merge.SourceHead);
    private readonly CommitId _target = CommitId.Parse(merge.TargetHead);
    private readonly MergeHistory _history = new(context.Repository, CommitId.Parse(merge.SourceHead), CommitId.Parse(merge.TargetHead));
    private readonly Dictionary<string, TableSchema?> _tables = [];

    /// <summary>By conflict.</summary>
    public IReadOnlyDictionary<string, ConflictProposal> Proposals { get; init; } = new Dictionary<string, ConflictProposal>();

    public ConflictView Of(Conflict conflict) => new(conflict, decisions.GetValueOrDefault(conflict.Id),
        Touch(MergeSide.Source, conflict), Touch(MergeSide.Target, conflict))
    {
        Proposal = Proposals.GetValueOrDefault(conflict.Id),
    };

    /// <summary>The commit that last touched the place on that side; its head where that cannot be told.</summary>
    private ConflictTouch Touch(MergeSide side, Conflict conflict)
    {
        var head = side == MergeSide.Source ? _source : _target;
        var found = Place(conflict) is { } place ? _history.FindCommit(side, place) : null;
        found ??= new NamedCommit(head, context.Repository.ReadCommit(head));
        return new ConflictTouch(found.Id, found.Commit.Author, found.Commit.Time);
    }

    private CellPlace? Place(Conflict conflict)
    {
        if (conflict.Kind is not (ConflictKind.Cell or ConflictKind.Row) || conflict.Key.Count == 0) return null;
        var column = conflict.Column is null ? 0 : Table(conflict.Table)?.FindColumn(conflict.Column)?.Id ?? 0;
        return new CellPlace(conflict.Table, KeyCodec.Encode([.. conflict.Key.Select(p => p.Value)]), column);
    }

    private TableSchema? Table(string name)
    {
        if (_tables.TryGetValue(name, out var known)) return known;
        var found = context.Repository.ReadSnapshot(_target).FindTable(name) ?? context.Repository.ReadSnapshot(_source).FindTable(name);
        return _tables[name] = found?.Schema;
    }
}
