using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Carries out the rows of one delta: everything is compared, the old rows go, then the new rows come.</summary>
internal sealed class MySqlApply(MySqlHandle handle, DatabaseDelta delta, Dictionary<TableDelta, HeldRows> changes)
{
    /// <summary>Moved rows and violations reported at most; the rest adds nothing for a person.</summary>
    public const int MaxReported = 100;

    private const int MostPresent = 10_000;

    public List<MovedRow> Moved { get; } = [];

    public List<ConstraintViolation> Violations { get; } = [];

    /// <summary>Compares all rows that the delta speaks of with what is there, and locks them.</summary>
    public void Compare(Func<TableDelta, MySqlRowShape> shapeBefore)
    {
        foreach (var table in delta.Tables.Where(t => t.Before is not null))
        {
            using var rows = new MySqlTableRows(handle, shapeBefore(table));
            CompareKeyed(rows, Before(table).Where(r => HasWholeKey(rows.Shape, r)));
            RequireAbsent(table, rows);
        }
    }

    /// <summary>Deletes what goes. Rows without key are compared only now.</summary>
    public void Remove(Func<TableDelta, MySqlRowShape> shapeBefore)
    {
        foreach (var table in delta.Tables.Where(t => t is { Before: not null, After: not null }))
        {
            using var rows = new MySqlTableRows(handle, shapeBefore(table));
            foreach (var block in rows.Blocks(Before(table).Where(r => HasWholeKey(rows.Shape, r))))
            {
                rows.DeleteByKeys(block.ConvertAll(rows.Shape.KeyOf));
            }

            foreach (var change in changes[table].Read().Where(c => c.Before is not null && !HasWholeKey(rows.Shape, c.Before)))
            {
                if (rows.DeleteIdentical(change.Before!, change.Count) < change.Count)
                {
                    Report(new MovedRow(table.Before!.Name, rows.Shape.Describe(change.Before!), change.Before, null));
                }
            }
        }
    }

    /// <summary>Adds what comes, and reads it back: a column's type may have made something else of a value.</summary>
    public void Add()
    {
        foreach (var table in delta.Tables.Where(t => t.After is not null))
        {
            using var rows = new MySqlTableRows(handle, MySqlRowShape.Of(table.After!));
            foreach (var block in rows.Blocks(After(table)))
            {
                if (Violations.Count >= MaxReported) return;
                if (!TryInsert(rows, block)) InsertOneByOne(rows, table.After!, block);
                else RequireStored(rows, block);
            }
        }
    }

    private static bool HasWholeKey(MySqlRowShape shape, Value[] row) => shape.Key.Length > 0 && Array.TrueForAll(shape.Key, i => !row[i].IsNull);

    private IEnumerable<Value[]> Before(TableDelta table) => changes[table].Read().Where(c => c.Before is not null).Select(c => c.Before!);

    private IEnumerable<Value[]> After(TableDelta table) => changes[table].Read().Where(c => c.After is not null)
        .SelectMany(c => c.Count == 1 ? [c.After!] : Enumerable.Repeat(c.After!, checked((int)c.Count)));

    private void CompareKeyed(MySqlTableRows rows, IEnumerable<Value[]> expected)
    {
        foreach (var block in rows.Blocks(expected))
        {
            var actual = rows.FindByKeys(block.ConvertAll(rows.Shape.KeyOf)).ToDictionary(rows.Shape.KeyOf, RowComparer.Instance);
            foreach (var row in block)
            {
                if (!actual.TryGetValue(rows.Shape.KeyOf(row), out var found)) found = rows.FindByKeys([rows.Shape.KeyOf(row)]).FirstOrDefault();
                if (found is null || !IsSame(rows.Shape, row, found)) Report(new MovedRow(rows.Shape.Name, rows.Shape.Describe(row), row, found));
            }
        }
    }

    private static bool IsSame(MySqlRowShape shape, Value[] expected, Value[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            if (shape.IsComparable[i] && expected[i] != actual[i]) return false;
        }

        return true;
    }

