using System.Globalization;
using System.IO.Compression;
using System.Xml;
using DbVc.Model;
using DbVc.PipelineRuntime;
using MiniExcelLibs;
using MiniExcelLibs.OpenXml;

namespace DbVc.Pipelines;

/// <summary>Reads a sheet of an Excel workbook row by row.</summary>
internal sealed class WorkbookRows(TableFile table, string path)
{
    private const long MostStylesBytes = 64L * 1024 * 1024;
    private const long MostRows = 1_048_576;
    private const long MostColumns = 16_384;
    private const long MostCells = 200_000_000;
    private const int LookedRows = 50;
    private const int ShownNames = 10;

    public void Write(Stream packed, JsonLines lines, UnpackedLimits limits)
    {
        CheckParts(packed, limits);
        var sheet = FindSheet(packed);
        IReadOnlyList<string>? names = table.FieldNames;
        var header = new List<string[]>();
        var row = 0;
        foreach (var cells in Cells(packed, sheet))
        {
            if (row++ < table.SkipRows || Array.TrueForAll(cells, c => c is null))
            {
                lines.WriteEmpty();
            }
            else if (names is null)
            {
                header.Add([.. cells.Select(c => Convert.ToString(c, CultureInfo.InvariantCulture)?.Trim() ?? "")]);
                if (header.Count == table.HeaderRows) names = MergedHeader.Join(header, table.HeaderSeparator);
                lines.WriteEmpty();
            }
            else
            {
                lines.WriteRow(Name(cells, names));
            }
        }

        if (names is null) throw Refuse(header.Count == 0 ? $"The sheet '{sheet}' is empty." : $"The sheet '{sheet}' ends within its header.", null);
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

    /// <summary>A workbook keeps 15 digits of a fraction; what binary fractions add to them is no part of it.</summary>
    private static object? Clean(object? cell) => cell switch
    {
        double whole when whole == Math.Floor(whole) && Math.Abs(whole) <= 1L << 53 => (long)whole,
        double number when double.IsFinite(number) && Math.Abs(number) < 1e28 =>
            decimal.Parse(number.ToString("G15", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture),
        "" => null,
        DateTime time => CleanTime(time),
        TimeSpan time => TimeSpan.FromMilliseconds(Math.Round(time.TotalMilliseconds)),
        _ => cell,
    };

    /// <summary>
    /// A date where the day has only begun: fields of dates and of timestamps both take it. Excel counts a 29 February 1900 that never was, so the days
    /// before it are one later than they are counted here.
    /// </summary>
    private static object CleanTime(DateTime time)
    {
        if (time >= new DateTime(1900, 2, 28) && time < new DateTime(1900, 3, 1)) return "1900-02-29";
        if (time < new DateTime(1900, 2, 28)) time = time.AddDays(1);
        const long Step = TimeSpan.TicksPerMillisecond;
        var rounded = new DateTime((time.Ticks + (Step / 2)) / Step * Step);
        return rounded.TimeOfDay == TimeSpan.Zero ? DateOnly.FromDateTime(rounded) : rounded;
    }

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
            CheckSize(part);
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

    /// <summary>Rows and cells that are missing are made up by the library, as many as the sheet says that there are.</summary>
    /// <param name="part">Any part: a sheet may be called as it likes.</param>
    private void CheckSize(Stream part)
    {
        var (rows, columns) = (0L, 0L);
        try
        {
            Measure(part, ref rows, ref columns);
        }
        catch (XmlException)
        {
            // No sheet, or one that is broken behind what it has said.
        }

        if (rows <= MostRows && columns <= MostColumns && rows * columns <= MostCells) return;
        var isImpossible = rows > MostRows || columns > MostColumns;
        throw Refuse(isImpossible ? "A sheet says that it has more rows or columns than a sheet can have."
            : $"A sheet has {rows} rows and {columns} columns; most of its cells must be empty.",
            "Delete what is formatted and empty, or export the sheet as CSV.");
    }

    private static void Measure(Stream part, ref long rows, ref long columns)
    {
        using var reader = XmlReader.Create(part, new XmlReaderSettings { CloseInput = false });
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.LocalName is not ("dimension" or "row" or "c")) continue;
            foreach (var corner in (reader.GetAttribute(reader.LocalName == "dimension" ? "ref" : "r") ?? "").Split(':'))
            {
                var letters = corner.TakeWhile(char.IsAsciiLetter).ToArray();
                columns = Math.Max(columns, ColumnOf(letters));
                rows = Math.Max(rows, RowOf(corner.AsSpan(letters.Length)));
            }
        }
    }

    private static long ColumnOf(char[] letters) =>
        letters.Length > 3 ? long.MaxValue : letters.Aggregate(0L, (sum, letter) => (sum * 26) + (char.ToUpperInvariant(letter) - 'A') + 1);

    private static long RowOf(ReadOnlySpan<char> digits) => digits.Length == 0 ? 0
        : long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var row) ? row : long.MaxValue;

    private static string LettersOf(int column)
    {
        var letters = "";
        for (var rest = column + 1; rest > 0; rest = (rest - 1) / 26) letters = (char)('A' + ((rest - 1) % 26)) + letters;
        return letters;
    }

    private DbVcException Refuse(string message, string? hint) => new(FailureKind.Failed, "source.sheet", message, path, hint);
}
