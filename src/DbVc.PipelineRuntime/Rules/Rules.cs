using System.Buffers;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>Tests of single text cells. Callers let NULL pass first; lengths count code points; comparisons are ordinal.</summary>
public static partial class Rules
{
    private static readonly SearchValues<byte> s_hexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>A mail address as people use them; see <see cref="EmailAddress"/>.</summary>
    public static bool IsEmail(Text value) => EmailAddress.IsValid(value.Bytes);

    /// <summary>An http or https address with a host, without white space or control characters.</summary>
    public static bool IsUrl(Text value)
    {
        var bytes = value.Bytes;
        var scheme = Ascii.EqualsIgnoreCase(bytes[..Math.Min(8, bytes.Length)], "https://"u8) ? 8
            : Ascii.EqualsIgnoreCase(bytes[..Math.Min(7, bytes.Length)], "http://"u8) ? 7 : 0;
        if (scheme == 0 || bytes.Length > 2048) return false;
        foreach (var c in bytes)
        {
            if (c is <= 0x20 or 0x7F or (byte)'<' or (byte)'>' or (byte)'"' or (byte)'\\') return false;
        }

        return Uri.TryCreate(Encoding.UTF8.GetString(bytes), UriKind.Absolute, out var uri) && uri.Host.Length > 0;
    }

    /// <summary>8-4-4-4-12 hexadecimal digits, in any case, without braces.</summary>
    public static bool IsUuid(Text value)
    {
        var bytes = value.Bytes;
        if (bytes.Length != 36 || bytes[8] != '-' || bytes[13] != '-' || bytes[18] != '-' || bytes[23] != '-') return false;
        return !bytes[..8].ContainsAnyExcept(s_hexDigits) && !bytes[9..13].ContainsAnyExcept(s_hexDigits)
            && !bytes[14..18].ContainsAnyExcept(s_hexDigits) && !bytes[19..23].ContainsAnyExcept(s_hexDigits)
            && !bytes[24..].ContainsAnyExcept(s_hexDigits);
    }

    /// <summary>Code points in the text.</summary>
    public static int Length(Text value)
    {
        var bytes = value.Bytes;
        if (AsciiBytes.IsAscii(bytes)) return bytes.Length;
        var count = 0;
        foreach (var c in bytes)
        {
            if ((c & 0xC0) != 0x80) count++;
        }

        return count;
    }

    /// <summary>True for NULL, for an empty text and for white space alone.</summary>
    public static bool IsBlank(Text value)
    {
        var bytes = value.Bytes;
        return bytes.IsEmpty || (!AsciiBytes.IsPlain(bytes[0]) && Operations.Trim(value).Bytes.IsEmpty);
    }

    public static bool AreEqual(Text first, ReadOnlySpan<byte> second) => first.Bytes.SequenceEqual(second);

    public static bool AreEqual(Text first, Text second) => first.Bytes.SequenceEqual(second.Bytes);

    /// <summary>Whether two texts differ in case at most, by Unicode's simple mapping.</summary>
    public static bool AreEqualIgnoringCase(Text first, ReadOnlySpan<byte> second)
    {
        var bytes = first.Bytes;
        if (AsciiBytes.IsAscii(bytes) && AsciiBytes.IsAscii(second)) return Ascii.EqualsIgnoreCase(bytes, second);
        while (!bytes.IsEmpty && !second.IsEmpty)
        {
            var known = Rune.DecodeFromUtf8(bytes, out var before, out var length) == OperationStatus.Done;
            known &= Rune.DecodeFromUtf8(second, out var after, out var otherLength) == OperationStatus.Done;
            if (known ? Fold(before) != Fold(after) : !bytes[..length].SequenceEqual(second[..otherLength])) return false;
            bytes = bytes[length..];
            second = second[otherLength..];
        }

        return bytes.IsEmpty && second.IsEmpty;

        static Rune Fold(Rune letter) => Rune.ToLowerInvariant(Rune.ToUpperInvariant(letter));
    }

    public static bool StartsWith(Text value, ReadOnlySpan<byte> start) => value.Bytes.StartsWith(start);

    public static bool EndsWith(Text value, ReadOnlySpan<byte> end) => value.Bytes.EndsWith(end);

    public static bool Contains(Text value, ReadOnlySpan<byte> part) => value.Bytes.IndexOf(part) >= 0;
}
