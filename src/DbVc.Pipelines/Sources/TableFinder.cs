using System.IO.Compression;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Tells by the content whether a file is a workbook, Parquet or a database, and where a sheet's rows begin.</summary>
public static class TableFinder
{
    /// <summary>The source as far as that says; of type <c>csv</c> without further knowledge for what is text or packed text.</summary>
    /// <param name="path">Where the file is.</param>
    /// <param name="location">Its name in the metadata.</param>
    /// <param name="member">The file of an archive, or the sheet of a workbook; null for the only one.</param>
    public static SourceSpec Find(string path, string location, string? member)
    {
        using var file = SourceFile.Open(path);
        using var packed = file.OpenFile();
        var source = new SourceSpec("csv", location, CsvOptions.Default) { Member = member };
        if (IsWorkbook(packed))
        {
            var table = new TableFile(TableFormat.Excel) { Sheet = member };
            var rows = TableRows.CountBeforeHeader(packed, table, path);
            return Of("excel", table with { SkipRows = rows });
        }

        return TableRows.StartsLike(packed, "PAR1"u8) ? Of("parquet", new TableFile(TableFormat.Parquet)) : source;

        SourceSpec Of(string type, TableFile table) => source with { Type = type, Member = null, Table = table, Json = JsonOptions.Default, IsFound = true };
    }

    /// <summary>Whether a file begins as SQLite's format says.</summary>
    public static bool IsDatabase(string path)
    {
        using var file = SourceFile.Open(path);
        using var content = file.OpenFile();
        return TableRows.StartsLike(content, "SQLite format 3\0"u8);
    }

    private static bool IsWorkbook(Stream packed)
    {
        if (!TableRows.StartsLike(packed, "PK"u8)) return false;
        try
        {
            packed.Position = 0;
            using var archive = new ZipArchive(packed, ZipArchiveMode.Read, leaveOpen: true);
            return archive.GetEntry("xl/workbook.xml") is not null;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
