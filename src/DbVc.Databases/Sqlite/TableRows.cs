using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Finds, removes and adds single rows of one table inside an apply session.</summary>
internal sealed class SqliteTableRows : IDisposable
{
    private readonly SqliteHandle _handle;
    private readonly List<string> _columns;
    private readonly int[] _key;
    private readonly string _name;
    private readonly string _columnList;
    private readonly string _keyCondition;
    private readonly string? _rowId;
    private readonly SqliteAffinity[] _affinities;
    private readonly List<SqliteStatement> _statements = [];
    private readonly Dictionary<string, SqliteStatement> _updates = new(StringComparer.Ordinal);
    private SqliteStatement? _select;
    private SqliteStatement? _selectBack;
    private SqliteStatement? _delete;
    private SqliteStatement? _insert;

    public SqliteTableRows(SqliteHandle handle, TableSchema table)
    {
        (_handle, Table) = (handle, table);
        _columns = table.StoredColumns.Select(c => c.Name).ToList();
        _key = table.PrimaryKey.Select(k => _columns.FindIndex(c => SqliteName.AreEqual(c, k))).ToArray();
        _name = "main." + SqliteName.Quote(table.Name);
        _columnList = SqliteName.QuoteAll(_columns);
        var collations = SqliteKeyIndex.ReadCollations(handle, table.Name);
        _keyCondition = string.Join(" AND ", table.PrimaryKey.Select((k, i) =>
            $"{SqliteName.Quote(k)} = ?{i + 1}{(i < collations.Count ? " COLLATE " + SqliteName.Quote(collations[i]) : "")}"));
        _rowId = SqliteKeyIndex.FindRowIdName(handle, table);
        _affinities = [.. table.StoredColumns.Select(c => SqliteAffinities.Of(c.DeclaredType))];
    }

    public TableSchema Table { get; }

    /// <summary>True if the row can be found by its key; SQLite allows NULL in most keys, and NULL equals nothing.</summary>
    public bool HasWholeKey(Value[] row) => _key.Length > 0 && Array.TrueForAll(_key, i => !row[i].IsNull);

    /// <summary>Null if the row with the key of <paramref name="expected"/> is exactly that row; else what is there instead, empty for nothing.</summary>
    public Value[]? FindOther(Value[] expected)
    {
        var select = SelectByKey();
        BindKey(select, expected);
        Value[]? other = [];
        if (select.Step()) other = select.IsRow(expected) ? null : select.RowAt(0);
        select.Reset();
        return other;
    }

    public Value[]? FindByKey(Value[] key)
    {
        var select = SelectByKey();
        for (var i = 0; i < key.Length; i++) select.Bind(i, key[i]);
        var row = select.Step() ? select.RowAt(0) : null;
        select.Reset();
        return row;
    }

    public Value[] KeyOf(Value[] row) => Array.ConvertAll(_key, i => row[i]);

    public void Delete(Value[] row)
    {
        _delete ??= Keep($"DELETE FROM {_name} WHERE {_keyCondition}");
        BindKey(_delete, row);
        _delete.Execute();
    }

    /// <summary>Deletes as many identical rows as asked for, in one pass over the table; what was not found is left in <paramref name="wanted"/>.</summary>
    public void DeleteWholeRows(Dictionary<Value[], long> wanted)
    {
        if (_rowId is null)
        {
            throw new DbVcException(FailureKind.Refused, "table.no-row-id",
                $"Table '{Table.Name}' has no key, and its columns hide the row number.", hint: "Give the table a primary key.");
        }

        var found = new List<long>();
        using (var scan = _handle.Prepare($"SELECT {_rowId}, {_columnList} FROM {_name}"))
        {
            while (scan.Step())
            {
                var row = scan.RowAt(1);
                if (wanted.GetValueOrDefault(row) <= 0) continue;
                wanted[row]--;
                found.Add(scan.IntegerAt(0));
            }
        }

        using var delete = _handle.Prepare($"DELETE FROM {_name} WHERE {_rowId} = ?1");
        foreach (var rowId in found)
        {
            delete.BindInteger(0, rowId);
            delete.Execute();
        }
    }

    /// <summary>Adds a row as it is; returns the constraint it broke, and then it is not there.</summary>
    public ConstraintViolation? Insert(Value[] row)
    {
        _insert ??= Keep(SqliteWriting.InsertSql(Table));
        for (var i = 0; i < row.Length; i++) _insert.Bind(i, row[i]);
        if (Run(_insert, row) is { } violation) return violation;
        if (!IsKept(row, Enumerable.Range(0, row.Length))) RequireStored(row, isNew: true);
        return null;
    }

