using System.Text.Json.Nodes;

namespace DbVc.Pipelines;

/// <summary>The part of the published JSON Schema that describes <c>source.reshape</c>.</summary>
internal static class ReshapeSchema
{
    private static readonly JsonObject s_text = new() { ["type"] = "string" };

    public static JsonObject Write() => new()
    {
        ["type"] = "array",
        ["minItems"] = 1,
        ["maxItems"] = 50,
        ["description"] = "Steps that make other records of those of the source, before they are numbered.",
        ["items"] = new JsonObject
        {
            ["anyOf"] = new JsonArray(
                Text("A sentence, for example \"sort by date as date descending\"."),
                Step("A record of each of several columns.", ["name_column", "value_column"], new JsonObject
                {
                    ["columns"] = Columns("The columns that become records."),
                    ["keep"] = Columns("All others become records."),
                    ["name_column"] = Text("Gets the column's name."),
                    ["value_column"] = Text("Gets its value."),
                    ["nulls"] = Choice("Whether NULL makes a record; keep when left out.", "keep", "drop"),
                }, "unpivot", "melt"),
                Step("One record of all that have the same keys.", ["keys", "name_column", "value_column", "columns"], new JsonObject
                {
                    ["keys"] = Columns("What the records have in common."),
                    ["name_column"] = Text("Names the column that gets the value."),
                    ["value_column"] = Text("The value."),
                    ["columns"] = Columns("The columns that may be named."),
                }, "pivot"),
                Step("Records in order; NULL comes last.", ["by"], new JsonObject
                {
                    ["by"] = new JsonObject
                    {
                        ["anyOf"] = new JsonArray(Order(), new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = Order() }),
                    },
                }, "sort", "order_by"),
                Step("Some of the records, drawn by lot.", [], new JsonObject
                {
                    ["rows"] = Whole("How many.", 1, int.MaxValue),
                    ["share"] = new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0, ["maximum"] = 1, ["description"] = "Which part." },
                    ["seed"] = Whole("Another one draws others; 0 when left out.", 0, int.MaxValue),
                }, "sample"),
                Step("One record of those with equal keys.", [], new JsonObject
                {
                    ["keys"] = Columns("Whole records are compared when left out."),
                    ["keep"] = Choice("Which stays; first when left out.", "first", "last", "newest"),
                    ["by"] = Order(),
                }, "deduplicate", "drop_duplicates"),
                Step("NULLs are filled from other records.", [], new JsonObject
                {
                    ["columns"] = Columns("Those that are filled."),
                    ["column"] = Text("The one that is filled."),
                    ["method"] = Choice("With what.", [.. ReshapeReader.Methods]),
                    ["value"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean"), ["description"] = "The constant." },
                    ["digits"] = Whole("mean, median: digits after the point; as many as the numbers have when left out.", 0, 28),
                    ["decimal"] = Mark(),
                    ["by"] = Columns("Only records that are equal in these fill each other."),
                }, "fill", "fill_nulls")),
        },
    };

    private static JsonObject Step(string description, string[] required, JsonObject members, params string[] names)
    {
        var properties = new JsonObject { ["operation"] = Choice(description, names) };
        foreach (var (name, member) in members) properties[name] = member!.DeepClone();
        properties["description"] = Text("For people.");
        return new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray([.. required.Prepend("operation").Select(r => (JsonNode)r)]),
            ["properties"] = properties,
        };
    }

    private static JsonObject Order() => new()
    {
        ["description"] = "A column, or how records are put in order by it.",
        ["anyOf"] = new JsonArray(s_text.DeepClone(), new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray("column"),
            ["properties"] = new JsonObject
            {
                ["column"] = Text("The column."),
                ["direction"] = Choice("ascending when left out.", "ascending", "asc", "descending", "desc"),
                ["as"] = Choice("What its cells are taken for; text when left out.", "text", "number", "date", "timestamp"),
                ["format"] = Text("How dates are written, for example DD/MM/YYYY."),
                ["decimal"] = Mark(),
            },
        }),
    };

    private static JsonObject Columns(string description) => new()
    {
        ["description"] = description,
        ["anyOf"] = new JsonArray(s_text.DeepClone(), new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = s_text.DeepClone() }),
    };

    private static JsonObject Mark() => Choice("How fractions are written.", "point", "comma", ".", ",");

    private static JsonObject Whole(string description, int minimum, int maximum) =>
        new() { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum, ["description"] = description };

    private static JsonObject Choice(string description, params string[] words) =>
        new() { ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]), ["description"] = description };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };
}
