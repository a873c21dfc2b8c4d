using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Documents;

namespace DbVc.Server;

/// <summary>Describes the endpoints (OpenAPI 3.1.1), read off the table that routes them.</summary>
internal static class OpenApiDocument
{
    private static readonly JsonSerializerOptions s_options =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(IReadOnlyList<Endpoint> endpoints) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["openapi"] = "3.1.1",
        ["info"] = new JsonObject
        {
            ["title"] = "db-vc",
            ["version"] = "1",
            ["description"] = "Every verb of db-vc under its own words. POST runs it with parameters in a JSON body; where it only reads, GET does with "
                + "parameters in the query. The answer is the document that the command prints with --json.",
        },
        ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }, new JsonObject { ["session"] = new JsonArray() }),
        ["paths"] = new JsonObject(endpoints.Select(e => KeyValuePair.Create(e.Path, (JsonNode?)PathOf(e)))),
        ["components"] = new JsonObject
        {
            ["securitySchemes"] = new JsonObject
            {
                ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                ["session"] = new JsonObject { ["type"] = "apiKey", ["in"] = "cookie", ["name"] = Sessions.Cookie },
            },
            ["responses"] = new JsonObject
            {
                ["Problem"] = Answer("What was wrong (RFC 9457), with the facts that the command prints.", Problem.ContentType, Reference("Problem")),
            },
            ["schemas"] = new JsonObject(
                DocumentSchemas.Components.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value.DeepClone()))
                    .Append(KeyValuePair.Create("Problem", (JsonNode?)ProblemSchema()))),
        },
    }, s_options);

    private static JsonObject PathOf(Endpoint endpoint)
    {
        var path = new JsonObject();
        if (endpoint.Asked is { } asked) path["get"] = Operation(endpoint, "get", new JsonArray([.. asked.Select(p => (JsonNode)Query(p))]), null);
        path["post"] = Operation(endpoint, "post", Headers(endpoint), Body(endpoint));
        return path;
    }

    private static JsonObject Operation(Endpoint endpoint, string method, JsonArray parameters, JsonObject? body)
    {
        var words = endpoint.Verb.Split(' ', '-').Select(w => char.ToUpperInvariant(w[0]) + w[1..]);
        var operation = new JsonObject
        {
            ["operationId"] = method + string.Concat(words),
            ["summary"] = endpoint.Description,
            ["tags"] = new JsonArray(endpoint.Verb.Split(' ')[0]),
        };
        if (parameters.Count > 0) operation["parameters"] = parameters;
        if (body is not null) operation["requestBody"] = body;
        operation["responses"] = new JsonObject
        {
            ["200"] = Answer($"The document of db-vc {endpoint.Verb} --json.", "application/json", DocumentSchemas.Of(endpoint.Command.Answered)),
            ["default"] = new JsonObject { ["$ref"] = "#/components/responses/Problem" },
        };
        return operation;
    }

    private static JsonObject Reference(string schema) => new() { ["$ref"] = "#/components/schemas/" + schema };

    private static JsonObject Answer(string description, string type, JsonNode schema) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject
        {
            [type] = new JsonObject { ["schema"] = schema.DeepClone() },
        },
    };

    private static JsonObject Query(Parameter parameter) => new()
    {
        ["name"] = parameter.Name,
        ["in"] = "query",
        ["required"] = parameter.IsRequired,
        ["schema"] = parameter.ToSchema(),
    };

    private static JsonArray Headers(Endpoint endpoint)
    {
        var headers = new JsonArray(Header("Idempotency-Key", "A request with a key that was answered before is answered the same again, for a day."));
        if (endpoint.Ref is { } name)
            headers.Add((JsonNode)Header("If-Match", $"The ETag of the branch that '{name}' names: where it is elsewhere nothing is done (412)."));
        return headers;
    }

    private static JsonObject Header(string name, string description) => new()
    {
        ["name"] = name,
        ["in"] = "header",
        ["description"] = description,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static JsonObject? Body(Endpoint endpoint) => endpoint.Parameters.Count == 0 ? null : new JsonObject
    {
        ["required"] = endpoint.Parameters.Any(p => p.IsRequired),
        ["content"] = new JsonObject
        {
            ["application/json"] = new JsonObject
            {
                ["schema"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject(endpoint.Parameters.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)p.ToSchema()))),
                    ["required"] = new JsonArray([.. endpoint.Parameters.Where(p => p.IsRequired).Select(p => (JsonNode)p.Name)]),
                    ["additionalProperties"] = false,
                },
            },
        },
    };

    private static JsonObject ProblemSchema() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["type"] = new JsonObject { ["type"] = "string" },
            ["title"] = new JsonObject { ["type"] = "string" },
            ["status"] = new JsonObject { ["type"] = "integer" },
            ["code"] = new JsonObject { ["type"] = "string", ["description"] = "Stable; what programs look at." },
            ["message"] = new JsonObject { ["type"] = "string" },
            ["where"] = new JsonObject { ["type"] = new JsonArray("string", "null") },
            ["hint"] = new JsonObject { ["type"] = new JsonArray("string", "null") },
            ["exit"] = new JsonObject { ["type"] = "integer", ["description"] = "The exit code that the command line has." },
        },
        ["required"] = new JsonArray("type", "title", "status", "code", "message", "where", "hint", "exit"),
    };
}
