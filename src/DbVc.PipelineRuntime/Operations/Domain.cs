using System.Security.Cryptography;
using System.Text;

namespace DbVc.PipelineRuntime;

public static partial class Operations
{
    private static readonly int[] s_uuidGroups = [8, 4, 4, 4, 12];

    /// <summary>Trims and lower-cases what follows the last '@'. The part before it keeps its case: only its server may judge that.</summary>
    public static Text NormalizeEmail(Text value, Scratch scratch)
    {
        value = Trim(value);
        var bytes = value.Bytes;
        var at = bytes.LastIndexOf((byte)'@');
        if (at < 0) return value;
        var domain = Lowercase(new Text(bytes[at..]), scratch).Bytes;
        if (domain.SequenceEqual(bytes[at..])) return value;
        var result = scratch.Take(at + domain.Length);
        bytes[..at].CopyTo(result);
        domain.CopyTo(result[at..]);
        return new Text(result);
    }

    /// <summary>
    /// Trims an http or https address, lower-cases its scheme and host, removes the port that its scheme has anyway, and gives an empty path its slash. Path,
    /// query and fragment stay as they are. What is no address stays.
    /// </summary>
    public static Text NormalizeUrl(Text value, Scratch scratch)
    {
        var text = Trim(value);
        if (!Rules.IsUrl(text)) return value;
        var bytes = text.Bytes;
        var hostStart = bytes.IndexOf("://"u8) + 3;
        var length = bytes[hostStart..].IndexOfAny("/?#"u8);
        var hostEnd = length < 0 ? bytes.Length : hostStart + length;
        var nameStart = hostStart + bytes[hostStart..hostEnd].LastIndexOf((byte)'@') + 1;
        var usual = Ascii.EqualsIgnoreCase(bytes[..hostStart], "https://"u8) ? ":443"u8 : ":80"u8;
        var nameEnd = bytes[nameStart..hostEnd].EndsWith(usual) ? hostEnd - usual.Length : hostEnd;
        var result = scratch.Take(bytes.Length + 1);
        var written = 0;
        Append(Lowercase(new Text(bytes[..hostStart]), scratch).Bytes, result, ref written);
        Append(bytes[hostStart..nameStart], result, ref written);
        Append(Lowercase(new Text(bytes[nameStart..nameEnd]), scratch).Bytes, result, ref written);
        if (hostEnd == bytes.Length || bytes[hostEnd] != '/') Append("/"u8, result, ref written);
        Append(bytes[hostEnd..], result, ref written);
        return new Text(result[..written]);
    }

    /// <summary>
    /// Writes a UUID as 8-4-4-4-12 digits in lower case, whether it had braces, <c>urn:uuid:</c>, capitals or no hyphens. What is no UUID stays.
    /// </summary>
    public static Text NormalizeUuid(Text value, Scratch scratch)
    {
        var text = Lowercase(Trim(value), scratch).Bytes;
        if (text.StartsWith("urn:uuid:"u8)) text = text[9..];
        if (text is [(byte)'{', .., (byte)'}']) text = text[1..^1];
        var digits = RemoveChars(new Text(text), "-"u8, scratch).Bytes;
        if (digits.Length != 32 || (text.Length != 32 && !Rules.IsUuid(new Text(text)))) return value;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit((char)digit)) return value;
        }

        var result = scratch.Take(36);
        var written = 0;
        foreach (var group in s_uuidGroups)
        {
            if (written > 0) Append("-"u8, result, ref written);
            Append(digits[..group], result, ref written);
            digits = digits[group..];
        }

        return new Text(result);
    }

    /// <summary>
    /// Puts an asterisk for every code point but the last <paramref name="keep"/>. A text that is no longer than that is masked whole.
    /// </summary>
    public static Text Mask(Text value, int keep, Scratch scratch)
    {
        if (value.IsNull) return value;
        var length = Rules.Length(value);
        var shown = length > keep ? Right(value, keep).Bytes : [];
        var hidden = length > keep ? length - keep : length;
        var result = scratch.Take(hidden + shown.Length);
        result[..hidden].Fill((byte)'*');
        shown.CopyTo(result[hidden..]);
        return new Text(result);
    }

    /// <summary>Puts <c>[redacted]</c> for every value.</summary>
    public static Text Redact(Text value) => value.IsNull ? value : new Text("[redacted]"u8);

    /// <summary>
    /// The SHA-256 of the text's UTF-8, as 64 hexadecimal digits. Equal values stay equal. It hides nothing that can be guessed: whoever knows an e-mail
    /// address
    /// knows its hash.
    /// </summary>
    public static Text Hash(Text value, Scratch scratch)
    {
        if (value.IsNull) return value;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(value.Bytes, hash);
        var result = scratch.Take(64);
        Convert.TryToHexStringLower(hash, result, out _);
        return new Text(result);
    }

    /// <summary>
    /// The HMAC-SHA-256 of the text's UTF-8 under <paramref name="salt"/>, as 64 hexadecimal digits: equal values stay equal, and whoever does not know the
    /// salt cannot try guesses. Who can read the metadata knows it.
    /// </summary>
    public static Text Tokenize(Text value, ReadOnlySpan<byte> salt, Scratch scratch)
    {
        if (value.IsNull) return value;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(salt, value.Bytes, hash);
        var result = scratch.Take(64);
        Convert.TryToHexStringLower(hash, result, out _);
        return new Text(result);
    }

    private static void Append(ReadOnlySpan<byte> part, Span<byte> destination, ref int written)
    {
        part.CopyTo(destination[written..]);
        written += part.Length;
    }
}
