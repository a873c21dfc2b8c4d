using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.SystemTests;

/// <summary>Metadata that says everything the vocabulary knows.</summary>
internal static class VocabularyMetadata
{
    /// <summary>A field for each operation, once with the arguments of each of its examples, and one for each format, accepted and forbidden.</summary>
    public static string Everything()
    {
        var schema = new JsonObject { ["id"] = "integer" };
        var steps = new JsonArray();
        foreach (var definition in OperationVocabulary.All)
        {
            foreach (var (arguments, i) in definition.Examples.Select(e => e.Arguments).DistinctBy(a => string.Join('|', a)).Select((a, i) => (a, i)))
            {
                var name = $"{definition.Name}_{i}";
                var type = definition.Name == "default" ? FieldType.Text : definition.Types.Count == 0 ? FieldType.Text : definition.Types[^1];
                schema[name] = FieldTypes.NameOf(type);
                var operation = new JsonObject { ["operation"] = definition.Name };
                for (var p = 0; p < definition.Parameters.Count; p++)
                    operation[definition.Parameters[p].Name] = Argument(definition.Parameters[p].Kind, arguments, p);
                steps.Add(new JsonObject { ["field"] = name, ["operations"] = new JsonArray(operation) });
            }
        }

        var rules = new JsonArray();
        foreach (var format in FormatVocabulary.All)
        {
            (schema[format.Name + "_a"], schema[format.Name + "_b"]) = ("string", "string");
            rules.Add(new JsonObject { ["field"] = format.Name + "_a", ["rule"] = "must_be_valid_" + format.Name });
            rules.Add($"{format.Name}_b must not be a valid {format.Nouns[^1]}");
        }

        return new JsonObject { ["source"] = "x.csv", ["schema"] = schema, ["validations"] = rules, ["preprocessing"] = steps }.ToJsonString();
    }

    private static JsonNode Argument(ParameterKind kind, IReadOnlyList<string> arguments, int index) => kind switch
    {
        ParameterKind.Pairs => new JsonObject(arguments.Skip(index).Chunk(2).Select(p => KeyValuePair.Create(p[0], (JsonNode?)p[1]))),
        ParameterKind.Texts or ParameterKind.Formats => new JsonArray([.. arguments.Skip(index).Select(a => (JsonNode)a)]),
        _ => arguments[index],
    };
}