    /// <summary>Gives a row whose key stays what it is its other values; returns the constraint it broke, and then it is as it was.</summary>
    public ConstraintViolation? Update(Value[] before, Value[] after)
    {
        var changed = Enumerable.Range(0, after.Length).Where(i => before[i] != after[i]).ToList();
        if (changed.Count == 0) return null;
        var set = string.Join(", ", changed.Select((column, i) => $"{SqliteName.Quote(_columns[column])} = ?{_key.Length + i + 1}"));
        if (!_updates.TryGetValue(set, out var update)) _updates[set] = update = Keep($"UPDATE OR ABORT {_name} SET {set} WHERE {_keyCondition}");
        BindKey(update, before);
        for (var i = 0; i < changed.Count; i++) update.Bind(_key.Length + i, after[changed[i]]);
        if (Run(update, after) is { } violation) return violation;
        if (!IsKept(after, changed)) RequireStored(after, isNew: false);
        return null;
    }

    private ConstraintViolation? Run(SqliteStatement statement, Value[] row)
    {
        var code = statement.TryStep();
        if (code == SqliteError.Done)
        {
            statement.Reset();
            return null;
        }

        var (message, failure) = (_handle.ErrorMessage, _handle.Fail());
        statement.Reset();
        if (SqliteError.Primary(code) != SqliteError.Constraint) throw failure;
        return new ConstraintViolation(message.Replace(" constraint failed:", "", StringComparison.Ordinal), Table.Name, DescribeKey(row),
            $"Row {DescribeKey(row)} of '{Table.Name}': {message}.")
        {
            Rows = [.. SqliteUniqueRival.Find(_handle, Table, row, message).Prepend(row).Select(r => new ViolatingRow(Table.Name, NameKey(r)))],
        };
    }

    /// <summary>True if these values cannot be stored other than they are.</summary>
    private bool IsKept(Value[] row, IEnumerable<int> columns)
    {
        if (_handle.IsUtf16) return false;
        foreach (var column in columns)
        {
            if (!SqliteAffinities.Keeps(_affinities[column], row[column].Kind)) return false;
        }

        return true;
    }

    /// <summary>The row's key with its columns' names; the whole row where there is no key.</summary>
    public IReadOnlyList<NamedValue> NameKey(Value[] row) =>
        [.. (_key.Length == 0 ? Enumerable.Range(0, row.Length) : _key).Select(i => new NamedValue(_columns[i], row[i]))];

    public string DescribeKey(Value[] row) => Describe(_key.Length == 0 ? row : Array.ConvertAll(_key, i => row[i]));

    public static string Describe(Value[] key)
    {
        var text = new StringBuilder();
        foreach (var value in key)
        {
            if (text.Length > 0) text.Append(", ");
            text.Append(value);
            if (text.Length > 200) return text.ToString(0, 200) + "…";
        }

        return text.ToString();
    }

    public void Dispose()
    {
        foreach (var statement in _statements) statement.Dispose();
    }

    /// <summary>A column's declared type may convert what is put into it; then the database would not hold what the commit says.</summary>
    private void RequireStored(Value[] row, bool isNew)
    {
        if (_rowId is null || !isNew)
        {
            _selectBack = SelectByKey();
            BindKey(_selectBack, row);
        }
        else
        {
            _selectBack ??= Keep($"SELECT {_columnList} FROM {_name} WHERE {_rowId} = ?1");
            _selectBack.BindInteger(0, _handle.LastInsertRowId);
        }

        var isStored = _selectBack.Step() && _selectBack.IsRow(row);
        var actual = isStored ? [] : _selectBack.RowAt(0);
        _selectBack.Reset();
        if (isStored) return;
        var at = Enumerable.Range(0, row.Length).First(i => actual[i] != row[i]);
        throw new DbVcException(FailureKind.Refused, "apply.altered",
            $"Column '{_columns[at]}' of '{Table.Name}' stores {actual[at].Kind} {Describe([actual[at]])} instead of {row[at].Kind} {Describe([row[at]])}.",
            $"{Table.Name} {DescribeKey(row)}", "The declared type converts the value; change the value or the column's type.");
    }

    private SqliteStatement SelectByKey() => _select ??= Keep($"SELECT {_columnList} FROM {_name} WHERE {_keyCondition}");

    private void BindKey(SqliteStatement statement, Value[] row)
    {
        for (var i = 0; i < _key.Length; i++) statement.Bind(i, row[_key[i]]);
    }

    private SqliteStatement Keep(string sql)
    {
        var statement = _handle.Prepare(sql);
        _statements.Add(statement);
        return statement;
    }
}
