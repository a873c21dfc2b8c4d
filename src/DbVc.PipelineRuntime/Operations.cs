using System.Buffers;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>
/// Preprocessing operations on text cells: pure, total, NULL in gives NULL out. A result that does not fit in place is
/// written to the scratch memory of the record. White space is Unicode's White_Space property.
/// </summary>
public static class Operations
{
    private static readonly SearchValues<byte> s_asciiSpace = SearchValues.Create(" \t\n\v\f\r"u8);
    private static readonly string[] s_nullTokens = ["", "-", "na", "n/a", "nan", "none", "null", "nil", "\\n"];

    /// <summary>Removes white space at both ends.</summary>
    public static Text Trim(Text value)
    {
        var bytes = value.Bytes;
        return bytes.IsEmpty || (AsciiBytes.IsPlain(bytes[0]) && AsciiBytes.IsPlain(bytes[^1])) ? value : RightTrim(LeftTrim(value));
    }

    /// <summary>Removes white space at the start.</summary>
    public static Text LeftTrim(Text value)
    {
        var bytes = value.Bytes;
        if (bytes.IsEmpty || AsciiBytes.IsPlain(bytes[0])) return value;
        while (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == OperationStatus.Done && Rune.IsWhiteSpace(rune)) bytes = bytes[consumed..];
        return new Text(bytes);
    }

    /// <summary>Removes white space at the end.</summary>
    public static Text RightTrim(Text value)
    {
        var bytes = value.Bytes;
        if (bytes.IsEmpty || AsciiBytes.IsPlain(bytes[^1])) return value;
        while (Rune.DecodeLastFromUtf8(bytes, out var rune, out var consumed) == OperationStatus.Done && Rune.IsWhiteSpace(rune)) bytes = bytes[..^consumed];
        return new Text(bytes);
    }

    /// <summary>Turns every run of white space into one blank, and removes it at both ends.</summary>
    public static Text CollapseWhitespace(Text value, Scratch scratch)
    {
        value = Trim(value);
        if (!HasSpace(value.Bytes)) return value;
        var result = scratch.Take(value.Bytes.Length);
        var written = 0;
        var pending = false;
        foreach (var (rune, bytes) in new RuneBytes(value.Bytes))
        {
            if (rune is { } known && Rune.IsWhiteSpace(known))
            {
                pending = true;
                continue;
            }

            if (pending) result[written++] = (byte)' ';
            pending = false;
            bytes.CopyTo(result[written..]);
            written += bytes.Length;
        }

        return new Text(result[..written]);
    }

    /// <summary>Removes all white space, inside too.</summary>
    public static Text RemoveSpaces(Text value, Scratch scratch)
    {
        if (!HasSpace(value.Bytes)) return value;
        var result = scratch.Take(value.Bytes.Length);
        var written = 0;
        foreach (var (rune, bytes) in new RuneBytes(value.Bytes))
        {
            if (rune is { } known && Rune.IsWhiteSpace(known)) continue;
            bytes.CopyTo(result[written..]);
            written += bytes.Length;
        }

        return new Text(result[..written]);
    }

    /// <summary>Lower case by Unicode's simple mapping, the same in every culture.</summary>
    public static Text Lowercase(Text value, Scratch scratch)
    {
        var bytes = value.Bytes;
        if (AsciiBytes.IsAsciiWithout(bytes, (byte)'A', (byte)'Z')) return value;
        if (!AsciiBytes.IsAscii(bytes)) return MapRunes(bytes, scratch, Rune.ToLowerInvariant);
        var result = scratch.Take(bytes.Length);
        AsciiBytes.ChangeCase(bytes, result, (byte)'A', (byte)'Z');
        return new Text(result);
    }

