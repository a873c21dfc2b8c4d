using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Alters one table, which has its new name already, so that the catalogue then reads exactly as the new definition: columns keep their rows, the order of
/// columns included. A column that stands elsewhere, or is computed otherwise, is made anew behind the others.
/// </summary>
internal sealed class PostgresTableAlter(TableSchema before, TableSchema after, Action<string> run)
{
    private readonly string _table = PostgresName.Table(after.Name);
    private readonly List<Column> _now = [.. before.Columns];

    /// <summary>True if a key goes or is made anew that foreign keys of other tables may stand on.</summary>
    public static bool NeedsSurgery(TableSchema before, TableSchema after)
    {
        var touched = before.Columns.Skip(KeptInPlace(before, after)).Concat(before.Columns.Where(b => Same(after, b)?.DeclaredType != b.DeclaredType))
            .Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        return Keys(before).Any(k => k.Columns.Any(touched.Contains) || !Keys(after).Any(a => IsSameButRenamed(before, after, k, a)));
    }

    public static void Rename(Action<string> run, string name, string to)
    {
        var (from, target) = (PostgresName.Split(name), PostgresName.Split(to));
        if (from.Schema != target.Schema) run($"ALTER TABLE {PostgresName.Table(name)} SET SCHEMA {PostgresName.Quote(target.Schema)}");
        if (from.Name != target.Name) run($"ALTER TABLE {PostgresName.Write(target.Schema, from.Name)} RENAME TO {PostgresName.Quote(target.Name)}");
    }

    public void Run()
    {
        DropConstraints();
        RenameColumns();
        DropColumns();
        for (var i = 0; i < _now.Count; i++) ChangeType(i);
        AddColumns();
        foreach (var column in after.Columns) ChangeDefinition(column);
        ChangeOptions();
    }

    /// <summary>What rows have to meet: NOT NULL, keys, uniques, checks, as far as it is not there yet.</summary>
    public static IEnumerable<string> Complete(PostgresConnection connection, TableSchema table)
    {
        var name = PostgresName.Table(table.Name);
        foreach (var column in table.Columns.Where(c => !c.Nullable)) yield return $"ALTER TABLE {name} ALTER COLUMN {PostgresName.Quote(column.Name)} SET "
            + $"NOT NULL";
        var there = ReadConstraints(connection, table.Name);
        foreach (var constraint in table.Constraints!.Where(c => c.Kind != ConstraintKind.ForeignKey && !there.Exists(t => t.Name == c.Name)))
        {
            yield return PostgresTableComposer.AddConstraint(table, constraint);
        }
    }

    /// <summary>The same, foreign keys too, for a table that was just altered or made by these statements.</summary>
    public static IEnumerable<string> Complete(TableSchema? before, TableSchema after)
    {
        var touched = before?.Columns.Skip(KeptInPlace(before, after)).Select(c => c.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var column in before is null ? [] : after.Columns.Where(c => !c.Nullable
            && (Same(before, c) is not { Nullable: false } old || touched.Contains(old.Name))))
        {
            yield return $"ALTER TABLE {PostgresName.Table(after.Name)} ALTER COLUMN {PostgresName.Write(column.Name)} SET NOT NULL";
        }

        foreach (var constraint in (after.Constraints ?? []).OrderBy(c => c.Kind == ConstraintKind.ForeignKey))
        {
            var isThere = before is null
                ? constraint.Kind != ConstraintKind.ForeignKey
                : before.Constraints!.Any(old => IsSameButRenamed(before, after, old, constraint) && !old.Columns.Any(touched.Contains));
            if (!isThere) yield return PostgresTableComposer.AddConstraint(after, constraint);
        }
    }

    public static IEnumerable<string> MissingForeignKeys(PostgresConnection connection, TableSchema table)
    {
        var there = ReadConstraints(connection, table.Name);
        return table.Constraints!.Where(c => c.Kind == ConstraintKind.ForeignKey && !there.Exists(t => t.Name == c.Name))
            .Select(c => PostgresTableComposer.AddConstraint(table, c));
    }

