namespace DbVc.PipelineRuntime;

public static partial class Operations
{
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

    /// <summary>Replaces whatever a regular expression finds.</summary>
    public static Text RegexReplace(Text value, PatternReplacement replacement) => replacement.Apply(value);

    /// <summary>The text that stands for the whole cell in <paramref name="values"/>; a cell that is not listed stays.</summary>
    public static Text MapValues(Text value, TextMap values) => values.Map(value);

    /// <summary><paramref name="length"/> code points from <paramref name="start"/> (1 is the first); fewer where the text ends before.</summary>
    public static Text Substring(Text value, int start, int length) => value.IsNull ? value : Left(new Text(Skip(value.Bytes, start - 1)), length);

    /// <summary>The first <paramref name="length"/> code points.</summary>
    public static Text Left(Text value, int length)
    {
        var bytes = value.Bytes;
        return bytes.Length <= length ? value : new Text(bytes[..^Skip(bytes, length).Length]);
    }

    /// <summary>The last <paramref name="length"/> code points.</summary>
    public static Text Right(Text value, int length)
    {
        var surplus = Rules.Length(value) - length;
        return surplus <= 0 ? value : new Text(Skip(value.Bytes, surplus));
    }

    /// <summary>Puts <paramref name="fill"/> before the text until it has <paramref name="length"/> code points; a longer text stays.</summary>
    public static Text PadLeft(Text value, int length, ReadOnlySpan<byte> fill, Scratch scratch)
    {
        var missing = Missing(value, length, fill);
        if (missing == 0) return value;
        var result = scratch.Take((missing * fill.Length) + value.Bytes.Length);
        Repeat(fill, result[..(missing * fill.Length)]);
        value.Bytes.CopyTo(result[(missing * fill.Length)..]);
        return new Text(result);
    }

    /// <summary>Puts <paramref name="fill"/> after the text until it has <paramref name="length"/> code points; a longer text stays.</summary>
    public static Text PadRight(Text value, int length, ReadOnlySpan<byte> fill, Scratch scratch)
    {
        var missing = Missing(value, length, fill);
        if (missing == 0) return value;
        var result = scratch.Take((missing * fill.Length) + value.Bytes.Length);
        value.Bytes.CopyTo(result);
        Repeat(fill, result[value.Bytes.Length..]);
        return new Text(result);
    }

    /// <summary>Puts <paramref name="prefix"/> before a text that does not start with it.</summary>
    public static Text Prefix(Text value, ReadOnlySpan<byte> prefix, Scratch scratch)
    {
        if (value.IsNull || value.Bytes.StartsWith(prefix)) return value;
        var result = scratch.Take(prefix.Length + value.Bytes.Length);
        prefix.CopyTo(result);
        value.Bytes.CopyTo(result[prefix.Length..]);
        return new Text(result);
    }

    /// <summary>Puts <paramref name="suffix"/> after a text that does not end with it.</summary>
    public static Text Suffix(Text value, ReadOnlySpan<byte> suffix, Scratch scratch)
    {
        if (value.IsNull || value.Bytes.EndsWith(suffix)) return value;
        var result = scratch.Take(suffix.Length + value.Bytes.Length);
        value.Bytes.CopyTo(result);
        suffix.CopyTo(result[value.Bytes.Length..]);
        return new Text(result);
    }

    private static int Missing(Text value, int length, ReadOnlySpan<byte> fill) =>
        value.IsNull || fill.IsEmpty ? 0 : Math.Max(0, length - Rules.Length(value));

    private static void Repeat(ReadOnlySpan<byte> fill, Span<byte> destination)
    {
        for (var at = 0; at < destination.Length; at += fill.Length) fill.CopyTo(destination[at..]);
    }

    /// <summary>The bytes after the first <paramref name="count"/> code points.</summary>
    private static ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> bytes, int count)
    {
        foreach (var (_, rune) in new RuneBytes(bytes))
        {
            if (count-- <= 0) break;
            bytes = bytes[rune.Length..];
        }

        return bytes;
    }
}
