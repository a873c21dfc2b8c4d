using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Finds rows that refer to nothing. The server's own checks are off in apply, as they would cascade; here only what the delta made is looked at: new
/// children, and children of parents that went. What is looked at is held until the transaction ends.
/// </summary>
internal sealed class MySqlForeignKeyCheck(MySqlHandle handle, DatabaseDelta delta, Dictionary<TableDelta, HeldRows> changes)
{
    /// <summary>Among so many, a value is asked for once.</summary>
    private const int MostValues = 100_000;

    private readonly List<ConstraintViolation> _violations = [];

    public IReadOnlyList<ConstraintViolation> Run()
    {
        if (delta.Tables.Count == 0) return [];
        var touched = delta.Tables.SelectMany(t => new[] { t.Before?.Name, t.After?.Name }).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (child, key) in FindKeys().Where(k => touched.Contains(k.Child.Name) || touched.Contains(k.Key.ReferencedTable))) Check(child, key);
        return _violations;
    }

    private IEnumerable<(TableSchema Child, ForeignKey Key)> FindKeys()
    {
        var children = MySqlObjects.List(handle,
            "SELECT DISTINCT table_name FROM information_schema.referential_constraints rc WHERE constraint_schema = database()").Select(r => r[0]);
        foreach (var name in children.Where(n => !MySqlName.IsInternal(n)))
        {
            if (MySqlSchemaReader.ReadText(handle, name) is not { } text) continue;
            var table = MySqlTableParts.Read(text);
            foreach (var key in table.ForeignKeys) yield return (table, key);
        }
    }

    private void Check(TableSchema child, ForeignKey key)
    {
        var (childDelta, parentDelta) = (Find(child.Name), Find(key.ReferencedTable));
        if (HasNewKey(childDelta, key) || parentDelta is { After: null }
            || parentDelta is { Before: { } old, After: { } now } && old.Sql != now.Sql)
        {
            Report(child, key, ReadOrphans(child, key, "1 = 1", []));
            return;
        }

        if (childDelta?.After is { } after) Check(child, key, changes[childDelta].Read().Select(c => c.After), after, key.Columns);
        if (parentDelta?.Before is { } before) Check(child, key, changes[parentDelta].Read().Select(c => c.Before), before, key.ReferencedColumns);
    }

    /// <summary>Looks at the children whose reference has one of the values that rows of the delta have in these columns.</summary>
    private void Check(TableSchema child, ForeignKey key, IEnumerable<Value[]?> rows, TableSchema table, IReadOnlyList<string> columns)
    {
        var stored = table.StoredColumns.Select(c => c.Name).ToList();
        var ordinals = columns.Select(c => stored.FindIndex(s => MySqlName.AreEqual(s, c))).ToArray();
        if (ordinals.Contains(-1)) return;
        var values = rows.Where(r => r is not null).Select(r => Array.ConvertAll(ordinals, i => r![i]))
            .Where(v => !Array.Exists(v, x => x.IsNull)).Chunk(MostValues).SelectMany(c => c.Distinct(RowComparer.Instance));
        var one = "(" + string.Join(" AND ", key.Columns.Select(c => $"child.{MySqlName.Quote(c)} = ?")) + ")";
        foreach (var block in values.Chunk(MySqlTableRows.MostRows))
        {
            Report(child, key, ReadOrphans(child, key, $"({string.Join(" OR ", block.Select(_ => one))})", block));
        }
    }

    private List<Value[]> ReadOrphans(TableSchema child, ForeignKey key, string condition, IReadOnlyList<Value[]> values)
    {
        var match = key.Columns.Select((c, i) => $"parent.{MySqlName.Quote(key.ReferencedColumns[i])} = child.{MySqlName.Quote(c)}");
        var parentExists = handle.ReadInteger("SELECT count(*) FROM information_schema.tables WHERE table_schema = database() AND table_name = "
            + MySqlName.Text(key.ReferencedTable)) > 0;
        var missing = parentExists
            ? $"NOT EXISTS (SELECT 1 FROM {MySqlName.Quote(key.ReferencedTable)} AS parent WHERE {string.Join(" AND ", match)})" : "1 = 1";
        using var statement = handle.Prepare(
            $"SELECT {string.Join(", ", child.StoredColumns.Select(c => "child." + MySqlName.Quote(c.Name)))} "
            + $"FROM {MySqlName.Quote(child.Name)} AS child WHERE {condition} AND "
            + $"{string.Join(" AND ", key.Columns.Select(c => $"child.{MySqlName.Quote(c)} IS NOT NULL"))} AND {missing} LIMIT {MySqlApply.MaxReported}");
        var parameter = 0;
        foreach (var value in values.SelectMany(v => v)) statement.Bind(parameter++, value);
        var orphans = new List<Value[]>();
        using var rows = statement.Query();
        while (rows.Read()) orphans.Add(rows.RowAt(0));
        return orphans;
    }

    private void Report(TableSchema child, ForeignKey key, List<Value[]> orphans)
    {
        var columns = child.StoredColumns.Select(c => c.Name).ToList();
        var identity = child.HasKey ? child.PrimaryKey : columns;
        var to = $"{key.ReferencedTable}.{string.Join(", ", key.ReferencedColumns)}";
        foreach (var row in orphans)
        {
            var keyText = MySqlRowText.Describe(Pick(columns, row, identity));
            if (_violations.Count >= MySqlApply.MaxReported
                || _violations.Exists(v => v.Table == child.Name && v.Key == keyText && v.Constraint.EndsWith(to, StringComparison.Ordinal))) continue;
            _violations.Add(new ConstraintViolation($"FOREIGN KEY {child.Name}.{string.Join(", ", key.Columns)} -> {to}", child.Name, keyText,
                $"Row {keyText} of '{child.Name}' refers to {to} = {MySqlRowText.Describe(Pick(columns, row, key.Columns))}, which does not exist.")
            {
                Rows =
                [
                    new ViolatingRow(child.Name, Name(identity, Pick(columns, row, identity))),
                    new ViolatingRow(key.ReferencedTable, Name(key.ReferencedColumns, Pick(columns, row, key.Columns)), Exists: false),
                ],
            });
        }
    }

    private TableDelta? Find(string name) => delta.Tables.FirstOrDefault(t =>
        MySqlName.AreEqual(t.Before?.Name, name) || MySqlName.AreEqual(t.After?.Name, name));

    private static bool HasNewKey(TableDelta? child, ForeignKey key) => child is { Before: { } before } && !before.ForeignKeys.Any(k =>
        k.Columns.SequenceEqual(key.Columns) && MySqlName.AreEqual(k.ReferencedTable, key.ReferencedTable)
            && k.ReferencedColumns.SequenceEqual(key.ReferencedColumns));

    private static Value[] Pick(List<string> columns, Value[] row, IReadOnlyList<string> names) =>
        [.. names.Select(n => row[columns.FindIndex(c => MySqlName.AreEqual(c, n))])];

    private static IReadOnlyList<NamedValue> Name(IReadOnlyList<string> columns, Value[] values) =>
        [.. columns.Zip(values, (column, value) => new NamedValue(column, value))];
}
