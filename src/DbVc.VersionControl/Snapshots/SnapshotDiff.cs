using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>One table in two snapshots; null where it does not exist.</summary>
public sealed record TableDifference(TableSnapshot? Before, TableSnapshot? After)
{
    public string Name => (After ?? Before)!.Schema.Name;

    public bool RowsDiffer => (Before?.Rows ?? default) != (After?.Rows ?? default);
}

/// <summary>One schema object in two snapshots; null where it does not exist.</summary>
public sealed record ObjectDifference(SchemaObject? Before, SchemaObject? After);

/// <summary>One file in two snapshots; null where it does not exist.</summary>
public sealed record FileDifference(string Path, ReadOnlyMemory<byte>? Before, ReadOnlyMemory<byte>? After);

/// <summary>What differs between two snapshots. Its cost follows the change: equal subtrees are never read.</summary>
public sealed class SnapshotDiff(IChunkSource chunks, Snapshot before, Snapshot after)
{
    /// <summary>Tables that differ in schema or rows, by name; a renamed table is one difference.</summary>
    public IEnumerable<TableDifference> Tables()
    {
        var found = Entries(areTables: true).Select(d => new TableDifference(
            d.Before is { } b ? SnapshotCodec.DecodeTable(chunks, b.Span) : null,
            d.After is { } a ? SnapshotCodec.DecodeTable(chunks, a.Span) : null)).ToList();
        return TablePairs.Match(found);
    }

    public IEnumerable<ObjectDifference> Objects() =>
        Entries(areTables: false).Select(d => new ObjectDifference(
            d.Before is { } b ? SchemaCodec.DecodeObject(b) : null,
            d.After is { } a ? SchemaCodec.DecodeObject(a) : null));

    public IEnumerable<FileDifference> Files() =>
        ProllyTree.Diff(chunks, before.Files, after.Files).Select(d => new FileDifference(
            Encoding.UTF8.GetString(d.Key.Span), ReadFile(d.Before), ReadFile(d.After)));

    /// <summary>The rows of one table that differ, in key order.</summary>
    public IEnumerable<RowChange> Rows(TableDifference table) => RowDiff.Changes(chunks, table.Before, table.After);

    /// <summary>The plan that turns a database from before to after. Its rows may be read once only.</summary>
    public DatabaseDelta ToDelta()
    {
        var tables = Tables().ToList();
        var objects = Objects().ToList();
        var rebuilt = RebuiltTables(tables);
        return new DatabaseDelta(
            [.. tables.Select(t => new TableDelta(t.Before?.Schema, t.After?.Schema, t.After is null ? [] : Rows(t)))],
            [.. objects.Select(o => o.Before).Concat(ObjectsOf(before, rebuilt)).OfType<SchemaObject>().Distinct()],
            [.. objects.Select(o => o.After).Concat(ObjectsOf(after, rebuilt)).OfType<SchemaObject>().Distinct()]);
    }

    private static HashSet<string> RebuiltTables(IEnumerable<TableDifference> tables) =>
        tables.Where(t => !SchemaEquality.Same(t.Before?.Schema, t.After?.Schema))
            .SelectMany(t => new[] { t.Before?.Schema.Name, t.After?.Schema.Name }).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Indexes and triggers of a table whose schema changes go and come back with it, even if they did not change themselves.</summary>
    private IEnumerable<SchemaObject> ObjectsOf(Snapshot snapshot, HashSet<string> tables) =>
        tables.Count == 0 ? [] : new SnapshotReader(chunks, snapshot).Objects().Where(o => o.Table is not null && tables.Contains(o.Table));

    private IEnumerable<TreeDifference> Entries(bool areTables)
    {
        var start = Encoding.UTF8.GetBytes(SnapshotCodec.TablePrefix);
        return ProllyTree.Diff(chunks, before.Objects, after.Objects).Where(d => d.Key.Span.StartsWith(start) == areTables);
    }

    private ReadOnlyMemory<byte>? ReadFile(ReadOnlyMemory<byte>? value) => value is { } v ? chunks.Read(Hash.Read(v.Span)) : (ReadOnlyMemory<byte>?)null;
}
