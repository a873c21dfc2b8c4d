using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Brings the rows of the three states to the merged table's columns, types and key, so that rows are merged under one schema.
/// A tree that fits already is taken as it is; of a tree that does not, only what differs from the base is converted where keys allow it.
/// </summary>
internal sealed class SideRows : IDisposable
{
    private readonly MergeWork _work;
    private readonly IChunkWriter _chunks;
    private readonly ISchemaDialect _dialect;
    private readonly MergedDefinition _table;
    private readonly TableSchema _schema;
    private readonly TableEncoder _rows;
    private readonly MergedColumn[] _stored;
    private readonly Dictionary<int, Value> _defaults = [];
    private readonly Dictionary<string, IColumnStore> _stores = new(StringComparer.OrdinalIgnoreCase);

    public SideRows(MergeWork work, ISchemaDialect dialect, MergedDefinition table)
    {
        (_work, _chunks, _dialect, _table, _schema) = (work, work.Chunks, dialect, table, table.Schema!);
        _rows = new TableEncoder(_schema);
        _stored = [.. table.Columns.Where(c => !c.Column.Generated)];
    }

    public void Dispose()
    {
        foreach (var store in _stores.Values) store.Dispose();
    }

    /// <summary>True where rows that a side changed cannot be found under the merged key, because the side does not have its columns.</summary>
    public bool LacksKey()
    {
        var (start, source, target) = (_table.Triple.Base, _table.Triple.Source, _table.Triple.Target);
        if (start is null || source is null || target is null) return false;
        return Lacks(SchemaSide.Source, source.Rows != start.Rows) || Lacks(SchemaSide.Target, target.Rows != start.Rows);

        bool Lacks(SchemaSide side, bool hasChanges) => hasChanges && _schema.PrimaryKey.Any(k => KeyColumn(k).On(side) == 0);
    }

    /// <summary>Throws <c>table.duplicate-key</c> where a side's rows do not have the merged key each for itself.</summary>
    public TableSides Build()
    {
        var (start, source, target) = (_table.Triple.Base, _table.Triple.Source, _table.Triple.Target);
        TableSnapshot? before = start is null ? null : Fits(SchemaSide.Base, start) ? Take(start) : Rewrite(SchemaSide.Base, start);
        if (source is null) return new TableSides(before, before!, Convert(SchemaSide.Target, target!, before), _schema) { Definition = _table };
        var converted = Convert(SchemaSide.Source, source, before);
        if (target is null) return TableSides.NewOnSource(converted);
        return new TableSides(before, converted, Convert(SchemaSide.Target, target, before), _schema) { Definition = _table };
    }

    private TableSnapshot Convert(SchemaSide side, TableSnapshot table, TableSnapshot? before)
    {
        if (Fits(side, table)) return FillFromOther(side, table);
        if (before is null || !_schema.HasKey || !HasMergedKey(side, table) || !HasMergedKey(SchemaSide.Base, _table.Triple.Base!)) return Rewrite(side, table);
        return ConvertChanges(side, table, before);
    }

    private TableSnapshot Take(TableSnapshot table) => table with { Schema = _schema };

    /// <summary>Of a row that both sides added, only the side that has a new column can say what is in it.</summary>
    private TableSnapshot FillFromOther(SchemaSide side, TableSnapshot table)
    {
        if (!_schema.HasKey || _table.Triple.On(Other(side)) is not { } other || !Array.Exists(_stored, c => IsOnlyOn(Other(side), c))) return Take(table);
        var rows = new TableEncoder(table.Schema);
        var edits = new List<TreeEdit>();
        foreach (var change in ProllyTree.Diff(_chunks, _table.Triple.Base?.Rows ?? default, table.Rows))
        {
            if (change.Before is not null || change.After is not { } after || FindOther(side, other, change.Key) is not { } cells) continue;
            var row = rows.Decode(_chunks, change.Key, after).Values;
            var merged = Array.ConvertAll(_stored, c => ConvertNew(c, side, new Cells(rows, row), cells));
            edits.Add(new TreeEdit(change.Key, _rows.Encode(_chunks, merged).Value));
        }

        return Take(table) with { Rows = ProllyTree.Edit(_chunks, table.Rows, edits) };
    }

    private Value ConvertNew(MergedColumn column, SchemaSide side, Cells own, Cells? other) =>
        other is { } o && IsOnlyOn(Other(side), column) ? ConvertCell(column, Other(side), o.Rows, o.Row) : ConvertCell(column, side, own.Rows, own.Row);

    /// <summary>The other side's row of a key, where both sides have the merged key, and the key does not mean two rows.</summary>
    private Cells? FindOther(SchemaSide side, TableSnapshot? other, ReadOnlyMemory<byte> key)
    {
        if (other is null || !HasMergedKey(Other(side), other) || !ProllyTree.TryGet(_chunks, other.Rows, key.Span, out var value)) return null;
        var rows = new TableEncoder(other.Schema);
        return rows.IsCounted(key) || _work.IsTwoRows(_rows, key) ? null : new Cells(rows, rows.Decode(_chunks, key, value).Values);
    }

    private static bool IsOnlyOn(SchemaSide side, MergedColumn column) => column.Base == 0 && column.On(side) > 0 && column.On(Other(side)) == 0;

    private static SchemaSide Other(SchemaSide side) => side == SchemaSide.Source ? SchemaSide.Target : SchemaSide.Source;

