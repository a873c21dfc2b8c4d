using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Collects changes to a snapshot and writes the new one; trees that did not change are shared.</summary>
public sealed class SnapshotEditor(IChunkWriter chunks, Snapshot start)
{
    // Lists, because a sorted dictionary of anything is compiled anew at every start; changes come nearly in order.
    private readonly SortedList<byte[], byte[]?> _objects = new(KeyOrder.Instance);
    private readonly SortedList<byte[], byte[]?> _files = new(KeyOrder.Instance);

    public void PutTable(TableSnapshot table) => _objects[SnapshotCodec.TableKey(table.Schema.Name)] = SnapshotCodec.EncodeTable(chunks, table);

    public void DropTable(string name) => _objects[SnapshotCodec.TableKey(name)] = null;

    public void PutObject(SchemaObject value) => _objects[SnapshotCodec.ObjectKey(value.Kind, value.Name)] = SchemaCodec.Encode(value);

    public void DropObject(SchemaObject value) => _objects[SnapshotCodec.ObjectKey(value.Kind, value.Name)] = null;

    public void PutFile(string path, ReadOnlySpan<byte> content) => _files[Encoding.UTF8.GetBytes(path)] = chunks.Write(content).ToBytes();

    public void DropFile(string path) => _files[Encoding.UTF8.GetBytes(path)] = null;

    /// <summary>Takes an entry of another snapshot's object tree as it is; null removes it.</summary>
    internal void PutObjectEntry(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value) => _objects[key.ToArray()] = value?.ToArray();

    /// <summary>Takes an entry of another snapshot's file tree as it is; null removes it.</summary>
    internal void PutFileEntry(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value) => _files[key.ToArray()] = value?.ToArray();

    /// <summary>The edited snapshot; its chunks are written but not yet published.</summary>
    public Snapshot Finish() => new(Edit(start.Objects, _objects), Edit(start.Files, _files));

    private TreeRoot Edit(TreeRoot root, SortedList<byte[], byte[]?> changes)
    {
        if (changes.Count == 0) return root;
        var edits = new TreeEdit[changes.Count];
        for (var i = 0; i < edits.Length; i++)
        {
            var value = changes.GetValueAtIndex(i);
            edits[i] = new TreeEdit(changes.GetKeyAtIndex(i), value is null ? (ReadOnlyMemory<byte>?)null : new ReadOnlyMemory<byte>(value));
        }

        return ProllyTree.Edit(chunks, root, edits);
    }

    private sealed class KeyOrder : IComparer<byte[]>
    {
        public static KeyOrder Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
