using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>The encodings in which a source may be written.</summary>
public static class TextEncodings
{
    // Canonical name, code page (0: read here), other names.
    private static readonly (string Name, int CodePage, string[] Others)[] s_all =
    [
        ("utf-8", 0, ["utf8", "ascii", "us-ascii", "utf-8-sig"]),
        ("utf-16le", 0, ["utf-16", "utf16", "utf16le", "utf-16-le", "unicode"]),
        ("utf-16be", 0, ["utf16be", "utf-16-be"]),
        ("latin-1", 0, ["latin1", "iso-8859-1", "iso8859-1"]),
        ("windows-1252", 0, ["cp1252", "cp-1252", "win-1252"]),
        ("windows-1250", 1250, ["cp1250", "cp-1250", "win-1250"]),
        ("windows-1251", 1251, ["cp1251", "cp-1251", "win-1251"]),
        ("windows-1253", 1253, ["cp1253"]),
        ("windows-1254", 1254, ["cp1254"]),
        ("iso-8859-2", 28592, ["latin-2", "latin2", "iso8859-2"]),
        ("iso-8859-15", 28605, ["latin-9", "latin9", "iso8859-15"]),
        ("koi8-r", 20866, ["koi8r"]),
        ("ibm437", 437, ["cp437"]),
        ("ibm850", 850, ["cp850"]),
        ("macintosh", 10000, ["mac-roman", "macroman"]),
        ("shift-jis", 932, ["shift_jis", "sjis", "cp932", "windows-31j"]),
        ("euc-jp", 51932, ["eucjp"]),
        ("gb18030", 54936, ["gbk", "gb2312", "cp936"]),
        ("big5", 950, ["cp950"]),
        ("euc-kr", 51949, ["euckr", "cp949"]),
    ];

    /// <summary>Canonical names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(e => e.Name)];

    /// <summary>The canonical name of an encoding, or null if it is not known.</summary>
    public static string? Find(string name)
    {
        name = name.Trim().ToLowerInvariant();
        return s_all.FirstOrDefault(e => e.Name == name || e.Others.Contains(name)).Name;
    }

    /// <summary>Decodes an encoding of several bytes a character; what has no meaning becomes U+FFFF. Null for the others.</summary>
    internal static Decoder? FindDecoder(string name)
    {
        var page = CodePageOf(name);
        if (page == 0) return null;
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(page, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback("\uFFFF"))!;
        return encoding.IsSingleByte ? null : encoding.GetDecoder();
    }

    /// <summary>The character of each byte, 0 for bytes without meaning; null for encodings that are not of one byte a character.</summary>
    internal static char[]? FindTable(string name)
    {
        var page = name == "windows-1252" ? 1252 : CodePageOf(name);
        if (name != "latin-1" && page == 0) return null;
        var table = new char[256];
        if (name == "latin-1")
        {
            for (var i = 0; i < table.Length; i++) table[i] = (char)i;
            return table;
        }

        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(page)!;
        if (!encoding.IsSingleByte) return null;
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        encoding.GetChars(bytes, table);
        for (var i = 0x80; i < table.Length; i++)
        {
            // Where Windows defines nothing, the table of the system gives control characters.
            var undefined = table[i] == '\uFFFD' || (name.StartsWith("windows", StringComparison.Ordinal) && table[i] is >= '\x80' and < '\xA0');
            if (undefined) table[i] = '\0';
        }

        return table;
    }

    private static int CodePageOf(string name) => s_all.First(e => e.Name == name).CodePage;
}