    private static List<(string Name, string Sql)> ReadConstraints(PostgresConnection connection, string table) => connection.Read(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::regclass AND contype IN ('p', 'u', 'x', 'c', 'f') AND "
            + "conparentid = 0",
        row => (row.GetString(0), row.GetString(1)), PostgresName.Table(table));

    /// <summary>Those that are no more, or not the same; those that only follow a renaming are the server's to rewrite.</summary>
    private void DropConstraints()
    {
        foreach (var old in before.Constraints!)
        {
            if (after.Constraints!.Any(now => IsSameButRenamed(before, after, old, now))) continue;
            run($"ALTER TABLE {_table} DROP CONSTRAINT IF EXISTS {PostgresName.Quote(old.Name!)}");
        }
    }

    /// <summary>The same constraint, once its columns are called what they are called now.</summary>
    private static bool IsSameButRenamed(TableSchema before, TableSchema after, TableConstraint old, TableConstraint now)
    {
        if (old.Name != now.Name || old.Kind != now.Kind) return false;
        if (old.Sql == now.Sql && before.Name == after.Name && before.Columns.All(b => Same(after, b) is not { } same || same.Name == b.Name)) return true;
        if (PostgresTokens.Cut(old.Sql) is not { } one || PostgresTokens.Cut(now.Sql) is not { } other || one.Count != other.Count) return false;
        return one.Zip(other).All(pair => pair is { First.IsName: true, Second.IsName: true }
            ? NameNow(before, after, pair.First.Value) == pair.Second.Value
            : pair.First.Value == pair.Second.Value);
    }

    private static string NameNow(TableSchema before, TableSchema after, string name)
    {
        if (before.Columns.FirstOrDefault(c => c.Name == name) is { } column) return Same(after, column)?.Name ?? name;
        return name == PostgresName.Split(before.Name).Name ? PostgresName.Split(after.Name).Name : name;
    }

    private void RenameColumns()
    {
        var renamed = _now.Where(old => Same(after, old) is { } now && now.Name != old.Name).ToList();
        for (var i = 0; i < renamed.Count; i++) RenameColumn(renamed[i].Name, $"_dbvc_passing_{i}");
        for (var i = 0; i < renamed.Count; i++)
        {
            var at = _now.IndexOf(renamed[i]);
            _now[at] = renamed[i] with { Name = Same(after, renamed[i])!.Name };
            RenameColumn($"_dbvc_passing_{i}", _now[at].Name);
        }
    }

    private void RenameColumn(string name, string to) => run($"ALTER TABLE {_table} RENAME COLUMN {PostgresName.Quote(name)} TO {PostgresName.Quote(to)}");

    private void DropColumns()
    {
        foreach (var gone in _now.Where(old => Same(after, old) is null).ToList())
        {
            run($"ALTER TABLE {_table} DROP COLUMN {PostgresName.Quote(gone.Name)}");
            _now.Remove(gone);
        }
    }

    private void ChangeType(int at)
    {
        var (old, now) = (_now[at], Same(after, _now[at])!);
        if (old.Generated || now.Generated || (old.DeclaredType == now.DeclaredType && old.Collation == now.Collation)) return;
        var name = PostgresName.Quote(old.Name);
        if (old.DefaultSql is not null) run($"ALTER TABLE {_table} ALTER COLUMN {name} DROP DEFAULT");
        var collate = now.Collation is { } collation ? $" COLLATE {collation}" : "";
        run($"ALTER TABLE {_table} ALTER COLUMN {name} TYPE {now.DeclaredType}{collate} USING {name}::text::{PostgresTypes.CastOf(now.DeclaredType)}");
        _now[at] = old with { DeclaredType = now.DeclaredType, Collation = now.Collation, DefaultSql = null };
    }

