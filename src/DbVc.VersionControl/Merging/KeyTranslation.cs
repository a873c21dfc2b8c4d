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
    private readonly ISchemaDialect? _dialect;
    private readonly CommitGraph _graph;
    private readonly List<(TableSchema Table, KeyChange Change)> _moved = [];

    /// <summary>The highest key that an engine ever handed out in a table is asked for where a row must make way.</summary>
    public KeyTranslation(Repository repository, IChunkWriter chunks, Func<string, long> highestKey, ISchemaDialect? dialect = null) =>
        (_repository, _chunks, _highestKey, _dialect, _graph) = (repository, chunks, highestKey, dialect, new CommitGraph(repository));

    /// <summary>Rows of the translated side that had to make way for one that has their key since, under the names that the merge gave.</summary>
    public IEnumerable<KeyChange> MovedIn(SnapshotReader merged)
    {
        foreach (var (then, change) in _moved)
        {
            if (merged.FindSame(then)?.Schema is not { } now) continue;
            yield return change with
            {
                Table = now.Name,
                Column = NameIn(now, then, change.Column),
                Before = [.. change.Before.Select(p => p with { Name = NameIn(now, then, p.Name) })],
            };
        }
    }

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
            if (isOnItsLine) found.Add(new Renumbering(id, changes, first, second));
        }

        return found;
    }

    /// <summary>The snapshot with the new keys of rows that the base has under their old ones.</summary>
    private Snapshot Translate(Renumbering merge, Snapshot start, Snapshot snapshot, Snapshot? rival)
    {
        var since = new CommonState(_repository, _chunks, MergePolicies.Parse(), _dialect).Find(merge.Source, merge.Target) ?? Snapshot.Empty;
        var startReader = new SnapshotReader(_chunks, start);
        var tables = new SnapshotDiff(_chunks, since, snapshot).Tables().Where(t => t.After is not null).Select(AsSides).ToList();
        var rewrite = new SourceRewrite(_chunks, tables);
        var mergedThen = new SnapshotReader(_chunks, SnapshotCodec.Read(_chunks, _graph.Read(merge.Id).Snapshot));
        foreach (var table in merge.Changes.GroupBy(c => c.Table))
        {
            // The message has the names of that merge; either side may have renamed since.
            var then = mergedThen.FindTableInAnyCase(table.Key)?.Schema;
            var sides = then is null ? null : tables.Find(t => t.Source.Schema.Id == then.Id);
            if (then is not null) sides ??= tables.Find(t => AreEqual(t.Source.Schema.Name, table.Key));
            if (sides is null || startReader.FindSame(sides.Source.Schema) is not { } inBase) continue;
            var changes = table.Select(c => Rename(c, then!, sides.Source.Schema))
                .Where(c => Exists(inBase, Encode(c.Before)) && rewrite.Has(sides, Encode(c.Before))).ToList();
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

    private static KeyChange Rename(KeyChange change, TableSchema then, TableSchema now) => change with
    {
        Column = NameIn(now, then, change.Column),
        Before = [.. change.Before.Select(p => p with { Name = NameIn(now, then, p.Name) })],
    };

    /// <summary>What a column is called in another state of the table.</summary>
    private static string NameIn(TableSchema now, TableSchema then, string column) =>
        then.FindColumn(column) is { } known ? now.FindSame(known)?.Name ?? column : column;

    private static bool AreEqual(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static TableSides AsSides(TableDifference table)
    {
        var schema = table.After!.Schema;
        return new TableSides(table.Before, table.After, table.After, schema);
    }

    /// <summary>The side gave the new key to a row of its own since: that one gets a key that nobody has.</summary>
    private void MakeWay(SourceRewrite rewrite, TableSides sides, KeyChange change, Snapshot? rival)
    {
        var own = sides.Source.Schema;
        var theirs = rival is null ? null : new SnapshotReader(_chunks, rival).FindSame(own);
        var taken = new[] { sides.Source, theirs }.OfType<TableSnapshot>()
            .Select(t => ProllyTree.TryGetLast(_chunks, t.Rows, out var last) && KeyCodec.Decode(last) is [{ Kind: ValueKind.Integer } key] ? key.AsInteger : 0)
            .Append(_highestKey(own.Name)).Append(theirs is null ? 0 : _highestKey(theirs.Schema.Name))
            .Concat(_moved.Where(m => m.Table.Name == own.Name).Select(m => m.Change.After)).Max();
        rewrite.Assign(sides, Encode(change.NewKey), change.Column, Value.Integer(taken + 1));
        _moved.Add((own, new KeyChange(own.Name, change.Column, change.NewKey, taken + 1)));
    }

    private bool Exists(TableSnapshot table, byte[] key) => ProllyTree.TryGet(_chunks, table.Rows, key, out _);

    private static byte[] Encode(IReadOnlyList<NamedValue> key) => KeyCodec.Encode([.. key.Select(p => p.Value)]);

    /// <summary>A merge that gave rows of its source new keys.</summary>
    private sealed record Renumbering(CommitId Id, IReadOnlyList<KeyChange> Changes, CommitId Target, CommitId Source);
}
