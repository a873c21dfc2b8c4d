namespace DbVc.Pipelines;

/// <summary>
/// Tells who writes a step that reshapes records among those on cells where it belongs. It is not moved: it is done before records are numbered, whatever
/// stands before it in <c>preprocessing</c>, and it names columns where the others there name fields.
/// </summary>
internal static class ReshapeAdvice
{
    private const string Where = "It makes other records of those of the source, before they are numbered, so it stands in source.reshape";

    /// <summary>Whether an object of <c>preprocessing</c> is such a step.</summary>
    public static bool IsStep(JsonValue item) =>
        item.Find("operation") is { Kind: JsonKind.String } name
        && (ReshapeReader.Canonical(name.Text) is not null || ReshapeReader.Methods.Contains(name.Text));

    /// <summary>Refuses a step, or does nothing where a sentence is none.</summary>
    public static bool Refuse(ProblemList problems, JsonValue item)
    {
        var step = item.Kind == JsonKind.String ? ReshapeSentence.Parse(item) : Correct(item);
        if (step is null) return false;
        problems.Add(item, $"'{item.Find("operation")?.Text ?? item.Text}' is no step on cells. {Where}.", Advice(step));
        return true;
    }

    /// <summary>Refuses the name of a step among the operations of a field.</summary>
    public static bool Refuse(ProblemList problems, JsonValue at, string name, string column)
    {
        var isMethod = ReshapeReader.Methods.Contains(name) && name != "constant";
        if (!isMethod && ReshapeReader.Canonical(name) is null) return false;
        var step = new JsonValue(JsonKind.Object, at.Path, at.Line, at.Column);
        Add(step, "operation", Text(at, isMethod ? "fill" : name));
        var list = List(at, [Text(at, column)]);
        if (isMethod) Add(step, "columns", list);
        else Add(step, ReshapeReader.Canonical(name) switch { "sort" => "by", "deduplicate" or "pivot" => "keys", _ => "columns" }, list);
        if (isMethod) Add(step, "method", Text(at, name));
        problems.Add(at, $"'{name}' is no step on cells. {Where}.", Advice(step));
        return true;
    }

    private static string Advice(JsonValue step) => $"\"source\": {{\"location\": …, \"reshape\": [{JsonText.WriteLine(step)}]}}";

    /// <summary>Columns where fields were named, and a fill where only its method was.</summary>
    private static JsonValue Correct(JsonValue item)
    {
        var step = new JsonValue(JsonKind.Object, item.Path, item.Line, item.Column);
        foreach (var member in item.Members)
        {
            if (member.Name == "operation" && ReshapeReader.Canonical(member.Value.Text) is null)
            {
                Add(step, "operation", Text(item, "fill"));
                Add(step, "method", Text(item, member.Value.Text));
            }
            else if (member.Name is "field" or "fields" && item.Find("columns") is null)
            {
                Add(step, "columns", member.Value.Kind == JsonKind.Array ? member.Value : List(item, [member.Value]));
            }
            else
            {
                Add(step, member.Name, member.Value);
            }
        }

        return step;
    }

    private static void Add(JsonValue to, string name, JsonValue value) => to.Members.Add(new JsonMember(name, value));

    private static JsonValue Text(JsonValue at, string text) => new(JsonKind.String, at.Path, at.Line, at.Column) { Text = text };

    private static JsonValue List(JsonValue at, IEnumerable<JsonValue> items)
    {
        var list = new JsonValue(JsonKind.Array, at.Path, at.Line, at.Column);
        list.Items.AddRange(items);
        return list;
    }
}
