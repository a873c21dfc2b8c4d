namespace DbVc.PipelineRuntime;

/// <summary>How a CSV source is written.</summary>
public sealed record CsvOptions
{
    public static CsvOptions Default { get; } = new();

    /// <summary>One of <see cref="TextEncodings.Names"/> or another name of it; a byte order mark in the source wins over it.</summary>
    public string Encoding { get; init; } = "utf-8";

    /// <summary>One ASCII character, no line break and not the quote.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>What a field is put into that holds a delimiter or a line break; doubled inside it. Null: nothing is.</summary>
    public char? Quote { get; init; } = '"';

    /// <summary>Takes the meaning from the delimiter, quote, line break or escape after it; before anything else it is a character like others.</summary>
    public char? Escape { get; init; }

    /// <summary>Lines that start with it are no records.</summary>
    public char? Comment { get; init; }

    /// <summary>Physical lines before the header, or before the first record of a source without.</summary>
    public int SkipRows { get; init; }

    /// <summary>Lines at the end that are no records; blank ones are not counted.</summary>
    public int FooterRows { get; init; }

    /// <summary>The source ends before the first line that starts with this text.</summary>
    public string? FooterText { get; init; }

    /// <summary>Each record ends with a delimiter, which begins no field; the header may or may not.</summary>
    public bool TrailingDelimiter { get; init; }

    /// <summary>False when the first record is data; then <see cref="FieldNames"/> names the fields.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>How many records name the columns; what stands above each other in them makes one name.</summary>
    public int HeaderRows { get => Math.Max(1, field); init; }

    /// <summary>Stands between the parts of a name that several records make.</summary>
    public string HeaderSeparator { get => field ?? " "; init; }

    /// <summary>The field names of a source without header, in order.</summary>
    public IReadOnlyList<string> FieldNames { get; init; } = [];

    /// <summary>Cells that read as NULL, compared exactly. By default the empty cell.</summary>
    public IReadOnlyList<string> NullTokens { get; init; } = [""];

    /// <summary>Longest record in bytes of UTF-8; a longer one is rejected, memory stays bounded.</summary>
    public int MaxRecordBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Whether a character can separate, quote, escape or comment.</summary>
    public static bool IsMark(char mark) => char.IsAscii(mark) && mark is not ('\r' or '\n' or '\0');

    /// <summary>Throws <c>source.delimiter</c> unless each mark can be told from the others.</summary>
    internal void RequireUsableMarks()
    {
        char?[] marks = [Delimiter, Quote, Comment];
        var given = marks.OfType<char>().ToList();
        if (given.TrueForAll(IsMark) && given.Distinct().Count() == given.Count && (Escape is null || (IsMark(Escape.Value) && Escape != Delimiter))) return;
        throw new PipelineException("source.delimiter",
            "Delimiter, quote, escape and comment must be different ASCII characters, none of them a line break.");
    }
}
