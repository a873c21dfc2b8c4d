using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>A row as it was before encoding.</summary>
/// <param name="Values">Aligned with the stored columns.</param>
/// <param name="Count">How many identical rows it stands for; other than 1 only where a row has no key of its own.</param>
public readonly record struct DecodedRow(Value[] Values, long Count);

/// <summary>
/// Turns rows of one table into entries of its tree and back. Part of the on-disk format:
/// <list type="bullet">
/// <item>With primary key: key = <see cref="KeyCodec"/> of the key columns, value = the other columns as <see cref="RowCodec"/> writes them.</item>
/// <item>Without: key = hash of the row, value = number of such rows (variable length), then the row with all its columns.</item>
/// <item>A key with a NULL in it is no key (SQLite allows many such rows): the hash of the row follows it, and the value begins with a number as above.</item>
/// </list>
/// Not thread-safe: it keeps buffers.
/// </summary>
public sealed class TableEncoder
{
    private readonly RowField[] _fields;
    private readonly int[] _keyOrdinals;
    private readonly int _columns;
    private readonly Dictionary<int, int> _ordinals = [];
    private readonly ByteBuffer _key = new();
    private readonly ByteBuffer _value = new();
    private readonly ByteBuffer _row = new();

    public TableEncoder(TableSchema table)
    {
        Table = table;
        var stored = table.StoredColumns.ToArray();
        _columns = stored.Length;
        for (var i = 0; i < stored.Length; i++) _ordinals[stored[i].Id] = i;
        if (stored.Any(c => c.Id is < 1 or > ColumnIds.MaxId) || _ordinals.Count != stored.Length)
        {
            throw new ArgumentException($"The columns of {table.Name} need ids of their own; assign them first.", nameof(table));
        }

        _keyOrdinals = table.PrimaryKey.Select(name => FindOrdinal(stored, name)).ToArray();
        // Sorted as columns, not as fields: code that is generic over our own structs is compiled anew at every start.
        var fields = stored.Where(c => !_keyOrdinals.Contains(_ordinals[c.Id])).OrderBy(c => c.Id).ToArray();
        _fields = Array.ConvertAll(fields, c => new RowField(_ordinals[c.Id], c.Id));
    }

    public TableSchema Table { get; }

    /// <summary>The entry of a row. Large values go to <paramref name="writer"/>.</summary>
    public TreeEntry Encode(IChunkWriter writer, Value[] values, long count = 1)
    {
        if (values.Length != _columns) throw new ArgumentException($"{Table.Name} stores {_columns} columns, not {values.Length}.", nameof(values));
        using var source = new ValueRows([values]);
        source.Read();
        Encode(writer, source, count, out var key, out var value);
        return new TreeEntry(key.ToArray(), value.ToArray());
    }

    /// <summary>The row of an entry, aligned with the stored columns.</summary>
    public DecodedRow Decode(IChunkSource source, TreeEntry entry) => Decode(source, entry.Key, entry.Value);

    /// <summary>The row of an entry, aligned with the stored columns.</summary>
    public DecodedRow Decode(IChunkSource source, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        var values = new Value[_columns];
        var counted = ReadKey(key, values);
        var position = 0;
        var count = counted ? ReadCount(value.Span, ref position) : 1;
        RowCodec.Decode(source, value[position..], _fields, values);
        return new DecodedRow(values, count);
    }

    /// <summary>Fills in the values of an entry at the places that <paramref name="wanted"/> says, and its key; the others are NULL.</summary>
    internal void Decode(IChunkSource source, TreeEntry entry, Value[] values, ReadOnlySpan<bool> wanted)
    {
        Array.Clear(values);
        var position = 0;
        if (ReadKey(entry.Key, values)) ReadCount(entry.Value.Span, ref position);
        RowCodec.Decode(source, entry.Value[position..], _fields, values, wanted);
    }

    /// <summary>The tree key of a row whose primary key has these values, none of them NULL; only for tables with primary key.</summary>
    public byte[] EncodeKey(ReadOnlySpan<Value> keyValues)
    {
        if (keyValues.Length != _keyOrdinals.Length || keyValues.Length == 0)
        {
            throw new ArgumentException($"The key of {Table.Name} has {_keyOrdinals.Length} columns.", nameof(keyValues));
        }

        return KeyCodec.Encode(keyValues);
    }

    /// <summary>The tree key of a row; null where the whole row is its key.</summary>
    internal byte[]? FindKey(Value[] row)
    {
        var values = Array.ConvertAll(_keyOrdinals, i => row[i]);
        return values.Length == 0 || values.Any(v => v.IsNull) ? null : KeyCodec.Encode(values);
    }

    /// <summary>The primary key values in a tree key; empty for tables without primary key.</summary>
    public Value[] DecodeKey(ReadOnlyMemory<byte> key)
    {
        var values = new Value[_columns];
        ReadKey(key, values);
        return Array.ConvertAll(_keyOrdinals, i => values[i]);
    }

