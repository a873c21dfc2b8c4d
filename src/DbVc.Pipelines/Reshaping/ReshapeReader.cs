using System.Globalization;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Reads <c>source.reshape</c>: the steps that make other records of those of the source.</summary>
/// <param name="problems">Gets what is wrong.</param>
/// <param name="source">How the source itself is read.</param>
/// <param name="mark">How its numbers are written where a step says nothing else.</param>
internal sealed class ReshapeReader(ProblemList problems, SourceSpec source, DecimalMark mark)
{
    private const int MostSteps = 50;
    private const int MostColumns = 10_000;
    private const int MostDigits = 28;

    /// <summary>The names of steps, with the other names that they have.</summary>
    private static readonly (string Name, string[] Aliases)[] s_names =
    [
        ("unpivot", ["melt"]), ("pivot", []), ("sort", ["order_by"]), ("sample", []), ("deduplicate", ["drop_duplicates"]), ("fill", ["fill_nulls"]),
    ];

    private static readonly Dictionary<string, FillMethod> s_methods = new()
    {
        ["ffill"] = FillMethod.Ffill,
        ["forward"] = FillMethod.Ffill,
        ["bfill"] = FillMethod.Bfill,
        ["backward"] = FillMethod.Bfill,
        ["mean"] = FillMethod.Mean,
        ["median"] = FillMethod.Median,
        ["mode"] = FillMethod.Mode,
        ["constant"] = FillMethod.Constant,
    };

    private readonly ColumnOrderReader _orders = new(problems, source, mark);

    /// <summary>Every name of a step.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_names.SelectMany(n => n.Aliases.Prepend(n.Name))];

    /// <summary>Every name of what stands for NULL.</summary>
    public static IReadOnlyList<string> Methods { get; } = [.. s_methods.Keys];

    /// <summary>The name that another one stands for; null where it is none of a step.</summary>
    public static string? Canonical(string name) => s_names.FirstOrDefault(n => n.Name == name || n.Aliases.Contains(name)).Name;

    /// <summary>The source with its steps; as it is where none are declared.</summary>
    public SourceSpec Read(JsonValue declared)
    {
        if (declared.Find("reshape") is not { } list) return source;
        if (list.Kind != JsonKind.Array || list.Items.Count is 0 or > MostSteps)
        {
            problems.Add(list, $"'reshape' must be a list of from 1 to {MostSteps} steps.");
            return source;
        }

        List<ReshapeStep> steps = [.. list.Items.Select(ReadStep).OfType<ReshapeStep>()];
        if (source is { Json: null, Csv.HasHeader: false } && steps.Any(s => s is UnpivotStep or PivotStep))
        {
            problems.Add(list, "Without a header the columns have the names of fields, and there are no other columns to unpivot or pivot.");
        }

        return source with
        {
            Csv = CsvOptions.Default,
            Json = JsonOptions.Default with { IsReshaped = true },
            Table = null,
            Member = null,
            Declared = [],
            IsFound = true,
            Reshape = new ReshapeSpec(source, steps),
        };
    }

