using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.SystemTests;

/// <summary>Metadata that says everything the vocabulary knows.</summary>
internal static class VocabularyMetadata
{
    /// <summary>Rows that are left out, shares, premises, and conditions on groups of fields.</summary>
    public const string Filters = """
        {
          "source": "orders.csv",
          "destination": {"table": "orders"},
          "schema": {
            "id": {"type": "integer", "primary_key": true}, "email": "string", "status": "string", "country": "string",
            "price": "decimal", "quantity": "integer", "total": "decimal", "phone": "string",
            "mobile": "string", "code": "string", "active": "boolean", "note": "string", "reference": "string"
          },
          "validations": [
            "drop rows where status = 'test'",
            "keep only rows where active is true or quantity > 10",
            {"field": "country", "rule": "one_of", "values": ["DE", "Österreich"], "ignore_case": true},
            "price must have at most 2 decimals",
            "quantity must be a multiple of 3",
            "quantity must not be a multiple of 9",
            "price must be in steps of 0.05",
            "exactly one of phone, mobile must be given",
            "email and code must both be given or both be empty",
            "code must be like 'A_%'",
            {"field": "note", "rule": "max_length", "max": 40, "severity": "warn", "where": "status = 'new'"},
            {"field": "email", "rule": "must_be_valid_email", "mostly": 0.9},
            {"field": "total", "rule": "expression", "expression": "total = quantity * price", "severity": "fail", "where": "status != 'draft'"},
            {"field": "reference", "rule": "no_duplicates", "severity": "drop"},
            "email should be unique",
            "phone and code must be different"
          ],
          "preprocessing": ["trim whitespace"]
        }
        """;

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
