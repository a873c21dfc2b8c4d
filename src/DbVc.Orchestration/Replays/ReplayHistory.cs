using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// The histories behind a change that is carried over. A row that the target has exactly as the change brings it is that row, not a second one
/// under the same key: it came before, by hand or by the same command. So is every row of a commit that the target holds, whatever became of it.
/// </summary>
internal sealed class ReplayHistory(IMergeHistory commits, SnapshotReader source, SnapshotReader target, bool isHeld) : IMergeHistory
{
    public NamedCommit? FindCommit(MergeSide side, CellPlace place) => commits.FindCommit(side, place);

    public bool MeetsItself(CellPlace place) => (place.Column == 0 && (isHeld || IsSame(place))) || commits.MeetsItself(place);

    private bool IsSame(CellPlace place) =>
        source.FindSame(place.Table, place.TableId) is { } one && target.FindSame(place.Table, place.TableId) is { } other
        && ProllyTree.TryGet(source.Chunks, one.Rows, place.Key.Span, out var row)
        && ProllyTree.TryGet(target.Chunks, other.Rows, place.Key.Span, out var same) && row.Span.SequenceEqual(same.Span);
}