    private ReshapeStep? ReadStep(JsonValue item)
    {
        if (item.Kind == JsonKind.String)
        {
            if (ReshapeSentence.Parse(item) is { } meant) return ReadStep(meant);
            var forms = Suggestion.NearestForms(item.Text, ReshapeSentence.Forms, 2);
            problems.Add(item, $"\"{item.Text}\" is not understood.",
                $"nearest forms: {string.Join("; ", forms.Select(f => $"\"{f}\""))}. An object says it, too.");
            return null;
        }

        if (item.Kind != JsonKind.Object)
        {
            problems.Add(item, $"A step of 'reshape' must be a sentence or an object, not {item.Describe()}.",
                "write for example {\"operation\": \"sort\", \"by\": [\"date\"]}.");
            return null;
        }

        if (problems.Text(item, "operation", required: true) is not { } name) return null;
        var before = problems.Problems.Count;
        var step = Canonical(name) switch
        {
            "unpivot" => ReadUnpivot(item),
            "pivot" => ReadPivot(item),
            "sort" => ReadSort(item),
            "sample" => ReadSample(item),
            "deduplicate" => ReadDeduplicate(item),
            "fill" => ReadFill(item),
            _ => RefuseName(item.Find("operation")!, name),
        };
        return problems.Problems.Count == before ? step : null;
    }

    private ReshapeStep? RefuseName(JsonValue at, string name)
    {
        var nearest = Suggestion.Nearest(name, Names);
        problems.Add(at, $"'{name}' is no step that reshapes records.",
            nearest is not null ? $"did you mean '{nearest}'?"
                : $"known: {string.Join(", ", s_names.Select(n => n.Name))}. Steps on cells stand in 'preprocessing'.");
        return null;
    }

    private UnpivotStep? ReadUnpivot(JsonValue item)
    {
        problems.RefuseUnknown(item, "operation", "columns", "keep", "name_column", "value_column", "nulls", "description");
        var (columns, keep) = (ReadColumns(item, "columns", required: false), ReadColumns(item, "keep", required: false));
        if (columns.Count == 0 == (item.Find("keep") is null)) problems.Add(item, "An unpivot needs 'columns', or else 'keep': all others are unpivoted then.");
        var (name, value) = (ReadColumn(item, "name_column"), ReadColumn(item, "value_column"));
        if (name == value && name.Length > 0) problems.Add(item.Find("value_column")!, "'name_column' and 'value_column' must be two columns.");
        return new UnpivotStep(columns, keep, name, value) { DropNulls = ReadChoice(item, "nulls", "keep", "drop") == "drop" };
    }

    private PivotStep? ReadPivot(JsonValue item)
    {
        problems.RefuseUnknown(item, "operation", "keys", "name_column", "value_column", "columns", "description");
        var keys = ReadColumns(item, "keys", required: true);
        // Values of the name column: whatever is in them, they are names.
        IReadOnlyList<string> columns = [.. ReadNames(item, "columns", required: true).Select(n => JsonPath.Write([n]))];
        if (columns.Intersect(keys).FirstOrDefault() is { } both) problems.Add(item.Find("columns")!, $"'{both}' is a key already.");
        return new PivotStep(keys, ReadColumn(item, "name_column"), ReadColumn(item, "value_column"), columns);
    }

    private SortStep? ReadSort(JsonValue item)
    {
        problems.RefuseUnknown(item, "operation", "by", "description");
        if (problems.Require(item, "by") is not { } by) return null;
        List<JsonValue> items = by.Kind == JsonKind.Array ? by.Items : [by];
        if (items.Count == 0) problems.Add(by, "'by' is empty.");
        return new SortStep([.. items.Select(_orders.Read).OfType<ColumnOrder>()]);
    }

    private SampleStep? ReadSample(JsonValue item)
    {
        problems.RefuseUnknown(item, "operation", "rows", "share", "seed", "description");
        var rows = problems.Whole(item, "rows", 1, int.MaxValue);
        var seed = problems.Whole(item, "seed", 0, int.MaxValue) ?? 0;
        var given = item.Find("share");
        if (given is null == (item.Find("rows") is null)) problems.Add(item, "A sample needs 'rows', or else 'share', a number from 0 to 1.");
        if (given is null) return new SampleStep(rows, null, seed);
        if (given.Kind == JsonKind.Number && decimal.TryParse(given.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share)
            && share is > 0 and <= 1)
        {
            return new SampleStep(null, share, seed);
        }

        problems.Add(given, "'share' must be a number above 0 and up to 1.", "5 % is written 0.05.");
        return null;
    }

    private DeduplicateStep? ReadDeduplicate(JsonValue item)
    {
        problems.RefuseUnknown(item, "operation", "keys", "keep", "by", "description");
        var by = item.Find("by");
        var keep = ReadChoice(item, "keep", by is null ? "first" : "newest", "first", "last", "newest");
        if (keep == "newest" && by is null) problems.Add(item, "'by' is missing: the column that says which record is the newest.");
        if (keep != "newest" && by is not null) problems.Add(by, $"'by' says which record is the newest, and the {keep} is to be kept.");
        var kept = keep switch { "last" => KeptDuplicate.Last, "newest" => KeptDuplicate.Newest, _ => KeptDuplicate.First };
        var order = by is null ? null : _orders.Read(by);
        if (order is { Descending: true }) problems.Add(by!, "The newest is the one with the highest value; a direction has no meaning here.");
        return new DeduplicateStep(ReadColumns(item, "keys", required: false), kept, order);
    }

    private FillStep? ReadFill(JsonValue item)
    {
        problems.RefuseUnknown(item, "operation", "columns", "column", "method", "value", "digits", "decimal", "by", "description");
        var columns = item.Find("column") is null ? ReadColumns(item, "columns", required: true) : ReadColumns(item, "column", required: true);
        var value = item.Find("value");
        if ((problems.Text(item, "method", required: value is null) ?? (value is null ? null : "constant")) is not { } name) return null;
        if (!s_methods.TryGetValue(name, out var method))
        {
            var nearest = Suggestion.Nearest(name, Methods);
            problems.Add(item.Find("method")!, $"'{name}' is no way to fill NULLs.",
                nearest is null ? "known: ffill, bfill, mean, median, mode, constant." : $"did you mean '{nearest}'?");
            return null;
        }

        var isNumber = method is FillMethod.Mean or FillMethod.Median;
        if (value is null == (method == FillMethod.Constant)) problems.Add(item, "'value' belongs to the method 'constant', and to no other.");
        if (value is { Kind: not (JsonKind.String or JsonKind.Number or JsonKind.Boolean) })
            problems.Add(value, "'value' must be a text, a number or true or false.");
        if (!isNumber && (item.Find("digits") ?? item.Find("decimal")) is { } odd)
            problems.Add(odd, "'digits' and 'decimal' belong to the methods 'mean' and 'median'.");
        return new FillStep(columns, method, ReadColumns(item, "by", required: false))
        {
            Value = value?.Text,
            Digits = problems.Whole(item, "digits", 0, MostDigits),
            Mark = isNumber ? _orders.ReadMark(item) : DecimalMark.Point,
        };
    }

    private string ReadChoice(JsonValue item, string name, string otherwise, params string[] choices)
    {
        if (problems.Text(item, name) is not { } text) return otherwise;
        if (text == otherwise || choices.Contains(text)) return text;
        problems.Add(item.Find(name)!, $"'{name}' must be {string.Join(" or ", choices.Prepend(otherwise).Distinct().Select(c => $"'{c}'"))}.");
        return otherwise;
    }

    private string ReadColumn(JsonValue item, string name) =>
        problems.Text(item, name, required: true) is { } text ? _orders.PathOf(item.Find(name)!, text) : "";

    private IReadOnlyList<string> ReadColumns(JsonValue item, string name, bool required) =>
        [.. ReadNames(item, name, required).Select(column => _orders.PathOf(item.Find(name)!, column))];

    /// <summary>A list of texts, or one.</summary>
    private IReadOnlyList<string> ReadNames(JsonValue item, string name, bool required)
    {
        if (problems.Require(item, name, required) is not { } list) return [];
        List<JsonValue> items = list.Kind == JsonKind.Array ? list.Items : [list];
        var names = items.Where(i => i.Kind == JsonKind.String && i.Text.Trim().Length > 0).Select(i => i.Text).Distinct().ToList();
        if (names.Count == items.Count && names.Count is > 0 and <= MostColumns) return names;
        problems.Add(list, $"'{name}' must be a list of from 1 to {MostColumns} different columns.");
        return [];
    }
}
