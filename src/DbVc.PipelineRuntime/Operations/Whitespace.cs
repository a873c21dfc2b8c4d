using System.Buffers;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>
/// Preprocessing operations on text cells: pure, total, NULL in gives NULL out. A result that does not fit in place is
/// written to the scratch memory of the record. White space is Unicode's White_Space property.
/// </summary>
public static partial class Operations
{
    private static readonly SearchValues<byte> s_asciiSpace = SearchValues.Create(" \t\n\v\f\r"u8);

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

    private static bool HasSpace(ReadOnlySpan<byte> bytes) => bytes.ContainsAny(s_asciiSpace) || !Ascii.IsValid(bytes);
}
