namespace DbVc.PipelineRuntime;

/// <summary>How a CSV source is written.</summary>
public sealed record CsvOptions
{
    public static CsvOptions Default { get; } = new();

    /// <summary>The names that <see cref="Encoding"/> takes, canonical form.</summary>
    public static IReadOnlyList<string> Encodings { get; } = ["utf-8", "utf-16le", "utf-16be", "latin-1", "windows-1252"];

    /// <summary>One of <see cref="Encodings"/> or an alias; a byte order mark in the source wins over it.</summary>
    public string Encoding { get; init; } = "utf-8";

    /// <summary>One ASCII character, no quote and no line break.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>False when the first record is data; then <see cref="FieldNames"/> names the fields.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>The field names of a source without header, in order.</summary>
    public IReadOnlyList<string> FieldNames { get; init; } = [];

    /// <summary>Cells that read as NULL, compared exactly. By default the empty cell.</summary>
    public IReadOnlyList<string> NullTokens { get; init; } = [""];

    /// <summary>Longest record in bytes of UTF-8; a longer one ends the run, memory stays bounded.</summary>
    public int MaxRecordBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Throws <c>source.delimiter</c> unless the delimiter can separate fields.</summary>
    internal void RequireUsableDelimiter()
    {
        if (char.IsAscii(Delimiter) && Delimiter is not ('"' or '\r' or '\n' or '\0')) return;
        throw new PipelineException("source.delimiter", "The delimiter must be one ASCII character, no quote and no line break.");
    }

    /// <summary>The canonical name of an encoding, or null if it is not supported.</summary>
    public static string? FindEncoding(string name) => name.Trim().ToLowerInvariant() switch
    {
        "utf-8" or "utf8" or "ascii" or "us-ascii" or "utf-8-sig" => "utf-8",
        "utf-16" or "utf-16le" or "utf16" or "utf16le" or "utf-16-le" or "unicode" => "utf-16le",
        "utf-16be" or "utf16be" or "utf-16-be" => "utf-16be",
        "latin-1" or "latin1" or "iso-8859-1" or "iso8859-1" => "latin-1",
        "windows-1252" or "cp1252" or "cp-1252" or "win-1252" => "windows-1252",
        _ => null,
    };
}
