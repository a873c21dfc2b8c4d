using System.Globalization;
using System.IO.Compression;
using System.Xml;
using DbVc.Model;
using MiniExcelLibs;
using MiniExcelLibs.OpenXml;

namespace DbVc.Pipelines;

/// <summary>Reads a sheet of an Excel workbook row by row.</summary>
internal sealed class WorkbookRows(TableFile table, string path)
{
    private const long MostStylesBytes = 64L * 1024 * 1024;
    private const int LookedRows = 50;
    private const int ShownNames = 10;

    public void Write(Stream packed, JsonLines lines, UnpackedLimits limits)
    {
        CheckParts(packed, limits);
        var sheet = FindSheet(packed);
        IReadOnlyList<string>? names = table.FieldNames;
        var row = 0;
        foreach (var cells in Cells(packed, sheet))
        {
            if (row++ < table.SkipRows || Array.TrueForAll(cells, c => c is null))
            {
                lines.WriteEmpty();
            }
            else if (names is null)
            {
                names = [.. cells.Select(c => Convert.ToString(c, CultureInfo.InvariantCulture)?.Trim() ?? "")];
                lines.WriteEmpty();
            }
            else
            {
                lines.WriteRow(Name(cells, names));
            }
        }

        if (names is null) throw Refuse($"The sheet '{sheet}' is empty.", null);
    }

    public int CountBeforeHeader(Stream packed, UnpackedLimits limits)
    {
        CheckParts(packed, limits);
        var widths = Cells(packed, FindSheet(packed)).Take(LookedRows).Select(row => row.Count(c => c is not null)).ToList();
        return Math.Max(0, widths.FindIndex(w => w > 1 && w * 4 >= widths.Max() * 3));
    }

    /// <summary>A cell beyond the header has its column's letter for a name, so that nothing is lost.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> Name(object?[] cells, IReadOnlyList<string> names)
    {
        for (var i = 0; i < Math.Max(cells.Length, names.Count); i++)
        {
            var cell = i < cells.Length ? cells[i] : null;
            var name = i < names.Count && names[i].Length > 0 ? names[i] : cell is null ? null : LettersOf(i);
            if (name is not null) yield return new(name, cell);
        }
    }

    private static IEnumerable<object?[]> Cells(Stream packed, string sheet)
    {
        packed.Position = 0;
        var configuration = new OpenXmlConfiguration { EnableConvertByteArray = false, SharedStringCachePath = Path.GetTempPath() };
        foreach (var row in MiniExcel.Query(packed, useHeaderRow: false, sheetName: sheet, excelType: ExcelType.XLSX, configuration: configuration))
        {
            yield return [.. ((IDictionary<string, object?>)row).Values.Select(Clean)];
        }
    }

    /// <summary>A workbook keeps 15 digits of a number; what binary fractions add to them is no part of it.</summary>
    private static object? Clean(object? cell) => cell switch
    {
        double number when double.IsFinite(number) && Math.Abs(number) < 1e28 =>
            decimal.Parse(number.ToString("G15", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture),
        "" => null,
        _ => cell,
    };

    private string FindSheet(Stream packed)
    {
        packed.Position = 0;
        var sheets = MiniExcel.GetSheetInformations(packed);
        if (table.Sheet is { } wanted)
        {
            return sheets.Find(s => s.Name == wanted)?.Name ?? sheets.Find(s => s.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))?.Name
                ?? throw Refuse($"The workbook has no sheet '{wanted}'. It has {Names(sheets)}.", null);
        }

        var visible = sheets.FindAll(s => s.State == SheetState.Visible);
        if (visible.Count == 1) return visible[0].Name;
        throw Refuse($"The workbook has {visible.Count} sheets: {Names(visible)}.",
            "Say which one with \"sheet\" in the source; for a proposal with --member.");
    }

    private static string Names(List<SheetInfo> sheets) =>
        string.Join(", ", sheets.Take(ShownNames).Select(s => $"'{s.Name}'")) + (sheets.Count > ShownNames ? ", …" : "");

    /// <summary>
    /// Reads every part once, so that what the library unpacks into memory is neither damaged nor a bomb, and looks for what it does not know.
    /// </summary>
    private void CheckParts(Stream packed, UnpackedLimits limits)
    {
        packed.Position = 0;
        using var archive = new ZipArchive(packed, ZipArchiveMode.Read, leaveOpen: true);
        if (archive.GetEntry("[Content_Types].xml") is null || archive.GetEntry("xl/workbook.xml") is not { } workbook)
        {
            throw TableRows.NotOfType(path, "an Excel workbook (.xlsx)");
        }

        var left = limits.MostBytes;
        foreach (var entry in archive.Entries)
        {
            // Sheets are read row by row, and long lists of texts through a file; all else as a whole.
            var isLong = entry.FullName.StartsWith("xl/worksheets/", StringComparison.Ordinal) || entry.FullName == "xl/sharedStrings.xml";
            var most = isLong ? left : Math.Min(left, MostStylesBytes);
            using var part = new UnpackedStream(entry.Open(), limits with { MostBytes = most, Bytes = entry.Length, Checksum = entry.Crc32 });
            part.CopyTo(Stream.Null);
            left -= part.Position;
        }

        using var reader = XmlReader.Create(workbook.Open());
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "workbookPr" && reader.GetAttribute("date1904") is "1" or "true")
            {
                throw Refuse("The workbook counts days from 1904.", "Save it with the 1900 date system, or as CSV.");
            }
        }
    }

    private static string LettersOf(int column)
    {
        var letters = "";
        for (var rest = column + 1; rest > 0; rest = (rest - 1) / 26) letters = (char)('A' + ((rest - 1) % 26)) + letters;
        return letters;
    }

    private DbVcException Refuse(string message, string? hint) => new(FailureKind.Failed, "source.sheet", message, path, hint);
}
