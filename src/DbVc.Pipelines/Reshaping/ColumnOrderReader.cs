using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Reads by which column records are put in order, and how: its name, or an object.</summary>
/// <param name="problems">Gets what is wrong.</param>
/// <param name="source">Whose columns they are.</param>
/// <param name="mark">How its numbers are written where nothing else is said.</param>
internal sealed class ColumnOrderReader(ProblemList problems, SourceSpec source, DecimalMark mark)
{
    private static readonly Dictionary<string, bool> s_directions = new()
    {
        ["ascending"] = false,
        ["asc"] = false,
        ["descending"] = true,
        ["desc"] = true,
    };

    private static readonly Dictionary<string, OrderKind> s_kinds = new()
    {
        ["text"] = OrderKind.Text,
        ["number"] = OrderKind.Number,
        ["date"] = OrderKind.Date,
        ["timestamp"] = OrderKind.Date,
    };

    public ColumnOrder? Read(JsonValue item)
    {
        if (item.Kind == JsonKind.String && item.Text.Trim().Length > 0) return new ColumnOrder(PathOf(item, item.Text), OrderKind.Text);
        if (item.Kind != JsonKind.Object)
        {
            problems.Add(item, "A column must be named here, or an object with 'column', 'direction' and 'as'.");
            return null;
        }

        problems.RefuseUnknown(item, "column", "direction", "as", "format", "decimal");
        if (problems.Text(item, "column", required: true) is not { } column) return null;
        var kind = Choose(item, "as", s_kinds);
        return new ColumnOrder(PathOf(item.Find("column")!, column), item.Find("format") is null ? kind : OrderKind.Date)
        {
            Descending = Choose(item, "direction", s_directions),
            Format = ReadFormat(item, kind),
            Mark = kind == OrderKind.Number ? ReadMark(item) : DecimalMark.Point,
        };
    }

    /// <summary>How fractions are written.</summary>
    public DecimalMark ReadMark(JsonValue item) => problems.Text(item, "decimal") switch
    {
        null => mark,
        "," or "comma" => DecimalMark.Comma,
        "." or "point" => DecimalMark.Point,
        _ => Refuse(item.Find("decimal")!, "'decimal' must be 'point' or 'comma'.", DecimalMark.Point),
    };

    /// <summary>A column as reshaped records have it.</summary>
    public string PathOf(JsonValue at, string column)
    {
        var path = ReshapeSpec.PathOf(source, column);
        return JsonPath.TryParse(path, out _) ? path
            : Refuse(at, $"'{column}' is no path in a JSON record.", "", "write for example \"address.city\" or \"['odd.name']\".");
    }

    private string? ReadFormat(JsonValue item, OrderKind kind)
    {
        if (problems.Text(item, "format") is not { } format) return null;
        if (item.Find("as") is { } other && kind != OrderKind.Date)
            problems.Add(other, "'format' says how dates are written, so the column is read \"as\": \"date\".");
        try
        {
            _ = new TimeFormat(format);
            return format;
        }
        catch (ArgumentException failure)
        {
            return Refuse<string?>(item.Find("format")!, failure.Message + ".", null, "write for example DD/MM/YYYY.");
        }
    }

    private T Choose<T>(JsonValue item, string name, Dictionary<string, T> choices) where T : struct
    {
        if (problems.Text(item, name) is not { } text) return default;
        return choices.TryGetValue(text.ToLowerInvariant(), out var found) ? found
            : Refuse(item.Find(name)!, $"'{name}' must be {string.Join(" or ", choices.Keys.Select(c => $"'{c}'"))}.", default(T));
    }

    private T Refuse<T>(JsonValue at, string message, T otherwise, string? suggestion = null)
    {
        problems.Add(at, message, suggestion);
        return otherwise;
    }
}
