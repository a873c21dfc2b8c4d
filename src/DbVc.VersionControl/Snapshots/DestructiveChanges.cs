using System.Globalization;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// What a change of definitions takes away or has to change in rows that are there: only history brings it back. Costs a reading of each table that has
/// another definition, and nothing where none has.
/// </summary>
public static class DestructiveChanges
{
    /// <summary>Of the way from one snapshot to another, table by table.</summary>
    public static IReadOnlyList<DestructiveChange> Find(IChunkSource chunks, Snapshot before, Snapshot after) =>
    [
        .. new SnapshotDiff(chunks, before, after).Tables()
            .Where(t => t.Before is not null && !SchemaEquality.Same(t.Before.Schema, t.After?.Schema))
            .SelectMany(t => t.After is { } now ? InTable(chunks, t.Before!, now) : [Dropped(t.Before!)]),
    ];

    private static DestructiveChange Dropped(TableSnapshot table) =>
        new("table", table.Schema.Name, null, table.Count, $"drops the table {table.Schema.Name} with {Rows(table.Count)}");

    private static IEnumerable<DestructiveChange> InTable(IChunkSource chunks, TableSnapshot before, TableSnapshot after)
    {
        var counts = new List<Counter>();
        foreach (var (column, place) in before.Schema.StoredColumns.Select((c, i) => (c, i)))
        {
            var now = after.Schema.FindSame(column);
            var name = $"{before.Schema.Name}.{column.Name}";
            if (now is null)
            {
                counts.Add(new Counter("column", column.Name, row => !row[place].IsNull, n => $"drops the column {name}, in which {Have(n)} a value")
                {
                    Always = true,
                });
            }
            else if (column.Nullable && !now.Nullable)
            {
                counts.Add(new Counter("not-null", column.Name, row => row[place].IsNull, n => $"makes {name} NOT NULL, and {Have(n)} none"));
            }
            if (now is not null && ColumnWidth.Find(column.DeclaredType, now.DeclaredType) is { } narrowed)
            {
                counts.Add(new Counter("narrowing", column.Name, row => narrowed.Exceeds(row[place]),
                    n => $"narrows {name} from {column.DeclaredType} to {now.DeclaredType}, and {Have(n)} more than fits"));
            }
        }

        counts.AddRange(NewUniques(before.Schema, after.Schema).Select(columns => Duplicates(before.Schema, columns)));
        if (counts.Count == 0) yield break;
        foreach (var change in RowDiff.Changes(chunks, null, before))
        {
            foreach (var count in counts) count.Look(change.After!, change.Count);
        }

        foreach (var count in counts.Where(c => c.Always || c.Rows > 0))
            yield return new DestructiveChange(count.Kind, before.Schema.Name, count.Column, count.Rows, count.Say(count.Rows));
    }

    /// <summary>Keys that were not unique before, with names as they were then.</summary>
    private static IEnumerable<IReadOnlyList<string>> NewUniques(TableSchema before, TableSchema after)
    {
        var known = Keys(before).Select(k => Normal(k)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var key in Keys(after))
        {
            var then = key.Select(name => after.FindColumn(name) is { } column ? before.FindSame(column)?.Name : null).ToList();
            if (then.Contains(null) || known.Contains(Normal(then!))) continue;
            yield return then!;
        }
    }

    private static IEnumerable<IReadOnlyList<string>> Keys(TableSchema table) => table.HasKey ? table.Uniques.Append(table.PrimaryKey) : table.Uniques;

    private static string Normal(IEnumerable<string> columns) => string.Join('\0', columns.Order(StringComparer.OrdinalIgnoreCase));

    private static Counter Duplicates(TableSchema table, IReadOnlyList<string> columns)
    {
        var stored = table.StoredColumns.ToList();
        var places = columns.Select(name => stored.FindIndex(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase))).ToArray();
        var seen = new HashSet<Hash>();
        var names = string.Join(", ", columns);
        return new Counter("unique", names, row => !Array.Exists(places, p => p < 0 || row[p].IsNull) && !seen.Add(Key(row, places)),
            n => $"makes {table.Name} ({names}) unique, and {(n == 1 ? "1 row repeats another" : $"{Rows(n)} repeat others")}");
    }

    private static Hash Key(Value[] row, int[] places)
    {
        using var bytes = new MemoryStream();
        foreach (var place in places)
        {
            var text = System.Text.Encoding.UTF8.GetBytes(row[place].ToString());
            bytes.WriteByte((byte)row[place].Kind);
            bytes.Write(BitConverter.GetBytes(text.Length));
            bytes.Write(text);
        }

        return Hash.Of(bytes.ToArray());
    }

    private static string Rows(long count) => count == 1 ? "1 row" : count.ToString("#,0", CultureInfo.InvariantCulture) + " rows";

    private static string Have(long count) => count == 1 ? "1 row has" : $"{Rows(count)} have";

    private sealed class Counter(string kind, string column, Func<Value[], bool> isHit, Func<long, string> say)
    {
        public string Kind { get; } = kind;

        public string Column { get; } = column;

        public Func<long, string> Say { get; } = say;

        /// <summary>Named even where it hits no row.</summary>
        public bool Always { get; init; }

        public long Rows { get; private set; }

        public void Look(Value[] row, long count)
        {
            if (isHit(row)) Rows += count;
        }
    }
}
