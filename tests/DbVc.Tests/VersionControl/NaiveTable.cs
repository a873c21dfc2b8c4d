using DbVc.Model;

namespace DbVc.Tests;

/// <summary>
/// A table as simple as can be: every row in a dictionary, every merge a loop over all of them. What the engine does must give the same.
/// </summary>
internal sealed class NaiveTable(TableSchema schema)
{
    private readonly SortedDictionary<string, NaiveRow> _rows = new(StringComparer.Ordinal);
    private string? _dump;

    public TableSchema Schema { get; } = schema;

    public IReadOnlyCollection<NaiveRow> Rows => _rows.Values;

    public NaiveRow? Find(string identity) => _rows.GetValueOrDefault(identity);

    /// <summary>Where a row belongs: its key, or all its values where it has none or there is a NULL in it.</summary>
    public string IdentityOf(Value[] values)
    {
        var columns = Schema.StoredColumns.ToList();
        var key = Schema.PrimaryKey.Select(name => values[columns.FindIndex(c => c.Name == name)]).ToArray();
        return key.Length == 0 || Array.Exists(key, v => v.IsNull) ? "counted " + DatabaseContent.Show(values) : "key " + DatabaseContent.Show(key);
    }

    /// <summary>Puts a row in its place; a row without key comes to those that are there.</summary>
    public void Put(Value[] values, long count = 1)
    {
        _dump = null;
        var identity = IdentityOf(values);
        var counted = identity.StartsWith("counted", StringComparison.Ordinal);
        _rows[identity] = new NaiveRow(identity, values, counted ? count + (Find(identity)?.Count ?? 0) : 1);
    }

    public void Remove(string identity, long count = 1)
    {
        _dump = null;
        if (Find(identity) is not { } row) return;
        if (row.Count > count) _rows[identity] = row with { Count = row.Count - count };
        else _rows.Remove(identity);
    }

    public NaiveTable Copy() => ChangeSchema(Schema);

    /// <summary>The same rows under another schema: columns are matched by id, a new one holds its default.</summary>
    public NaiveTable ChangeSchema(TableSchema next)
    {
        var copy = new NaiveTable(next);
        var ids = Schema.StoredColumns.Select(c => c.Id).ToList();
        foreach (var row in _rows.Values)
        {
            copy.Put([.. next.StoredColumns.Select(c => ids.IndexOf(c.Id) is >= 0 and var i ? row.Values[i] : DefaultOf(c))], row.Count);
        }

        return copy;
    }

    public string Dump() => _dump ??= string.Join(
        '\n', _rows.Values.Select(r => $"{r.Count} × {DatabaseContent.Show(r.Values)}").Order(StringComparer.Ordinal));

    private static Value DefaultOf(Column column) => column.DefaultSql is null ? Value.Null : Value.Integer(long.Parse(column.DefaultSql));
}

internal sealed record NaiveRow(string Identity, Value[] Values, long Count);

/// <summary>A three-way merge of one table by the rules of docs/merge.md, row by row and cell by cell.</summary>
/// <param name="policyOf">The policy of a column: <c>delta</c>, <c>max</c> or nothing.</param>
/// <param name="decide">What is taken for a conflict, by its place.</param>
internal sealed class NaiveMerge(Func<string, string> policyOf, Func<string, ResolutionKind> decide)
{
    /// <summary>The places of conflicts: table, key, column.</summary>
    public SortedSet<string> Conflicts { get; } = new(StringComparer.Ordinal);

    /// <summary>Null where the sides contradict each other about the table's columns.</summary>
    public NaiveTable? Run(NaiveTable before, NaiveTable source, NaiveTable target)
    {
        if (NaiveSchema.Merge(before, source, target) is not { } schema) return null;
        var merged = new NaiveTable(schema);
        var (b, s, t) = (before.ChangeSchema(schema), source.ChangeSchema(schema), target.ChangeSchema(schema));
        foreach (var identity in b.Rows.Concat(s.Rows).Concat(t.Rows).Select(r => r.Identity).ToHashSet())
        {
            if (identity.StartsWith("counted", StringComparison.Ordinal)) MergeCounts(merged, b.Find(identity), s.Find(identity), t.Find(identity));
            else if (MergeRow((schema, source, target), b.Find(identity)?.Values, s.Find(identity)?.Values, t.Find(identity)?.Values) is { } row)
            {
                merged.Put(row);
            }
        }

        return merged;
    }

    private static bool Lacks(NaiveTable table, Column column) => table.Schema.Columns.All(c => c.Id != column.Id);

    private static void MergeCounts(NaiveTable merged, NaiveRow? before, NaiveRow? source, NaiveRow? target)
    {
        var (b, s, t) = (before?.Count ?? 0, source?.Count ?? 0, target?.Count ?? 0);
        var count = s == t ? t : Math.Max(0, s + t - b);
        if (count > 0) merged.Put((before ?? source ?? target)!.Values, count);
    }

    private Value[]? MergeRow((TableSchema Schema, NaiveTable Source, NaiveTable Target) sides, Value[]? before, Value[]? source, Value[]? target)
    {
        var schema = sides.Schema;
        if (Same(source, before)) return target;
        if (Same(target, before)) return source;
        var columns = schema.StoredColumns.ToList();
        if (source is null || target is null)
        {
            if (source is null && target is null) return null;
            return Decide(Place(schema, (source ?? target)!, ""), before, source, target);
        }

        var merged = new Value[columns.Count];
        for (var i = 0; i < merged.Length; i++)
        {
            // A column that one side does not have was added by the other, which alone can say what is in it.
            if (Lacks(sides.Source, columns[i])) merged[i] = target[i];
            else if (Lacks(sides.Target, columns[i])) merged[i] = source[i];
            else merged[i] = MergeCell(policyOf(columns[i].Name), Place(schema, source, columns[i].Name), before?[i], source[i], target[i]);
        }

        return merged;
    }

    private Value MergeCell(string policy, string place, Value? before, Value source, Value target)
    {
        if (source == before) return target;
        if (target == before) return source;
        if (source == target && (policy != "delta" || before is null)) return target;
        var areNumbers = source.Kind == ValueKind.Integer && target.Kind == ValueKind.Integer;
        if (areNumbers && policy == "max") return source.AsInteger >= target.AsInteger ? source : target;
        if (areNumbers && policy == "delta" && before is { Kind: ValueKind.Integer } b) return Value.Integer(source.AsInteger + target.AsInteger - b.AsInteger);
        return Decide<object>(place, before ?? Value.Null, source, target) is Value value ? value : Value.Null;
    }

    private T? Decide<T>(string place, T? before, T? source, T? target)
    {
        Conflicts.Add(place);
        return decide(place) switch
        {
            ResolutionKind.Source => source,
            ResolutionKind.Base => before,
            _ => target,
        };
    }

    private static string Place(TableSchema schema, Value[] row, string column)
    {
        var columns = schema.StoredColumns.ToList();
        var key = schema.PrimaryKey.Select(name => DatabaseContent.Show(row[columns.FindIndex(c => c.Name == name)]));
        return $"{schema.Name} {string.Join(',', key)} {column}";
    }

    private static bool Same(Value[]? one, Value[]? other) => one is null || other is null ? one == other : one.AsSpan().SequenceEqual(other);
}
