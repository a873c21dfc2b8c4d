using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>The three states that a merge compares.</summary>
public sealed record MergeStates(Snapshot Base, Snapshot Source, Snapshot Target);

/// <summary>
/// Once a merge gave rows of one side new keys, the branch they came from still knows them by the old ones. When the two meet again, this writes
/// the base and that branch's state with the new keys, so that a row is compared with itself and not with the row that has its old key now.
/// </summary>
public sealed class KeyTranslation
{
    private readonly Repository _repository;
    private readonly IChunkWriter _chunks;
    private readonly Func<string, long> _highestKey;
    private readonly CommitGraph _graph;
    private readonly List<KeyChange> _moved = [];

    /// <summary>The highest key that an engine ever handed out in a table is asked for where a row must make way.</summary>
    public KeyTranslation(Repository repository, IChunkWriter chunks, Func<string, long> highestKey) =>
        (_repository, _chunks, _highestKey, _graph) = (repository, chunks, highestKey, new CommitGraph(repository));

    /// <summary>Rows of the translated side that had to make way for one that has their key since.</summary>
    public IReadOnlyList<KeyChange> Moved => _moved;

    /// <summary>The same states under one numbering; the same object where nothing was renumbered.</summary>
    public MergeStates Run(CommitId source, CommitId target, MergeStates states)
    {
        var bases = _graph.MergeBases(source, target);
        foreach (var merge in Renumberings(target, source, bases))
        {
            var translated = Translate(merge, states.Base, states.Source, states.Target);
            states = states with { Source = translated, Base = Translate(merge, states.Base, states.Base, null) };
        }

        foreach (var merge in Renumberings(source, target, bases))
        {
            var translated = Translate(merge, states.Base, states.Target, states.Source);
            states = states with { Target = translated, Base = Translate(merge, states.Base, states.Base, null) };
        }

        return states;
    }

    /// <summary>Merges that only one side has, gave rows new keys, and took those rows from the other side's line; newest first.</summary>
    private List<Renumbering> Renumberings(CommitId side, CommitId other, IReadOnlyList<CommitId> bases)
    {
        var found = new List<Renumbering>();
        if (bases.Contains(side)) return found;
        var known = _graph.Walk(other).Select(c => c.Id).ToHashSet();
        foreach (var (id, commit) in _graph.Walk(side))
        {
            if (known.Contains(id) || commit.Parents is not [var first, var second]) continue;
            var changes = KeyTrailer.Read(commit.Message);
            var isOnItsLine = changes.Count > 0 && bases.Any(b => _graph.IsAncestor(b, second) || _graph.IsAncestor(second, b));
            if (isOnItsLine) found.Add(new Renumbering(changes, first, second));
        }

        return found;
    }

    /// <summary>The snapshot with the new keys of rows that the base has under their old ones.</summary>
    private Snapshot Translate(Renumbering merge, Snapshot start, Snapshot snapshot, Snapshot? rival)
    {
        var since = new CommonState(_repository, _chunks, MergePolicies.Parse()).Find(merge.Source, merge.Target) ?? Snapshot.Empty;
        var startReader = new SnapshotReader(_chunks, start);
        var tables = new SnapshotDiff(_chunks, since, snapshot).Tables().Where(t => t.After is not null).Select(AsSides).ToList();
        var rewrite = new SourceRewrite(_chunks, tables);
        foreach (var table in merge.Changes.GroupBy(c => c.Table))
        {
            var sides = tables.Find(t => string.Equals(t.Source.Schema.Name, table.Key, StringComparison.OrdinalIgnoreCase));
            if (sides is null || startReader.FindTable(sides.Source.Schema.Name) is not { } inBase) continue;
            var changes = table.Where(c => Exists(inBase, Encode(c.Before)) && rewrite.Has(sides, Encode(c.Before))).ToList();
            var leaving = changes.Select(c => (ReadOnlyMemory<byte>)Encode(c.Before)).ToHashSet(KeyEquality.Instance);
            foreach (var change in changes)
            {
                if (rewrite.Has(sides, Encode(change.NewKey)) && !leaving.Contains(Encode(change.NewKey))) MakeWay(rewrite, sides, change, rival);
                rewrite.Assign(sides, Encode(change.Before), change.Column, Value.Integer(change.After));
            }
        }

        var editor = new SnapshotEditor(_chunks, snapshot);
        foreach (var (now, then) in rewrite.Run().Zip(tables).Where(pair => pair.First != pair.Second)) editor.PutTable(now.Source);
        return editor.Finish();
    }

    private static TableSides AsSides(TableDifference table)
    {
        var schema = table.After!.Schema;
        return new TableSides(table.Before, table.After, table.After, schema);
    }

    /// <summary>The side gave the new key to a row of its own since: that one gets a key that nobody has.</summary>
    private void MakeWay(SourceRewrite rewrite, TableSides sides, KeyChange change, Snapshot? rival)
    {
        var name = sides.Source.Schema.Name;
        var taken = new[] { sides.Source, rival is null ? null : new SnapshotReader(_chunks, rival).FindTable(name) }.OfType<TableSnapshot>()
            .Select(t => ProllyTree.TryGetLast(_chunks, t.Rows, out var last) && KeyCodec.Decode(last) is [{ Kind: ValueKind.Integer } key] ? key.AsInteger : 0)
            .Append(_highestKey(name)).Concat(_moved.Where(m => m.Table == name).Select(m => m.After)).Max();
        rewrite.Assign(sides, Encode(change.NewKey), change.Column, Value.Integer(taken + 1));
        _moved.Add(new KeyChange(name, change.Column, change.NewKey, taken + 1));
    }

    private bool Exists(TableSnapshot table, byte[] key) => ProllyTree.TryGet(_chunks, table.Rows, key, out _);

    private static byte[] Encode(IReadOnlyList<NamedValue> key) => KeyCodec.Encode([.. key.Select(p => p.Value)]);

    /// <summary>A merge that gave rows of its source new keys.</summary>
    private sealed record Renumbering(IReadOnlyList<KeyChange> Changes, CommitId Target, CommitId Source);
}
