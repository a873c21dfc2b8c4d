using System.Buffers.Binary;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>A column in the encoding of rows: its place among the values and its id.</summary>
internal readonly record struct RowField(int Ordinal, int Id);

/// <summary>A value that is kept in a tree of its own.</summary>
internal readonly record struct LargeValue(Hash Hash, long Length);

/// <summary>
/// Encodes the values of a row that are not in its key. Part of the on-disk format: for each value that is not NULL, by ascending column id:
/// (difference to the id before × 8 + kind) of variable length, then for kind 1 the integer (zigzag, variable length), 2 the real (8 bytes, little endian),
/// 3 text and 4 blob (length, bytes), 5 text and 6 blob longer than 1,024 bytes (length, hash of a <see cref="BlobTree"/>).
/// </summary>
internal static class RowCodec
{
    /// <summary>Longer values get a tree of their own, so that rows stay small.</summary>
    public const int MaxInlineLength = 1024;

    private const int LargeText = 5;
    private const int LargeBlob = 6;
    private const int KindBits = 3;

    public static void Encode(ByteBuffer row, IChunkWriter writer, ReadOnlySpan<RowField> fields, IRowSource source)
    {
        var previous = 0;
        foreach (var field in fields)
        {
            var kind = source.KindAt(field.Ordinal);
            if (kind == ValueKind.Null) continue;
            var head = (ulong)(field.Id - previous) << KindBits;
            previous = field.Id;
            switch (kind)
            {
                case ValueKind.Integer:
                    row.AppendVarInt(head | (uint)kind);
                    row.AppendVarInt(VarInt.ZigZag(source.IntegerAt(field.Ordinal)));
                    break;
                case ValueKind.Real:
                    row.AppendVarInt(head | (uint)kind);
                    BinaryPrimitives.WriteDoubleLittleEndian(row.Reserve(8), source.RealAt(field.Ordinal));
                    break;
                default:
                    AppendBytes(row, writer, head, kind, source.BytesAt(field.Ordinal));
                    break;
            }
        }
    }

    /// <summary>Fills in the values that the row has; those it has not stay as they are. With <paramref name="wanted"/>, only the values at
    /// places that are true there.</summary>
    public static void Decode(
        IChunkSource source, ReadOnlyMemory<byte> row, ReadOnlySpan<RowField> fields, Value[] values, ReadOnlySpan<bool> wanted = default)
    {
        var next = 0;
        var reader = new RowReader(row);
        while (reader.Read())
        {
            while (next < fields.Length && fields[next].Id < reader.Id) next++;
            if (next == fields.Length || fields[next].Id != reader.Id) throw Damaged($"the table has no column {reader.Id}");
            var ordinal = fields[next++].Ordinal;
            if (!wanted.IsEmpty && !wanted[ordinal]) continue;
            values[ordinal] = reader.Large is { } large ? ReadLarge(source, large, reader.Value.Kind) : reader.Value;
        }
    }

    /// <summary>Adds the large values that a row refers to.</summary>
    public static void CollectLarge(ReadOnlyMemory<byte> row, List<LargeValue> found)
    {
        var reader = new RowReader(row);
        while (reader.Read())
        {
            if (reader.Large is { } large) found.Add(large);
        }
    }

    public static DbVcException Damaged(string reason) => new(FailureKind.Failed, "row.damaged", $"A row cannot be read: {reason}.",
        hint: "Run db-vc verify.");

    private static Value ReadLarge(IChunkSource source, LargeValue large, ValueKind kind)
    {
        var bytes = BlobTree.Read(source, large.Hash, large.Length);
        return kind == ValueKind.Text ? Value.Text(bytes) : Value.Blob(bytes);
    }

    private static void AppendBytes(ByteBuffer row, IChunkWriter writer, ulong head, ValueKind kind, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= MaxInlineLength)
        {
            row.AppendVarInt(head | (uint)kind);
            row.AppendVarInt((ulong)bytes.Length);
            row.Append(bytes);
            return;
        }

        row.AppendVarInt(head | (uint)(kind == ValueKind.Text ? LargeText : LargeBlob));
        row.AppendVarInt((ulong)bytes.Length);
        BlobTree.Write(writer, bytes).CopyTo(row.Reserve(Hash.Size));
    }

    /// <summary>Reads the values of an encoded row one by one.</summary>
    private struct RowReader(ReadOnlyMemory<byte> row)
    {
        private int _position;

        /// <summary>The column of the value.</summary>
        public int Id { get; private set; }

        /// <summary>The value; only its kind if it is a large one.</summary>
        public Value Value { get; private set; }

        public LargeValue? Large { get; private set; }

        public bool Read()
        {
            if (_position == row.Length) return false;
            var head = ReadNumber();
            var step = head >> KindBits;
            if (step == 0 || step > ColumnIds.MaxId - (ulong)Id) throw Damaged($"a column id after {Id} is impossible");
            Id += (int)step;
            var kind = (int)(head & ((1 << KindBits) - 1));
            Large = null;
            Value = kind switch
            {
                (int)ValueKind.Integer => Value.Integer(VarInt.UnZigZag(ReadNumber())),
                (int)ValueKind.Real => Value.Real(BinaryPrimitives.ReadDoubleLittleEndian(Take(8).Span)),
                (int)ValueKind.Text => Value.Text(Take(ReadNumber())),
                (int)ValueKind.Blob => Value.Blob(Take(ReadNumber())),
                LargeText => ReadReference(Value.Text(ReadOnlyMemory<byte>.Empty)),
                LargeBlob => ReadReference(Value.Blob(ReadOnlyMemory<byte>.Empty)),
                _ => throw Damaged($"the kind {kind} of column {Id} is unknown"),
            };
            return true;
        }

        private Value ReadReference(Value ofKind)
        {
            var length = ReadNumber();
            if (length is <= MaxInlineLength or > int.MaxValue) throw Damaged($"a large value of {length} bytes is impossible");
            Large = new LargeValue(Hash.Read(Take(Hash.Size).Span), (long)length);
            return ofKind;
        }

        private ulong ReadNumber() => VarInt.TryRead(row.Span, ref _position, out var value) ? value : throw Damaged("it ends inside a number");

        private ReadOnlyMemory<byte> Take(ulong length)
        {
            if (length > (ulong)(row.Length - _position)) throw Damaged($"it ends inside the value of column {Id}");
            var bytes = row.Slice(_position, (int)length);
            _position += (int)length;
            return bytes;
        }
    }
}
