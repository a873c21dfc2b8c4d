using System.Text;

namespace DbVc.PipelineRuntime;

public static partial class Operations
{
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

    /// <summary>The first letter of every word in upper case and the others in lower case; words end at white space and hyphens.</summary>
    public static Text TitleCase(Text value, Scratch scratch)
    {
        var result = scratch.Take(value.Bytes.Length * 4);
        var written = 0;
        var startsWord = true;
        foreach (var (rune, bytes) in new RuneBytes(value.Bytes))
        {
            if (rune is not { } known)
            {
                bytes.CopyTo(result[written..]);
                written += bytes.Length;
                continue;
            }

            written += (startsWord ? Rune.ToUpperInvariant(known) : Rune.ToLowerInvariant(known)).EncodeToUtf8(result[written..]);
            startsWord = Rune.IsWhiteSpace(known) || known.Value == '-';
        }

        return value.IsNull ? value : new Text(result[..written]);
    }

    /// <summary>Makes texts equal that differ in case alone: Unicode's simple mapping to upper case and back to lower case.</summary>
    public static Text Casefold(Text value, Scratch scratch) =>
        AsciiBytes.IsAscii(value.Bytes) ? Lowercase(value, scratch) : MapRunes(value.Bytes, scratch, c => Rune.ToLowerInvariant(Rune.ToUpperInvariant(c)));

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
