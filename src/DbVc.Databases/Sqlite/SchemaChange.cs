using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Carries out the schema part of a delta. A table that differs is rebuilt: the old one is renamed away, the new one is made by its own
/// statement (so the catalogue holds exactly that text), the remaining rows are copied, the old one is dropped. Where only names changed,
/// no row is touched.
/// </summary>
internal sealed class SqliteSchemaChange
{
    private const string OldPrefix = "_dbvc_old_";

    private readonly SqliteHandle _handle;
    private readonly DatabaseDelta _delta;
    private readonly List<TableDelta> _rebuilt;
    private readonly List<TableDelta> _renamed;
    private readonly List<SchemaObject> _restored;

    public SqliteSchemaChange(SqliteHandle handle, DatabaseDelta delta)
    {
        (_handle, _delta) = (handle, delta);
        var changed = delta.Tables.Where(t => t is { Before: { } before, After: { } after } && (before.Sql != after.Sql || before.Name != after.Name)).ToList();
        _renamed = changed.FindAll(t => RenameInPlace.IsPossible(t.Before!, t.After!));
        _rebuilt = changed.FindAll(t => !_renamed.Contains(t));
        _restored = FindDependents();
    }

    /// <summary>Tables and objects whose statement in the catalogue is not the expected one.</summary>
    public IEnumerable<MovedRow> FindMoved()
    {
        foreach (var table in _delta.Tables)
        {
            if (table.Before is { } before && FindMoved("table", before.Name, before.Sql) is { } moved) yield return moved;
            if (table.After is not { } after || _delta.Tables.Any(t => SqliteName.AreEqual(t.Before?.Name, after.Name))) continue;
            if (FindMoved("table", after.Name, null) is { } present) yield return present;
        }

        foreach (var item in _delta.ObjectsBefore)
        {
            if (FindMoved(SqliteObjects.TypeOf(item.Kind), item.Name, item.Sql) is { } moved) yield return moved;
        }

        foreach (var item in _delta.ObjectsAfter.Where(after => !_delta.ObjectsBefore.Any(before => AreSame(before, after))))
        {
            if (FindMoved(SqliteObjects.TypeOf(item.Kind), item.Name, null) is { } present) yield return present;
        }
    }

    public void DropObjects()
    {
        foreach (var item in _delta.ObjectsBefore)
        {
            // A dropped view takes its triggers along.
            _handle.Execute($"DROP {SqliteObjects.TypeOf(item.Kind)} IF EXISTS main.{SqliteName.Quote(item.Name)}");
        }
    }

    public void ChangeTables(List<ConstraintViolation> violations)
    {
        foreach (var table in _delta.Tables.Where(t => t.After is null))
        {
            _handle.Execute($"DROP TABLE main.{SqliteName.Quote(table.Before!.Name)}");
        }

        for (var i = 0; i < _rebuilt.Count; i++)
        {
            _handle.Execute($"ALTER TABLE main.{SqliteName.Quote(_rebuilt[i].Before!.Name)} RENAME TO {SqliteName.Quote(OldPrefix + i)}");
        }

        RenameInPlace.Run(_handle, _renamed);
        foreach (var table in _delta.Tables.Where(t => t.After is not null && (t.Before is null || _rebuilt.Contains(t)))) Create(table.After!);
        for (var i = 0; i < _rebuilt.Count; i++)
        {
            var old = _rebuilt[i].Before! with { Name = OldPrefix + i };
            new SqliteTableCopy(_handle, old, _rebuilt[i].After!).Run(violations);
            if (_rebuilt[i].After!.Sql.Contains("AUTOINCREMENT", StringComparison.OrdinalIgnoreCase))
            {
                SqliteSequence.Carry(_handle, old.Name, _rebuilt[i].After!.Name);
            }

            _handle.Execute($"DROP TABLE main.{SqliteName.Quote(old.Name)}");
        }
    }

    /// <summary>Indexes first, so that a view or trigger never stands on a state that a unique index refuses.</summary>
    public void CreateObjects(List<ConstraintViolation> violations)
    {
        foreach (var item in _delta.ObjectsAfter.Concat(_restored).OrderBy(o => o.Kind))
        {
            try
            {
                _handle.Execute(item.Sql);
            }
            catch (DbVcException failure) when (failure.Code == "constraint.violated")
            {
                violations.Add(new ConstraintViolation($"UNIQUE INDEX {item.Name}", item.Table ?? "", "", $"Index '{item.Name}': {failure.Message}"));
            }
            catch (DbVcException failure) when (failure.Code == "database.failed")
            {
                throw Refuse(SqliteObjects.TypeOf(item.Kind), item.Name, failure);
            }
        }
    }

    private void Create(TableSchema table)
    {
        try
        {
            _handle.Execute(table.Sql);
        }
        catch (DbVcException failure) when (failure.Code == "database.failed")
        {
            throw Refuse("table", table.Name, failure);
        }
    }

    /// <summary>What vanishes with a rebuilt table or a replaced view although the delta does not speak of it.</summary>
    private List<SchemaObject> FindDependents()
    {
        var owners = _rebuilt.Where(t => SqliteName.AreEqual(t.Before!.Name, t.After!.Name)).Select(t => t.After!.Name)
            .Concat(_delta.ObjectsAfter.Where(o => o.Kind == SchemaObjectKind.View).Select(o => o.Name))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (owners.Count == 0) return [];
        // The triggers of change tracking are made anew at the end.
        return SqliteObjects.Read(_handle).Where(o => o.Table is not null && owners.Contains(o.Table) && !SqliteName.IsInternal(o.Name)
            && !_delta.ObjectsBefore.Any(b => AreSame(b, o)) && !_delta.ObjectsAfter.Any(a => AreSame(a, o))).ToList();
    }

    private MovedRow? FindMoved(string type, string name, string? expected)
    {
        var actual = SqliteObjects.FindSql(_handle, type, name);
        return actual == expected ? null : new MovedRow(name, "schema", AsRow(expected), AsRow(actual));
    }

    private static Value[]? AsRow(string? sql) => sql is null ? null : [Value.Text(sql)];

    private static bool AreSame(SchemaObject before, SchemaObject after) =>
        before.Kind == after.Kind && SqliteName.AreEqual(before.Name, after.Name);

    private static DbVcException Refuse(string type, string name, DbVcException cause) => new(FailureKind.Refused, "schema.rejected",
        $"SQLite does not accept the {type} '{name}': {cause.Message}", cause.Where, "Change its definition on the branch.", cause);
}
