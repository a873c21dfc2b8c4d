using System.Globalization;
using System.Net;
using System.Text;

namespace DbVc.PipelineRuntime;

public static partial class Operations
{
    private static readonly Encoding s_windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252, EncoderFallback.ExceptionFallback,
        DecoderFallback.ExceptionFallback)!;

    /// <summary>Removes every code point that is one of <paramref name="characters"/>.</summary>
    public static Text RemoveChars(Text value, ReadOnlySpan<byte> characters, Scratch scratch) => Sift(value, characters, keepsListed: false, scratch);

    /// <summary>Keeps the code points that are one of <paramref name="characters"/> and removes the others.</summary>
    public static Text KeepChars(Text value, ReadOnlySpan<byte> characters, Scratch scratch) => Sift(value, characters, keepsListed: true, scratch);

    /// <summary>Removes what Unicode calls punctuation: quotes, brackets, dashes, full stops and the like. Signs such as + and $ stay.</summary>
    public static Text RemovePunctuation(Text value, Scratch scratch) => Remove(value, scratch, Rune.IsPunctuation);

    /// <summary>Removes control and invisible format characters (bidirectional overrides, zero-width joiners); tabs and line breaks stay.</summary>
    public static Text RemoveControlChars(Text value, Scratch scratch) =>
        Remove(value, scratch, c => c.Value is not ('\t' or '\n' or '\r') && (Rune.IsControl(c) || Rune.GetUnicodeCategory(c) == UnicodeCategory.Format));

    /// <summary>Removes byte order marks at the start.</summary>
    public static Text RemoveBom(Text value)
    {
        var bytes = value.Bytes;
        while (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        return bytes.Length == value.Bytes.Length ? value : new Text(bytes);
    }

    /// <summary>Removes tags such as <c>&lt;b&gt;</c>: a less-than sign followed by a letter, a slash or an exclamation mark, to the next greater-than
    /// sign.</summary>
    public static Text StripHtml(Text value, Scratch scratch)
    {
        var rest = value.Bytes;
        if (!rest.Contains((byte)'<')) return value;
        var result = scratch.Take(rest.Length);
        var written = 0;
        while (!rest.IsEmpty)
        {
            var next = FindTag(rest, out var length);
            rest[..next].CopyTo(result[written..]);
            written += next;
            rest = rest[(next + length)..];
        }

        return new Text(result[..written]);
    }

    /// <summary>Turns <c>&amp;amp;</c>, <c>&amp;#233;</c> and the other references of HTML into their characters, once.</summary>
    public static Text UnescapeHtml(Text value) => value.Bytes.Contains((byte)'&') ? Text.From(WebUtility.HtmlDecode(value.ToString())) : value;

    /// <summary>
    /// Repairs UTF-8 that was once read as windows-1252 (<c>CafÃ©</c> for <c>Café</c>). A text that does not come from that mistake, whole, stays as it is.
    /// </summary>
    public static Text FixMojibake(Text value)
    {
        if (AsciiBytes.IsAscii(value.Bytes)) return value;
        try
        {
            var bytes = s_windows1252.GetBytes(value.ToString());
            return Rune.DecodeFromUtf8(bytes, out _, out _) == System.Buffers.OperationStatus.InvalidData || !System.Text.Unicode.Utf8.IsValid(bytes)
                ? value : new Text(bytes);
        }
        catch (EncoderFallbackException)
        {
            return value;
        }
    }

    private static Text Sift(Text value, ReadOnlySpan<byte> characters, bool keepsListed, Scratch scratch)
    {
        var result = scratch.Take(value.Bytes.Length);
        var written = 0;
        foreach (var (_, bytes) in new RuneBytes(value.Bytes))
        {
            if (characters.IndexOf(bytes) >= 0 != keepsListed) continue;
            bytes.CopyTo(result[written..]);
            written += bytes.Length;
        }

        return written == value.Bytes.Length ? value : new Text(result[..written]);
    }

    private static Text Remove(Text value, Scratch scratch, Func<Rune, bool> isUnwanted)
    {
        var result = scratch.Take(value.Bytes.Length);
        var written = 0;
        foreach (var (rune, bytes) in new RuneBytes(value.Bytes))
        {
            if (rune is { } known && isUnwanted(known)) continue;
            bytes.CopyTo(result[written..]);
            written += bytes.Length;
        }

        return written == value.Bytes.Length ? value : new Text(result[..written]);
    }

    /// <summary>Where the next tag begins and how long it is; the end of the text and 0 without one.</summary>
    private static int FindTag(ReadOnlySpan<byte> html, out int length)
    {
        for (var start = 0; start + 1 < html.Length; start++)
        {
            var begins = html[start] == '<' && (char.IsAsciiLetter((char)html[start + 1]) || html[start + 1] is (byte)'/' or (byte)'!');
            if (!begins) continue;
            var end = html[start..].IndexOf((byte)'>');
            if (end < 0) break;
            length = end + 1;
            return start;
        }

        length = 0;
        return html.Length;
    }
}
