namespace DbVc.PipelineRuntime;

/// <summary>The names of a source's fields and how they are found.</summary>
public sealed class CsvHeader
{
    private readonly Dictionary<string, int> _exact = new(StringComparer.Ordinal);

    private readonly Dictionary<string, int> _again = new(StringComparer.Ordinal);

    /// <summary>A name may appear twice, or be blank; then no field can be read by it.</summary>
    public CsvHeader(IReadOnlyList<string> names)
    {
        Names = names;
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i].Length > 0 && !_exact.TryAdd(names[i], i)) _again.TryAdd(names[i], i);
        }
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>The index of <paramref name="name"/>, or throws <c>source.column-missing</c> with the names that are there.</summary>
    public int Find(string name)
    {
        var index = FindOptional(name);
        if (index >= 0) return index;
        var known = string.Join(", ", Names.Take(20).Select(n => $"'{n}'")) + (Names.Count > 20 ? ", …" : "");
        throw new PipelineException("source.column-missing", $"The source has no column '{name}'. Its header has {known}.");
    }

    /// <summary>The index of <paramref name="name"/>, exact or else ignoring case; -1 when it is not there.</summary>
    public int FindOptional(string name)
    {
        name = name.Trim();
        if (_again.TryGetValue(name, out var again))
        {
            throw new PipelineException("source.header",
                $"The header names '{name}' twice, as column {_exact[name] + 1} and as column {again + 1}.");
        }

        if (_exact.TryGetValue(name, out var exact)) return exact;
        var found = -1;
        for (var i = 0; i < Names.Count; i++)
        {
            if (!Names[i].Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            if (found >= 0)
            {
                throw new PipelineException("source.header",
                    $"The header has both '{Names[found]}' and '{Names[i]}', and none is written exactly '{name}'.");
            }

            found = i;
        }

        return found;
    }
}
