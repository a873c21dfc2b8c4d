using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>What rows say about a rename.</summary>
internal enum Verdict
{
    /// <summary>Nothing: the cells hold only what any new column would hold.</summary>
    Silent,
    For,
    Against,
}

/// <summary>Rows of a table before and after, to judge whether a column, or the whole table, still is the same.</summary>
internal sealed class RowSample
{
    private const int Size = 500;

    private readonly List<(Value[] Before, Value[] After)> _rows = [];
    private readonly TableEncoder _before;
    private readonly TableEncoder _after;
    private readonly TableSnapshot _tableBefore;
    private readonly TableSnapshot _tableAfter;
    private readonly IChunkSource _chunks;
    private int _read;

    /// <summary>Rows from the beginning of the table, and rows that differ.</summary>
    public RowSample(IChunkSource chunks, TableSnapshot before, TableSnapshot after)
    {
        (_chunks, _tableBefore, _tableAfter) = (chunks, before, after);
        (_before, _after) = (new TableEncoder(before.Schema), new TableEncoder(after.Schema));
        foreach (var entry in ProllyTree.Scan(chunks, before.Rows).Take(Size))
        {
            _read++;
            if (ProllyTree.TryGet(chunks, after.Rows, entry.Key.Span, out var value))
            {
                _rows.Add((_before.Decode(chunks, entry).Values, _after.Decode(chunks, entry.Key, value).Values));
            }
        }

        if (!before.Schema.HasKey || before.Count <= Size) return;
        _rows.AddRange(RowTree.Diff(chunks, _before, before.Rows, _after, after.Rows).Where(c => c.Before is not null && c.After is not null)
            .Take(Size).Select(c => (c.Before!, c.After!)));
    }

    /// <summary>At least half of the rows are still there.</summary>
    public bool HasMostRows
    {
        get
        {
            if (_tableBefore.Schema.HasKey) return 2 * _rows.Count >= _read;
            var (added, _, deleted) = RowDiff.Count(_chunks, _tableBefore, _tableAfter);
            return 2 * Math.Max(added, deleted) <= _tableBefore.Count;
        }
    }

    /// <summary>
    /// The column's cells are still there: not fewer of those that hold something are equal than differ. NULL and the column's default say
    /// nothing, since a column that was just added is full of them.
    /// </summary>
    public Verdict Judge(Column column)
    {
        if (column.Generated) return Verdict.For;
        if (IsInKey(column)) return HasMostRows ? Verdict.For : Verdict.Against;
        if (!_tableBefore.Schema.HasKey && !HasMostRows) return Verdict.Against;
        var (before, after) = (_before.IndexOf(column.Id), _after.IndexOf(column.Id));
        var fresh = ColumnDefault.Find(column);
        int equal = 0, different = 0;
        foreach (var (old, now) in _rows)
        {
            if (old[before] != now[after]) different++;
            else if (Tells(now[after])) equal++;
        }

        if (different > equal) return Verdict.Against;
        return equal > 0 || (_tableBefore.Rows == _tableAfter.Rows && ReadAll().Any(row => Tells(row[before]))) ? Verdict.For : Verdict.Silent;

        bool Tells(Value value) => !value.IsNull && value != fresh;
    }

    /// <summary>The rows are still there, and most of what they hold.</summary>
    public bool AgreesWhole
    {
        get
        {
            if (!HasMostRows) return false;
            var verdicts = _tableAfter.Schema.StoredColumns.Where(c => !IsInKey(c)).Select(Judge).ToList();
            return verdicts.Count == 0 || (!verdicts.Contains(Verdict.Against) && verdicts.Contains(Verdict.For));
        }
    }

    private IEnumerable<Value[]> ReadAll() => ProllyTree.Scan(_chunks, _tableBefore.Rows).Select(entry => _before.Decode(_chunks, entry).Values);

    private bool IsInKey(Column column) => _tableAfter.Schema.PrimaryKey.Any(k => string.Equals(k, column.Name, StringComparison.OrdinalIgnoreCase));
}
