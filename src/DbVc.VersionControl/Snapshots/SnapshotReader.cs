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

    /// <summary>The stored entry of a table, which is equal exactly where schema and rows are; upper and lower case alike if need be.</summary>
    internal ReadOnlyMemory<byte>? FindTableEntry(string name)
    {
        if (ProllyTree.TryGet(Chunks, Snapshot.Objects, SnapshotCodec.TableKey(name), out var value)) return value;
        var other = ScanPrefix("table/").Select(e => (Name: Encoding.UTF8.GetString(e.Key.Span["table/".Length..]), e.Value))
            .FirstOrDefault(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return other.Name is null ? null : other.Value;
    }

    /// <summary>All tables by name.</summary>
    public IEnumerable<TableSnapshot> Tables() =>
        ScanPrefix("table/").Select(entry => SnapshotCodec.DecodeTable(Chunks, entry.Value.Span));

    /// <summary>All indexes, triggers and views.</summary>
    public IEnumerable<SchemaObject> Objects() =>
        new[] { "index/", "trigger/", "view/" }.SelectMany(ScanPrefix).Select(entry => SnapshotCodec.DecodeObject(entry.Value.Span));

    public DatabaseSchema ReadSchema() => new([.. Tables().Select(t => t.Schema)], [.. Objects()]);

    /// <summary>Paths of all files below <paramref name="prefix"/>, in order.</summary>
    public IEnumerable<string> Files(string prefix = "") =>
        Scan(Snapshot.Files, prefix).Select(entry => Encoding.UTF8.GetString(entry.Key.Span));

    /// <summary>The bytes of a file, or null.</summary>
    public ReadOnlyMemory<byte>? ReadFile(string path) =>
        ProllyTree.TryGet(Chunks, Snapshot.Files, Encoding.UTF8.GetBytes(path), out var value) ? Chunks.Read(Hash.Read(value.Span))
            : (ReadOnlyMemory<byte>?)null;

    private IEnumerable<TreeEntry> ScanPrefix(string prefix) => Scan(Snapshot.Objects, prefix);

    private IEnumerable<TreeEntry> Scan(TreeRoot root, string prefix)
    {
        var start = Encoding.UTF8.GetBytes(prefix);
        return ProllyTree.Scan(Chunks, root, start).TakeWhile(entry => entry.Key.Span.StartsWith(start));
    }
}
