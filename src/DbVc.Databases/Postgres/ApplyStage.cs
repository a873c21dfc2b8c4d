using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// The row changes of one table, put into a temporary table of the session: however many, they go through one buffer. Values lie there as integers, floats,
/// bytes and the engine's own text, so that nothing is converted before it is compared.
/// </summary>
internal sealed class PostgresStage
{
    private PostgresStage(PostgresConnection connection, TableDelta delta, string name, IReadOnlyCollection<string> changedTypes)
    {
        (Connection, Delta, Name) = (connection, delta, name);
        Before = delta.Before?.StoredColumns.ToList() ?? [];
        After = delta.After?.StoredColumns.ToList() ?? [];
        Changed = new bool[After.Count];
        IsSameTable = delta.Before?.Sql == delta.After?.Sql && delta.Before?.Name == delta.After?.Name;
        CanUpdate = delta is { Before: { HasKey: true } before, After: { } after } && (IsSameTable || KeepsKeyAndTypes(before, after))
            && !Before.Any(c => changedTypes.Any(t => c.DeclaredType == t || c.DeclaredType == t + "[]"));
    }

    public PostgresConnection Connection { get; }

    public TableDelta Delta { get; }

    /// <summary>In SQL.</summary>
    public string Name { get; }

    /// <summary>Stored columns before; the stage's <c>b0 …</c>.</summary>
    public IReadOnlyList<Column> Before { get; }

    /// <summary>Stored columns after; the stage's <c>a0 …</c>.</summary>
    public IReadOnlyList<Column> After { get; }

    /// <summary>Only rows change.</summary>
    public bool IsSameTable { get; }

    /// <summary>A row that only changes stays the same row for everybody who waits for it. Not so where keys or types are others.</summary>
    public bool CanUpdate { get; }

    /// <summary>Values that must be unique move between its rows; then the table is held, and rows may go and come again.</summary>
    public bool MayReplace { get; set; }

    public long Deleted { get; private set; }

    public long Updated { get; private set; }

    public long Inserted { get; private set; }

    public long Count { get; private set; }

    /// <summary>Columns after that differ in some updated row.</summary>
    public bool[] Changed { get; }

    /// <param name="connection">In its transaction.</param>
    /// <param name="delta">Its rows are read once.</param>
    /// <param name="number">Of the session's stages.</param>
    /// <param name="changedTypes">Types that get another definition, as columns declare them: a row may hold what the new one does not know.</param>
    public static PostgresStage Fill(PostgresConnection connection, TableDelta delta, int number, IReadOnlyCollection<string> changedTypes)
    {
        var stage = new PostgresStage(connection, delta, $"pg_temp._dbvc_stage_{number}", changedTypes);
        var columns = stage.Before.Select((c, i) => $", b{i} {PostgresApplySql.StageType(c)}")
            .Concat(stage.After.Select((c, i) => $", a{i} {PostgresApplySql.StageType(c)}"));
        connection.Execute($"CREATE TEMPORARY TABLE {stage.Name} (n bigint, times bigint, del boolean, upd boolean, ins boolean{string.Concat(columns)}) "
            + $"ON COMMIT DROP");
        stage.Copy();
        // Without figures the server would plan for a handful of rows; by other columns it finds none.
        if (stage.Count > 0) connection.Execute($"ANALYZE {stage.Name} (del, upd, ins{stage.KeyColumns()})");
        return stage;
    }

    /// <summary>Rows of a query over the stage or the table.</summary>
    public List<Value[]> Read(string select, IReadOnlyList<PostgresReading> readings) => Read(Connection, select, readings);

    /// <inheritdoc cref="Read(string, IReadOnlyList{PostgresReading})"/>
    public static List<Value[]> Read(PostgresConnection connection, string select, IReadOnlyList<PostgresReading> readings)
    {
        var rows = new List<Value[]>();
        using var cursor = PostgresRowCursor.Open(connection, select, [.. readings]);
        while (cursor.Read()) rows.Add([.. Enumerable.Range(0, readings.Count).Select(i => ValueAt(cursor, i))]);
        return rows;
    }

    /// <summary>One staged row before and after; null where there is none.</summary>
    public (Value[]? Before, Value[]? After) ReadRow(long number)
    {
        var columns = Before.Select((_, i) => $"b{i}").Concat(After.Select((_, i) => $"a{i}"));
        var readings = Before.Concat(After).Select(PostgresApplySql.StageReading).Append(PostgresReading.Int64).Append(PostgresReading.Int64).ToList();
        var row = Read($"SELECT {string.Join(", ", columns.Append("(del OR upd)::int::bigint").Append("(ins OR upd)::int::bigint"))} FROM {Name} WHERE n = "
            + $"{number}",
            readings)[0];
        return (row[^2].AsInteger == 0 ? null : row[..Before.Count], row[^1].AsInteger == 0 ? null : row[Before.Count..^2]);
    }

