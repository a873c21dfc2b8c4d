using System.Net;
using System.Text.Json;

namespace DbVc.Models;

/// <summary>Reads what servers say when they do not answer, and decides what that means: the one place.</summary>
internal static class ServerErrors
{
    private static readonly string[] s_tooLong =
    [
        "context_length_exceeded", "exceed_context_size", "prompt is too long", "maximum context length", "context length", "context window",
        "exceeds the available context size", "request_too_large",
    ];

    private static readonly Dictionary<string, int> s_statuses = new()
    {
        ["invalid_request_error"] = 400,
        ["BadRequestError"] = 400,
        ["authentication_error"] = 401,
        ["billing_error"] = 402,
        ["permission_error"] = 403,
        ["not_found_error"] = 404,
        ["NotFoundError"] = 404,
        ["request_too_large"] = 413,
        ["rate_limit_error"] = 429,
        ["api_error"] = 500,
        ["server_error"] = 500,
        ["timeout_error"] = 504,
        ["overloaded_error"] = 529,
    };

    /// <summary>What an error in the middle of a stream means; null where a text is none.</summary>
    public static Exception? Find(ModelFailures failures, string json)
    {
        if (!TryRead(json, out var said) || !said.IsError) return null;
        return Judge(failures, said.Status ?? s_statuses.GetValueOrDefault(said.Type, 500), said, null);
    }

    /// <summary>What an answer means whose status is not 200.</summary>
    public static Exception Judge(ModelFailures failures, HttpStatusCode status, string body, TimeSpan? wait)
    {
        var isJson = TryRead(body, out var said);
        if (!isJson && (int)status is 404 or 405 or 400 or 415 or 422)
        {
            return failures.Final("model.protocol", $"The server answered with status {(int)status} and {failures.Quote(body)}, which is none of the protocol.",
                $"Check base_url and protocol of the provider '{failures.Choice.Provider.Name}' in .db-version-control/config.yaml.");
        }

        return Judge(failures, (int)status, said with { Message = isJson ? said.Message : body }, wait);
    }

    private static Exception Judge(ModelFailures failures, int status, Said said, TimeSpan? wait)
    {
        var (quote, provider) = (failures.Quote(said.Message), failures.Choice.Provider);
        var words = $"{said.Code} {said.Type} {said.Message}";
        if (status is 413 || (status is 400 or 422 or 500 && s_tooLong.Any(t => words.Contains(t, StringComparison.OrdinalIgnoreCase))))
            return new ContextOverflow(quote);
        if (status == 402 || said.Code == "insufficient_quota" || said.Type == "insufficient_quota")
            return failures.Final("model.quota", $"The provider wants to be paid first; it says {quote}.", $"Look at your account with '{provider.Name}'.");
        return status switch
        {
            >= 300 and < 400 => failures.Final("model.redirect", $"The server sends us on to {quote}; a key is not carried there.",
                $"If that is right, make it the base_url of '{provider.Name}'."),
            401 or 403 or 407 => failures.Final("model.key-refused",
                provider.KeyVariable is { } variable
                    ? $"The server refuses the key in {variable} (status {status})."
                    : $"The server wants a key, and none is configured (status {status}).",
                provider.KeyVariable is null ? $"Name the variable that holds it: llm.providers.{provider.Name}.key."
                    : "Check that the variable holds this provider's key, and that the key may use the model."),
            404 => failures.Final("model.unknown", $"The server knows no model '{failures.Choice.Model}'; it says {quote}.",
                $"Name one that it has: {provider.Name}/MODEL."),
            429 => new PassingFailure("model.rate-limited", $"The server has had too many questions{Asked(wait)}.", wait),
            408 or 504 => new PassingFailure("model.timeout", $"The server took too long itself (status {status}).", wait),
            409 or 425 or >= 500 => new PassingFailure("model.unavailable", $"The server cannot answer now (status {status}); it says {quote}.", wait),
            _ => new RefusedRequest(failures.Final("model.request", $"The server does not take the request (status {status}); it says {quote}.",
                $"Check that the model '{failures.Choice.Model}' can call tools, and what the provider '{provider.Name}' takes.")),
        };
    }

    private static string Asked(TimeSpan? wait) => wait is { } time ? $" and wants to be left alone for {time.TotalSeconds:0} seconds" : "";

    private static bool TryRead(string body, out Said said)
    {
        said = new Said("", "", "", null, IsError: false);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return false;
            var root = document.RootElement;
            var isError = root.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String;
            if (isError && error.ValueKind == JsonValueKind.String) said = new Said("", "", error.GetString()!, null, IsError: true);
            else said = Read(isError ? error : root) with { IsError = isError };
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Said Read(JsonElement error)
    {
        int? status = error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var number)
            && number is >= 400 and < 600 ? number : null;
        var message = Text(error, "message");
        return new Said(Text(error, "type"), Text(error, "code"), message.Length > 0 ? message : error.GetRawText(), status, IsError: false);
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private sealed record Said(string Type, string Code, string Message, int? Status, bool IsError);
}
