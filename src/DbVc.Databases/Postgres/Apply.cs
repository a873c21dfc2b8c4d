using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>
/// Carries out one delta. It is sent to the server before anything is locked; then tables are held, every row it touches is locked and compared, and only
/// when all are as expected is anything written: old rows go, then the schema changes, then new rows come.
/// </summary>
internal sealed class PostgresApply
{
    private readonly PostgresConnection _connection;
    private readonly DatabaseDelta _delta;
    private readonly PostgresTriggers _triggers;
    private readonly PostgresFindings _findings;
    private readonly PostgresSchemaChange _schema;
    private readonly List<PostgresStage> _stages;

    public PostgresApply(PostgresConnection connection, DatabaseDelta delta, IReadOnlyDictionary<TableDelta, PostgresStage> stages, PostgresTriggers triggers)
    {
        (_connection, _delta, _triggers) = (connection, delta, triggers);
        _findings = new PostgresFindings(connection);
        _schema = new PostgresSchemaChange(connection, delta, _findings);
        _stages = [.. delta.Tables.Where(stages.ContainsKey).Select(t => stages[t])];
    }

    /// <summary>The foreign keys to be checked where only rows change, read before others wait; else null.</summary>
    public PostgresForeignKeyCheck? ForeignKeys { get; private set; }

    /// <summary>Rows that would refer to nothing, found before a role that cannot switch off foreign keys' actions would set them off.</summary>
    public IReadOnlyList<ConstraintViolation> Orphans { get; private set; } = [];

    /// <param name="isAsCaptured">As in <see cref="IApplySession.Apply"/>.</param>
    /// <param name="held">Tables behind invariants, in SQL.</param>
    /// <param name="lockTimeout">How long to wait for tables.</param>
    public ApplyResult Run(Func<TableSchema, IRowCursor, bool>? isAsCaptured, IReadOnlyCollection<string> held, TimeSpan lockTimeout)
    {
        var holds = new PostgresHolds(_connection, _delta, _stages);
        var firing = _triggers.FindFiring(holds.Oids);
        holds.Add(firing);
        holds.AddBehind(held);
        if (_schema.IsNeeded) PostgresApplyLocks.Take(_connection, holds.Tables, lockTimeout);
        // Nobody redefines a table under this, and writers go on: they wait only from the next lock on.
        else PostgresApplyLocks.Take(_connection, holds.Tables.Keys.ToDictionary(t => t, _ => PostgresHold.RowExclusive), lockTimeout);
        var schema = ReadSchema();
        _findings.Moved.AddRange(_schema.FindMoved(schema).Take(PostgresFindings.MaxReported));
        if (_findings.Moved.Count > 0) return _findings.Result;
        if (!_schema.IsNeeded)
        {
            ForeignKeys = new PostgresForeignKeyCheck(_connection, _stages, schema);
            PostgresApplyLocks.Raise(_connection, holds.Tables, lockTimeout);
        }

        if (isAsCaptured is not null) RequireAsCaptured(isAsCaptured);
        if (_findings.Moved.Count == 0) _findings.Moved.AddRange(_stages.Where(s => s.Delta.Before is not null).SelectMany(FindMoved));
        if (_findings.Moved.Count > 0) return _findings.Result;
        if (!_triggers.AreOff) Orphans = (ForeignKeys ?? new PostgresForeignKeyCheck(_connection, _stages)).FindComing();
        if (Orphans.Count > 0) return _findings.Result;
        _triggers.Disable(firing);
        // Before the rows: whoever takes a number from here on gets one that no new row has.
        foreach (var stage in _stages.Where(s => s.IsSameTable)) PostgresSequenceAdvance.Run(_connection, stage);
        // Checks and computed columns may call functions that find names as in the user's own sessions.
        _connection.Execute("SET LOCAL search_path TO DEFAULT");
        Write();
        _connection.Execute("SET LOCAL search_path = ''");
        return _findings.Result;
    }

    /// <summary>Where only rows change, nobody asks what else there is.</summary>
    private DatabaseSchema ReadSchema() => _schema.IsNeeded ? PostgresSchemaReader.Read(_connection) : PostgresSchemaReader.ReadTables(_connection);

