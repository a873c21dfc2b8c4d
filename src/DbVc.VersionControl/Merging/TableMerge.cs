using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Merges the rows of one table. Matches rows by key and cells by column id; reads only rows that a side changed.</summary>
internal sealed class TableMerge(IChunkWriter chunks, TableSides sides, MergePolicies policies, ConflictLog conflicts)
{
    private readonly TableEncoder _mergedRows = sides.MergedRows;
    private readonly TableEncoder? _baseRows = sides.Base is null ? null : sides.EncoderOf(sides.Base);
    private readonly TableEncoder _sourceRows = sides.EncoderOf(sides.Source);
    private readonly TableEncoder _targetRows = sides.EncoderOf(sides.Target);
    private readonly bool _judgesEqualChanges = policies.JudgesEqualChanges(sides.Merged.Name);

    /// <summary>The merged table; open conflicts are in the log and keep the target's side.</summary>
    public TableSnapshot Run()
    {
        var start = sides.Base?.Rows ?? default;
        if (sides.IsSourceOnly && _sourceRows == _mergedRows) return sides.Source;
        if (sides.Source.Rows == sides.Target.Rows && _sourceRows == _targetRows && _targetRows == _mergedRows && !_judgesEqualChanges) return sides.Target;
        // Where all sides write rows alike, whole leaves are taken over unread; otherwise every row that a side changed is written anew.
        var rows = _sourceRows == _mergedRows && _targetRows == _mergedRows && (_baseRows is null || _baseRows == _mergedRows)
            ? TreeMerge.Run(chunks, new TreeTriple(start, sides.Source.Rows, sides.Target.Rows), Merge, _judgesEqualChanges)
            : ProllyTree.Edit(chunks, sides.Target.Rows, Edits(start).ToList());
        return new TableSnapshot(sides.Merged, rows, sides.Target.Count + CountGain(rows));
    }

    private long CountGain(TreeRoot rows)
    {
        if (sides.Merged.HasKey) return ProllyTree.Count(chunks, rows) - ProllyTree.Count(chunks, sides.Target.Rows);
        var (added, _, deleted) = RowDiff.Count(chunks, sides.Target, sides.Target with { Rows = rows });
        return added - deleted;
    }

    private TreeEdit? Merge(TreeSides change) => Merge(
        new TreeDifference(change.Key, change.Base, change.Source), new TreeDifference(change.Key, change.Base, change.Target));

    private IEnumerable<TreeEdit> Edits(TreeRoot start)
    {
        using var source = ProllyTree.Diff(chunks, start, sides.Source.Rows).GetEnumerator();
        using var target = ProllyTree.Diff(chunks, start, sides.Target.Rows).GetEnumerator();
        var (hasSource, hasTarget) = (source.MoveNext(), target.MoveNext());
        while (hasSource || hasTarget)
        {
            var order = !hasSource ? 1 : !hasTarget ? -1 : source.Current.Key.Span.SequenceCompareTo(target.Current.Key.Span);
            var edit = order switch
            {
                < 0 => TakeSource(source.Current),
                > 0 => KeepTarget(target.Current),
                _ => Merge(source.Current, target.Current),
            };
            if (edit is { } e) yield return e;
            if (order <= 0) hasSource = source.MoveNext();
            if (order >= 0) hasTarget = target.MoveNext();
        }
    }

    private TreeEdit? TakeSource(TreeDifference source) =>
        new TreeEdit(source.Key, source.After is { } after ? Convert(_sourceRows, source.Key, after) : (ReadOnlyMemory<byte>?)null);

    /// <summary>Nothing to do, unless the merged schema is not the target's: then its row is written anew.</summary>
    private TreeEdit? KeepTarget(TreeDifference target) =>
        target.After is { } after && _targetRows != _mergedRows ? new TreeEdit(target.Key, Convert(_targetRows, target.Key, after)) : null;

    private TreeEdit? Merge(TreeDifference source, TreeDifference target)
    {
        if (_targetRows.IsCounted(source.Key)) return MergeCounts(source, target);
        return Classify(source, target) switch
        {
            RowMergeCase.Convergent => KeepTarget(target),
            RowMergeCase.DeleteModify or RowMergeCase.SameNewKey => ResolveRow(source, target),
            _ => MergeCells(source, target),
        };
    }

    private RowMergeCase Classify(TreeDifference source, TreeDifference target)
    {
        if (source.After is null && target.After is null) return RowMergeCase.Convergent;
        if (source.After is not { } sourceRow || target.After is not { } targetRow) return RowMergeCase.DeleteModify;
        if (sourceRow.Span.SequenceEqual(targetRow.Span)) return _judgesEqualChanges ? RowMergeCase.Cells : RowMergeCase.Convergent;
        return source.Before is null && sides.Merged.AllocatesKeys ? RowMergeCase.SameNewKey : RowMergeCase.Cells;
    }

