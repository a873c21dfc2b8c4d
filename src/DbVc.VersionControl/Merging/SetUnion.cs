using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Merges cells that hold a set: a JSON array, or text with one delimiter between elements. What either side added is in, what either side
/// removed is out. Elements of the base keep their order; new ones follow in order of their text, so that swapping the sides changes nothing.
/// </summary>
internal static class SetUnion
{
    private static readonly string[] s_delimiters = ["\n", ";", "|", ","];

    /// <summary>Null where the values are no such sets, or the delimiter cannot be told.</summary>
    public static Value? Merge(Value? before, Value source, Value target, string? delimiter)
    {
        Value[] sides = [before ?? Value.Null, source, target];
        if (sides.Any(v => v.Kind is not (ValueKind.Text or ValueKind.Null))) return null;
        if (delimiter is null && MergeArrays(sides) is { } array) return Value.Text(array);
        delimiter ??= FindDelimiter(sides);
        if (delimiter is null) return null;
        var texts = Array.ConvertAll(sides, v => v.IsNull ? "" : v.AsText);
        var spaced = texts.Any(t => t.Contains(delimiter + " ", StringComparison.Ordinal));
        var merged = Merge(Array.ConvertAll(texts, t => Split(t, delimiter)), StringComparer.Ordinal);
        return Value.Text(string.Join(spaced ? delimiter + " " : delimiter, merged));
    }

    /// <summary>The elements as they stand in the text; two are the same if they mean the same.</summary>
    private static string? MergeArrays(Value[] sides)
    {
        var arrays = Array.ConvertAll(sides, v => v.IsNull ? [] : JsonText.TryReadArray(v.AsBytes));
        if (arrays.Any(a => a is null)) return null;
        return "[" + string.Join(", ", Merge(Array.ConvertAll(arrays, a => a!), JsonText.Equality)) + "]";
    }

    private static List<string> Merge(IReadOnlyList<string>[] sides, IEqualityComparer<string> equality)
    {
        var (source, target) = (sides[1].ToHashSet(equality), sides[2].ToHashSet(equality));
        var before = sides[0].ToHashSet(equality);
        var kept = sides[0].Distinct(equality).Where(e => source.Contains(e) && target.Contains(e));
        var added = sides[2].Concat(sides[1]).Where(e => !before.Contains(e)).Distinct(equality).Order(StringComparer.Ordinal);
        return [.. kept, .. added];
    }

    private static string[] Split(string text, string delimiter) =>
        text.Split(delimiter, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The only one of the usual delimiters that occurs.</summary>
    private static string? FindDelimiter(Value[] sides)
    {
        var found = s_delimiters.Where(d => sides.Any(v => !v.IsNull && v.AsText.Contains(d, StringComparison.Ordinal))).ToList();
        return found.Count == 1 ? found[0] : null;
    }
}