    /// <summary>The side's changes since the base, made to the base in its merged form. A cell that only its column's type changed did not change.</summary>
    private TableSnapshot ConvertChanges(SchemaSide side, TableSnapshot table, TableSnapshot before)
    {
        var start = _table.Triple.Base!;
        var (oldRows, newRows) = (new TableEncoder(start.Schema), new TableEncoder(table.Schema));
        var edits = new List<TreeEdit>();
        foreach (var change in ProllyTree.Diff(_chunks, start.Rows, table.Rows))
        {
            // Without a key a row is found by all that it holds, so its place changes with its columns.
            if (newRows.IsCounted(change.Key)) return Rewrite(side, table);
            if (change.After is not { } after)
            {
                edits.Add(new TreeEdit(change.Key, null));
                continue;
            }

            var row = newRows.Decode(_chunks, change.Key, after).Values;
            var old = change.Before is { } b ? oldRows.Decode(_chunks, change.Key, b).Values : null;
            var cells = old is null ? FindOther(side, _table.Triple.On(Other(side)), change.Key) : null;
            var merged = Array.ConvertAll(_stored, c => ConvertNew(c, side, new Cells(newRows, row), cells));
            if (old is not null)
            {
                for (var i = 0; i < merged.Length; i++)
                {
                    if (!IsUnchanged(_stored[i], side, new Cells(oldRows, old), new Cells(newRows, row))) continue;
                    merged[i] = ConvertCell(_stored[i], SchemaSide.Base, oldRows, old);
                }
            }

            edits.Add(new TreeEdit(change.Key, _rows.Encode(_chunks, merged).Value));
        }

        return new TableSnapshot(_schema, ProllyTree.Edit(_chunks, before.Rows, edits), table.Count);
    }

    /// <summary>Also where the side took the column away and it stays after all: then it keeps what it held.</summary>
    private bool IsUnchanged(MergedColumn column, SchemaSide side, Cells before, Cells after)
    {
        var (was, now) = (before.Rows.IndexOf(column.Base), after.Rows.IndexOf(column.On(side)));
        if (column.Base == 0 || was < 0) return false;
        return now < 0 || Store(after.Rows.Table.Columns.First(c => c.Id == column.On(side)), before.Row[was]) == after.Row[now];
    }

    private TableSnapshot Rewrite(SchemaSide side, TableSnapshot table)
    {
        var encoder = new TableEncoder(table.Schema);
        using var rows = new ValueRows(Rows(side, table, encoder));
        var built = RowTree.Build(_chunks, _rows, rows);
        return new TableSnapshot(_schema, built.Root, built.Count);
    }

    private IEnumerable<Value[]> Rows(SchemaSide side, TableSnapshot table, TableEncoder encoder)
    {
        foreach (var entry in ProllyTree.Scan(_chunks, table.Rows))
        {
            var (values, count) = encoder.Decode(_chunks, entry);
            var row = Array.ConvertAll(_stored, c => ConvertCell(c, side, encoder, values));
            for (long i = 0; i < count; i++) yield return row;
        }
    }

    private Value ConvertCell(MergedColumn column, SchemaSide side, TableEncoder rows, Value[] row)
    {
        var index = column.On(side) == 0 ? -1 : rows.IndexOf(column.On(side));
        if (index < 0) return Default(column.Column);
        return SameType(column.Column, rows.Table.Columns.First(c => c.Id == column.On(side))) ? row[index] : Store(column.Column, row[index]);
    }

    private Value Store(Column column, Value value)
    {
        if (!_stores.TryGetValue(column.DeclaredType, out var store)) _stores[column.DeclaredType] = store = _dialect.OpenStore(column);
        return store.Store(value);
    }

    private Value Default(Column column)
    {
        if (!_defaults.TryGetValue(column.Id, out var value)) _defaults[column.Id] = value = _dialect.DefaultValue(column);
        return value;
    }

    /// <summary>Its entries are those of the merged table, byte for byte.</summary>
    private bool Fits(SchemaSide side, TableSnapshot table) =>
        HasMergedKey(side, table) && SameColumns(side, table)
        && Array.TrueForAll(_stored, c => c.On(side) > 0 || (c.Base == 0 && Default(c.Column).IsNull));

    private bool SameColumns(SchemaSide side, TableSnapshot table)
    {
        var columns = table.Schema.StoredColumns.ToDictionary(c => c.Id);
        var shared = Array.FindAll(_stored, c => c.On(side) > 0);
        return shared.Length == columns.Count
            && Array.TrueForAll(shared, c => c.On(side) == c.Column.Id && columns.TryGetValue(c.Column.Id, out var own) && SameType(c.Column, own));
    }

    private bool HasMergedKey(SchemaSide side, TableSnapshot table) =>
        table.Schema.PrimaryKey.Select(k => table.Schema.FindColumn(k)!.Id).SequenceEqual(_schema.PrimaryKey.Select(k => KeyColumn(k).On(side)));

    private MergedColumn KeyColumn(string name) => _table.Columns.First(c => string.Equals(c.Column.Name, name, StringComparison.OrdinalIgnoreCase));

    private static bool SameType(Column one, Column other) => string.Equals(one.DeclaredType, other.DeclaredType, StringComparison.OrdinalIgnoreCase);

    private readonly record struct Cells(TableEncoder Rows, Value[] Row);
}