    /// <summary>Columns that stand where they should stay; all others follow behind them, in order.</summary>
    private void AddColumns()
    {
        var kept = 0;
        while (kept < _now.Count && kept < after.Columns.Count && Identity(_now[kept]) == Identity(after.Columns[kept])
            && IsComputedAlike(_now[kept], after.Columns[kept])) kept++;
        foreach (var column in after.Columns.Skip(kept))
        {
            var old = _now.Find(c => Identity(c) == Identity(column));
            if (old is null || column.Generated || old.Generated)
            {
                if (old is not null) run($"ALTER TABLE {_table} DROP COLUMN {PostgresName.Quote(old.Name)}");
                if (PostgresTableComposer.SequenceOf(column) is { } sequence) run("CREATE " + PostgresSequence.Owned + sequence);
                run($"ALTER TABLE {_table} ADD COLUMN {PostgresTableComposer.ColumnText(column with { Nullable = true })}");
                Own(column);
            }
            else Move(old, column);

            if (old is not null) _now.Remove(old);
            _now.Add(column);
        }
    }

    private void Move(Column old, Column column)
    {
        var (name, passing) = (PostgresName.Quote(old.Name), PostgresName.Quote("_dbvc_moved"));
        if (PostgresTableComposer.SequenceOf(old) is { } sequence) run($"ALTER SEQUENCE {PostgresTableComposer.NameOf(sequence)} OWNED BY NONE");
        var bare = column with { Name = "_dbvc_moved", Nullable = true, DefaultSql = null, GeneratedSql = null };
        run($"ALTER TABLE {_table} ADD COLUMN {PostgresTableComposer.ColumnText(bare)}");
        run($"UPDATE {_table} SET {passing} = {name}");
        run($"ALTER TABLE {_table} DROP COLUMN {name}");
        run($"ALTER TABLE {_table} RENAME COLUMN {passing} TO {PostgresName.Quote(column.Name)}");
        if (column.DefaultSql is { } value) run($"ALTER TABLE {_table} ALTER COLUMN {PostgresName.Quote(column.Name)} SET DEFAULT {value}");
        if (IsIdentity(column)) AddIdentity(column);
        Own(column);
    }

    /// <summary>Default, identity, owned sequence and NULL of a column that was there before.</summary>
    private void ChangeDefinition(Column column)
    {
        if (before.Columns.FirstOrDefault(b => Identity(b) == Identity(column)) is not { } old || column.Generated) return;
        var alter = $"ALTER TABLE {_table} ALTER COLUMN {PostgresName.Quote(column.Name)}";
        var now = _now.Find(c => Identity(c) == Identity(column))!;
        if (!ReferenceEquals(now, column)) ChangeSource(column, now, alter);
        // A key's column is NOT NULL without saying so, and an identity column must be.
        if (column.Nullable && !old.Nullable) run($"{alter} DROP NOT NULL");
    }

    private void ChangeSource(Column column, Column now, string alter)
    {
        var (wasIdentity, isIdentity) = (IsIdentity(now), IsIdentity(column));
        if (wasIdentity && now.GeneratedSql != column.GeneratedSql) run($"{alter} DROP IDENTITY");
        if (PostgresTableComposer.SequenceOf(column) is { } sequence && PostgresTableComposer.SequenceOf(now) is null) run("CREATE "
            + PostgresSequence.Owned + sequence);
        if (now.DefaultSql != column.DefaultSql) run(column.DefaultSql is { } value ? $"{alter} SET DEFAULT {value}" : $"{alter} DROP DEFAULT");
        if (now.GeneratedSql == column.GeneratedSql) return;
        // Before an identity comes that gives its sequence the same name.
        if (PostgresTableComposer.SequenceOf(now) is { } gone && PostgresTableComposer.SequenceOf(column) is null)
        {
            run($"DROP SEQUENCE {PostgresTableComposer.NameOf(gone)}");
        }

        if (isIdentity) AddIdentity(column);
        Own(column);
    }

    private void AddIdentity(Column column)
    {
        var name = PostgresName.Quote(column.Name);
        run($"ALTER TABLE {_table} ALTER COLUMN {name} SET NOT NULL");
        run($"ALTER TABLE {_table} ALTER COLUMN {name} ADD {column.GeneratedSql}");
        GoOn(column);
    }