    private TreeEdit? ResolveRow(TreeDifference source, TreeDifference target)
    {
        var resolution = conflicts.Resolve(new Conflict
        {
            Id = "",
            Kind = ConflictKind.Row,
            Table = sides.Merged.Name,
            Key = KeyOf(source.Key),
            Base = Named(_baseRows, source.Key, source.Before),
            Source = Named(_sourceRows, source.Key, source.After),
            Target = Named(_targetRows, target.Key, target.After),
        });
        return resolution?.Kind switch
        {
            ResolutionKind.Source => TakeSource(source),
            ResolutionKind.Base => new TreeEdit(source.Key, source.Before is { } row ? Convert(_baseRows!, source.Key, row) : (ReadOnlyMemory<byte>?)null),
            _ => KeepTarget(target),
        };
    }

    private TreeEdit? MergeCells(TreeDifference source, TreeDifference target)
    {
        var before = source.Before is { } row ? _baseRows!.Decode(chunks, source.Key, row).Values : null;
        var sourceRow = _sourceRows.Decode(chunks, source.Key, source.After!.Value).Values;
        var targetRow = _targetRows.Decode(chunks, target.Key, target.After!.Value).Values;
        var columns = sides.Merged.StoredColumns.ToList();
        var merged = new Value[columns.Count];
        for (var i = 0; i < columns.Count; i++)
        {
            merged[i] = MergeCell(source.Key, columns[i], Cell(_baseRows, before, columns[i].Id),
                Cell(_sourceRows, sourceRow, columns[i].Id), Cell(_targetRows, targetRow, columns[i].Id));
        }

        return new TreeEdit(source.Key, _mergedRows.Encode(chunks, merged).Value);
    }

    private Value MergeCell(ReadOnlyMemory<byte> key, Column column, Value? before, Value? source, Value? target)
    {
        // A column that one side does not have was added by the other, which alone can say what is in it.
        if (source is not { } s) return target ?? Value.Null;
        if (target is not { } t) return s;
        var policy = policies.Find(sides.Merged.Name, column.Name);
        var (sourceChanged, targetChanged) = (s != before, t != before);
        if (s == t && (policy is not (MergePolicy.Strict or MergePolicy.Delta) || !sourceChanged || before is null)) return t;
        if (!sourceChanged) return t;
        if (!targetChanged) return s;
        return MergePolicies.Decide(policy, before, s, t) ?? ResolveCell(key, column, before, s, t);
    }

    private Value ResolveCell(ReadOnlyMemory<byte> key, Column column, Value? before, Value source, Value target)
    {
        var resolution = conflicts.Resolve(new Conflict
        {
            Id = "",
            Kind = ConflictKind.Cell,
            Table = sides.Merged.Name,
            Key = KeyOf(key),
            Column = column.Name,
            Base = before is { } b ? [new NamedValue(column.Name, b)] : null,
            Source = [new NamedValue(column.Name, source)],
            Target = [new NamedValue(column.Name, target)],
        });
        return resolution?.Kind switch
        {
            ResolutionKind.Source => source,
            ResolutionKind.Base => before ?? Value.Null,
            ResolutionKind.Value => resolution.Value ?? Value.Null,
            _ => target,
        };
    }

    /// <summary>Identical rows without a key of their own: both sides' changes of their number add up, never below zero.</summary>
    private static TreeEdit? MergeCounts(TreeDifference source, TreeDifference target)
    {
        var (before, fromSource, fromTarget) = (TableEncoder.CountOf(source.Before), TableEncoder.CountOf(source.After), TableEncoder.CountOf(target.After));
        if (fromSource == fromTarget) return null;
        var sample = (source.After ?? target.After ?? source.Before)!.Value;
        var count = Math.Max(0, fromSource + fromTarget - before);
        return new TreeEdit(source.Key, count == 0 ? (ReadOnlyMemory<byte>?)null : TableEncoder.WithCount(sample, count));
    }

    private ReadOnlyMemory<byte> Convert(TableEncoder from, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        if (from == _mergedRows) return value;
        var row = from.Decode(chunks, key, value).Values;
        return _mergedRows.Encode(chunks, [.. sides.Merged.StoredColumns.Select(c => Cell(from, row, c.Id) ?? ColumnDefault.Find(c) ?? Value.Null)]).Value;
    }

    private static Value? Cell(TableEncoder? rows, Value[]? row, int column)
    {
        var index = rows is null || row is null ? -1 : rows.IndexOf(column);
        return index < 0 ? null : row![index];
    }

    private IReadOnlyList<NamedValue> KeyOf(ReadOnlyMemory<byte> key) =>
        [.. sides.Merged.PrimaryKey.Zip(_mergedRows.DecodeKey(key), (name, value) => new NamedValue(name, value))];

    private IReadOnlyList<NamedValue>? Named(TableEncoder? rows, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value) =>
        rows is null || value is not { } v
            ? null
            : [.. rows.Table.StoredColumns.Zip(rows.Decode(chunks, key, v).Values, (column, cell) => new NamedValue(column.Name, cell))];
}
