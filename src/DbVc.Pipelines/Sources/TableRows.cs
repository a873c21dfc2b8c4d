using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Writes the rows of a file that is no text as JSON Lines.</summary>
internal static class TableRows
{
    private const int NoSpace = 28;

    /// <summary>Whether it is JSON Lines already: records that were written out of such a source to be mended.</summary>
    public static bool AreLines(Stream packed)
    {
        Span<byte> start = stackalloc byte[64];
        start = start[..packed.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) start = start[3..];
        return start.TrimStart("\n\r \t"u8) is [(byte)'{', ..];
    }

    /// <summary>
    /// Throws <c>source.format</c> for another kind of file, <c>source.damaged</c>, <c>source.bomb</c>, <c>source.sheet</c> and
    /// <c>source.row-group</c>.
    /// </summary>
    /// <param name="open">Opens the file from its start.</param>
    public static void Write(Func<Stream> open, TableFile table, string path, Stream into)
    {
        using var packed = open();
        var limits = UnpackedLimits.For(path, packed.Length);
        var lines = new JsonLines(into, limits);
        Guard(packed, path, () =>
        {
            if (table.Format == TableFormat.Parquet) WriteParquet(packed, path, lines);
            else new WorkbookRows(table, path).Write(packed, lines, limits);
            lines.Flush();
        });
    }

    /// <summary>The rows of a sheet before the one that names the columns: the first that is about as wide as the sheet.</summary>
    public static int CountBeforeHeader(Stream packed, TableFile table, string path)
    {
        var rows = 0;
        Guard(packed, path, () => rows = new WorkbookRows(table, path).CountBeforeHeader(packed, UnpackedLimits.For(path, packed.Length)));
        return rows;
    }

    public static DbVcException NotOfType(string path, string what, Exception? cause = null) => new(FailureKind.Failed, "source.format",
        $"The source is not {what}.", path, "Correct \"type\" in the source, or the file. Old workbooks (.xls) must be saved as .xlsx first.", cause);

    /// <summary>The libraries meet what is broken in their own ways.</summary>
    private static void Guard(Stream packed, string path, Action read)
    {
        try
        {
            read();
        }
        catch (InvalidDataException failure) when (!StartsLike(packed, "PK"u8))
        {
            throw NotOfType(path, "an Excel workbook (.xlsx)", failure);
        }
        catch (Exception failure) when (failure is not (DbVcException or OutOfMemoryException or OperationCanceledException
            or IOException { HResult: NoSpace }))
        {
            throw UnpackedStream.Damaged(path, failure);
        }
    }

    private static void WriteParquet(Stream packed, string path, JsonLines lines)
    {
        if (!StartsLike(packed, "PAR1"u8)) throw NotOfType(path, "a Parquet file");
        new ParquetRows(path).Write(packed, lines);
    }

    public static bool StartsLike(Stream packed, ReadOnlySpan<byte> mark)
    {
        var start = new byte[mark.Length];
        packed.Position = 0;
        return packed.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && mark.SequenceEqual(start);
    }
}
