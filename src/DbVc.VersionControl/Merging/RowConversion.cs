using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Writes a row of one schema as a row of another: cells go by column id, new columns get their default.</summary>
internal static class RowConversion
{
    /// <summary>The entry's value; the same bytes where the encoder is the same.</summary>
    public static ReadOnlyMemory<byte> Run(IChunkWriter chunks, (TableEncoder From, TableEncoder To) rows, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        if (rows.From == rows.To) return value;
        var row = rows.From.Decode(chunks, key, value);
        var values = rows.To.Table.StoredColumns.Select(c => Cell(rows.From, row.Values, c.Id) ?? ColumnDefault.Find(c) ?? Value.Null);
        return rows.To.Encode(chunks, [.. values], row.Count).Value;
    }

    private static Value? Cell(TableEncoder rows, Value[] row, int column) => rows.IndexOf(column) is var index && index >= 0 ? row[index] : null;
}
