using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;
using Microsoft.AspNetCore.Http;

namespace DbVc.Server;

/// <summary>A failure as problem details (RFC 9457), with the facts that the command line prints.</summary>
internal sealed record Problem(int Status, string Code, string Message, string? Where = null, string? Hint = null)
{
    /// <summary>The exit code that the command line would have.</summary>
    public int Exit { get; init; } = (int)FailureKind.Failed;

    public const string ContentType = "application/problem+json";

    private const int ClientClosedRequest = 499;
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is not expected is told to the log alone: its text may say anything.</summary>
    public static Problem Of(Exception failure) => failure switch
    {
        DbVcException known => new Problem(StatusOf(known), known.Code, known.Message, known.Where, known.Hint) { Exit = (int)known.Kind },
        OperationCanceledException => new Problem(ClientClosedRequest, "interrupted", "Interrupted; nothing is half done."),
        BadHttpRequestException bad => new Problem(bad.StatusCode, "request.bad", bad.Message),
        _ => new Problem(StatusCodes.Status500InternalServerError, "internal", "Something unexpected happened; the log of the server says what."),
    };

    /// <summary>Members beyond those of the standard are those of the error document of <c>--json</c>.</summary>
    public JsonObject ToJson() => new()
    {
        ["type"] = "about:blank",
        ["title"] = Message,
        ["status"] = Status,
        ["code"] = Code,
        ["message"] = Message,
        ["where"] = Where,
        ["hint"] = Hint,
        ["exit"] = Exit,
    };

    /// <summary>The document as it is sent.</summary>
    public string Text => ToJson().ToJsonString(s_options);

    public async Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        response.ContentType = ContentType;
        if (Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests) response.Headers.RetryAfter = "1";
        if (Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer realm=\"db-vc\"";
        await response.WriteAsync(Text).ConfigureAwait(false);
    }

    private static int StatusOf(DbVcException failure) => failure switch
    {
        { Kind: FailureKind.Refused, Code: "token.missing" or "token.unknown" or "token.expired" or "token.revoked" or "login.wrong" }
            => StatusCodes.Status401Unauthorized,
        { Code: "branch.not-expected" } => StatusCodes.Status412PreconditionFailed,
        { Code: "request.reused" } => StatusCodes.Status422UnprocessableEntity,
        { Kind: FailureKind.Usage } when failure.Code.EndsWith(".missing", StringComparison.Ordinal) => StatusCodes.Status404NotFound,
        { Kind: FailureKind.Usage } => StatusCodes.Status400BadRequest,
        { Kind: FailureKind.Refused } => StatusCodes.Status403Forbidden,
        { Kind: FailureKind.Conflict } => StatusCodes.Status409Conflict,
        { Kind: FailureKind.Locked } => StatusCodes.Status503ServiceUnavailable,
        { Code: "internal" } => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}
