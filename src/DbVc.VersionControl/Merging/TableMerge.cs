using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Merges the rows of one table. Matches rows by key and cells by column id; reads only rows that a side changed.</summary>
internal sealed class TableMerge(MergeWork work, TableSides sides)
{
    private readonly TableEncoder _mergedRows = sides.MergedRows;
    private readonly TableEncoder? _baseRows = sides.Base is null ? null : sides.EncoderOf(sides.Base);
    private readonly TableEncoder _sourceRows = sides.EncoderOf(sides.Source);
    private readonly TableEncoder _targetRows = sides.EncoderOf(sides.Target);
    private readonly bool _judgesEqualChanges = work.Policies.JudgesEqualChanges(sides.Merged.Name);
    private readonly KeyColumn? _key = KeyColumn.Find(sides.Merged, work.Policies);
    private readonly CellMerge _cells = new(work, sides);
    private readonly List<Column> _columns = [.. sides.Merged.StoredColumns];
    private MovedRows? _sourceMoves;
    private MovedRows? _targetMoves;

    /// <summary>Rows that both sides made alike must be looked at: they may be two, or a policy minds.</summary>
    private readonly bool _asksAboutEqual = work.Policies.JudgesEqualChanges(sides.Merged.Name)
        || (work.Doubled is not null && sides.Base is not null && KeyColumn.Find(sides.Merged, work.Policies) is { IsAllocated: true });

    /// <summary>The merged table; open conflicts are in the log and keep the target's side.</summary>
    public TableSnapshot Run()
    {
        if (sides.IsSourceOnly && _sourceRows == _mergedRows) return sides.Source;
        if (sides.Source.Rows == sides.Target.Rows && _sourceRows == _targetRows && _targetRows == _mergedRows && !_asksAboutEqual) return sides.Target;
        // Where all sides write rows alike, whole leaves are taken over unread; otherwise every row that a side changed is written anew.
        var rows = _sourceRows == _mergedRows && _targetRows == _mergedRows && (_baseRows is null || _baseRows == _mergedRows)
            ? TreeMerge.Run(work.Chunks, new TreeTriple(sides.Base?.Rows ?? default, sides.Source.Rows, sides.Target.Rows), Merge, _asksAboutEqual)
            : ProllyTree.Edit(work.Chunks, sides.Target.Rows, Edits().ToList());
        return new TableSnapshot(sides.Merged, rows, sides.Target.Count + CountGain(rows));
    }

    private long CountGain(TreeRoot rows)
    {
        if (IsOneRowEach(sides.Base) && IsOneRowEach(sides.Source) && IsOneRowEach(sides.Target))
        {
            return ProllyTree.Count(work.Chunks, rows) - ProllyTree.Count(work.Chunks, sides.Target.Rows);
        }

        var (added, _, deleted) = RowDiff.Count(work.Chunks, sides.Target, sides.Target with { Rows = rows });
        return added - deleted;
    }

    /// <summary>True where no entry stands for several rows; then none of a merge does.</summary>
    private bool IsOneRowEach(TableSnapshot? table) => table is null || table.Count == ProllyTree.Count(work.Chunks, table.Rows);

    private TreeEdit? Merge(TreeSides change) => Merge(
        new TreeDifference(change.Key, change.Base, change.Source), new TreeDifference(change.Key, change.Base, change.Target));

    private IEnumerable<TreeEdit> Edits()
    {
        var (source, target) = (sides.SourceChanges(work.Chunks), sides.TargetChanges(work.Chunks));
        var (s, t) = (0, 0);
        while (s < source.Count || t < target.Count)
        {
            var order = s == source.Count ? 1 : t == target.Count ? -1 : source[s].Key.Span.SequenceCompareTo(target[t].Key.Span);
            var edit = order switch
            {
                < 0 => TakeSource(source[s]),
                > 0 => KeepTarget(target[t]),
                _ => Merge(source[s], target[t]),
            };
            if (edit is { } e) yield return e;
            if (order <= 0) s++;
            if (order >= 0) t++;
        }
    }

    private TreeEdit? TakeSource(TreeDifference source) =>
        new TreeEdit(source.Key, source.After is { } after ? Convert(_sourceRows, source.Key, after) : (ReadOnlyMemory<byte>?)null);

    /// <summary>Nothing to do, unless the merged schema is not the target's: then its row is written anew.</summary>
    private TreeEdit? KeepTarget(TreeDifference target) =>
        target.After is { } after && _targetRows != _mergedRows ? new TreeEdit(target.Key, Convert(_targetRows, target.Key, after)) : null;

    private TreeEdit? Merge(TreeDifference source, TreeDifference target) => Classify(source, target) switch
    {
        RowMergeCase.Counts => MergeCounts(source, target),
        RowMergeCase.Convergent or RowMergeCase.TargetOnly => KeepTarget(target),
        RowMergeCase.SourceOnly => TakeSource(source),
        RowMergeCase.TwoRows => Note(target),
        RowMergeCase.DeleteModify or RowMergeCase.SameNewKey => ResolveRow(source, target),
        _ => MergeCells(source, target),
    };

