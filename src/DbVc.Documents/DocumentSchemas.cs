using System.ComponentModel;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DbVc.Model;

namespace DbVc.Documents;

/// <summary>
/// JSON Schemas (2020-12) of documents, read off their types. Each record is a component of its own, named like its type without "Document",
/// and refers to the others.
/// </summary>
internal static class DocumentSchemas
{
    /// <summary>Where references point: the place of components in OpenAPI 3.1.</summary>
    public const string Place = "#/components/schemas/";

    private const string Suffix = "Document";
    private const string Cell = "Cell";

    private static readonly JsonSchemaExporterOptions s_options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe };

    private static readonly Lazy<IReadOnlyDictionary<string, JsonObject>> s_components = new(Read);

    /// <summary>All components by name, in the order of their names. Whoever changes one has to clone it.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Components => s_components.Value;

    /// <summary>What a member is that holds one of these documents: a reference, or any of several.</summary>
    public static JsonObject Of(IReadOnlyList<Type> documents) => documents.Count == 1
        ? Reference(documents[0])
        : new JsonObject { ["anyOf"] = new JsonArray([.. documents.Select(Reference)]) };

    /// <summary>The name of a record's component.</summary>
    public static string NameOf(Type document) => document.Name[..^Suffix.Length];

    private static JsonObject Reference(Type document) => new() { ["$ref"] = Place + NameOf(document) };

    private static SortedDictionary<string, JsonObject> Read()
    {
        var components = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal) { [Cell] = CellSchema() };
        foreach (var type in typeof(Document).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Document))))
        {
            components.Add(NameOf(type), DocumentJson.Default.Options.GetJsonSchemaAsNode(type, s_options).AsObject());
        }

        return components;
    }

    private static JsonObject CellSchema() => new()
    {
        ["description"] = "A cell. Integers beyond 2^53 and infinite numbers are strings; bytes are an object, and so is text that is not valid UTF-8.",
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = new JsonArray("number", "string", "null") },
            new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["base64"] = new JsonObject { ["type"] = "string", ["contentEncoding"] = "base64" },
                    ["type"] = new JsonObject { ["const"] = "text" },
                },
                ["required"] = new JsonArray("base64"),
            }),
    };

    /// <summary>Called for each place in the schema of a record, from the inside out.</summary>
    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        var node = context.Path.Length > 0 ? Part(context, schema) : Whole(context.TypeInfo, schema as JsonObject ?? new JsonObject { ["type"] = "object" });
        if (context.PropertyInfo is not { } property || DescriptionOf(property) is not { } description) return node;
        var described = node as JsonObject ?? [];
        described.Insert(0, "description", description);
        return described;
    }

    private static JsonObject Whole(JsonTypeInfo type, JsonObject schema)
    {
        schema.Insert(0, "description", type.Type.GetCustomAttribute<DescriptionAttribute>()?.Description);
        schema["required"] = new JsonArray([.. type.Properties.Where(p => !IsLeftOutWhenNull(p)).Select(p => (JsonNode)p.Name)]);
        return schema;
    }

    private static JsonNode Part(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var isNull = context.PropertyInfo is { IsGetNullable: true } property && !IsLeftOutWhenNull(property);
        if (Written(type, isNull) is { } written) return written;
        if (type.IsSubclassOf(typeof(Document)))
        {
            return isNull ? new JsonObject { ["anyOf"] = new JsonArray(Reference(type), new JsonObject { ["type"] = "null" }) } : Reference(type);
        }

        if (schema is not JsonObject known) return schema;
        // A member that is left out in place of being null is never null.
        if (!isNull && known["type"] is JsonArray types) known["type"] = types[0]!.DeepClone();
        if (type.IsEnum) known.Insert(0, "type", Text(isNull));
        // What has a converter of its own is nothing to the exporter, and it leaves such elements out.
        if (context.TypeInfo.ElementType is { } element && Written(element, isNull: false) is { } each)
            known[context.TypeInfo.Kind == JsonTypeInfoKind.Dictionary ? "additionalProperties" : "items"] = each;
        return known;
    }

    /// <summary>What has a converter of its own; null for everything else.</summary>
    private static JsonObject? Written(Type type, bool isNull) =>
        type == typeof(Nothing) ? new() { ["type"] = "null" }
        : type == typeof(Value) ? new() { ["$ref"] = Place + Cell }
        : type == typeof(CommitId) ? new() { ["type"] = Text(isNull), ["pattern"] = "^[0-9a-f]{40}$" }
        : type == typeof(DateTimeOffset) ? new() { ["type"] = Text(isNull), ["format"] = "date-time" }
        : null;

    private static JsonNode Text(bool isNull) => isNull ? new JsonArray("string", "null") : "string";

    private static bool IsLeftOutWhenNull(JsonPropertyInfo property) =>
        property.AttributeProvider is MemberInfo member
        && member.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.WhenWritingNull };

    /// <summary>It stands on the member, or on the parameter of the record's constructor that makes the member.</summary>
    private static string? DescriptionOf(JsonPropertyInfo property)
    {
        if (property.AttributeProvider is not MemberInfo member) return null;
        var parameters = member.DeclaringType!.GetConstructors().SelectMany(constructor => constructor.GetParameters());
        return (member.GetCustomAttribute<DescriptionAttribute>()
            ?? parameters.Select(p => p.Name == member.Name ? p.GetCustomAttribute<DescriptionAttribute>() : null).FirstOrDefault(found => found is not null))
            ?.Description;
    }
}
