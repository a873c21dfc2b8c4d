using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Finds rows that refer to nothing, in the tables of a delta and those that refer to them. SQLite files often hold such rows from times
/// when nobody checked, so only those are reported that the delta made: the child is new, or its parent went, or a schema changed.
/// </summary>
internal sealed class SqliteForeignKeyCheck(SqliteHandle handle, DatabaseDelta delta, Dictionary<TableDelta, HeldRows> changes)
{
    private readonly List<ConstraintViolation> _violations = [];

    public IReadOnlyList<ConstraintViolation> Run()
    {
        if (delta.Tables.Count == 0) return [];
        var touched = delta.Tables.SelectMany(t => new[] { t.Before?.Name, t.After?.Name }).OfType<string>()
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var tables = SqliteSchemaReader.Read(handle).Tables;
        foreach (var child in tables)
        {
            var keys = child.ForeignKeys.Where(k => touched.Contains(child.Name) || touched.Contains(k.ReferencedTable)).ToList();
            if (keys.Count > 0 && MayHaveOrphans(child)) keys.ForEach(k => Check(child, k, tables));
        }

        return _violations;
    }

    /// <summary>SQLite's own check knows every rule of affinity and collation and uses the parent's index; it only cannot name the row.</summary>
    private bool MayHaveOrphans(TableSchema child)
    {
        try
        {
            using var check = handle.Prepare($"PRAGMA main.foreign_key_check({SqliteName.Quote(child.Name)})");
            return check.Step();
        }
        catch (DbVcException failure) when (failure.Code == "database.failed")
        {
            // "foreign key mismatch": the parent has no unique key to refer to. New only if a schema changed.
            if (FindDelta(child.Name) is { } table && HasNewSchema(table)) throw;
            return false;
        }
    }

    private void Check(TableSchema child, ForeignKey key, IReadOnlyList<TableSchema> tables)
    {
        var parent = tables.FirstOrDefault(t => SqliteName.AreEqual(t.Name, key.ReferencedTable));
        var parentColumns = key.ReferencedColumns.Count > 0 ? key.ReferencedColumns : parent?.PrimaryKey ?? [];
        var cause = new Cause(child, key, parentColumns, changes, FindDelta(child.Name), FindDelta(key.ReferencedTable));
        var columns = child.StoredColumns.Select(c => c.Name).ToList();
        var identity = child.HasKey ? child.PrimaryKey : columns;
        using var orphans = handle.Prepare(OrphansSql(child, key, parent, parentColumns));
        while (_violations.Count < SqliteApply.MaxReported && orphans.Step())
        {
            var row = orphans.RowAt(0);
            if (!cause.IsIn(row)) continue;
            var keyText = SqliteTableRows.Describe(child.HasKey ? Pick(columns, row, child.PrimaryKey) : row);
            var value = SqliteTableRows.Describe(Pick(columns, row, key.Columns));
            var to = $"{key.ReferencedTable}.{string.Join(", ", parentColumns)}";
            _violations.Add(new ConstraintViolation($"FOREIGN KEY {child.Name}.{string.Join(", ", key.Columns)} -> {to}", child.Name, keyText,
                $"Row {keyText} of '{child.Name}' refers to {to} = {value}, which does not exist.")
            {
                Rows =
                [
                    new ViolatingRow(child.Name, Name(identity, Pick(columns, row, identity))),
                    new ViolatingRow(key.ReferencedTable, Name(parentColumns, Pick(columns, row, key.Columns)), Exists: false),
                ],
            });
        }
    }

    private static string OrphansSql(TableSchema child, ForeignKey key, TableSchema? parent, IReadOnlyList<string> parentColumns)
    {
        var sql = $"SELECT {SqliteName.QuoteAll(child.StoredColumns.Select(c => c.Name))} FROM main.{SqliteName.Quote(child.Name)} AS child WHERE "
            + string.Join(" AND ", key.Columns.Select(c => $"child.{SqliteName.Quote(c)} IS NOT NULL"));
        if (parent is null || parentColumns.Count != key.Columns.Count) return sql;
        var match = key.Columns.Select((c, i) => $"parent.{SqliteName.Quote(parentColumns[i])} = child.{SqliteName.Quote(c)}");
        return $"{sql} AND NOT EXISTS (SELECT 1 FROM main.{SqliteName.Quote(parent.Name)} AS parent WHERE {string.Join(" AND ", match)})";
    }

    private static IReadOnlyList<NamedValue> Name(IReadOnlyList<string> columns, Value[] values) =>
        [.. columns.Zip(values, (column, value) => new NamedValue(column, value))];

    private TableDelta? FindDelta(string name) => delta.Tables.FirstOrDefault(t =>
        SqliteName.AreEqual(t.Before?.Name, name) || SqliteName.AreEqual(t.After?.Name, name));

    private static bool HasNewSchema(TableDelta table) => table.Before?.Sql != table.After?.Sql;

    private static Value[] Pick(List<string> columns, Value[] row, IReadOnlyList<string> names) =>
        names.Select(n => row[columns.FindIndex(c => SqliteName.AreEqual(c, n))]).ToArray();

    /// <summary>Says whether the delta made an orphan. Values are compared as text without case: one found too many is only reported.</summary>
    private sealed class Cause
    {
        private readonly bool _isAnyNew;
        private readonly List<string> _columns;
        private readonly IReadOnlyList<string> _childKey;
        private readonly IReadOnlyList<string> _reference;
        private readonly HashSet<string> _children = new(StringComparer.OrdinalIgnoreCase);
        private readonly HashSet<string> _parents = new(StringComparer.OrdinalIgnoreCase);

        public Cause(TableSchema child, ForeignKey key, IReadOnlyList<string> parentColumns,
            Dictionary<TableDelta, HeldRows> changes, TableDelta? childDelta, TableDelta? parentDelta)
        {
            _columns = child.StoredColumns.Select(c => c.Name).ToList();
            _childKey = child.HasKey ? child.PrimaryKey : _columns;
            _reference = key.Columns;
            _isAnyNew = (childDelta is not null && HasNewSchema(childDelta)) || (parentDelta is not null && HasNewSchema(parentDelta));
            if (_isAnyNew) return;
            if (childDelta is not null) Collect(_children, changes[childDelta].Read().Select(c => c.After), _columns, _childKey);
            if (parentDelta is null) return;
            var stored = parentDelta.Before!.StoredColumns.Select(c => c.Name).ToList();
            Collect(_parents, changes[parentDelta].Read().Select(c => c.Before), stored, parentColumns);
        }

        public bool IsIn(Value[] row) =>
            _isAnyNew || _children.Contains(TextOf(_columns, row, _childKey)) || _parents.Contains(TextOf(_columns, row, _reference));

        private static void Collect(HashSet<string> texts, IEnumerable<Value[]?> rows, List<string> columns, IReadOnlyList<string> names)
        {
            foreach (var row in rows)
            {
                if (row is not null) texts.Add(TextOf(columns, row, names));
            }
        }

        private static string TextOf(List<string> columns, Value[] row, IReadOnlyList<string> names) =>
            string.Join('\0', Pick(columns, row, names).Select(TextOf));

        /// <summary>1.0 refers to 1, and by some collations blanks at the end do not count.</summary>
        private static string TextOf(Value value) => value.Kind switch
        {
            ValueKind.Real when value.AsReal == Math.Floor(value.AsReal) && Math.Abs(value.AsReal) < long.MaxValue =>
                Value.Integer((long)value.AsReal).ToString(),
            ValueKind.Text => value.ToString().TrimEnd(' '),
            _ => value.ToString(),
        };
    }
}