    private IEnumerable<MovedRow> FindMoved(PostgresStage stage) => new PostgresApplyCheck(stage, PostgresFindings.MaxReported).FindMoved();

    /// <summary>Rows that go with their table or column are in no list of changes, so they are looked at all together.</summary>
    private void RequireAsCaptured(Func<TableSchema, IRowCursor, bool> isAsCaptured)
    {
        foreach (var before in _delta.Tables.Where(TakesAway).Select(t => t.Before!))
        {
            using var rows = PostgresRowCursor.Open(_connection, PostgresRows.Select(before),
                [.. before.StoredColumns.Select(c => PostgresTypes.ReadingOf(c.DeclaredType))]);
            if (!isAsCaptured(before, rows)) _findings.Moved.Add(new MovedRow(before.Name, "rows", null, null));
        }
    }

    private static bool TakesAway(TableDelta table) => table.Before is { } before
        && (table.After is not { } after || before.StoredColumns.Any(b => !after.StoredColumns.Any(a => a.Id == b.Id)));

    /// <summary>
    /// Deletes come first, so that values may move. For a role whose session fires foreign keys that may be the wrong order: a row is referred to before
    /// it is there. Then new rows come first; and where neither works, the keys are taken off and put back.
    /// </summary>
    private void Write()
    {
        if (_triggers.AreOff)
        {
            WriteRows(_stages, firstDelete: true);
            return;
        }

        _connection.Execute("SET CONSTRAINTS ALL DEFERRED");
        var keys = ForeignKeys ?? new PostgresForeignKeyCheck(_connection, _stages);
        var ordered = keys.ParentsFirst();
        if (!keys.SetsOffActions() && TryRows(ordered, firstDelete: true)) return;
        if (!_schema.IsNeeded && TryRows(ordered, firstDelete: false)) return;
        var taken = PostgresForeignKeys.TakeOffAround(_connection, [.. _stages.SelectMany(s => new[] { s.Delta.Before?.Name }).OfType<string>().Distinct()]);
        WriteRows(_stages, firstDelete: true);
        foreach (var (table, sql) in taken.Missing())
        {
            if (PostgresAttempt.Run(_connection, () => _connection.Execute(sql), PostgresAttempt.IsAboutRow) is { } failure) _findings.Add(table,
                $"Table '{table}'", failure);
        }
    }

    /// <summary>False, with everything as it was, if a foreign key or a unique value was in the way of the order.</summary>
    private bool TryRows(IReadOnlyList<PostgresStage> stages, bool firstDelete)
    {
        _connection.Execute("SAVEPOINT dbvc_order");
        try
        {
            WriteRows(stages, firstDelete);
            if (!_findings.HasOrderTrouble) return true;
        }
        catch (DbVcException failure) when (failure.InnerException is PostgresException server && PostgresAttempt.IsForeignKey(server))
        {
            // Another order, then.
        }

        _findings.Clear();
        _connection.Execute("ROLLBACK TO SAVEPOINT dbvc_order");
        return false;
    }

    private void WriteRows(IReadOnlyList<PostgresStage> stages, bool firstDelete)
    {
        var rows = stages.Select(s => (Stage: s, Rows: new PostgresApplyRows(s, _findings))).ToList();
        if (_schema.IsNeeded) _schema.Begin();
        if (firstDelete)
        {
            foreach (var (_, table) in Enumerable.Reverse(rows)) table.Delete();
        }

        if (_schema.IsNeeded) _schema.ChangeTables();
        if (firstDelete) rows.ForEach(r => r.Rows.Update(r.Stage.MayReplace));
        rows.ForEach(r => r.Rows.Insert());
        if (!firstDelete)
        {
            // A row that goes and comes again would set off what refers to it.
            rows.ForEach(r => r.Rows.Update(mayReplace: false));
            foreach (var (_, table) in Enumerable.Reverse(rows)) table.Delete();
        }

        if (_findings.Moved.Count + _findings.Violations.Count > 0) return;
        rows.ForEach(r => r.Rows.RequireWritten());
        if (!_schema.IsNeeded) return;
        // Which triggers fire is a part of what is read back.
        _triggers.Restore();
        _schema.Finish();
    }
}
