using DbVc.Model;
using Parquet;
using Parquet.Schema;
using Parquet.Serialization;
using static System.FormattableString;

namespace DbVc.Pipelines;

/// <summary>Reads the rows of a Parquet file, one group of rows after the other: a group is what is in memory. A list without elements comes as NULL.</summary>
internal sealed class ParquetRows(string path)
{
    private const long MostGroupBytes = 1L << 30;

    private static readonly ParquetOptions s_options = new() { UseBigDecimal = true, UseDateOnlyTypeForDates = true };

    public void Write(Stream packed, JsonLines lines)
    {
        var (schema, groups) = ReadHead(packed);
        for (var group = 0; group < groups; group++)
        {
            packed.Position = 0;
            var rows = ParquetSerializer.DeserializeUntypedAsync(packed, s_options, group).GetAwaiter().GetResult();
            foreach (var row in rows.Data) lines.WriteRow(schema.Select(f => new KeyValuePair<string, object?>(f.Name, Of(f, row.GetValueOrDefault(f.Name)))));
        }
    }

    private (IReadOnlyList<Field> Fields, int Groups) ReadHead(Stream packed)
    {
        packed.Position = 0;
        var reader = ParquetReader.CreateAsync(packed, s_options, leaveStreamOpen: true).GetAwaiter().GetResult();
        try
        {
            if (reader.RowGroups.Select(g => g.RowGroup.TotalByteSize).Where(b => b > MostGroupBytes).ToList() is [var bytes, ..])
            {
                throw new DbVcException(FailureKind.Failed, "source.row-group",
                    Invariant($"A group of rows of the Parquet file has {bytes >> 20} MiB; at most {MostGroupBytes >> 20} are read."), path,
                    "Write it again with smaller row groups.");
            }

            return (reader.Schema.Fields, reader.RowGroupCount);
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>A time of day comes as a count since midnight.</summary>
    private static object? Of(Field field, object? value) => (field, value) switch
    {
        (TimeDataField { Precision: TimeUnitPrecision.Millis }, int or long) => TimeSpan.FromMilliseconds(Convert.ToInt64(value, null)),
        (TimeDataField { Precision: TimeUnitPrecision.Micros }, long count) => TimeSpan.FromMicroseconds(count),
        (TimeDataField { Precision: TimeUnitPrecision.Nanos }, long count) => TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick),
        (_, DateTime time) when field is DateTimeDataField { IsAdjustedToUTC: true } => DateTime.SpecifyKind(time, DateTimeKind.Utc),
        (_, DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Unspecified),
        _ => value,
    };
}
