using System.Buffers.Binary;
using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What some columns of a table hold, as one hash: the same for the same rows in whatever order, and for no others.</summary>
internal static class TableContent
{
    /// <summary>Reads the whole table.</summary>
    public static Hash HashOf(IDatabase database, TableSchema table, IEnumerable<string> columns)
    {
        var wanted = columns.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var read = table with { Columns = [.. table.StoredColumns.Where(c => wanted.Contains(c.Name))] };
        using var view = database.BeginRead();
        using var rows = view.ReadRows(read);
        using var row = new MemoryStream();
        var sum = new byte[Hash.Size];
        long count = 0;
        for (; rows.Read(); count++)
        {
            row.SetLength(0);
            for (var column = 0; column < read.Columns.Count; column++) Write(row, rows, column);
            Add(sum, Hash.Of(row.GetBuffer().AsSpan(0, (int)row.Length)).ToBytes());
        }

        return Hash.Of([.. sum, .. BitConverter.GetBytes(count)]);
    }

    private static void Write(MemoryStream row, IRowCursor rows, int column)
    {
        Span<byte> number = stackalloc byte[8];
        var kind = rows.KindAt(column);
        row.WriteByte((byte)kind);
        if (kind == ValueKind.Null) return;
        if (kind is ValueKind.Text or ValueKind.Blob)
        {
            var bytes = rows.BytesAt(column);
            BinaryPrimitives.WriteInt64LittleEndian(number, bytes.Length);
            row.Write(number);
            row.Write(bytes);
            return;
        }

        BinaryPrimitives.WriteInt64LittleEndian(number,
            kind == ValueKind.Integer ? rows.IntegerAt(column) : BitConverter.DoubleToInt64Bits(rows.RealAt(column)));
        row.Write(number);
    }

    /// <summary>A sum of numbers of as many bytes: the order of rows does not matter to it, and two equal rows do not cancel each other.</summary>
    private static void Add(byte[] sum, ReadOnlySpan<byte> hash)
    {
        var carry = 0;
        for (var i = 0; i < sum.Length; i++)
        {
            carry += sum[i] + hash[i];
            sum[i] = (byte)carry;
            carry >>= 8;
        }
    }
}
