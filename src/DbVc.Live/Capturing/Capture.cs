using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Turns what a database holds into a snapshot. Unchanged rows give unchanged chunks, so only what changed is written.</summary>
public static class Capture
{
    /// <summary>Captures the database, as far as <paramref name="scope"/> says; files are taken over from <paramref name="previous"/>.</summary>
    public static Snapshot Run(IReadSnapshot database, Snapshot previous, IChunkWriter chunks, CancellationToken cancel, CaptureScope? scope = null)
    {
        if (scope is { Known: { Changes.IsUnchanged: true } still, Tables: null }) return new Snapshot(still.Then.Objects, previous.Files);
        var before = new SnapshotReader(chunks, previous);
        var known = before.Tables().ToDictionary(t => t.Schema.Name, StringComparer.Ordinal);
        var schema = database.ReadSchema();
        var editor = new SnapshotEditor(chunks, previous);
        var capture = new TableCapture(database, chunks, cancel, scope?.Known);
        var whole = new WholeTables(database, chunks, cancel);
        var appeared = new List<TableSchema>();
        foreach (var table in schema.Tables)
        {
            if (scope?.Tables is { } tables && !tables.Contains(table.Name)) continue;
            if (!known.TryGetValue(table.Name, out var same)) appeared.Add(table);
            else if (capture.ReadTouched(table, same) is { } touched) editor.PutTable(touched);
            else whole.Add(c => c.ReadWhole(table, same));
        }

        var names = schema.Tables.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var vanished = known.Values.Where(t => !names.Contains(t.Schema.Name)).ToList();
        foreach (var gone in vanished) editor.DropTable(gone.Schema.Name);
        var ids = known.Values.Select(t => t.Schema.Id).Concat(scope?.Reserved ?? new HashSet<string>()).ToHashSet();
        if (vanished.Count == 0) AddNew(appeared, ids, whole);
        foreach (var table in whole.Read()) editor.PutTable(table);
        if (vanished.Count > 0)
        {
            foreach (var table in new TableRenames(chunks, capture, vanished).Read(appeared, ids)) editor.PutTable(table);
        }

        CaptureObjects(before, schema, editor);
        return editor.Finish();
    }

    /// <summary>Where none vanished, none was renamed.</summary>
    private static void AddNew(IEnumerable<TableSchema> appeared, HashSet<string> ids, WholeTables whole)
    {
        foreach (var table in appeared)
        {
            var named = table with { Id = TableIds.Create(table, ids) };
            ids.Add(named.Id);
            whole.Add(c => c.ReadNew(named));
        }
    }

    private static void CaptureObjects(SnapshotReader before, DatabaseSchema schema, SnapshotEditor editor)
    {
        var now = schema.Objects.ToHashSet();
        var known = before.Objects().ToHashSet();
        foreach (var gone in known.Where(o => !now.Contains(o))) editor.DropObject(gone);
        foreach (var added in now.Where(o => !known.Contains(o))) editor.PutObject(added);
    }
}
