using DbVc.Model;

namespace DbVc.Tests;

/// <summary>An index of the model.</summary>
/// <param name="Table">The id of its table.</param>
/// <param name="Column">The id of its only column.</param>
internal sealed record NaiveIndex(string Table, int Column);

/// <summary>
/// A database as simple as can be: tables by id, indexes by name. Rows whose keys the database hands out are known by a text of their own
/// (<see cref="UidColumn"/>), and references to them hold that text, so what number a row has here or there does not matter.
/// </summary>
internal sealed class NaiveDatabase
{
    /// <summary>Ids of columns that mean something: the text that names a numbered row, and a reference to one.</summary>
    public const int UidColumn = 101;
    public const int ReferenceColumn = 102;
    public const string Items = "item";
    public const string Lines = "line";

    private string? _dump;

    public SortedDictionary<string, NaiveTable> Tables { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, NaiveIndex> Indexes { get; } = new(StringComparer.Ordinal);

    public static NaiveDatabase Start()
    {
        var start = new NaiveDatabase();
        start.Add("docs", ["k"], (1, "k", "TEXT"), (2, "a", ""), (3, "b", "TEXT"), (4, "n", "INTEGER"), (5, "m", "INTEGER"));
        start.Add("pairs", ["x", "y"], (6, "x", "INTEGER"), (7, "y", "TEXT"), (8, "v", ""));
        start.Add("bag", [], (9, "x", ""), (10, "y", "TEXT"));
        start.Add(Items, ["uid"], (UidColumn, "uid", "TEXT"), (11, "v", ""), (12, "w", "INTEGER"));
        start.Add(Lines, ["item_id", "nr"], (ReferenceColumn, "item_id", "INTEGER"), (13, "nr", "INTEGER"), (14, "what", ""));
        return start;
    }

    /// <summary>The statements that make <see cref="Start"/>.</summary>
    public const string StartSql = """
        CREATE TABLE docs (k TEXT PRIMARY KEY, a, b TEXT, n INTEGER, m INTEGER);
        CREATE TABLE pairs (x INTEGER, y TEXT, v, PRIMARY KEY (x, y));
        CREATE TABLE bag (x, y TEXT);
        CREATE TABLE item (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT, v, w INTEGER);
        CREATE TABLE line (item_id INTEGER REFERENCES item(id), nr INTEGER, what, PRIMARY KEY (item_id, nr)) WITHOUT ROWID;
        """;

    public void Add(string name, string[] key, params (int Id, string Name, string Type)[] columns)
    {
        _dump = null;
        Tables.Add(name, new NaiveTable(new TableSchema
        {
            Id = name,
            Name = name,
            Columns = [.. columns.Select(c => new Column { Id = c.Id, Name = c.Name, DeclaredType = c.Type })],
            PrimaryKey = key,
            Sql = "",
        }));
    }

    public NaiveDatabase Copy()
    {
        var copy = new NaiveDatabase();
        foreach (var (id, table) in Tables) copy.Tables.Add(id, table);
        foreach (var (name, index) in Indexes) copy.Indexes.Add(name, index);
        return copy;
    }

    /// <summary>A table to change: a copy, since commits hold the one that was there.</summary>
    public NaiveTable Change(string id)
    {
        _dump = null;
        return Tables[id] = Tables[id].Copy();
    }

    public void Put(string id, NaiveTable table)
    {
        _dump = null;
        Tables[id] = table;
    }

    public void Put(string name, NaiveIndex? index)
    {
        _dump = null;
        if (index is null) Indexes.Remove(name);
        else Indexes[name] = index;
    }

    public void Remove(string id)
    {
        _dump = null;
        Tables.Remove(id);
    }

    /// <summary>A reference whose row is gone.</summary>
    public bool Dangles()
    {
        var place = PlaceOf(Lines, ReferenceColumn);
        var items = Tables[Items];
        return Tables[Lines].Rows.Any(r => items.Find("key " + DatabaseContent.Show([r.Values[place]])) is null);
    }

    public int PlaceOf(string table, int column) => Tables[table].Schema.StoredColumns.ToList().FindIndex(c => c.Id == column);

    public string NameOf(string table, int column) => Tables[table].Schema.Columns.First(c => c.Id == column).Name;

    public string Dump() => _dump ??= string.Join('\n', Tables.Values
        .Select(t => $"table {t.Schema.Name} ({string.Join(' ', t.Schema.Columns.Select(c => c.Name).Order(StringComparer.Ordinal))})\n{t.Dump()}")
        .Concat(Indexes.Select(i => $"index {i.Key} on {Tables[i.Value.Table].Schema.Name} ({NameOf(i.Value.Table, i.Value.Column)})")));
}

/// <summary>A three-way merge of whole databases by the rules of docs/merge.md.</summary>
internal sealed class NaiveDatabaseMerge(Func<string, string> policyOf, Func<string, ResolutionKind> decide)
{
    private readonly NaiveMerge _rows = new(policyOf, decide);

    /// <summary>The places of conflicts about rows and cells.</summary>
    public SortedSet<string> Conflicts => _rows.Conflicts;

    /// <summary>The ids of tables about whose definition the sides contradict each other.</summary>
    public SortedSet<string> Contradictions { get; } = new(StringComparer.Ordinal);

    public NaiveDatabase Run(NaiveDatabase before, NaiveDatabase source, NaiveDatabase target)
    {
        var merged = new NaiveDatabase();
        foreach (var id in before.Tables.Keys.Concat(source.Tables.Keys).Concat(target.Tables.Keys).Distinct())
        {
            if (MergeTable(id, before, source, target) is { } table) merged.Tables.Add(id, table);
        }

        foreach (var name in before.Indexes.Keys.Concat(source.Indexes.Keys).Concat(target.Indexes.Keys).Distinct())
        {
            var (was, one, other) = (before.Indexes.GetValueOrDefault(name), source.Indexes.GetValueOrDefault(name), target.Indexes.GetValueOrDefault(name));
            var index = one == was ? other : one;
            if (index is null) continue;
            if (merged.Tables.TryGetValue(index.Table, out var table) && table.Schema.Columns.Any(c => c.Id == index.Column)) merged.Indexes.Add(name, index);
            else Contradictions.Add(index.Table);
        }

        return merged;
    }

    private NaiveTable? MergeTable(string id, NaiveDatabase before, NaiveDatabase source, NaiveDatabase target)
    {
        var (was, one, other) = (before.Tables.GetValueOrDefault(id), source.Tables.GetValueOrDefault(id), target.Tables.GetValueOrDefault(id));
        if (was is null)
        {
            if (one is not null && other is not null && (one.Schema.Columns.SequenceEqual(other.Schema.Columns) is false || one.Dump() != other.Dump()))
            {
                Contradictions.Add(id);
            }

            return other ?? one;
        }

        if (one is null || other is null)
        {
            if ((one ?? other) is not { } kept) return null;
            if (kept.Schema.Name == was.Schema.Name && kept.Schema.Columns.SequenceEqual(was.Schema.Columns) && kept.Dump() == was.Dump()) return null;
            Contradictions.Add(id);
            return other;
        }

        if (_rows.Run(was, one, other) is { } table) return table;
        Contradictions.Add(id);
        return other;
    }
}
