using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Answers from the commits that the two heads do not share.</summary>
public sealed class MergeHistory(Repository repository, CommitId source, CommitId target) : IMergeHistory
{
    private readonly CommitGraph _graph = new(repository);
    private readonly Dictionary<(CommitId Commit, string Table, string Id), TableAt?> _tables = [];
    private readonly Dictionary<string, string> _ids = [];
    private readonly Dictionary<CommitId, Dictionary<(string Table, string Key), IReadOnlyList<NamedValue>>> _keys = [];
    private HashSet<CommitId>? _onSource;
    private HashSet<CommitId>? _onTarget;
    private List<Repetition>? _repetitions;

    private HashSet<CommitId> OnSource => _onSource ??= [.. _graph.Walk(source).Select(c => c.Id)];

    private HashSet<CommitId> OnTarget => _onTarget ??= [.. _graph.Walk(target).Select(c => c.Id)];

    /// <summary>The last commit of that side alone that touched the place: no parent of it has the same there. Null where none did.</summary>
    public NamedCommit? FindCommit(MergeSide side, CellPlace place)
    {
        var (at, shared) = side == MergeSide.Source ? (source, OnTarget) : (target, OnSource);
        while (!shared.Contains(at))
        {
            var commit = _graph.Read(at);
            (CommitId Commit, CellPlace Place)? same = null;
            for (var i = 0; i < commit.Parents.Count && same is null; i++)
            {
                var there = i == 1 ? Before(at, commit, place) : place;
                if (IsSame((commit.Parents[i], there), (at, place))) same = (commit.Parents[i], there);
            }

            if (same is not { } next) return new NamedCommit(at, commit);
            (at, place) = next;
        }

        return null;
    }

    /// <summary>True where both sides hold the work of one commit, and it touched the place on both.</summary>
    public bool MeetsItself(CellPlace place)
    {
        _repetitions ??= FindRepetitions();
        return _repetitions.Exists(r => Touches(r.Source, place) && Touches(r.Target, place));
    }

    private List<Repetition> FindRepetitions()
    {
        var ofSource = OnSource.Where(id => !OnTarget.Contains(id)).Select(id => new NamedCommit(id, _graph.Read(id))).ToList();
        var ofTarget = OnTarget.Where(id => !OnSource.Contains(id)).Select(id => new NamedCommit(id, _graph.Read(id)));
        var origins = new Dictionary<CommitId, CommitId>();
        foreach (var commit in ofTarget)
        {
            origins[commit.Id] = commit.Id;
            if (commit.Commit.Origin is { } origin) origins[origin] = commit.Id;
        }

        return [.. ofSource.SelectMany(c => new[] { (CommitId?)c.Id, c.Commit.Origin }.Select(o => (Source: c.Id, Origin: o)))
            .Where(p => p.Origin is { } o && origins.ContainsKey(o)).Select(p => new Repetition(p.Source, origins[p.Origin!.Value]))];
    }

    private bool Touches(CommitId commit, CellPlace place) => _graph.Read(commit).Parents is not [var first, ..] || !IsSame((first, place), (commit, place));

    /// <summary>The place on the side that a merge took the row from, where the merge gave it another key.</summary>
    private CellPlace Before(CommitId id, Commit merge, CellPlace place)
    {
        if (!_keys.TryGetValue(id, out var keys))
        {
            _keys[id] = keys = [];
            foreach (var change in KeyTrailer.Read(merge.Message)) keys[(change.Table, KeyText(change.NewKey))] = change.Before;
        }

        return keys.Count > 0 && keys.TryGetValue((Table(id, place)?.Table.Schema.Name ?? place.Table, Convert.ToHexString(place.Key.Span)), out var before)
            ? place with { Key = KeyCodec.Encode([.. before.Select(p => p.Value)]) }
            : place;

        static string KeyText(IReadOnlyList<NamedValue> key) => Convert.ToHexString(KeyCodec.Encode([.. key.Select(p => p.Value)]));
    }

    private bool IsSame((CommitId Commit, CellPlace Place) before, (CommitId Commit, CellPlace Place) after)
    {
        var place = after.Place;
        var (one, other) = (Table(before.Commit, place), Table(after.Commit, place));
        if (one is null || other is null) return one is null && other is null;
        var sameSchema = SchemaEquality.Same(one.Table.Schema, other.Table.Schema);
        if (sameSchema && one.Table.Rows == other.Table.Rows && before.Place == place) return true;
        var (inOne, inOther) = (Find(one, before.Place, out var oneRow), Find(other, place, out var otherRow));
        if (!inOne || !inOther) return inOne == inOther;
        if (sameSchema && oneRow.Span.SequenceEqual(otherRow.Span)) return true;
        if (place.Column == 0) return false;
        var (oneAt, otherAt) = (one.Rows.IndexOf(place.Column), other.Rows.IndexOf(place.Column));
        return oneAt >= 0 && otherAt >= 0 && one.Rows.Decode(repository.Chunks, before.Place.Key, oneRow).Values[oneAt]
            == other.Rows.Decode(repository.Chunks, place.Key, otherRow).Values[otherAt];
    }

    private bool Find(TableAt table, CellPlace place, out ReadOnlyMemory<byte> row) =>
        ProllyTree.TryGet(repository.Chunks, table.Table.Rows, place.Key.Span, out row);

    private TableAt? Table(CommitId commit, CellPlace place)
    {
        var id = place.TableId.Length > 0 ? place.TableId : FindId(place.Table);
        if (_tables.TryGetValue((commit, place.Table, id), out var known)) return known;
        var table = Reader(commit).FindSame(place.Table, id);
        return _tables[(commit, place.Table, id)] = table is null ? null : new TableAt(table, new TableEncoder(table.Schema));
    }

    /// <summary>The id of the table that is called so at one of the heads; the target's name goes first.</summary>
    private string FindId(string name)
    {
        if (_ids.TryGetValue(name, out var known)) return known;
        return _ids[name] = (Reader(target).FindTable(name) ?? Reader(source).FindTable(name))?.Schema.Id ?? "";
    }

    private SnapshotReader Reader(CommitId commit) => new(repository.Chunks, SnapshotCodec.Read(repository.Chunks, _graph.Read(commit).Snapshot));

    private sealed record TableAt(TableSnapshot Table, TableEncoder Rows);

    /// <summary>Two commits of which one repeats the other, or both repeat a third.</summary>
    private sealed record Repetition(CommitId Source, CommitId Target);
}