    private RowMergeCase Classify(TreeDifference source, TreeDifference target)
    {
        if (_targetRows.IsCounted(source.Key)) return RowMergeCase.Counts;
        if (source.After is null && target.After is null) return RowMergeCase.Convergent;
        if (source.After is not { } sourceRow) return IsOnlyRewritten(_targetRows, target) ? RowMergeCase.SourceOnly : RowMergeCase.DeleteModify;
        if (target.After is not { } targetRow) return IsOnlyRewritten(_sourceRows, source) ? RowMergeCase.TargetOnly : RowMergeCase.DeleteModify;
        var alike = sourceRow.Span.SequenceEqual(targetRow.Span);
        // Of a table that both sides created, what is alike came with it.
        if (source.Before is null && !(alike && sides.Base is null) && work.IsTwoRows(_mergedRows, source.Key))
        {
            return work.Doubled is null ? RowMergeCase.SameNewKey : RowMergeCase.TwoRows;
        }

        if (alike) return _judgesEqualChanges ? RowMergeCase.Cells : RowMergeCase.Convergent;
        return RowMergeCase.Cells;
    }

    /// <summary>True if a side only gave the row the columns of its new schema: no value that was there before is another one.</summary>
    private bool IsOnlyRewritten(TableEncoder rows, TreeDifference change) => _baseRows is { } before && before != rows
        && change is { Before: { } old, After: { } now }
        && Convert(before, change.Key, old).Span.SequenceEqual(Convert(rows, change.Key, now).Span);

    private TreeEdit? Note(TreeDifference target)
    {
        work.Doubled!.Add(sides, target.Key);
        return KeepTarget(target);
    }

    private TreeEdit? ResolveRow(TreeDifference source, TreeDifference target)
    {
        var resolution = work.Conflicts.Resolve(new Conflict
        {
            Id = "",
            Kind = ConflictKind.Row,
            Table = sides.Merged.Name,
            Key = new RowPlace(source.Key, _mergedRows, false).Key,
            Cause = DescribeMove(source, target),
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

    /// <summary>Says where the row went on the side that no longer has it under its key; null where it is gone.</summary>
    private string? DescribeMove(TreeDifference source, TreeDifference target)
    {
        if (source.Before is not { } row || source.After is null == target.After is null) return null;
        var moves = source.After is null
            ? _sourceMoves ??= new MovedRows(work.Chunks, sides, MergeSide.Source)
            : _targetMoves ??= new MovedRows(work.Chunks, sides, MergeSide.Target);
        if (moves.Find(_mergedRows.Decode(work.Chunks, source.Key, Convert(_baseRows!, source.Key, row)).Values) is not { } moved) return null;
        var key = string.Join(", ", new RowPlace(moved.Key, _mergedRows, false).Key.Select(p => $"{p.Name}={p.Value}"));
        return $"the {(source.After is null ? "source" : "target")} gave the row the key {key}";
    }

    private TreeEdit? MergeCells(TreeDifference source, TreeDifference target)
    {
        var before = source.Before is { } row ? _baseRows!.Decode(work.Chunks, source.Key, row).Values : null;
        var sourceRow = _sourceRows.Decode(work.Chunks, source.Key, source.After!.Value).Values;
        var targetRow = _targetRows.Decode(work.Chunks, target.Key, target.After!.Value).Values;
        var place = new RowPlace(source.Key, _mergedRows, source.Before is null && _key?.IsInteger(_mergedRows, source.Key) == true);
        work.Conflicts.MetBoth = false;
        var merged = new Value[_columns.Count];
        for (var i = 0; i < merged.Length; i++)
        {
            // In a column that came later every row of the base held its default.
            var old = before is null ? null : Cell(_baseRows, before, _columns[i].Id) ?? ColumnDefault.Find(_columns[i]);
            merged[i] = _cells.Run(place, _columns[i], old,
                Cell(_sourceRows, sourceRow, _columns[i].Id), Cell(_targetRows, targetRow, _columns[i].Id));
        }

        if (work.Conflicts.MetBoth && place.CanTakeBoth && work.Doubled is not null) return Note(target);
        return new TreeEdit(source.Key, _mergedRows.Encode(work.Chunks, merged).Value);
    }

    /// <summary>Identical rows without a key of their own: both sides' changes of their number add up, never below zero.</summary>
    private static TreeEdit? MergeCounts(TreeDifference source, TreeDifference target)
    {
        var (before, fromSource, fromTarget) = (TableEncoder.CountOf(source.Before), TableEncoder.CountOf(source.After), TableEncoder.CountOf(target.After));
        if (fromSource == fromTarget) return null;
        var count = Math.Max(0, fromSource + fromTarget - before);
        var sample = (source.After ?? target.After ?? source.Before)!.Value;
        return new TreeEdit(source.Key, count == 0 ? (ReadOnlyMemory<byte>?)null : TableEncoder.WithCount(sample, count));
    }

    private ReadOnlyMemory<byte> Convert(TableEncoder from, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) =>
        RowConversion.Run(work.Chunks, (from, _mergedRows), key, value);

    private static Value? Cell(TableEncoder? rows, Value[]? row, int column)
    {
        var index = rows is null || row is null ? -1 : rows.IndexOf(column);
        return index < 0 ? null : row![index];
    }

    private IReadOnlyList<NamedValue>? Named(TableEncoder? rows, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value) =>
        rows is null || value is not { } v
            ? null
            : [.. rows.Table.StoredColumns.Zip(rows.Decode(work.Chunks, key, v).Values, (column, cell) => new NamedValue(column.Name, cell))];
}
