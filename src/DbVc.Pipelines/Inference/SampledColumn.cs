using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>A text that a column holds.</summary>
/// <param name="line">The line where the first record with it starts, from 1.</param>
/// <param name="text">As it was read.</param>
internal sealed class SampledValue(string text, long line)
{
    public string Text { get; } = text;

    public long Line { get; } = line;

    /// <summary>How many records have it.</summary>
    public long Count { get; set; }

    /// <summary>The value and its place, for evidence.</summary>
    public string Show()
    {
        const int Longest = 40;
        var text = Text.Length > Longest ? Text[..Longest] + "…" : Text;
        return $"'{text}' in line {Line.ToString("#,0", CultureInfo.InvariantCulture)}";
    }
}

/// <summary>The cells of one column of a source, each different text kept once.</summary>
/// <param name="name">The column's name, or path, in the source.</param>
internal sealed class SampledColumn(string name)
{
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<SampledValue> _values = [];
    private readonly List<int> _cells = [];

    public string Name { get; } = name;

    /// <summary>The different texts, in the order in which they come.</summary>
    public IReadOnlyList<SampledValue> Values => _values;

    /// <summary>For each record the place of its text in <see cref="Values"/>; -1 for NULL.</summary>
    public IReadOnlyList<int> Cells => _cells;

    public long Nulls { get; private set; }

    /// <summary>Adds the next record's cell; true if its text was not known.</summary>
    public bool Add(string? text, long line)
    {
        if (text is null)
        {
            Nulls++;
            _cells.Add(-1);
            return false;
        }

        var isNew = _index.TryAdd(text, _values.Count);
        if (isNew) _values.Add(new SampledValue(text, line));
        var at = _index[text];
        _values[at].Count++;
        _cells.Add(at);
        return isNew;
    }
}
