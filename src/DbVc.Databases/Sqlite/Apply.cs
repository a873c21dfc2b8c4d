using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Carries out one delta: first everything is compared and the old rows go, then the schema changes, then the new rows come.</summary>
/// <param name="handle">In its transaction.</param>
/// <param name="delta">Its rows are read once.</param>
/// <param name="changes">Empty; what the delta gave is there afterwards.</param>
internal sealed class SqliteApply(SqliteHandle handle, DatabaseDelta delta, Dictionary<TableDelta, HeldRows> changes)
{
    /// <summary>Moved rows and violations reported at most; the rest adds nothing for a person.</summary>
    public const int MaxReported = 100;

    private readonly Dictionary<TableDelta, SqliteInPlace?> _inPlace = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<TableDelta> _onlyInPlace = new(ReferenceEqualityComparer.Instance);
    private readonly List<MovedRow> _moved = [];
    private readonly List<ConstraintViolation> _violations = [];

    public ApplyResult Run(Func<TableSchema, IRowCursor, bool>? isAsCaptured)
    {
        var schema = new SqliteSchemaChange(handle, delta);
        _moved.AddRange(schema.FindMoved().Take(MaxReported));
        if (_moved.Count == 0 && isAsCaptured is not null) RequireAsCaptured(isAsCaptured);
        if (_moved.Count == 0)
        {
            schema.DropObjects();
            foreach (var table in delta.Tables) RemoveRows(table);
        }

        if (_moved.Count > 0) return new ApplyResult(_moved, []);
        schema.ChangeTables(_violations);
        foreach (var table in delta.Tables) AddRows(table);
        if (_violations.Count == 0) schema.CreateObjects(_violations);
        if (_violations.Count == 0) new SqliteApplyLog(handle).Write(delta, changes);
        return new ApplyResult([], _violations.Take(MaxReported).ToList());
    }

    /// <summary>Rows that go with their table or column are in no list of changes, so they are looked at all together.</summary>
    private void RequireAsCaptured(Func<TableSchema, IRowCursor, bool> isAsCaptured)
    {
        foreach (var before in delta.Tables.Where(TakesAway).Select(t => t.Before!))
        {
            using var rows = SqliteRowCursor.Open(handle, before);
            if (!isAsCaptured(before, rows)) Report(new MovedRow(before.Name, "rows", null, null));
        }
    }

    private static bool TakesAway(TableDelta table) => table.Before is { } before
        && (table.After is not { } after || before.StoredColumns.Any(b => !after.StoredColumns.Any(a => a.Id == b.Id)));

    private void RemoveRows(TableDelta table)
    {
        if (table.Before is not { } before)
        {
            changes[table].Fill(table.Rows);
            return;
        }

        using var rows = new SqliteTableRows(handle, before);
        var inPlace = _inPlace[table] = SqliteInPlace.Of(handle, table);
        var wholeRows = new Dictionary<Value[], long>(RowComparer.Instance);
        var isOnlyInPlace = true;
        foreach (var change in table.Rows)
        {
            changes[table].Add(change);
            var isInPlace = inPlace?.Takes(change) == true;
            isOnlyInPlace &= isInPlace;
            if (change.Before is not { } expected) continue;
            if (isInPlace) UpdateByKey(rows, expected, change.After!);
            else if (rows.HasWholeKey(expected)) RemoveByKey(rows, expected);
            else wholeRows[expected] = wholeRows.GetValueOrDefault(expected) + change.Count;
        }

        if (isOnlyInPlace) _onlyInPlace.Add(table);
        if (wholeRows.Count > 0) RemoveWholeRows(rows, wholeRows);
        if (!isOnlyInPlace && table.After is { } after && HaveSameKey(before, after)) RequireAbsent(table, rows, after);
    }

    private void RemoveByKey(SqliteTableRows rows, Value[] expected)
    {
        var actual = rows.FindOther(expected);
        if (actual is null) rows.Delete(expected);
        else Report(new MovedRow(rows.Table.Name, rows.DescribeKey(expected), expected, actual.Length == 0 ? null : actual));
    }

    private void UpdateByKey(SqliteTableRows rows, Value[] expected, Value[] next)
    {
        var actual = rows.FindOther(expected);
        if (actual is not null) Report(new MovedRow(rows.Table.Name, rows.DescribeKey(expected), expected, actual.Length == 0 ? null : actual));
        else if (_moved.Count == 0 && _violations.Count < MaxReported && rows.Update(expected, next) is { } violation) _violations.Add(violation);
    }

    private void RemoveWholeRows(SqliteTableRows rows, Dictionary<Value[], long> wanted)
    {
        rows.DeleteWholeRows(wanted);
        foreach (var missing in wanted.Where(w => w.Value > 0).Select(w => w.Key))
        {
            Report(new MovedRow(rows.Table.Name, rows.DescribeKey(missing), missing, null));
        }
    }

    /// <summary>Looks for rows where new ones shall be; after the deletes, since two keys may differ for us and be equal for a collation.</summary>
    private void RequireAbsent(TableDelta table, SqliteTableRows rows, TableSchema after)
    {
        var keyColumns = KeyColumns(after);
        foreach (var change in changes[table].Read())
        {
            if (change.Before is not null || change.After is not { } added) continue;
            var key = Array.ConvertAll(keyColumns, i => added[i]);
            if (key.Length == 0 || Array.Exists(key, v => v.IsNull)) continue;
            if (rows.FindByKey(key) is { } actual) Report(new MovedRow(after.Name, SqliteTableRows.Describe(key), null, actual));
        }
    }

    private void AddRows(TableDelta table)
    {
        if (table.After is not { } after || _onlyInPlace.Contains(table)) return;
        using var rows = new SqliteTableRows(handle, after);
        var inPlace = _inPlace.GetValueOrDefault(table);
        foreach (var change in changes[table].Read())
        {
            if (change.After is not { } added || inPlace?.Takes(change) == true) continue;
            for (long i = 0; i < change.Count && _violations.Count < MaxReported; i++)
            {
                if (rows.Insert(added) is { } violation) _violations.Add(violation);
            }
        }
    }

    private void Report(MovedRow row)
    {
        if (_moved.Count < MaxReported) _moved.Add(row);
    }

    private static int[] KeyColumns(TableSchema table)
    {
        var stored = table.StoredColumns.Select(c => c.Name).ToList();
        return table.PrimaryKey.Select(k => stored.FindIndex(s => SqliteName.AreEqual(s, k))).ToArray();
    }

    private static bool HaveSameKey(TableSchema before, TableSchema after) =>
        before.PrimaryKey.Select(k => before.FindColumn(k)!.Id).SequenceEqual(after.PrimaryKey.Select(k => after.FindColumn(k)!.Id));
}
