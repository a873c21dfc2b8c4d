using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>One foreign key between two merged tables, seen with the side that changed the parent.</summary>
internal sealed class Reference
{
    private readonly MergeWork _work;
    private readonly ForeignKey _key;
    private readonly int[] _childColumns;
    private readonly int[] _parentColumns;
    private readonly List<Column> _columns;

    public Reference(MergeWork work, MergedTable child, MergedTable parent, ForeignKey key, MergeSide parentSide)
    {
        (_work, Child, Parent, _key, ParentSide) = (work, child, parent, key, parentSide);
        _columns = [.. child.Merged.Schema.StoredColumns];
        _childColumns = Ordinals(child.Merged.Schema, key.Columns);
        _parentColumns = Ordinals(parent.Merged.Schema, key.ReferencedColumns.Count > 0 ? key.ReferencedColumns : parent.Merged.Schema.PrimaryKey);
    }

    public MergedTable Child { get; }

    public MergedTable Parent { get; }

    /// <summary>Who took the parent away.</summary>
    public MergeSide ParentSide { get; }

    public MergeSide ChildSide => ParentSide == MergeSide.Source ? MergeSide.Target : MergeSide.Source;

    /// <summary>Parents of the base that the side deleted, or whose referenced values it changed, by those values.</summary>
    /// <param name="isAsked">Also where the child's side changed no row.</param>
    public Dictionary<string, Vanished> FindVanished(bool isAsked = false)
    {
        var found = new Dictionary<string, Vanished>();
        if (Parent.Sides.Base is not { } start || _childColumns.Length != _parentColumns.Length || _parentColumns.Contains(-1)) return found;
        if (!isAsked && Child.Changes(_work.Chunks, ChildSide).Count == 0) return found;
        var (beforeRows, mergedRows) = (Parent.Sides.EncoderOf(start), Parent.Sides.MergedRows);
        var changes = Parent.Changes(_work.Chunks, ParentSide);
        var moves = new MovedRows(_work.Chunks, Parent.Sides, ParentSide);
        foreach (var change in changes)
        {
            if (change.Before is not { } row) continue;
            var before = Align(beforeRows, change.Key, row);
            var text = TextOf(_parentColumns, before);
            if (change.After is null)
            {
                if (IsInMerged(before)) continue;
                var moved = moves.Find(before);
                var now = moved is { } m ? moves.Align(m) : null;
                found[text] = new Vanished(change.Key, row, now is null ? _key.OnDelete : _key.OnUpdate, Pick(now), moved?.Key);
                continue;
            }

            var after = Align(Parent.RowsOf(ParentSide), change.Key, change.After.Value);
            if (TextOf(_parentColumns, after) != text) found[text] = new Vanished(change.Key, row, _key.OnUpdate, Pick(after), null);
        }

        return found;
    }

    /// <summary>The child as it stands in the merged table; null where it is not there or refers to nothing.</summary>
    public DecodedRow? FindMerged(ReadOnlyMemory<byte> key)
    {
        if (!ProllyTree.TryGet(_work.Chunks, Child.Merged.Rows, key.Span, out var value)) return null;
        var row = Child.Sides.MergedRows.Decode(_work.Chunks, key, value);
        return _childColumns.Any(c => c < 0 || row.Values[c].IsNull) ? null : row;
    }

    public string TextOf(Value[] child) => TextOf(_childColumns, child);

    /// <summary>What the engine would make of the child; null where it would delete it.</summary>
    public Value[]? Cascade(Value[] child, Vanished parent)
    {
        if (parent is { Action: "CASCADE", Now: null }) return null;
        var row = (Value[])child.Clone();
        for (var i = 0; i < _childColumns.Length; i++)
        {
            row[_childColumns[i]] = parent.Action switch
            {
                "CASCADE" => parent.Now![i],
                "SET DEFAULT" => ColumnDefault.Find(_columns[_childColumns[i]]) ?? Value.Null,
                _ => Value.Null,
            };
        }

        return row;
    }

    /// <summary>For example <c>customers id=2 was deleted by the source (ON DELETE CASCADE)</c>.</summary>
    public string Describe(Vanished parent)
    {
        var key = new RowPlace(parent.Key, Parent.Sides.EncoderOf(Parent.Sides.Base!), false).Key;
        var name = $"{Parent.Name} {string.Join(", ", key.Select(p => $"{p.Name}={p.Value}"))}";
        var side = ParentSide == MergeSide.Source ? "source" : "target";
        return parent.Now is { } now
            ? $"{name} was changed to {string.Join(", ", now.Select(v => v.ToString()))} by the {side} (ON UPDATE {parent.Action})"
            : $"{name} was deleted by the {side} (ON DELETE {parent.Action})";
    }

    public IReadOnlyList<NamedValue> Named(Value[] row) => [.. _columns.Zip(row, (column, value) => new NamedValue(column.Name, value))];

    public IReadOnlyList<NamedValue>? NamedBase(TreeDifference change) => BaseRow(change) is { } row ? Named(row) : null;

    /// <summary>The child in the base, aligned with the merged table.</summary>
    public Value[]? BaseRow(TreeDifference change) => change.Before is { } row && Child.Sides.Base is { } start
        ? Child.Sides.MergedRows.Decode(_work.Chunks, change.Key,
            RowConversion.Run(_work.Chunks, (Child.Sides.EncoderOf(start), Child.Sides.MergedRows), change.Key, row)).Values
        : null;

    private static string TextOf(int[] columns, Value[] row) =>
        string.Join('\0', columns.Select(c => row[c]).Select(v => (v.Kind == ValueKind.Blob ? "b" : "v") + v));

    private static int[] Ordinals(TableSchema table, IReadOnlyList<string> names)
    {
        var stored = table.StoredColumns.ToList();
        return [.. names.Select(n => stored.FindIndex(c => string.Equals(c.Name, n, StringComparison.OrdinalIgnoreCase)))];
    }

    private Value[]? Pick(Value[]? row) => row is null ? null : Array.ConvertAll(_parentColumns, c => row[c]);

    private Value[] Align(TableEncoder rows, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        var merged = Parent.Sides.MergedRows;
        return merged.Decode(_work.Chunks, key, RowConversion.Run(_work.Chunks, (rows, merged), key, value)).Values;
    }

    /// <summary>True if the merged table has a row again that children can refer to; known only for its key.</summary>
    private bool IsInMerged(Value[] row)
    {
        var key = Ordinals(Parent.Merged.Schema, Parent.Merged.Schema.PrimaryKey);
        return key.Length > 0 && key.Order().SequenceEqual(_parentColumns.Order()) && !key.Any(c => row[c].IsNull)
            && ProllyTree.TryGet(_work.Chunks, Parent.Merged.Rows, Parent.Sides.MergedRows.EncodeKey(Array.ConvertAll(key, c => row[c])), out _);
    }
}
