using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>
/// Fills an empty private database with a snapshot. Rows stream through the engine's loader, so memory does not grow with the database; a process that
/// dies on the way leaves a database without state, which nobody takes for a whole one.
/// </summary>
internal sealed class StoreFill(IDatabase database, TimeSpan lockTimeout)
{
    /// <summary>Tables first, then their rows, then what would only slow the rows down or act on them; the state last.</summary>
    public void Run(IChunkSource chunks, Snapshot snapshot, LiveState state)
    {
        var delta = new SnapshotDiff(chunks, Snapshot.Empty, snapshot).ToDelta();
        Apply(new DatabaseDelta([.. delta.Tables.Select(t => t with { Rows = [] })], [], [.. delta.ObjectsAfter.Where(o => o.Kind.IsBelowTables())]), null);
        foreach (var table in delta.Tables) Load(table.After!, table.Rows);
        Apply(new DatabaseDelta([], [], [.. delta.ObjectsAfter.Where(o => !o.Kind.IsBelowTables())]), state);
    }

    private void Apply(DatabaseDelta delta, LiveState? state)
    {
        using var session = database.BeginApply(lockTimeout);
        var result = session.Apply(delta);
        if (!result.IsClean) throw Fail(result.Violations.Count > 0 ? result.Violations[0].Message : "it was not empty", "the schema");
        if (state is not null) session.SetState(state);
        session.Commit();
    }

    private void Load(TableSchema table, IEnumerable<RowChange> rows)
    {
        try
        {
            using var load = database.BeginLoad(table, lockTimeout, LoadOptions.Raw);
            foreach (var row in rows)
            {
                for (long i = 0; i < row.Count; i++)
                {
                    Set(load, row.After!);
                    load.Insert();
                }
            }

            load.Flush();
            load.Commit();
        }
        catch (DbVcException failure) when (failure.Code is "constraint.violated" or "value.rejected")
        {
            throw Fail(failure.Message.TrimEnd('.'), $"table {table.Name}");
        }
    }

    private static void Set(IBulkLoad load, Value[] row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            switch (row[i].Kind)
            {
                case ValueKind.Integer: load.SetInteger(i, row[i].AsInteger); break;
                case ValueKind.Real: load.SetReal(i, row[i].AsReal); break;
                case ValueKind.Text: load.SetText(i, row[i].AsBytes.Span); break;
                case ValueKind.Blob: load.SetBlob(i, row[i].AsBytes.Span); break;
                default: load.SetNull(i); break;
            }
        }
    }

    private DbVcException Fail(string why, string what) => new(FailureKind.Failed, "shadow.failed",
        $"The private copy of main cannot be filled: {why}.", where: $"{database.Display}, {what}", hint: "Run db-vc verify.");
}
