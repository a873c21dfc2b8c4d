using System.Text;
using System.Text.Json;

namespace DbVc.PipelineRuntime;

/// <summary>A place in a record that a column, or something beneath it, is read from.</summary>
internal sealed class JsonPlace
{
    private const int MostSeen = 1000;

    private readonly List<(byte[] Name, JsonPlace Node)> _names = [];
    private readonly List<(int Index, JsonPlace Node)> _elements = [];

    // Records mostly have the same names in the same order; null stands for one that nobody asked for.
    private readonly List<(byte[] Name, JsonPlace? Node)> _seen = [];

    /// <summary>The column that is read here, or -1.</summary>
    public int Column { get; set; } = -1;

    /// <summary>Whether each element of the array here becomes a record.</summary>
    public bool IsExploded { get; set; }

    /// <summary>The path that must not be there; null when it may.</summary>
    public string? Refused { get; set; }

    /// <summary>The object in which this was met last; meeting it twice in one is a duplicate.</summary>
    public long MetIn { get; set; }

    public bool HasNames => _names.Count > 0;

    public bool HasElements => _elements.Count > 0;

    /// <summary>The node one step down, made where there is none.</summary>
    public JsonPlace Down(object step)
    {
        if (step is int index)
        {
            var element = _elements.Find(e => e.Index == index).Node;
            if (element is null) _elements.Add((index, element = new JsonPlace()));
            return element;
        }

        var name = Encoding.UTF8.GetBytes((string)step);
        var node = _names.Find(n => n.Name.AsSpan().SequenceEqual(name)).Node;
        if (node is null) _names.Add((name, node = new JsonPlace()));
        return node;
    }

    public JsonPlace? FindElement(int index) => _elements.Find(e => e.Index == index).Node;

    /// <summary>The node of the property that the reader is at, which is the object's <paramref name="position"/>th.</summary>
    public JsonPlace? Find(ref Utf8JsonReader reader, int position)
    {
        if (reader.ValueIsEscaped) return FindEscaped(ref reader);
        var name = reader.ValueSpan;
        if (position < _seen.Count && name.SequenceEqual(_seen[position].Name)) return _seen[position].Node;
        var node = Find(name);
        if (position == _seen.Count && position < MostSeen) _seen.Add((name.ToArray(), node));
        return node;
    }

    private JsonPlace? FindEscaped(ref Utf8JsonReader reader)
    {
        try
        {
            return Find(Encoding.UTF8.GetBytes(reader.GetString()!));
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is in no name that anybody can ask for.
            return null;
        }
    }

    private JsonPlace? Find(ReadOnlySpan<byte> name)
    {
        foreach (var (known, node) in _names)
        {
            if (name.SequenceEqual(known)) return node;
        }

        return null;
    }
}
