using System.Text.Json;
using DbVc.Pipelines;

namespace DbVc.Fetching;

/// <summary>
/// Signs that an answer without declared pages is not all there is. They are habits of servers and no standard but the header Link (RFC 8288), so they
/// are told and never followed.
/// </summary>
internal sealed class ApiMore(ApiSpec spec, ApiAnswer answer)
{
    private static readonly string[] s_addresses =
        ["next", "next_url", "nextUrl", "next_page_url", "links.next", "links.next.href", "_links.next.href", "paging.next", "pagination.next_url", "meta.next",
            "['@odata.nextLink']"];

    private static readonly string[] s_cursors =
        ["next_cursor", "nextCursor", "cursor", "next_page_token", "nextPageToken", "meta.next_cursor", "pagination.next_cursor",
            "response_metadata.next_cursor", "paging.cursors.after"];

    private static readonly string[] s_truths = ["has_more", "hasMore", "has_next", "hasNext", "meta.has_more", "pagination.has_more"];

    private static readonly ApiPlace[] s_totals =
    [
        new("X-Total-Count", null), new("X-Total", null),
        .. new[] { "total", "total_count", "totalCount", "count", "meta.total", "pagination.total", "['@odata.count']" }
            .Select(path => new ApiPlace(null, path)),
    ];

    /// <summary>What the answer says of more records, and how the metadata would have them fetched; null for nothing, and where pages are declared.</summary>
    public string? Find(int records)
    {
        if (spec.Paging.IsDeclared || records == 0) return null;
        if (answer.LinkedNext is not null) return Say("its header Link names a next page", "{\"type\": \"link\"}");
        foreach (var path in s_addresses.Where(p => IsAddress(Text(p)))) return Say($"its '{path}' is an address", Pagination("next_url", path));
        foreach (var path in s_cursors.Where(p => Text(p) is not null))
            return Say($"its '{path}' is not empty", $"{{\"type\": \"cursor\", \"path\": {Quoted(path)}, \"parameter\": \"cursor\"}}");
        if (Array.Find(s_truths, p => answer.Truth(p) == true) is { } truth)
            return Say($"its '{truth}' is true", "{\"type\": \"page\"} or {\"type\": \"offset\"}");
        foreach (var place in s_totals)
        {
            if (answer.Number(place) is { } total && total > records)
                return Say(FormattableString.Invariant($"its {place} says {total:N0}"), "{\"type\": \"page\"} or {\"type\": \"offset\"}");
        }

        return null;

        string Say(string sign, string pagination) =>
            FormattableString.Invariant($"The answer has {records:N0} records and seems to be one page of more: {sign}. Only this page is read; ")
            + $"for all, write \"pagination\": {pagination}.";
    }

    private string? Text(string path) => answer.Scalar(new ApiPlace(null, path)) is { } found ? ApiAnswer.Unquote(found) : null;

    private static bool IsAddress(string? text) =>
        text is not null && (text.StartsWith('/') || text.StartsWith('?') || text.Contains("://", StringComparison.Ordinal));

    private static string Pagination(string type, string path) => $"{{\"type\": \"{type}\", \"path\": {Quoted(path)}}}";

    private static string Quoted(string text) => JsonSerializer.Serialize(text, FetchJson.Default.String);
}
