using DbVc.Model;

namespace DbVc.Databases;

/// <summary>A table as it was, seen by SQLite: its columns with their types and collations, and what all its cursors share.</summary>
internal sealed class HistoricTable : IDisposable
{
    private readonly IHistoricTable _rows;
    private readonly ColumnAffinity[] _affinities;
    private readonly int[] _stored;
    private readonly bool _strict;
    private readonly bool _withoutRowId;
    private readonly Dictionary<HistoricPlan, HistoricLookup?> _lookups = [];
    private GeneratedColumns? _generated;

    public HistoricTable(IHistoricTable rows)
    {
        _rows = rows;
        var schema = rows.Schema;
        (_withoutRowId, _strict) = SqliteTypes.ReadOptions(schema.Sql);
        HasRowIdKey = schema.AllocatesKeys && schema.PrimaryKey.Count == 1;
        Key = [.. schema.PrimaryKey.Select(name => IndexOf(schema, name))];
        _affinities = [.. schema.Columns.Select(c => SqliteTypes.AffinityOf(c.DeclaredType, _strict))];
        if (HasRowIdKey) _affinities[Key[0]] = ColumnAffinity.RowId;
        var stored = 0;
        _stored = [.. schema.Columns.Select(c => c.Generated ? -1 : stored++)];
        StoredCount = stored;
        Planner = new HistoricPlanner(this);
    }

    public HistoricPlanner Planner { get; }

    public TableSchema Schema => _rows.Schema;

    public long Count => _rows.Count;

    /// <summary>The places of the key columns among all columns, in the order of the key.</summary>
    public IReadOnlyList<int> Key { get; }

    /// <summary>The key is the row number.</summary>
    public bool HasRowIdKey { get; }

    public int StoredCount { get; }

    public ColumnAffinity AffinityAt(int column) => _affinities[column];

    /// <summary>The place of a column among the stored ones; -1 for a generated column.</summary>
    public int StoredAt(int column) => _stored[column];

    public bool IsRowId(int column) => HasRowIdKey && column == Key[0];

    /// <summary>True if SQLite orders the values of a key column as keys are ordered. A column of numbers may mix integers and reals.</summary>
    public bool IsOrderedLikeKeys(int column) =>
        IsRowId(column) || (_affinities[column] == ColumnAffinity.Text && Schema.Columns[column].Collation is null);

    /// <summary>The statement that tells SQLite the columns. Keys are left out where they need not be there: SQLite only takes them for a promise.</summary>
    public string Declaration()
    {
        var columns = Schema.Columns.Select(c => $"{SqliteName.Quote(c.Name)} {SqliteTypes.Declare(c.DeclaredType, _strict)}{Collate(c)}"
            + (HasRowIdKey && SqliteName.AreEqual(c.Name, Schema.PrimaryKey[0]) ? " NOT NULL" : ""));
        var key = _withoutRowId ? $", PRIMARY KEY ({SqliteName.QuoteAll(Schema.PrimaryKey)})" : "";
        var options = (_withoutRowId, _strict) switch
        {
            (true, true) => " WITHOUT ROWID, STRICT",
            (true, false) => " WITHOUT ROWID",
            (false, true) => " STRICT",
            _ => "",
        };
        return $"CREATE TABLE x ({string.Join(", ", columns)}{key}){options}";
    }

    public IHistoricCursor Open(HistoricPlan plan)
    {
        var wanted = new bool[StoredCount];
        var all = false;
        for (var i = 0; i < _stored.Length; i++)
        {
            if (!plan.Uses(i)) continue;
            if (_stored[i] < 0) all = true;
            else wanted[_stored[i]] = true;
        }

        if (all) Array.Fill(wanted, true);
        return _rows.Open(wanted);
    }

    public IHistoricCursor Open(bool[] wanted) => _rows.Open(wanted);

    /// <summary>The index for a plan; null the first time it is asked for, when scanning costs less.</summary>
    public HistoricLookup? LookupFor(HistoricPlan plan, Func<bool> isInterrupted)
    {
        if (Count > HistoricLookup.MaxRows) return null;
        if (!_lookups.TryGetValue(plan, out var lookup)) _lookups.Add(plan, null);
        else if (lookup is null) _lookups[plan] = lookup = HistoricLookup.Build(this, plan, isInterrupted);
        return lookup;
    }

    /// <summary>The value of a generated column in the row the cursor stands on.</summary>
    public Value Generate(int column, IHistoricCursor row)
    {
        _generated ??= GeneratedColumns.Open(Schema);
        return _generated.Compute(column, row);
    }

    public void Dispose() => _generated?.Dispose();

    /// <summary>A collation that only the user's application defines cannot be had here.</summary>
    private static string Collate(Column column) => column.Collation?.ToUpperInvariant() is "NOCASE" or "RTRIM" ? " COLLATE " + column.Collation : "";

    private static int IndexOf(TableSchema schema, string name)
    {
        for (var i = 0; i < schema.Columns.Count; i++)
        {
            if (SqliteName.AreEqual(schema.Columns[i].Name, name)) return i;
        }

        throw new DbVcException(FailureKind.Failed, "store.damaged", $"The key column '{name}' of '{schema.Name}' does not exist.", hint: "Run db-vc verify.");
    }
}