    /// <summary>Looks for rows where new ones shall be; those that the delta takes away do not count.</summary>
    private void RequireAbsent(TableDelta table, MySqlTableRows rows)
    {
        if (table.After is not { } after || !HaveSameKey(table.Before!, after)) return;
        var shape = MySqlRowShape.Of(after);
        if (shape.Key.Length == 0) return;
        var coming = changes[table].Read().Where(c => c is { Before: null, After: not null }).Select(c => c.After!);
        var present = new Dictionary<Value[], Value[]>(RowComparer.Instance);
        foreach (var block in rows.Blocks(coming))
        {
            foreach (var found in rows.FindByKeys(block.ConvertAll(shape.KeyOf))) present[rows.Shape.KeyOf(found)] = found;
            if (present.Count >= MostPresent) ReportStaying(table, rows, present);
        }

        if (present.Count > 0) ReportStaying(table, rows, present);
    }

    /// <summary>Hardly ever is a row there, so the keys of all that leave are not kept for it: they are looked through once more.</summary>
    private void ReportStaying(TableDelta table, MySqlTableRows rows, Dictionary<Value[], Value[]> present)
    {
        foreach (var leaving in Before(table)) present.Remove(rows.Shape.KeyOf(leaving));
        foreach (var found in present.Values) Report(new MovedRow(table.After!.Name, rows.Shape.Describe(found), null, found));
        present.Clear();
    }

    private static bool TryInsert(MySqlTableRows rows, List<Value[]> block)
    {
        try
        {
            rows.Insert(block);
            return true;
        }
        catch (DbVcException failure) when (IsRowFault(failure))
        {
            return false;
        }
    }

    private void InsertOneByOne(MySqlTableRows rows, TableSchema table, List<Value[]> block)
    {
        foreach (var row in block)
        {
            try
            {
                rows.Insert([row]);
                RequireStored(rows, [row]);
            }
            catch (DbVcException failure) when (IsRowFault(failure))
            {
                var key = rows.Shape.Describe(row);
                Violations.Add(new ConstraintViolation(failure.Message.TrimEnd('.'), table.Name, key, $"Row {key} of '{table.Name}': {failure.Message}")
                {
                    Rows = [.. MySqlUniqueRival.Find(handle, table, row, failure).Prepend(row).Select(r => new ViolatingRow(table.Name, rows.NameKey(r)))],
                });
                if (Violations.Count >= MaxReported) return;
            }
        }
    }

    private static bool IsRowFault(DbVcException failure) => failure.Code is "constraint.violated" or "value.rejected";

    private static void RequireStored(MySqlTableRows rows, List<Value[]> block)
    {
        if (rows.Shape.Key.Length == 0)
        {
            foreach (var row in block.Where(r => rows.CountIdentical(r) == 0)) throw Altered(rows, row, null);
            return;
        }

        var stored = rows.FindByKeys(block.ConvertAll(rows.Shape.KeyOf)).ToDictionary(rows.Shape.KeyOf, RowComparer.Instance);
        foreach (var row in block)
        {
            if (!stored.TryGetValue(rows.Shape.KeyOf(row), out var actual) || !RowComparer.Instance.Equals(row, actual))
            {
                throw Altered(rows, row, actual ?? rows.FindByKeys([rows.Shape.KeyOf(row)]).FirstOrDefault());
            }
        }
    }

    private static DbVcException Altered(MySqlTableRows rows, Value[] row, Value[]? actual)
    {
        var at = actual is null ? -1 : Enumerable.Range(0, row.Length).First(i => actual[i] != row[i]);
        var what = at < 0 ? $"'{rows.Shape.Name}' stores a row differently"
            : $"Column '{rows.Shape.Columns[at]}' of '{rows.Shape.Name}' stores {actual![at].Kind} {MySqlRowText.Describe([actual[at]])} "
                + $"instead of {row[at].Kind} {MySqlRowText.Describe([row[at]])}";
        return new DbVcException(FailureKind.Refused, "apply.altered", what + ".", $"{rows.Shape.Name} {rows.Shape.Describe(row)}",
            "The declared type converts the value; change the value or the column's type.");
    }

    private void Report(MovedRow row)
    {
        if (Moved.Count < MaxReported) Moved.Add(row);
    }

    private static bool HaveSameKey(TableSchema before, TableSchema after) =>
        before.PrimaryKey.Select(k => before.FindColumn(k)!.Id).SequenceEqual(after.PrimaryKey.Select(k => after.FindColumn(k)!.Id));
}
