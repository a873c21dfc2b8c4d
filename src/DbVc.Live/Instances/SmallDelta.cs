using DbVc.Model;

namespace DbVc.Live;

/// <summary>A delta whose rows were read and are kept, as they are few and not long: so they may be read again without comparing trees again.</summary>
internal static class SmallDelta
{
    /// <summary>Rows that are few.</summary>
    public const int MaxRows = 5_000;

    private const long MaxBytes = 16 << 20;

    /// <summary>The same changes; null where there are too many to keep. Reads no further than that.</summary>
    public static DatabaseDelta? Read(DatabaseDelta delta)
    {
        var tables = new List<TableDelta>(delta.Tables.Count);
        var (count, bytes) = (0, 0L);
        foreach (var table in delta.Tables)
        {
            var rows = new List<RowChange>();
            foreach (var row in table.Rows)
            {
                bytes += Length(row.Before) + Length(row.After);
                if (++count > MaxRows || bytes > MaxBytes) return null;
                rows.Add(row);
            }

            tables.Add(table with { Rows = rows });
        }

        return delta with { Tables = tables };
    }

    private static long Length(Value[]? row) => row?.Sum(v => (long)v.AsBytes.Length) ?? 0;
}