    private string KeyColumns() => string.Concat(
        (Delta.Before is { } before ? RowText.KeyOrdinals(before) : []).Select(i => $", b{i}")
            .Concat((Delta.After is { } after ? RowText.KeyOrdinals(after) : []).Select(i => $", a{i}")));

    private void Copy()
    {
        using var copy = new PostgresCopyWriter(Connection, Name);
        var key = Delta.Before is { } table ? RowText.KeyOrdinals(table) : [];
        var keyAfter = Delta.After is { } later ? RowText.KeyOrdinals(later) : [];
        foreach (var row in Delta.Rows)
        {
            var updates = CanUpdate && row is { Before: { } old, After: { } now } && HaveSameKey(old, now, key, keyAfter);
            if (updates) Note(row.Before!, row.After!);
            else
            {
                if (row.Before is not null) Deleted++;
                if (row.After is not null) Inserted++;
            }

            Write(copy, row, updates);
            Count++;
        }

        copy.Complete();
    }

    private void Write(PostgresCopyWriter copy, RowChange row, bool updates)
    {
        copy.BeginRow(5 + Before.Count + After.Count);
        copy.Int64(Count);
        copy.Int64(row.Count);
        copy.Bool(row.Before is not null && !updates);
        copy.Bool(updates);
        copy.Bool(row.After is not null && !updates);
        Write(copy, Before, row.Before);
        if (row.After is { } after) RequireKinds(after);
        Write(copy, After, row.After);
    }

    private static void Write(PostgresCopyWriter copy, IReadOnlyList<Column> columns, Value[]? row)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (row is null) copy.Null();
            else copy.Value(row[i]);
        }
    }

    private void Note(Value[] before, Value[] after)
    {
        Updated++;
        for (var i = 0; i < After.Count; i++)
        {
            if (Changed[i]) continue;
            var old = FindSame(i);
            Changed[i] = old < 0 || before[old] != after[i];
        }
    }

    /// <summary>The ordinal before of a column after; -1 for one that is new.</summary>
    public int FindSame(int after)
    {
        if (IsSameTable) return after;
        for (var i = 0; i < Before.Count; i++)
        {
            if (Before[i].Id == After[after].Id) return i;
        }

        return -1;
    }

    /// <summary>A text in a column of integers would come back as something else than the delta says, if the server took it at all.</summary>
    private void RequireKinds(Value[] row)
    {
        for (var i = 0; i < After.Count; i++)
        {
            var kind = PostgresTypes.KindOf(After[i].DeclaredType);
            if (row[i].IsNull || row[i].Kind == kind) continue;
            throw Altered(Delta.After!, row, i, $"holds {kind}s");
        }
    }

    public static DbVcException Altered(TableSchema table, Value[] row, int column, string how) => new(FailureKind.Refused, "apply.altered",
        $"Column '{table.StoredColumns.ElementAt(column).Name}' of '{table.Name}' {how} instead of {row[column].Kind} {RowText.Describe([row[column]])}.",
        $"{table.Name} {RowText.DescribeKey(table, row)}", "The declared type converts the value; change the value or the column's type.");

    private static Value ValueAt(PostgresRowCursor cursor, int column) => cursor.KindAt(column) switch
    {
        ValueKind.Integer => Value.Integer(cursor.IntegerAt(column)),
        ValueKind.Real => Value.Real(cursor.RealAt(column)),
        ValueKind.Text => Value.Text(cursor.BytesAt(column).ToArray()),
        ValueKind.Blob => Value.Blob(cursor.BytesAt(column).ToArray()),
        _ => Value.Null,
    };

    private static bool HaveSameKey(Value[] before, Value[] after, int[] key, int[] keyAfter)
    {
        for (var i = 0; i < key.Length; i++)
        {
            if (before[key[i]] != after[keyAfter[i]]) return false;
        }

        return true;
    }

    private static bool KeepsKeyAndTypes(TableSchema before, TableSchema after) =>
        before.PrimaryKey.Select(k => before.FindColumn(k)!.Id).SequenceEqual(after.PrimaryKey.Select(k => after.FindColumn(k)!.Id))
        && after.StoredColumns.All(now => before.StoredColumns.FirstOrDefault(old => old.Id == now.Id) is not { } old || old.DeclaredType == now.DeclaredType);
}
