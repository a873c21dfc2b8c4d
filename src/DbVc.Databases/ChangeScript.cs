using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Writes a delta as SQL statements that really carry it out: old rows go, then the schema changes, then new rows come, so that neither a
/// unique value that moves from row to row nor a table that changes its form is in the way. Triggers of touched tables are dropped and made
/// again: their effects are in the delta already.
/// </summary>
/// <param name="delta">Its rows are read twice.</param>
public sealed class ChangeScript(ISqlDialect dialect, DatabaseDelta delta, DatabaseSchema before, DatabaseSchema after)
{
    /// <summary>One statement after the other, without semicolons; none where nothing differs.</summary>
    public IEnumerable<string> Statements()
    {
        if (delta.IsEmpty) yield break;
        var gone = FindGone();
        foreach (var statement in dialect.Begin) yield return statement;
        var coming = FindComing(gone).ToList();
        foreach (var item in gone.Where(o => !o.Kind.IsBelowTables()).OrderByDescending(o => o.Kind.CreationOrder())) yield return dialect.Drop(item);
        foreach (var statement in delta.Tables.SelectMany(DeleteRows)) yield return statement;
        // What a table may stand on outlives the old one and is there before the new one, unless it changes under its own name.
        var below = gone.Where(o => o.Kind.IsBelowTables()).OrderByDescending(o => o.Kind.CreationOrder()).ToList();
        foreach (var item in below.Where(o => coming.Exists(c => AreSame(c, o)))) yield return dialect.Drop(item);
        foreach (var statement in Define(coming.Where(o => o.Kind.IsBelowTables()))) yield return statement;
        foreach (var statement in ChangeTables()) yield return statement;
        foreach (var item in below.Where(o => !coming.Exists(c => AreSame(c, o)))) yield return dialect.Drop(item);
        foreach (var statement in delta.Tables.SelectMany(AddRows)) yield return statement;
        foreach (var table in delta.Tables.Where(t => t.After is not null && (t.Before is null || IsRebuilt(t))))
        {
            foreach (var statement in dialect.Complete(table.Before, table.After!)) yield return statement;
        }

        foreach (var statement in Define(coming.Where(o => !o.Kind.IsBelowTables()))) yield return statement;
        foreach (var statement in dialect.End) yield return statement;
    }

    /// <summary>A statement with its end; text that ends in a comment gets it on a line of its own.</summary>
    public static string Terminate(string statement) =>
        statement.LastIndexOf("--", StringComparison.Ordinal) > statement.LastIndexOf('\n') ? statement + "\n;\n" : statement + ";\n";

    /// <summary>What the delta takes away, and what would act on its rows or vanish with its tables and views.</summary>
    private List<SchemaObject> FindGone()
    {
        var touched = delta.Tables.SelectMany(t => new[] { t.Before?.Name, t.After?.Name })
            .Concat(delta.ObjectsBefore.Where(o => o.Kind == SchemaObjectKind.View).Select(o => o.Name)).OfType<string>()
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var rebuilt = delta.Tables.Where(IsRebuilt).Select(t => t.Before!.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. before.Objects.Where(o => delta.ObjectsBefore.Any(gone => AreSame(gone, o)) || (o.Table is { } table
                && ((o.Kind == SchemaObjectKind.Trigger && touched.Contains(table)) || rebuilt.Contains(table)))),
        ];
    }

    private IEnumerable<SchemaObject> FindComing(List<SchemaObject> gone) =>
        after.Objects.Where(o => delta.ObjectsAfter.Any(coming => AreSame(coming, o)) || gone.Exists(old => AreSame(old, o)));

    private IEnumerable<string> Define(IEnumerable<SchemaObject> objects) => objects.OrderBy(o => o.Kind.CreationOrder()).SelectMany(dialect.Define);

    private IEnumerable<string> DeleteRows(TableDelta table)
    {
        if (table is not { Before: { } schema, After: not null }) return [];
        return table.Rows.Where(row => row.Before is not null && (row.After is null || !CanUpdate(table, row)))
            .Select(row => HasKey(schema, row.Before!) ? dialect.Delete(schema, row.Before!) : dialect.DeleteIdentical(schema, row.Before!, row.Count));
    }

    private IEnumerable<string> AddRows(TableDelta table)
    {
        if (table.After is not { } schema) yield break;
        foreach (var row in table.Rows)
        {
            if (row.After is not { } added) continue;
            if (CanUpdate(table, row)) yield return dialect.Update(schema, row.Before!, added);
            else
            {
                for (long i = 0; i < row.Count; i++) yield return dialect.Insert(schema, added);
            }
        }
    }

    private IEnumerable<string> ChangeTables()
    {
        foreach (var table in delta.Tables.Where(t => t.After is null)) yield return $"DROP TABLE {dialect.Quote(table.Before!.Name)}";
        foreach (var statement in delta.Tables.Where(IsRebuilt).SelectMany(t => dialect.Alter(t.Before!, t.After!) ?? [])) yield return statement;
        var rebuilt = delta.Tables.Where(t => IsRebuilt(t) && dialect.Alter(t.Before!, t.After!) is null).ToList();
        for (var i = 0; i < rebuilt.Count; i++) yield return dialect.SetAside(rebuilt[i].Before!, i);
        var made = delta.Tables.Where(t => t.After is not null && (t.Before is null || rebuilt.Contains(t))).Select(t => t.After!);
        foreach (var statement in made.SelectMany(dialect.Create)) yield return statement;
        for (var i = 0; i < rebuilt.Count; i++)
        {
            foreach (var statement in dialect.CopyAndDrop(rebuilt[i].Before!, i, rebuilt[i].After!)) yield return statement;
        }
    }

    /// <summary>A row is updated in place only where no unique value changes: two rows may swap theirs.</summary>
    private bool CanUpdate(TableDelta table, RowChange row)
    {
        if (table is not { Before: { } old, After: { } now } || IsRebuilt(table) || row is not { Before: { } left, After: { } right }) return false;
        if (!HasKey(old, left) || HasUniqueIndex(now)) return false;
        var columns = now.StoredColumns.ToList();
        return !now.PrimaryKey.Concat(now.Uniques.SelectMany(u => u))
            .Any(name => columns.FindIndex(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is >= 0 and var at && left[at] != right[at]);
    }

    /// <summary>An index may be unique over an expression or a part of the rows, which its columns do not tell.</summary>
    private bool HasUniqueIndex(TableSchema table) => before.Objects.Concat(after.Objects).Any(o => o.Kind == SchemaObjectKind.Index
        && string.Equals(o.Table, table.Name, StringComparison.OrdinalIgnoreCase)
        && o.Sql.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries) is [_, var second, ..]
        && second.Equals("UNIQUE", StringComparison.OrdinalIgnoreCase));

    private static bool HasKey(TableSchema table, Value[] row)
    {
        var columns = table.StoredColumns.ToList();
        return table.HasKey && table.PrimaryKey.All(name =>
            !row[columns.FindIndex(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase))].IsNull);
    }

    private static bool IsRebuilt(TableDelta table) =>
        table is { Before: { } old, After: { } now } && (old.Sql != now.Sql || old.Name != now.Name);

    private static bool AreSame(SchemaObject one, SchemaObject other) =>
        one.Kind == other.Kind && one.Name.Equals(other.Name, StringComparison.OrdinalIgnoreCase);
}