    /// <summary>Upper case by Unicode's simple mapping, the same in every culture.</summary>
    public static Text Uppercase(Text value, Scratch scratch)
    {
        var bytes = value.Bytes;
        if (AsciiBytes.IsAsciiWithout(bytes, (byte)'a', (byte)'z')) return value;
        if (!AsciiBytes.IsAscii(bytes)) return MapRunes(bytes, scratch, Rune.ToUpperInvariant);
        var result = scratch.Take(bytes.Length);
        AsciiBytes.ChangeCase(bytes, result, (byte)'a', (byte)'z');
        return new Text(result);
    }

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

    /// <summary>NULL for an empty cell or one of NA, N/A, NaN, NULL, None, nil, -, \N, in any case and with white space around.</summary>
    public static Text HandleNulls(Text value)
    {
        var bytes = Trim(value).Bytes;
        if (bytes.Length > 4) return value;
        foreach (var token in s_nullTokens)
        {
            if (Ascii.EqualsIgnoreCase(bytes, token)) return Text.Null;
        }

        return value;
    }

    /// <summary>NULL for a cell that is exactly <paramref name="token"/>.</summary>
    public static Text NullToken(Text value, ReadOnlySpan<byte> token) =>
        !value.IsNull && value.Bytes.SequenceEqual(token) ? Text.Null : value;

    /// <summary>NULL for a cell that is empty or white space alone.</summary>
    public static Text EmptyToNull(Text value) => Trim(value).Bytes.IsEmpty ? Text.Null : value;

    /// <summary><paramref name="replacement"/> for NULL.</summary>
    public static Text DefaultTo(Text value, ReadOnlySpan<byte> replacement) => value.IsNull ? new Text(replacement) : value;

    /// <summary>Replaces every occurrence of <paramref name="search"/>, compared exactly.</summary>
    public static Text Replace(Text value, ReadOnlySpan<byte> search, ReadOnlySpan<byte> replacement, Scratch scratch)
    {
        var bytes = value.Bytes;
        var count = search.IsEmpty ? 0 : bytes.Count(search);
        if (count == 0) return value;
        var result = scratch.Take(bytes.Length + (count * (replacement.Length - search.Length)));
        var written = 0;
        for (var at = bytes.IndexOf(search); at >= 0; at = bytes.IndexOf(search))
        {
            bytes[..at].CopyTo(result[written..]);
            replacement.CopyTo(result[(written + at)..]);
            written += at + replacement.Length;
            bytes = bytes[(at + search.Length)..];
        }

        bytes.CopyTo(result[written..]);
        return new Text(result);
    }

    /// <summary>
    /// Prepares a whole number: white space around it and a fraction of zeros (<c>42.0</c>) go. Anything else, such as
    /// <c>1.5</c> or <c>1,234</c>, is left as it is, and then fails as no integer.
    /// </summary>
    public static Text ConvertToInt(Text value)
    {
        value = Trim(value);
        var point = value.Bytes.IndexOf((byte)'.');
        if (point <= 0) return value;
        var whole = value.Bytes[..point];
        var fraction = value.Bytes[(point + 1)..];
        return !fraction.ContainsAnyExcept((byte)'0') && char.IsAsciiDigit((char)whole[^1]) ? new Text(whole) : value;
    }

    /// <summary>Prepares a decimal number: white space around it goes. What is no number then fails as such.</summary>
    public static Text ConvertToFloat(Text value) => Trim(value);

    private static bool HasSpace(ReadOnlySpan<byte> bytes) => bytes.ContainsAny(s_asciiSpace) || !Ascii.IsValid(bytes);

    private static Text MapRunes(ReadOnlySpan<byte> bytes, Scratch scratch, Func<Rune, Rune> map)
    {
        // A mapped code point is at most 4 bytes where its source had at least 1.
        var result = scratch.Take(bytes.Length * 4);
        var written = 0;
        foreach (var (rune, original) in new RuneBytes(bytes))
        {
            if (rune is { } known)
            {
                written += map(known).EncodeToUtf8(result[written..]);
                continue;
            }

            original.CopyTo(result[written..]);
            written += original.Length;
        }

        return new Text(result[..written]);
    }
}