    /// <summary>A new sequence begins behind the keys that are there.</summary>
    private void GoOn(Column column) => run($"SELECT setval(pg_get_serial_sequence({PostgresName.Literal(_table)}, "
        + $"{PostgresName.Literal(column.Name)})::regclass, "
        + $"last) FROM (SELECT max({PostgresName.Quote(column.Name)}) AS last FROM {_table}) t WHERE last > 0");

    private void Own(Column column)
    {
        if (PostgresTableComposer.SequenceOf(column) is not { } sequence) return;
        run($"ALTER SEQUENCE {PostgresTableComposer.NameOf(sequence)} OWNED BY {_table}.{PostgresName.Quote(column.Name)}");
        GoOn(column);
    }

    /// <summary>Partitions come and go; how rows are stored changes where the server can do it.</summary>
    private void ChangeOptions()
    {
        foreach (var made in after.Options.Except(before.Options).Where(PostgresTableComposer.IsStatement)) run(made);
        foreach (var gone in before.Options.Except(after.Options).Where(PostgresTableComposer.IsStatement))
        {
            run($"DROP TABLE {PartitionOf(gone)}");
        }

        var (old, now) = (Stored(before), Stored(after));
        if (old.SequenceEqual(now)) return;
        if (old.Contains("UNLOGGED") != now.Contains("UNLOGGED")) run($"ALTER TABLE {_table} SET {(now.Contains("UNLOGGED") ? "UNLOGGED" : "LOGGED")}");
        if (old.Find(IsStorage) is { } reset) run($"ALTER TABLE {_table} RESET {Names(reset)}");
        if (now.Find(IsStorage) is { } set) run($"ALTER TABLE {_table} SET {set["WITH ".Length..]}");
        if (!old.Where(IsForGood).SequenceEqual(now.Where(IsForGood)))
        {
            throw new DbVcException(FailureKind.Refused, "schema.rejected",
                $"PostgreSQL cannot change how table '{after.Name}' is stored or partitioned.", after.Name,
                "Make a new table on the branch instead.");
        }
    }

    private static List<string> Stored(TableSchema table) => [.. table.Options.Where(o => !PostgresTableComposer.IsStatement(o))];

    private static bool IsStorage(string option) => option.StartsWith("WITH (", StringComparison.Ordinal);

    private static bool IsForGood(string option) => option != "UNLOGGED" && !IsStorage(option);

    private static string Names(string storage) =>
        $"({string.Join(", ", storage["WITH (".Length..^1].Split(", ").Select(o => o[..o.IndexOf('=', StringComparison.Ordinal)]))})";

    private static string PartitionOf(string statement)
    {
        var end = statement.IndexOf(" PARTITION OF ", StringComparison.Ordinal);
        return statement["CREATE TABLE ".Length..end];
    }

    private static int KeptInPlace(TableSchema before, TableSchema after)
    {
        var kept = 0;
        while (kept < before.Columns.Count && kept < after.Columns.Count && Identity(before.Columns[kept]) == Identity(after.Columns[kept])
            && IsComputedAlike(before.Columns[kept], after.Columns[kept])) kept++;
        return kept;
    }

    private static bool IsComputedAlike(Column one, Column other) => one.Generated == other.Generated && (!one.Generated
        || (one.GeneratedSql == other.GeneratedSql && one.DeclaredType == other.DeclaredType && one.Collation == other.Collation));

    private static bool IsIdentity(Column column) => !column.Generated && column.GeneratedSql is { } made
        && made.Contains(" AS IDENTITY", StringComparison.Ordinal);

    private static IEnumerable<TableConstraint> Keys(TableSchema table) =>
        table.Constraints!.Where(c => c.Kind is ConstraintKind.PrimaryKey or ConstraintKind.Unique);

    private static Column? Same(TableSchema table, Column column) => table.Columns.FirstOrDefault(c => Identity(c) == Identity(column));

    private static int Identity(Column column) => column.Id;
}
