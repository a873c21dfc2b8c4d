using System.Text.Json.Nodes;

namespace DbVc.Pipelines;

/// <summary>The part of the published schema that is about sources that are fetched.</summary>
internal static class ApiMetadataSchema
{
    private const string Secret = "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$";

    public static JsonObject Pairs(string description) => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
        ["description"] = description,
    };

    public static JsonObject Place(string description) => new()
    {
        ["anyOf"] = new JsonArray(Text("A path in the body."), Closed(["header"], new JsonObject { ["header"] = Text("A header.") })),
        ["description"] = description,
    };

    public static JsonObject Login() => Described("api: who asks. A secret is ${NAME} or lies in a file.", Closed(["type"], new()
    {
        ["type"] = OneOf(ApiLoginReader.Names),
        ["username"] = Text("basic: the user."),
        ["password"] = Variable("basic"),
        ["password_file"] = Text("basic: the file that holds the password."),
        ["token"] = Variable("bearer"),
        ["token_file"] = Text("bearer: the file that holds the token."),
        ["header"] = Text("api_key: the header that takes the key."),
        ["query"] = Text("api_key: the parameter that takes the key."),
        ["key"] = Variable("api_key"),
        ["key_file"] = Text("api_key: the file that holds the key."),
        ["token_url"] = Text("oauth2: where client credentials become a token."),
        ["client_id"] = Text("oauth2: the client."),
        ["client_secret"] = Variable("oauth2"),
        ["client_secret_file"] = Text("oauth2: the file that holds the secret."),
        ["scope"] = Text("oauth2: what is asked for."),
        ["send"] = OneOf(["header", "body"]),
    }));

    public static JsonObject Paging() => new()
    {
        ["anyOf"] = new JsonArray(OneOf(["none", "link", "offset", "page"]), Closed(["type"], new JsonObject
        {
            ["type"] = OneOf(ApiPagingReader.Names),
            ["path"] = Text("next_url and cursor: the path of the next address or cursor in the body."),
            ["header"] = Text("next_url and cursor: the header that has it."),
            ["parameter"] = Text("What takes cursor, offset, number of the page or last value."),
            ["limit"] = Whole(1, 1_000_000, "How many records are asked for."),
            ["limit_parameter"] = Text("What takes the limit; limit when left out."),
            ["first"] = Whole(0, 1, "page: the number of the first page; 1 when left out."),
            ["field"] = Text("keyset: the path of the value in a record that the next page begins after."),
            ["has_more"] = Text("The path of what says whether there is more."),
            ["in"] = OneOf(["query", "body"]),
        })),
        ["description"] = "api: how one page leads to the next.",
    };

    public static JsonObject Incremental() => new()
    {
        ["anyOf"] = new JsonArray(Text("The path of a field that grows."), Closed(["cursor"], new JsonObject
        {
            ["cursor"] = Text("The path of a field that grows."),
            ["parameter"] = Text("api: the parameter that says where to begin."),
            ["initial"] = new JsonObject { ["type"] = new JsonArray("string", "number"), ["description"] = "Where the first fetch begins." },
        })),
        ["description"] = "api and database: each fetch begins where the last load ended.",
    };

    public static JsonObject Limits() => Described("What keeps a fetch from going on for ever.", Closed([], new JsonObject
    {
        ["pages"] = Whole(1, FetchLimits.MostPages, "Pages."),
        ["megabytes"] = Whole(1, FetchLimits.MostMegabytes, "MiB of records, unpacked."),
        ["seconds"] = Whole(1, FetchLimits.MostSeconds, "Seconds for all of it."),
        ["request_seconds"] = Whole(1, FetchLimits.MostSeconds, "Seconds for one request with its answer."),
    }));

    private static JsonObject Variable(string kind) => new() { ["type"] = "string", ["pattern"] = Secret, ["description"] = $"{kind}: ${{NAME}}." };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonObject Whole(int minimum, int maximum, string description) =>
        new() { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum, ["description"] = description };

    private static JsonObject OneOf(IEnumerable<string> words) => new() { ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]) };

    private static JsonObject Described(string description, JsonObject schema)
    {
        schema["description"] = description;
        return schema;
    }

    private static JsonObject Closed(string[] required, JsonObject properties)
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (required.Length > 0) schema["required"] = new JsonArray([.. required.Select(r => (JsonNode)r)]);
        return schema;
    }
}
