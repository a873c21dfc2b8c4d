namespace DbVc.Pipelines;

/// <summary>Says what will be asked of an address.</summary>
internal static class ApiWords
{
    public static string Of(ApiSpec api) => string.Join(", ", Parts(api));

    private static IEnumerable<string> Parts(ApiSpec api)
    {
        yield return $"fetched by {(api.IsPost ? "POST" : "GET")} as JSON";
        yield return api.Records.Length > 0 ? $"records at {api.Records}" : "records are the answer, or the one list in it";
        if (api.Query.Count > 0) yield return "with " + string.Join(" and ", api.Query.Select(q => $"{q.Key}={q.Value.Text}"));
        if (api.Headers.Count > 0) yield return "headers " + string.Join(" and ", api.Headers.Select(h => $"{h.Key}: {h.Value.Text}"));
        if (Login(api.Login) is { } login) yield return login;
        yield return Paging(api.Paging);
        if (api.Paging.HasMore is { } more) yield return $"until {more} is false";
        if (api.Increment is { } increment)
        {
            yield return increment.Describe() + (increment.Parameter is { } name ? $", said by {name}" : ", and what comes from before is passed over");
        }

        if (api.Total is { } total) yield return $"as many records as {total} says, or the fetch fails";
        yield return $"at most {api.Limits.Pages} pages, {api.Limits.Megabytes} MiB and {api.Limits.Seconds} seconds";
    }

    private static string? Login(ApiLogin login) => login.Kind switch
    {
        ApiLoginKind.Basic => $"as user {login.User!.Text} with the password from {login.Secret}",
        ApiLoginKind.Bearer => $"with the token from {login.Secret}",
        ApiLoginKind.KeyInHeader => $"with the key from {login.Secret} in the header {login.Name}",
        ApiLoginKind.KeyInQuery => $"with the key from {login.Secret} as the parameter {login.Name}",
        ApiLoginKind.ClientCredentials =>
            $"with a token that {login.TokenAddress!.Host} gives to client {login.User!.Text} with the secret from {login.Secret}",
        _ => null,
    };

    private static string Paging(ApiPaging paging)
    {
        var limit = paging.Limit is { } count ? $", {count} at a time" : "";
        var place = paging.InBody ? "in the body" : "in the address";
        return paging.Kind switch
        {
            ApiPagingKind.Link => "page by page along the header Link",
            ApiPagingKind.NextUrl => $"page by page along the address at {paging.Next}",
            ApiPagingKind.Cursor => $"page by page: {paging.Next} goes back as {paging.Parameter} {place}{limit}",
            ApiPagingKind.Offset => $"page by page: {paging.Parameter} {place} counts the records so far{limit}",
            ApiPagingKind.Page => $"page by page: {paging.Parameter} {place} counts pages from {paging.First}{limit}",
            ApiPagingKind.Keyset => $"page by page: {paging.Field} of the last record goes back as {paging.Parameter} {place}{limit}",
            _ => "in one answer",
        };
    }
}
