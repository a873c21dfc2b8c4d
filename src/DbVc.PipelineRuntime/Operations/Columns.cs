namespace DbVc.PipelineRuntime;

/// <summary>Which part of a text that is split keeps the separators that are more than parts are wanted.</summary>
public enum LongPart
{
    First,
    Last,
}

public static partial class Operations
{
    /// <summary>The first text that is not NULL.</summary>
    public static Text Coalesce(Text first, Text second) => first.IsNull ? second : first;

    /// <summary>Two texts with <paramref name="separator"/> between them; one that is NULL or empty is left out with it.</summary>
    public static Text Merge(Text first, Text second, ReadOnlySpan<byte> separator, Scratch scratch)
    {
        if (second.Bytes.IsEmpty) return first.IsNull ? second : first;
        if (first.Bytes.IsEmpty) return second;
        var result = scratch.Take(first.Bytes.Length + separator.Length + second.Bytes.Length);
        var written = 0;
        Append(first.Bytes, result, ref written);
        Append(separator, result, ref written);
        Append(second.Bytes, result, ref written);
        return new Text(result);
    }

    /// <summary>One of the parts of a text, as <see cref="TryTakePart(Text, ReadOnlySpan{byte}, int, int, out Text)"/> gives it; NULL when there is another
    /// number of them.</summary>
    public static Text TakePart(Text value, ReadOnlySpan<byte> separator, int part, int parts) =>
        TryTakePart(value, separator, part, parts, out var found) ? found : Text.Null;

    /// <summary>One of the parts of a text, as <see cref="TryTakePart(Text, ReadOnlySpan{byte}, int, int, LongPart, out Text)"/> gives it; NULL when there are
    /// too few.</summary>
    public static Text TakePart(Text value, ReadOnlySpan<byte> separator, int part, int parts, LongPart rest) =>
        TryTakePart(value, separator, part, parts, rest, out var found) ? found : Text.Null;

    /// <summary>
    /// One of the parts of a text, counted from 0, of which the first or the last keeps the separators that are too many. False when there are less than
    /// <paramref name="parts"/>; of NULL every part is NULL.
    /// </summary>
    public static bool TryTakePart(Text value, ReadOnlySpan<byte> separator, int part, int parts, LongPart rest, out Text found)
    {
        found = Text.Null;
        if (value.IsNull) return true;
        var bytes = value.Bytes;
        var taken = default(ReadOnlySpan<byte>);
        for (var i = 1; i < parts; i++)
        {
            var at = rest == LongPart.First ? bytes.LastIndexOf(separator) : bytes.IndexOf(separator);
            if (at < 0) return false;
            var before = bytes[..at];
            var after = bytes[(at + separator.Length)..];
            var isWanted = part == (rest == LongPart.First ? parts - i : i - 1);
            if (isWanted) taken = rest == LongPart.First ? after : before;
            bytes = rest == LongPart.First ? before : after;
        }

        found = new Text(part == (rest == LongPart.First ? 0 : parts - 1) ? bytes : taken);
        return true;
    }

    /// <summary>
    /// One of the parts of a text between separators, counted from 0. False when there are not exactly <paramref name="parts"/> of them; of NULL every part is
    /// NULL.
    /// </summary>
    public static bool TryTakePart(Text value, ReadOnlySpan<byte> separator, int part, int parts, out Text found)
    {
        found = Text.Null;
        if (value.IsNull) return true;
        var rest = value.Bytes;
        for (var i = 0; i < parts; i++)
        {
            var length = rest.IndexOf(separator);
            var isLast = i == parts - 1;
            if (length < 0 != isLast)
            {
                found = Text.Null;
                return false;
            }

            if (i == part) found = new Text(isLast ? rest : rest[..length]);
            if (!isLast) rest = rest[(length + separator.Length)..];
        }

        return true;
    }
}