    /// <summary>Encodes the row that <paramref name="source"/> stands on. The spans are valid until the next call.</summary>
    internal void Encode(IChunkWriter writer, IRowSource source, long count, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        _key.Clear();
        var counted = AppendKey(source) || _keyOrdinals.Length == 0;
        _row.Clear();
        RowCodec.Encode(_row, writer, _fields, source);
        key = _key.Written;
        value = _row.Written;
        if (!counted) return;
        Hash.Of(value).CopyTo(_key.Reserve(Hash.Size));
        key = _key.Written;
        value = WithCount(_value, count, value);
    }

    /// <summary>True if rows of this key carry a number before the row.</summary>
    internal bool IsCounted(ReadOnlyMemory<byte> key) =>
        _keyOrdinals.Length == 0 || (KeyCodec.MayHoldNull(key.Span) && ReadKey(key, new Value[_columns]));

    internal static ReadOnlySpan<byte> WithCount(ByteBuffer buffer, long count, ReadOnlySpan<byte> row)
    {
        buffer.Clear();
        buffer.AppendVarInt((ulong)count);
        buffer.Append(row);
        return buffer.Written;
    }

    /// <summary>The number of rows that a counted entry stands for; 0 where there is none.</summary>
    internal static long CountOf(ReadOnlyMemory<byte>? value)
    {
        var position = 0;
        return value is { } v ? ReadCount(v.Span, ref position) : 0;
    }

    /// <summary>A counted entry's value with another number.</summary>
    internal static byte[] WithCount(ReadOnlyMemory<byte> value, long count)
    {
        var position = 0;
        ReadCount(value.Span, ref position);
        return WithCount(new ByteBuffer(), count, value.Span[position..]).ToArray();
    }

    /// <summary>The place of a column among the stored ones; -1 if the table does not have it.</summary>
    public int IndexOf(int columnId) => _ordinals.GetValueOrDefault(columnId, -1);

    internal static long ReadCount(ReadOnlySpan<byte> value, ref int position) =>
        VarInt.TryRead(value, ref position, out var count) && count is >= 1 and <= long.MaxValue
            ? (long)count
            : throw Damaged("its number of rows is impossible");

    /// <summary>Adds the large values that an entry refers to.</summary>
    internal void CollectLarge(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, List<LargeValue> found)
    {
        var position = 0;
        if (IsCounted(key)) ReadCount(value.Span, ref position);
        RowCodec.CollectLarge(value[position..], found);
    }

    /// <summary>Adds the large values that an entry of a table with so many key columns refers to; the number of rows it stands for.</summary>
    internal static long Inspect(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, int keyColumns, List<LargeValue> large)
    {
        var counted = keyColumns == 0;
        for (int i = 0, at = 0; i < keyColumns && KeyCodec.MayHoldNull(key.Span); i++) counted |= KeyCodec.ReadValue(key, ref at).IsNull;
        var position = 0;
        var count = counted ? ReadCount(value.Span, ref position) : 1;
        RowCodec.CollectLarge(value[position..], large);
        return count;
    }

    private static int FindOrdinal(Column[] stored, string name)
    {
        var ordinal = Array.FindIndex(stored, c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
        return ordinal >= 0 ? ordinal : throw new ArgumentException($"The key column {name} is not a stored column.", nameof(name));
    }

    private static DbVcException Damaged(string reason) => RowCodec.Damaged(reason);

    /// <summary>True if a part of the key is NULL.</summary>
    private bool AppendKey(IRowSource source)
    {
        var hasNull = false;
        foreach (var ordinal in _keyOrdinals)
        {
            var kind = source.KindAt(ordinal);
            switch (kind)
            {
                case ValueKind.Integer:
                    KeyCodec.AppendInteger(_key, source.IntegerAt(ordinal));
                    break;
                case ValueKind.Real:
                    KeyCodec.AppendReal(_key, source.RealAt(ordinal));
                    break;
                case ValueKind.Text or ValueKind.Blob:
                    KeyCodec.AppendBytes(_key, kind, source.BytesAt(ordinal));
                    break;
                default:
                    KeyCodec.AppendNull(_key);
                    hasNull = true;
                    break;
            }
        }

        return hasNull;
    }

    /// <summary>Fills in the key columns; true if rows of this key are counted.</summary>
    private bool ReadKey(ReadOnlyMemory<byte> key, Value[] values)
    {
        var position = 0;
        var counted = _keyOrdinals.Length == 0;
        foreach (var ordinal in _keyOrdinals)
        {
            values[ordinal] = KeyCodec.ReadValue(key, ref position);
            counted |= values[ordinal].IsNull;
        }

        return key.Length - position == (counted ? Hash.Size : 0) ? counted : throw Damaged("its key has another length than the table's keys");
    }
}
