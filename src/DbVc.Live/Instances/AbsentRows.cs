using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Rows of tables that are left out of a branch's database, which cannot object there when what they refer to goes away.</summary>
internal static class AbsentRows
{
    private const int Most = 20;

    /// <summary>Rows that refer to keys which are no longer there. Read only where such keys went.</summary>
    public static IReadOnlyList<ConstraintViolation> FindOrphans(IChunkSource chunks, Snapshot before, Snapshot after, AbsentContent absent)
    {
        var diff = new SnapshotDiff(chunks, before, after);
        var changed = diff.Tables().Where(t => t is { Before: not null, After: not null, RowsDiffer: true })
            .ToDictionary(t => t.Name, StringComparer.OrdinalIgnoreCase);
        var reader = new SnapshotReader(chunks, after);
        var found = new List<ConstraintViolation>();
        foreach (var child in absent.Tables)
        {
            foreach (var key in child.Schema.ForeignKeys.Where(k => changed.ContainsKey(k.ReferencedTable)))
            {
                var parent = changed[key.ReferencedTable];
                var columns = key.ReferencedColumns.Count > 0 ? key.ReferencedColumns : parent.After!.Schema.PrimaryKey;
                var gone = Gone(diff, parent, columns);
                if (gone.Count == 0 || reader.FindTableInAnyCase(child.Schema.Name) is not { } rows) continue;
                found.AddRange(Referring(chunks, rows, key, gone).Take(Most - found.Count));
                if (found.Count == Most) return found;
            }
        }

        return found;
    }

    private static HashSet<Values> Gone(SnapshotDiff diff, TableDifference parent, IReadOnlyList<string> columns)
    {
        var (old, now) = (Positions(parent.Before!.Schema, columns), Positions(parent.After!.Schema, columns));
        if (old is null || now is null) return [];
        var gone = new HashSet<Values>();
        var come = new HashSet<Values>();
        foreach (var change in diff.Rows(parent))
        {
            if (change.Before is { } row) gone.Add(Values.Of(row, old));
            if (change.After is { } next) come.Add(Values.Of(next, now));
        }

        gone.ExceptWith(come);
        return gone;
    }

    private static IEnumerable<ConstraintViolation> Referring(IChunkSource chunks, TableSnapshot child, ForeignKey key, HashSet<Values> gone)
    {
        if (Positions(child.Schema, key.Columns) is not { } columns) yield break;
        var encoder = new TableEncoder(child.Schema);
        foreach (var entry in ProllyTree.Scan(chunks, child.Rows))
        {
            var row = encoder.Decode(chunks, entry).Values;
            var values = Values.Of(row, columns);
            if (!gone.Contains(values)) continue;
            var name = child.Schema.HasKey
                ? string.Join(",", Positions(child.Schema, child.Schema.PrimaryKey)!.Select(i => row[i].ToString()))
                : string.Join(",", row.Select(v => v.ToString()));
            yield return new ConstraintViolation(
                $"FOREIGN KEY {child.Schema.Name}.{string.Join(",", key.Columns)} -> {key.ReferencedTable}", child.Schema.Name, name,
                $"row {name} of table {child.Schema.Name}, which is left out of the branch's database, refers to {key.ReferencedTable} {values}.");
        }
    }

    /// <summary>Where the columns stand among the stored ones; null where one is not stored.</summary>
    private static int[]? Positions(TableSchema table, IReadOnlyList<string> columns)
    {
        var stored = table.StoredColumns.ToList();
        var found = columns.Select(name => stored.FindIndex(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase))).ToArray();
        return found.Contains(-1) ? null : found;
    }

    /// <summary>The values of a key. One with NULL refers to nothing and is referred to by nothing.</summary>
    private readonly struct Values(Value[] cells) : IEquatable<Values>
    {
        private readonly Value[] _cells = cells;

        public static Values Of(Value[] row, int[] columns) => new([.. columns.Select(i => row[i])]);

        public bool Equals(Values other) => _cells.AsSpan().SequenceEqual(other._cells) && !Array.Exists(_cells, c => c.IsNull);

        public override bool Equals(object? obj) => obj is Values other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var cell in _cells) hash.Add(cell);
            return hash.ToHashCode();
        }

        public override string ToString() => string.Join(",", _cells.Select(c => c.ToString()));
    }
}
