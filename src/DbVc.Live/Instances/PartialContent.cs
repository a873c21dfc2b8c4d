using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>
/// A branch whose database lacks some tables: what of a snapshot stands in it, and what a capture of it has to be completed by. A table is left out, never
/// empty: a statement on it fails instead of finding nothing, or of losing what it writes.
/// </summary>
public sealed class PartialContent
{
    private readonly IReadOnlySet<string> _absent;

    private PartialContent(BranchRecord branch) => (Branch, _absent) = (branch, branch.LeftOut!.ToHashSet());

    /// <summary>The branch as it is recorded.</summary>
    public BranchRecord Branch { get; }

    /// <summary>Null where the branch's database holds everything.</summary>
    public static PartialContent? Of(BranchRecord? branch) => branch?.LeftOut is null ? null : new PartialContent(branch);

    /// <summary>The branch with only some tables of a snapshot and all that they need.</summary>
    public static BranchRecord Choose(BranchRecord branch, DatabaseSchema schema, IEnumerable<TableSchema> tables)
    {
        var needed = new SchemaReach(schema).Needed(tables);
        return branch with { LeftOut = [.. schema.Tables.Where(t => !needed.Contains(t.Name)).Select(t => t.Id)] };
    }

    /// <summary>The branch with some of these tables brought in, and all that they need.</summary>
    public BranchRecord Widen(DatabaseSchema schema, IEnumerable<TableSchema> more)
    {
        var present = new SchemaReach(schema).Needed(schema.Tables.Where(t => !_absent.Contains(t.Id)).Concat(more));
        var brought = schema.Tables.Where(t => present.Contains(t.Name)).Select(t => t.Id).ToHashSet();
        return Branch with { LeftOut = [.. Branch.LeftOut!.Where(id => !brought.Contains(id))] };
    }

    /// <summary>The branch as it has to be to hold a snapshot: what others need by now can no longer be left out. The same where nothing changes.</summary>
    public BranchRecord Settle(DatabaseSchema schema) =>
        Widen(schema, []) is var settled && settled.LeftOut!.Count < _absent.Count ? settled : Branch;

    /// <summary>What of a snapshot is not in the branch's database.</summary>
    public AbsentContent AbsentOf(SnapshotReader snapshot)
    {
        var tables = snapshot.Tables().ToList();
        var schema = new DatabaseSchema([.. tables.Select(t => t.Schema)], [.. snapshot.Objects()]);
        var reach = new SchemaReach(schema);
        var present = reach.Needed(schema.Tables.Where(t => !_absent.Contains(t.Id)));
        var absent = tables.Where(t => !present.Contains(t.Schema.Name)).ToList();
        return new AbsentContent(absent, reach.WithoutPlace(absent.Select(t => t.Schema)));
    }

    /// <summary>The snapshot as the branch's database holds it.</summary>
    public Snapshot Reduce(Snapshot whole, IChunkWriter chunks)
    {
        var editor = new SnapshotEditor(chunks, whole);
        var absent = AbsentOf(new SnapshotReader(chunks, whole));
        foreach (var table in absent.Tables) editor.DropTable(table.Schema.Name);
        foreach (var item in absent.Objects) editor.DropObject(item);
        return editor.Finish();
    }

    /// <summary>
    /// What the branch's database holds, completed by what is not in it. What cannot be told from something that is left out stays as it was found.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="before">The snapshot that it is compared with, whole.</param>
    /// <param name="chunks">Where the snapshot goes.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="scope">How much to look at.</param>
    public PartialCapture Capture(IReadSnapshot database, Snapshot before, IChunkWriter chunks, CancellationToken cancel, CaptureScope scope)
    {
        var absent = AbsentOf(new SnapshotReader(chunks, before));
        if (scope.Known is { } known) scope = scope with { Known = known with { Then = Reduce(known.Then, chunks) } };
        scope = scope with { Reserved = absent.Tables.Select(t => t.Schema.Id).ToHashSet() };
        var found = Live.Capture.Run(database, Reduce(before, chunks), chunks, cancel, scope);
        return new PartialCapture(this, before, found, Complete(found, absent, chunks), absent);
    }

    /// <summary>Rows of tables that are left out and would refer to nothing.</summary>
    public IReadOnlyList<ConstraintViolation> FindOrphans(Snapshot before, Snapshot after, IChunkSource chunks) =>
        AbsentRows.FindOrphans(chunks, before, after, AbsentOf(new SnapshotReader(chunks, after)));

    private static Snapshot Complete(Snapshot found, AbsentContent absent, IChunkWriter chunks)
    {
        var reader = new SnapshotReader(chunks, found);
        var editor = new SnapshotEditor(chunks, found);
        foreach (var table in absent.Tables.Where(t => reader.FindTable(t.Schema.Name) is null)) editor.PutTable(table);
        var there = reader.Objects().Select(o => (o.Kind, o.Name)).ToHashSet();
        foreach (var item in absent.Objects.Where(o => !there.Contains((o.Kind, o.Name)))) editor.PutObject(item);
        return editor.Finish();
    }
}

/// <summary>What of a snapshot is not in a branch's database: tables, and the objects that belong to them or name them.</summary>
public sealed record AbsentContent(IReadOnlyList<TableSnapshot> Tables, IReadOnlyList<SchemaObject> Objects)
{
    /// <summary>The first table that a text names, or null.</summary>
    public string? FindNamed(string sql) => Tables.Select(t => t.Schema.Name).Concat(Objects.Where(o => o.Table is null).Select(o => o.Name))
        .FirstOrDefault(name => SchemaReach.Names(sql, name));
}

/// <summary>What a capture of a partial database found.</summary>
/// <param name="Content">Whose.</param>
/// <param name="Before">What it was compared with, whole.</param>
/// <param name="Found">What the database holds.</param>
/// <param name="Completed">That and what is left out.</param>
/// <param name="Absent">What was left out.</param>
public sealed record PartialCapture(PartialContent Content, Snapshot Before, Snapshot Found, Snapshot Completed, AbsentContent Absent);
