namespace DbVc.PipelineRuntime;

/// <summary>Tells text from what can never be a CSV file by its first bytes.</summary>
internal static class SourceSniffer
{
    private const string Parquet = "a Parquet file";
    private const string Database = "an SQLite database";
    private const int Looked = 8 * 1024;

    /// <summary>Throws <c>source.binary</c> or <c>source.encoding</c> when <paramref name="start"/> is no text.</summary>
    public static void RefuseBinary(ReadOnlySpan<byte> start, string encoding)
    {
        if (encoding is "utf-16le" or "utf-16be") return;
        if (FindFormat(start) is { } format)
        {
            var hint = format switch
            {
                Parquet => "Say \"type\": \"parquet\" in the source.",
                Database => "Say \"type\": \"database\" in the source, and which \"table\".",
                _ => "Export it as CSV first.",
            };
            throw new PipelineException("source.binary", $"The source is no text: it looks like {format}. {hint}");
        }

        start = start[..Math.Min(start.Length, Looked)];
        if (FindWideEncoding(start) is { } name)
        {
            throw new PipelineException("source.encoding", $"The source looks like {name} without byte order mark. Set \"encoding\": \"{name}\".");
        }

        var controls = 0;
        foreach (var value in start)
        {
            if (value < 0x20 && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0B or 0x0C)) controls++;
        }

        if (controls * 10 > start.Length)
        {
            throw new PipelineException("source.binary", "The source is no text: more than a tenth of its first bytes are control characters.");
        }
    }

    /// <summary>The encoding of text without byte order mark that has a zero in nearly every second byte: western text in UTF-16.</summary>
    public static string? FindWideEncoding(ReadOnlySpan<byte> start)
    {
        start = start[..Math.Min(start.Length, Looked)];
        var even = 0;
        var odd = 0;
        for (var i = 0; i < start.Length; i++)
        {
            if (start[i] != 0) continue;
            if (i % 2 == 0) even++;
            else odd++;
        }

        if (start.Length < 4 || Math.Max(even, odd) * 3 <= start.Length || Math.Min(even, odd) * 10 > Math.Max(even, odd)) return null;
        return even > odd ? "utf-16be" : "utf-16le";
    }

    private static string? FindFormat(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("PK\x03\x04"u8)) return "a ZIP archive or an Excel workbook";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return "a gzip file";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])) return "a zstd file";
        if (start.StartsWith("BZh"u8) && start.Length > 9 && start[4] == 0x31 && start[5] == 0x41) return "a bzip2 file";
        if (start.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0])) return "an old Excel or Word file";
        if (start.StartsWith("SQLite format 3\0"u8)) return Database;
        if (start.StartsWith("PAR1"u8)) return Parquet;
        if (start.Length > 262 && start[257..].StartsWith("ustar"u8)) return "a tar archive";
        if (start.StartsWith("%PDF-"u8)) return "a PDF document";
        if (start.StartsWith("\x7F"u8) && start.Length > 3 && start[1..].StartsWith("ELF"u8)) return "a program";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47])) return "a PNG image";
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return "a JPEG image";
        return null;
    }
}
