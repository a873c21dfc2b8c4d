using System.Globalization;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Gives rows of the source new keys, lets every foreign key of the source's own rows follow (also to itself, over several columns, and on
/// through keys that contain foreign keys), and writes the source's tables anew.
/// </summary>
internal sealed class SourceRewrite(IChunkWriter chunks, IReadOnlyList<TableSides> tables)
{
    private readonly Dictionary<string, Rows> _rows = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>True for a row that the source added or changed.</summary>
    public bool Has(TableSides sides, ReadOnlyMemory<byte> key) => RowsOf(sides).ByKey.ContainsKey(key);

    public void Assign(TableSides sides, ReadOnlyMemory<byte> key, string column, Value value)
    {
        var rows = RowsOf(sides);
        var row = rows.ByKey[key];
        row.Now[rows.IndexOf(column)] = value;
    }

    /// <summary>All tables, those whose rows changed over a new source.</summary>
    public IReadOnlyList<TableSides> Run()
    {
        while (Follow())
        {
            // A key that changed may be part of another table's foreign key in turn.
        }

        return [.. tables.Select(t => _rows.TryGetValue(t.Source.Schema.Name, out var rows) && rows.All.Exists(r => r.IsChanged) ? Write(t, rows) : t)];
    }

    /// <summary>One round over all foreign keys; true if a row changed.</summary>
    private bool Follow()
    {
        var changed = false;
        foreach (var child in tables)
        {
            foreach (var key in child.Source.Schema.ForeignKeys)
            {
                if (!_rows.TryGetValue(key.ReferencedTable, out var parent) || FindMoves(parent, key) is not { Count: > 0 } moves) continue;
                var rows = RowsOf(child);
                var columns = key.Columns.Select(rows.IndexOf).ToArray();
                if (columns.Contains(-1)) continue;
                foreach (var row in rows.All) changed |= Follow(row, columns, moves);
            }
        }

        return changed;
    }

    private static bool Follow(Row row, int[] columns, Dictionary<string, Value[]> moves)
    {
        if (!moves.TryGetValue(TextOf(columns, row.Original), out var now)) return false;
        var changed = false;
        for (var i = 0; i < columns.Length; i++)
        {
            var old = row.Original[columns[i]];
            var next = old.Kind == ValueKind.Text && now[i].Kind == ValueKind.Integer ? Value.Text(now[i].ToString()) : now[i];
            if (row.Now[columns[i]] == next) continue;
            row.Now[columns[i]] = next;
            changed = true;
        }

        return changed;
    }

    /// <summary>What a foreign key pointed at, and where that is now.</summary>
    private static Dictionary<string, Value[]> FindMoves(Rows parent, ForeignKey key)
    {
        var names = key.ReferencedColumns.Count > 0 ? key.ReferencedColumns : parent.Encoder.Table.PrimaryKey;
        var columns = names.Select(parent.IndexOf).ToArray();
        var moves = new Dictionary<string, Value[]>();
        if (columns.Length != key.Columns.Count || columns.Contains(-1)) return moves;
        foreach (var row in parent.All.Where(r => columns.Any(c => r.Original[c] != r.Now[c])))
        {
            moves[TextOf(columns, row.Original)] = Array.ConvertAll(columns, c => row.Now[c]);
        }

        return moves;
    }

    /// <summary>A text '3' refers to the integer 3 as well, as engines with loose types see it.</summary>
    private static string TextOf(int[] columns, Value[] row) => string.Join('\0', columns.Select(c => row[c]).Select(v => v.Kind switch
    {
        ValueKind.Null => "n",
        ValueKind.Real when v.AsReal == Math.Floor(v.AsReal) && Math.Abs(v.AsReal) < 1e15 => "v" + ((long)v.AsReal).ToString(CultureInfo.InvariantCulture),
        ValueKind.Blob => "b" + v,
        _ => "v" + v,
    }));

    private Rows RowsOf(TableSides sides)
    {
        if (_rows.TryGetValue(sides.Source.Schema.Name, out var known)) return known;
        var rows = new Rows(sides.EncoderOf(sides.Source));
        foreach (var change in sides.SourceChanges(chunks))
        {
            if (change.After is not { } after) continue;
            // Of identical rows without key, those that were there before the source added more cannot be told apart.
            if (change.Before is not null && rows.Encoder.IsCounted(change.Key)) continue;
            var decoded = rows.Encoder.Decode(chunks, change.Key, after);
            rows.Add(new Row(change.Key, decoded.Values, (Value[])decoded.Values.Clone(), decoded.Count));
        }

        return _rows[sides.Source.Schema.Name] = rows;
    }

    private TableSides Write(TableSides sides, Rows rows)
    {
        var edits = new SortedDictionary<ReadOnlyMemory<byte>, TreeEdit>(KeyEquality.Instance);
        foreach (var row in rows.All.Where(r => r.IsChanged)) edits[row.Key] = TreeEdit.Delete(row.Key);
        foreach (var row in rows.All.Where(r => r.IsChanged))
        {
            var entry = rows.Encoder.Encode(chunks, row.Now, row.Count);
            edits[entry.Key] = TreeEdit.Put(entry.Key, rows.Encoder.IsCounted(entry.Key) ? AddCount(sides, edits, entry, row.Count) : entry.Value);
        }

        var root = ProllyTree.Edit(chunks, sides.Source.Rows, edits.Values);
        return new TableSides(sides.Base, sides.Source with { Rows = root }, sides.Target, sides.Merged) { Definition = sides.Definition };
    }

    private ReadOnlyMemory<byte> AddCount(TableSides sides, SortedDictionary<ReadOnlyMemory<byte>, TreeEdit> edits, TreeEntry entry, long count)
    {
        var there = edits.TryGetValue(entry.Key, out var edit) ? TableEncoder.CountOf(edit.Value)
            : ProllyTree.TryGet(chunks, sides.Source.Rows, entry.Key.Span, out var value) ? TableEncoder.CountOf(value) : 0;
        return TableEncoder.WithCount(entry.Value, there + count);
    }

    private sealed class Rows(TableEncoder encoder)
    {
        private readonly List<Column> _columns = [.. encoder.Table.StoredColumns];

        public TableEncoder Encoder { get; } = encoder;

        public List<Row> All { get; } = [];

        public Dictionary<ReadOnlyMemory<byte>, Row> ByKey { get; } = new(KeyEquality.Instance);

        public void Add(Row row)
        {
            All.Add(row);
            ByKey[row.Key] = row;
        }

        public int IndexOf(string column) => _columns.FindIndex(c => string.Equals(c.Name, column, StringComparison.OrdinalIgnoreCase));
    }

    private sealed record Row(ReadOnlyMemory<byte> Key, Value[] Original, Value[] Now, long Count)
    {
        public bool IsChanged => !Original.AsSpan().SequenceEqual(Now);
    }
}
