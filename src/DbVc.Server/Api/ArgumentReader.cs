using System.Globalization;
using System.Text.Json;
using DbVc.Model;
using Microsoft.AspNetCore.Http;

namespace DbVc.Server;

/// <summary>What a request gives a verb: values by parameter, as the words of the command line write them.</summary>
internal static class ArgumentReader
{
    private const int MostDepth = 8;

    /// <summary>Of the query of a GET, else of the body. Throws usage failures <c>request.parameter</c>, <c>request.body</c>.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ReadAsync(Endpoint endpoint, HttpRequest request, CancellationToken cancel)
    {
        if (HttpMethods.IsGet(request.Method)) return ReadQuery(endpoint.Asked!, request.Query);
        if (request.Query.Count > 0)
            throw Wrong("A request that may change something has its parameters in its body, as JSON.", request.Query.First().Key);
        using var body = await ReadBodyAsync(request, cancel).ConfigureAwait(false);
        if (body is null) return new Dictionary<string, IReadOnlyList<string>>();
        if (body.RootElement.ValueKind != JsonValueKind.Object) throw NoBody("The body is no JSON object.");
        var given = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var member in body.RootElement.EnumerateObject())
        {
            var parameter = Find(endpoint.Parameters, member.Name);
            if (member.Value.ValueKind == JsonValueKind.Null || (member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() == 0)) continue;
            if (!given.TryAdd(parameter.Name, Values(parameter, member.Value))) throw Wrong("It stands there twice.", member.Name);
        }

        return given;
    }

    private static Dictionary<string, IReadOnlyList<string>> ReadQuery(IReadOnlyList<Parameter> parameters, IQueryCollection query)
    {
        var given = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (name, values) in query)
        {
            var parameter = Find(parameters, name);
            if (values.Count > 1 && !parameter.IsList) throw Wrong("It stands there more than once.", name);
            given[parameter.Name] = [.. values.Select(v => Checked(parameter, v ?? ""))];
        }

        return given;
    }

    private static async Task<JsonDocument?> ReadBodyAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength is 0 || (request.ContentLength is null && !request.Headers.ContainsKey("Transfer-Encoding"))) return null;
        // Forms of pages of other sites cannot say this type without the browser asking first.
        if (!request.HasJsonContentType()) throw new BadHttpRequestException("The body has to be application/json.", StatusCodes.Status415UnsupportedMediaType);
        try
        {
            return await JsonDocument.ParseAsync(request.Body, new JsonDocumentOptions { MaxDepth = MostDepth }, cancel).ConfigureAwait(false);
        }
        catch (JsonException failure)
        {
            throw NoBody($"The body is no JSON: line {failure.LineNumber + 1}, character {failure.BytePositionInLine + 1}.");
        }
    }

    private static Parameter Find(IReadOnlyList<Parameter> parameters, string name) =>
        parameters.FirstOrDefault(p => p.Name == name) ?? throw Wrong("There is no such parameter here.", name,
            parameters.Count == 0 ? "This takes none." : $"It takes {string.Join(", ", parameters.Select(p => p.Name))}.");

    private static List<string> Values(Parameter parameter, JsonElement value)
    {
        if (parameter.IsList != (value.ValueKind == JsonValueKind.Array))
            throw Wrong(parameter.IsList ? "It is a list." : "It is one value, no list.", parameter.Name);
        return parameter.IsList ? [.. value.EnumerateArray().Select(v => Value(parameter, v))] : [Value(parameter, value)];
    }

    private static string Value(Parameter parameter, JsonElement value) => (parameter, value.ValueKind) switch
    {
        ({ IsFlag: true }, JsonValueKind.True) => "true",
        ({ IsFlag: true }, JsonValueKind.False) => "false",
        ({ IsFlag: true }, _) => throw Wrong("It is true or false.", parameter.Name),
        ({ IsNumber: true }, JsonValueKind.Number) => value.GetRawText(),
        ({ IsNumber: true }, _) => throw Wrong("It is a number.", parameter.Name),
        (_, JsonValueKind.String) => Checked(parameter, value.GetString()!),
        _ => throw Wrong("It is a text.", parameter.Name),
    };

    private static string Checked(Parameter parameter, string value)
    {
        if (parameter.IsFlag && value is not ("true" or "false")) throw Wrong("It is true or false.", parameter.Name);
        if (parameter.IsNumber && !decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out _))
            throw Wrong("It is a number.", parameter.Name);
        if (value.Contains('\0', StringComparison.Ordinal)) throw Wrong("It holds a character that no text has.", parameter.Name);
        return value;
    }

    private static DbVcException Wrong(string message, string name, string? hint = null) =>
        new(FailureKind.Usage, "request.parameter", message, $"/{name}", hint ?? "GET /api/v1/openapi.json says what it takes.");

    private static DbVcException NoBody(string message) =>
        new(FailureKind.Usage, "request.body", message, hint: "Send a JSON object, as {\"name\": \"work\"}.");
}
