using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Carries out the schema part of a delta. Tables are altered where they stand, so that whatever else the server knows about them (rights, policies, who
/// replicates them) stays. What stands on them and is in the way is taken off and put back. Objects are made last, those first that others need.
/// </summary>
internal sealed class PostgresSchemaChange(PostgresConnection connection, DatabaseDelta delta, PostgresFindings findings)
{
    private readonly List<TableDelta> _altered = [.. delta.Tables.Where(IsAltered)];
    private DatabaseSchema _before = DatabaseSchema.Empty;
    private readonly List<string> _rights = [];
    private PostgresForeignKeys? _foreignKeys;

    /// <summary>True if anything but rows changes.</summary>
    public bool IsNeeded { get; } = delta.ObjectsBefore.Count + delta.ObjectsAfter.Count > 0
        || delta.Tables.Any(t => t.Before is null || t.After is null || IsAltered(t));

    public static bool IsAltered(TableDelta table) => table is { Before: { } before, After: { } after }
        && (before.Sql != after.Sql || before.Name != after.Name);

    /// <summary>Tables and objects whose definition is not the expected one.</summary>
    public IEnumerable<MovedRow> FindMoved(DatabaseSchema actual)
    {
        _before = actual;
        foreach (var table in delta.Tables)
        {
            if (table.Before is { } before && Differ(before.Name, actual.FindTable(before.Name)?.Sql, before.Sql) is { } moved) yield return moved;
            if (table.After is not { } after || delta.Tables.Any(t => t.Before?.Name == after.Name)) continue;
            if (Differ(after.Name, actual.FindTable(after.Name)?.Sql, null) is { } present) yield return present;
        }

        foreach (var item in delta.ObjectsBefore)
        {
            if (Differ(item.Name, Find(actual, item)?.Sql, item.Sql) is { } moved) yield return moved;
        }

        foreach (var item in delta.ObjectsAfter.Where(after => !delta.ObjectsBefore.Any(before => AreSame(before, after))))
        {
            if (Differ(item.Name, Find(actual, item)?.Sql, null) is { } present) yield return present;
        }
    }

    /// <summary>Before any row goes: what acts on rows or will be in the way.</summary>
    public void Begin()
    {
        var surgical = delta.Tables.Where(t => t.After is null || (_altered.Contains(t) && PostgresTableAlter.NeedsSurgery(t.Before!, t.After)))
            .Select(t => t.Before!.Name).ToList();
        _foreignKeys = PostgresForeignKeys.TakeOff(connection, surgical);
        // What goes for good goes first; a table cannot be dropped under a view.
        Retry(delta.ObjectsBefore.Where(b => !delta.ObjectsAfter.Any(a => AreSame(a, b)) && !b.Kind.IsBelowTables()).OrderByDescending(o =>
            o.Kind.CreationOrder()),
            PostgresObjectSql.Drop);
    }

    /// <summary>After old rows went and before new ones come: the tables' new forms, as far as rows may differ from them meanwhile.</summary>
    public void ChangeTables()
    {
        // A function may name tables that come after it.
        if (delta.ObjectsAfter.Any(o => o.Kind == SchemaObjectKind.Function)) connection.Execute("SET LOCAL check_function_bodies = off");
        var waiting = Try(
            [.. delta.ObjectsAfter.Where(o => o.Kind.IsBelowTables() && !delta.ObjectsBefore.Any(b => AreSame(b, o))).OrderBy(o => o.Kind.CreationOrder())],
            o => o.Sql).Left;
        foreach (var (old, now) in delta.ObjectsAfter.Select(a => (delta.ObjectsBefore.FirstOrDefault(b => AreSame(b, a)), a)))
        {
            if (old is { Kind: SchemaObjectKind.Type }) PostgresTypeChange.Run(connection, old, now, Freely);
            if (old is { Kind: SchemaObjectKind.Sequence }) PostgresTypeChange.AlterSequence(connection, now);
        }

        foreach (var table in delta.Tables.Where(t => t.After is null))
        {
            Freely(table.Before!.Name, $"DROP TABLE {PostgresName.Table(table.Before.Name)}");
        }

        Rename();
        foreach (var table in _altered) new PostgresTableAlter(table.Before!, table.After!, sql => Freely(table.After!.Name, sql)).Run();
        Retry(waiting.Concat<object>(delta.Tables.Where(t => t.Before is null).Select(t => t.After!)), item => item is TableSchema table
            ? string.Join(";\n", PostgresTableComposer.Statements(table, foreignKeys: false))
            : ((SchemaObject)item).Sql);
    }

    /// <summary>After the rows: what they have to meet, and everything that stands on tables.</summary>
    public void Finish()
    {
        foreach (var table in _altered) AddConstraints(table.After!);
        AddForeignKeys();
        CreateObjects();
        Retry(delta.ObjectsBefore.Where(b => b.Kind.IsBelowTables() && !delta.ObjectsAfter.Any(a => AreSame(a, b))).OrderByDescending(o =>
            o.Kind.CreationOrder()),
            PostgresObjectSql.Drop);
    }

    /// <summary>Names first, through names that nobody has, so that tables may swap theirs.</summary>
    private void Rename()
    {
        var renamed = _altered.FindAll(t => t.Before!.Name != t.After!.Name);
        for (var i = 0; i < renamed.Count; i++) PostgresTableAlter.Rename(connection.Execute, renamed[i].Before!.Name, Passing(renamed[i].Before!.Name, i));
        for (var i = 0; i < renamed.Count; i++) PostgresTableAlter.Rename(connection.Execute, Passing(renamed[i].Before!.Name, i), renamed[i].After!.Name);
    }

    private static string Passing(string name, int number) => PostgresName.Join(PostgresName.Split(name).Schema, $"_dbvc_passing_{number}");

    /// <summary>Runs a change of a table. Views that stand in its way are taken off; they come back with the other objects.</summary>
    private void Freely(string table, string sql)
    {
        if (PostgresAttempt.Run(connection, () => connection.Execute(sql), f => f.SqlState is "2BP01" or "0A000") is null) return;
        TakeOffViews(table);
        try
        {
            if (PostgresAttempt.Run(connection, () => connection.Execute(sql), PostgresAttempt.IsAboutRow) is { } failure)
            {
                findings.Add(table, $"Table '{table}' cannot be changed", failure);
            }
        }
        catch (DbVcException failure) when (failure.Code == "database.failed")
        {
            throw Refuse($"table '{table}'", failure);
        }
    }

    private void AddConstraints(TableSchema table)
    {
        foreach (var sql in PostgresTableAlter.Complete(connection, table)) Demand(table, sql);
    }

    private void AddForeignKeys()
    {
        var targets = delta.Tables.Where(t => t.After is not null && (t.Before is null || _altered.Contains(t))).Select(t => t.After!);
        foreach (var table in targets)
        {
            foreach (var sql in PostgresTableAlter.MissingForeignKeys(connection, table)) Demand(table, sql);
        }

        foreach (var (table, sql) in _foreignKeys!.Missing().Where(k => !_altered.Exists(t => t.After!.Name == k.Table)
            && !delta.Tables.Any(t => t.After is null && t.Before!.Name == k.Table))) Demand(new TableSchema
            {
                Name = table,
                Columns = [],
                PrimaryKey = [],
                Sql = "",
            }, sql);
    }

    /// <summary>A rule for the whole table; rows that do not meet it are a violation.</summary>
    private void Demand(TableSchema table, string sql)
    {
        try
        {
            if (PostgresAttempt.Run(connection, () => connection.Execute(sql), PostgresAttempt.IsAboutRow) is { } failure)
            {
                findings.Add(table.Name, $"Table '{table.Name}'", failure);
            }
        }
        catch (DbVcException failure) when (failure.Code == "database.failed")
        {
            throw Refuse($"table '{table.Name}'", failure);
        }
    }

    private void TakeOffViews(string relation)
    {
        foreach (var view in PostgresObjectSql.FindViewsOn(connection, relation))
        {
            _rights.AddRange(PostgresObjectSql.ReadRights(connection, view));
            connection.Execute(PostgresObjectSql.Drop(view));
        }
    }

    /// <summary>Whatever should be there and is not, in whatever way it went. Making a thing anew may take others along, so it is looked at again.</summary>
    private void CreateObjects()
    {
        for (var round = 0; round < 3 && findings.Violations.Count == 0; round++)
        {
            connection.Execute("SET LOCAL search_path = ''");
            var actual = PostgresSchemaReader.Read(connection);
            connection.Execute("SET LOCAL search_path TO DEFAULT");
            var expected = _before.Objects.Where(o => !delta.ObjectsBefore.Any(b => AreSame(b, o)) && IsOwnerThere(o)).Concat(delta.ObjectsAfter);
            var missing = expected.Where(o => Find(actual, o)?.Sql != o.Sql).OrderBy(o => o.Kind.CreationOrder()).ToList();
            if (missing.Count == 0) break;
            foreach (var item in missing.Where(o => Find(actual, o) is not null).OrderByDescending(o => o.Kind.CreationOrder())) TakeOff(item);
            Retry(missing, o => o.Sql);
        }

        foreach (var statement in _rights) PostgresAttempt.Run(connection, () => connection.Execute(statement), f =>
            f.SqlState is "42P01" or PostgresError.Permission);
    }

    /// <summary>What stands there and has to be another one. A function is replaced by its own statement, where the server can do that.</summary>
    private void TakeOff(SchemaObject item)
    {
        if (item.Kind == SchemaObjectKind.Function)
        {
            if (PostgresAttempt.Run(connection, () => connection.Execute(item.Sql), f => f.SqlState is "42P13" or "42809" or "42723") is null) return;
            connection.Execute(PostgresObjectSql.Drop(item) + " CASCADE");
            return;
        }

        if (item.Kind is SchemaObjectKind.View or SchemaObjectKind.MaterializedView)
        {
            TakeOffViews(item.Name);
            _rights.AddRange(PostgresObjectSql.ReadRights(connection, item));
        }

        connection.Execute(PostgresObjectSql.Drop(item));
    }

    private bool IsOwnerThere(SchemaObject item) => item.Table is null || !delta.Tables.Any(t => t.Before?.Name == item.Table && t.After?.Name != item.Table)
        || delta.Tables.Any(t => t.After?.Name == item.Table);

    /// <summary>Runs a statement for each; those that need another one first are tried again after it.</summary>
    private void Retry<T>(IEnumerable<T> items, Func<T, string> statement)
    {
        if (Try([.. items], statement) is { Left: [var first, ..], Failure: var failure }) GiveUp(first, failure!);
    }

    /// <summary>What the server does not accept in whatever order, and why it did not accept the last of them.</summary>
    private (List<T> Left, DbVcException? Failure) Try<T>(List<T> items, Func<T, string> statement)
    {
        for (var left = items; ;)
        {
            var failed = new List<T>();
            DbVcException? last = null;
            foreach (var item in left)
            {
                connection.Execute("SAVEPOINT dbvc_object");
                try
                {
                    connection.Execute(statement(item));
                    connection.Execute("RELEASE SAVEPOINT dbvc_object");
                }
                catch (DbVcException failure) when (failure.Code is "database.failed" or "constraint.violated")
                {
                    connection.Execute("ROLLBACK TO SAVEPOINT dbvc_object; RELEASE SAVEPOINT dbvc_object");
                    last = failure;
                    failed.Add(item);
                }
            }

            if (failed.Count == 0 || failed.Count == left.Count) return (failed, last);
            left = failed;
        }
    }

    private void GiveUp<T>(T item, DbVcException failure)
    {
        if (failure.InnerException is Npgsql.PostgresException server && PostgresAttempt.IsAboutRow(server) && item is SchemaObject { Table: { } table } broken)
        {
            findings.Add(table, $"{broken.Kind} '{broken.Name}'", server);
            return;
        }

        throw Refuse(item is SchemaObject named ? $"{named.Kind.ToText()} '{named.Name}'" : item is TableSchema made ? $"table '{made.Name}'" : "schema",
            failure);
    }

    private static DbVcException Refuse(string what, DbVcException cause) => new(FailureKind.Refused, "schema.rejected",
        $"PostgreSQL does not accept the {what}: {cause.Message}", cause.Where, "Change its definition on the branch.", cause);

    private static MovedRow? Differ(string name, string? actual, string? expected) =>
        actual == expected ? null : new MovedRow(name, "schema", AsRow(expected), AsRow(actual));

    private static Value[]? AsRow(string? sql) => sql is null ? null : [Value.Text(sql)];

    private static SchemaObject? Find(DatabaseSchema schema, SchemaObject item) => schema.Objects.FirstOrDefault(o => AreSame(o, item));

    private static bool AreSame(SchemaObject one, SchemaObject other) => one.Kind == other.Kind && one.Name == other.Name && one.Table == other.Table;
}
