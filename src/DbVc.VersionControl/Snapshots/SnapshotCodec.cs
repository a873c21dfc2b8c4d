using System.Buffers.Binary;
using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Reads and writes snapshots and their entries. Part of the on-disk format.</summary>
public static class SnapshotCodec
{
    private const byte Version = 1;
    internal const string TablePrefix = "table/";
    private const int TableEntrySize = Hash.Size + Hash.Size + sizeof(long);

    public static Hash Write(IChunkWriter chunks, Snapshot snapshot)
    {
        Span<byte> bytes = stackalloc byte[1 + Hash.Size + Hash.Size];
        bytes[0] = Version;
        snapshot.Objects.Hash.CopyTo(bytes[1..]);
        snapshot.Files.Hash.CopyTo(bytes[(1 + Hash.Size)..]);
        return chunks.Write(bytes);
    }

    public static Snapshot Read(IChunkSource chunks, Hash id)
    {
        var bytes = chunks.Read(id).Span;
        if (bytes.Length != 1 + Hash.Size + Hash.Size || bytes[0] != Version)
        {
            throw new DbVcException(FailureKind.Failed, "store.damaged", $"Chunk {id} is not a snapshot of a format this program knows.",
                hint: "Run db-vc verify, or use a newer db-vc.");
        }

        return new Snapshot(new TreeRoot(Hash.Read(bytes[1..])), new TreeRoot(Hash.Read(bytes[(1 + Hash.Size)..])));
    }

    /// <summary>The value of a <c>table/…</c> entry: schema chunk, root of rows, number of rows.</summary>
    public static byte[] EncodeTable(IChunkWriter chunks, TableSnapshot table)
    {
        var schema = chunks.Write(SchemaCodec.Encode(table.Schema));
        var value = new byte[TableEntrySize];
        schema.CopyTo(value);
        table.Rows.Hash.CopyTo(value.AsSpan(Hash.Size));
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(2 * Hash.Size), table.Count);
        return value;
    }

    public static TableSnapshot DecodeTable(IChunkSource chunks, ReadOnlySpan<byte> value) =>
        DecodeTable(value, SchemaCodec.DecodeTable(chunks.Read(SchemaOf(value))));

    /// <summary>The same for who knows the schema already.</summary>
    internal static TableSnapshot DecodeTable(ReadOnlySpan<byte> value, TableSchema schema) => new(
        schema,
        new TreeRoot(Hash.Read(value[Hash.Size..])),
        BinaryPrimitives.ReadInt64LittleEndian(value[(2 * Hash.Size)..]));

    /// <summary>The schema chunk that a table entry names, without reading it.</summary>
    internal static Hash SchemaOf(ReadOnlySpan<byte> tableEntry) => Hash.Read(tableEntry);

    internal static byte[] TableKey(string name) => Encoding.UTF8.GetBytes(TablePrefix + name);

    internal static byte[] ObjectKey(SchemaObjectKind kind, string name) => Encoding.UTF8.GetBytes(Prefix(kind) + name);

    internal static string Prefix(SchemaObjectKind kind) => kind switch
    {
        SchemaObjectKind.Index => "index/",
        SchemaObjectKind.View => "view/",
        SchemaObjectKind.Trigger => "trigger/",
        SchemaObjectKind.Schema => "schema/",
        SchemaObjectKind.Type => "type/",
        SchemaObjectKind.Sequence => "sequence/",
        SchemaObjectKind.Function => "function/",
        SchemaObjectKind.MaterializedView => "materialized-view/",
        SchemaObjectKind.Event => "event/",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
