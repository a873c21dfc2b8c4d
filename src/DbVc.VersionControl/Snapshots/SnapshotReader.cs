using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Reads tables, schema objects and files of one snapshot.</summary>
public sealed class SnapshotReader(IChunkSource chunks, Snapshot snapshot)
{
    public Snapshot Snapshot { get; } = snapshot;

    public IChunkSource Chunks { get; } = chunks;

    /// <summary>The table of that exact name, or null.</summary>
    public TableSnapshot? FindTable(string name) =>
        ProllyTree.TryGet(Chunks, Snapshot.Objects, SnapshotCodec.TableKey(name), out var value)
            ? SnapshotCodec.DecodeTable(Chunks, value.Span)
            : null;

    /// <summary>The stored entry of a table, which is equal exactly where schema and rows are; whatever the case of the name's ASCII letters.</summary>
    internal ReadOnlyMemory<byte>? FindTableEntry(string name)
    {
        if (ProllyTree.TryGet(Chunks, Snapshot.Objects, SnapshotCodec.TableKey(name), out var value)) return value;
        return FindNameInAnyCase("table/", name) is { } found ? FindTableEntry(found) : null;
    }

    /// <summary>The stored entry of the table with an id, whatever it is called.</summary>
    internal ReadOnlyMemory<byte>? FindTableEntryById(string id)
    {
        var found = Scan(Snapshot.Objects, "table/").FirstOrDefault(e => SnapshotCodec.DecodeTable(Chunks, e.Value.Span).Schema.Id == id);
        return found.Key.IsEmpty ? (ReadOnlyMemory<byte>?)null : found.Value;
    }

    /// <summary>The table of that name, whatever the case of its ASCII letters; or null.</summary>
    public TableSnapshot? FindTableInAnyCase(string name) =>
        FindTable(name) ?? (FindNameInAnyCase("table/", name) is { } found ? FindTable(found) : null);

    /// <summary>The view of that name, whatever the case of its ASCII letters; or null.</summary>
    public SchemaObject? FindViewInAnyCase(string name) =>
        FindNameInAnyCase("view/", name) is { } found
        && ProllyTree.TryGet(Chunks, Snapshot.Objects, SnapshotCodec.ObjectKey(SchemaObjectKind.View, found), out var value)
            ? SchemaCodec.DecodeObject(value)
            : null;

    /// <summary>The table with the id of <paramref name="table"/>, whatever it is called here; without one, the table of the same name; or null.</summary>
    public TableSnapshot? FindSame(TableSchema table) => FindSame(table.Name, table.Id);

    /// <summary>The table with an id, which may be empty; without one, the table of that name; or null.</summary>
    public TableSnapshot? FindSame(string name, string id)
    {
        var named = FindTable(name);
        if (id.Length == 0 || named?.Schema.Id == id) return named;
        return Tables().FirstOrDefault(t => t.Schema.Id == id) ?? named;
    }

    /// <summary>All tables by name.</summary>
    public IEnumerable<TableSnapshot> Tables()
    {
        foreach (var entry in Scan(Snapshot.Objects, "table/")) yield return SnapshotCodec.DecodeTable(Chunks, entry.Value.Span);
    }

    /// <summary>All schema objects but the tables, which may be many and lie between them.</summary>
    public IEnumerable<SchemaObject> Objects()
    {
        var tables = Encoding.UTF8.GetBytes(SnapshotCodec.TablePrefix);
        foreach (var entry in ProllyTree.Scan(Chunks, Snapshot.Objects))
        {
            if (entry.Key.Span.SequenceCompareTo(tables) >= 0) break;
            yield return SchemaCodec.DecodeObject(entry.Value);
        }

        tables[^1]++;
        foreach (var entry in ProllyTree.Scan(Chunks, Snapshot.Objects, tables)) yield return SchemaCodec.DecodeObject(entry.Value);
    }

    public DatabaseSchema ReadSchema() => new([.. Tables().Select(t => t.Schema)], [.. Objects()]);

    /// <summary>Paths of all files below <paramref name="prefix"/>, in order.</summary>
    public IEnumerable<string> Files(string prefix = "")
    {
        foreach (var entry in Scan(Snapshot.Files, prefix)) yield return Encoding.UTF8.GetString(entry.Key.Span);
    }

    /// <summary>The bytes of a file, or null.</summary>
    public ReadOnlyMemory<byte>? ReadFile(string path) =>
        ProllyTree.TryGet(Chunks, Snapshot.Files, Encoding.UTF8.GetBytes(path), out var value) ? Chunks.Read(Hash.Read(value.Span))
            : (ReadOnlyMemory<byte>?)null;

    private string? FindNameInAnyCase(string prefix, string name) =>
        Scan(Snapshot.Objects, prefix).Select(entry => Encoding.UTF8.GetString(entry.Key.Span[prefix.Length..]))
            .FirstOrDefault(found => string.Equals(FoldCase(found), FoldCase(name), StringComparison.Ordinal));

    private static string FoldCase(string name) => string.Create(name.Length, name, static (folded, text) =>
    {
        for (var i = 0; i < text.Length; i++) folded[i] = char.IsAsciiLetterUpper(text[i]) ? (char)(text[i] | 0x20) : text[i];
    });

    // A loop and no query here: queries over our own structs are compiled anew at every start.
    private IEnumerable<TreeEntry> Scan(TreeRoot root, string prefix)
    {
        var start = Encoding.UTF8.GetBytes(prefix);
        foreach (var entry in ProllyTree.Scan(Chunks, root, start))
        {
            if (!entry.Key.Span.StartsWith(start)) yield break;
            yield return entry;
        }
    }
}
