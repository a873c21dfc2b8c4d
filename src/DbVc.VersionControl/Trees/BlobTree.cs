using System.Buffers;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Large values, cut into pieces of 64 KiB. Part of the on-disk format: a value of one piece is named by that chunk; a longer one by a list
/// (version 1, kind 0x80 | level, then hashes) over its pieces, or over lists. The length is kept by whoever refers to it.
/// </summary>
public static class BlobTree
{
    /// <summary>Bytes in every piece but the last.</summary>
    public const int PieceSize = 64 * 1024;

    private const int ListHeaderSize = 2;
    private const byte ListVersion = 1;
    private const byte ListKind = 0x80;
    private const int HashesPerList = 3_000;

    /// <summary>Stores <paramref name="content"/>, at least one byte.</summary>
    public static Hash Write(IChunkWriter writer, ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty) throw new ArgumentException("Empty content has no pieces.", nameof(content));
        var names = new List<Hash>((content.Length - 1) / PieceSize + 1);
        for (var rest = content; !rest.IsEmpty; rest = rest[Math.Min(PieceSize, rest.Length)..])
        {
            names.Add(writer.Write(rest[..Math.Min(PieceSize, rest.Length)]));
        }

        for (var level = 1; names.Count > 1; level++) names = WriteLists(writer, names, level);
        return names[0];
    }

    /// <summary>Reads a whole value of <paramref name="length"/> bytes.</summary>
    public static ReadOnlyMemory<byte> Read(IChunkSource source, Hash hash, long length)
    {
        if (length is <= 0 or > int.MaxValue) throw Damaged(hash, $"a length of {length} bytes is impossible");
        var levels = Levels(length);
        if (levels == 0)
        {
            var only = source.Read(hash);
            return only.Length == length ? only : throw Damaged(hash, $"it has {only.Length} bytes, not {length}");
        }

        // Grows with what is really there: a forged length must not cost memory.
        var content = new ArrayBufferWriter<byte>((int)Math.Min(length, 16 * PieceSize));
        foreach (var piece in Walk(source, hash, levels))
        {
            if (piece.Level > 0) continue;
            var bytes = source.Read(piece.Hash);
            if (bytes.Length > length - content.WrittenCount) throw Damaged(hash, $"it is longer than {length} bytes");
            content.Write(bytes.Span);
        }

        return content.WrittenCount == length ? content.WrittenMemory : throw Damaged(hash, $"it has {content.WrittenCount} bytes, not {length}");
    }

    /// <summary>All chunks of a value of <paramref name="length"/> bytes; pieces are named without being read.</summary>
    public static IEnumerable<Hash> Chunks(IChunkSource source, Hash hash, long length) => Walk(source, hash, Levels(length)).Select(c => c.Hash);

    private static List<Hash> WriteLists(IChunkWriter writer, List<Hash> names, int level)
    {
        var lists = new List<Hash>();
        foreach (var part in names.Chunk(HashesPerList))
        {
            var list = new byte[ListHeaderSize + part.Length * Hash.Size];
            (list[0], list[1]) = (ListVersion, (byte)(ListKind | level));
            for (var i = 0; i < part.Length; i++) part[i].CopyTo(list.AsSpan(ListHeaderSize + i * Hash.Size));
            lists.Add(writer.Write(list));
        }

        return lists;
    }

    private static int Levels(long length)
    {
        var levels = 0;
        for (var names = (length - 1) / PieceSize + 1; names > 1; names = (names - 1) / HashesPerList + 1) levels++;
        return levels;
    }

    private static IEnumerable<(Hash Hash, int Level)> Walk(IChunkSource source, Hash hash, int level)
    {
        yield return (hash, level);
        if (level == 0) yield break;
        var list = source.Read(hash);
        if (list.Length < ListHeaderSize + Hash.Size || (list.Length - ListHeaderSize) % Hash.Size != 0
            || list.Span[0] != ListVersion || list.Span[1] != (ListKind | level))
        {
            throw Damaged(hash, "it is no list of pieces");
        }

        for (var position = ListHeaderSize; position < list.Length; position += Hash.Size)
        {
            foreach (var below in Walk(source, Hash.Read(list.Span[position..]), level - 1)) yield return below;
        }
    }

    private static DbVcException Damaged(Hash hash, string reason) => new(FailureKind.Failed, "tree.blob-damaged",
        $"Large value {hash} is damaged: {reason}.", hint: "Run db-vc verify; restore .db-version-control from a backup.");
}
