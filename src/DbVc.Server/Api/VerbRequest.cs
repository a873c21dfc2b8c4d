using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.AspNetCore.Http;

namespace DbVc.Server;

/// <summary>In which form somebody wants the answer.</summary>
internal enum AnswerForm
{
    /// <summary>The document of <c>--json</c>.</summary>
    Document,

    /// <summary>What people read, without colour.</summary>
    Text,

    /// <summary>The rows of a query, separated by commas.</summary>
    Csv,

    /// <summary>What a terminal shows, framed.</summary>
    Console,
}

/// <summary>One request for a verb, read and checked.</summary>
/// <param name="Endpoint">Which.</param>
/// <param name="Given">Values by parameter; files as whole paths.</param>
/// <param name="Form">Of the answer.</param>
internal sealed partial record VerbRequest(Endpoint Endpoint, IReadOnlyDictionary<string, IReadOnlyList<string>> Given, AnswerForm Form)
{
    /// <summary>Where the branch that it is about has to be.</summary>
    public ExpectedBranch? Expected { get; init; }

    /// <summary>Chosen by the client; null where it may be done twice.</summary>
    public string? Key { get; init; }

    /// <summary>The file that the answer is; null for none.</summary>
    public string? Made { get; init; }

    /// <summary>All of it in one form, for comparison.</summary>
    public string Text => new JsonObject
    {
        ["verb"] = Endpoint.Verb,
        ["form"] = Form.ToString(),
        ["expected"] = Expected?.ToString(),
        ["given"] = new JsonObject(Given.OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => KeyValuePair.Create(g.Key, (JsonNode?)new JsonArray([.. g.Value.Select(v => (JsonNode)(v == Made ? Path.GetFileName(v) : v))])))),
    }.ToJsonString();

    /// <summary>Throws usage failures <c>request.*</c>, and as <see cref="Uploads.Find"/> does.</summary>
    /// <param name="endpoint">Which.</param>
    /// <param name="http">The request.</param>
    /// <param name="uploads">The files that it may name.</param>
    /// <param name="scratch">Where the file is made that the answer is.</param>
    public static async Task<VerbRequest> ReadAsync(Endpoint endpoint, HttpContext http, Uploads uploads, string scratch)
    {
        var given = await ArgumentReader.ReadAsync(endpoint, http.Request, http.RequestAborted).ConfigureAwait(false);
        var form = FormOf(endpoint, http.Request);
        var bound = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        string? made = null;
        foreach (var parameter in endpoint.Parameters.Where(p => given.ContainsKey(p.Name)))
        {
            var values = given[parameter.Name];
            bound[parameter.Name] = parameter.File switch
            {
                FileUse.Read => [.. values.Select(uploads.Find)],
                FileUse.Made => [made = Path.Combine(scratch, NameOf(values, parameter))],
                _ => values,
            };
        }

        return new VerbRequest(endpoint, bound, form)
        {
            Expected = ExpectedOf(endpoint, given, http.Request),
            Key = endpoint.Asked is null && form != AnswerForm.Console ? KeyOf(http.Request) : null,
            Made = made,
        };
    }

    private static string NameOf(IReadOnlyList<string> values, Parameter parameter) => values is [{ } name] && FileNames().IsMatch(name) ? name
        : throw new DbVcException(FailureKind.Usage, "request.parameter", "It is the name of the file that is answered: letters, digits and ._- alone.",
            $"/{parameter.Name}", "As shop.dbvc.");

    private static AnswerForm FormOf(Endpoint endpoint, HttpRequest request)
    {
        foreach (var type in request.GetTypedHeaders().Accept.OrderByDescending(a => a.Quality ?? 1))
        {
            switch (type.MediaType.Value)
            {
                case "*/*" or "application/*" or "application/json" or Problem.ContentType:
                    return AnswerForm.Document;
                case "text/csv" when endpoint.Verb == "query":
                    return AnswerForm.Csv;
                case "text/plain" or "text/*":
                    return AnswerForm.Text;
                case ConsoleFrames.ContentType:
                    return AnswerForm.Console;
                default:
                    continue;
            }
        }

        return request.Headers.Accept.Count == 0 ? AnswerForm.Document
            : throw new BadHttpRequestException("An answer is application/json, text/plain, or, of a query, text/csv.", StatusCodes.Status406NotAcceptable);
    }

    private static ExpectedBranch? ExpectedOf(Endpoint endpoint, IReadOnlyDictionary<string, IReadOnlyList<string>> given, HttpRequest request)
    {
        if (request.Headers.IfMatch is not [{ } tag]) return request.Headers.IfMatch.Count == 0 ? null : throw WrongTag();
        if (!Tags().IsMatch(tag)) throw WrongTag();
        if (endpoint.Ref is not { } name)
            throw new DbVcException(FailureKind.Usage, "request.if-match", $"{endpoint.Verb} is about no branch.", "If-Match", "Leave the header out.");
        var branch = given.TryGetValue(name, out var values) ? BranchName.Parse(values[0]) : BranchName.Main;
        return new ExpectedBranch(branch, new CommitId(Hash.Parse(tag.Trim('"'))));
    }

    private static DbVcException WrongTag() => new(FailureKind.Usage, "request.if-match", "It is one ETag of a branch: the id of a commit in quotes.",
        "If-Match", "GET /api/v1/branch/show?name=… answers it.");

    private static string? KeyOf(HttpRequest request) => request.Headers["Idempotency-Key"] switch
    {
        [] => null,
        [{ Length: > 0 and <= 200 } key] => key,
        _ => throw new DbVcException(FailureKind.Usage, "request.key", "It is one text of at most 200 characters.", "Idempotency-Key", "A UUID is a good one."),
    };

    [GeneratedRegex("\\A\"[0-9a-f]{40}\"\\z")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex FileNames();
}
