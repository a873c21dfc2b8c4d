using System.Text;
using DbVc.TestServers;
using static DbVc.TestServers.ApiReply;

namespace DbVc.Tests;

/// <summary>How a server behaves, what the metadata says about it, and what must come of that.</summary>
internal sealed record ApiScript(string Source, Func<ApiQuestion, ApiReply> Answer, string Expected)
{
    /// <summary>How often it must have been asked; null for any number.</summary>
    public int? Asked { get; init; }
}

/// <summary>Servers, from good to bad. All of them have 25 records, unless they say otherwise.</summary>
internal static class ApiScripts
{
    private const int Count = 25;
    private const string Offset = "\"pagination\": {\"type\": \"offset\", \"limit\": 10}";
    private const string Cursor = "\"records\": \"items\", \"pagination\": {\"type\": \"cursor\", \"path\": \"next\"}";

    public static IReadOnlyDictionary<string, ApiScript> All { get; } = new Dictionary<string, ApiScript>
    {
        ["one list"] = new("", _ => Json(List(0, Count)), "1-25") { Asked = 1 },
        ["an object with one list"] = new("", _ => Json($"{{\"n\": 25, \"items\": {List(0, Count)}}}"), "1-25"),
        ["a list at a path"] = new("\"records\": \"data.items\"",
            _ => Json($"{{\"other\": [1], \"data\": {{\"items\": {List(0, Count)}}}}}"), "1-25"),
        ["a list at a path with a byte order mark"] = new("\"records\": \"a\"", _ => Json($"\uFEFF{{\"a\": {List(0, 2)}}}"), "1-2"),
        ["a list over many lines"] = new("", _ => Json("[\n{\"id\":\r\n1},\n{\n\"id\": 2}]"), "1-2"),
        ["packed"] = new("", _ => Json(List(0, Count)).Packed(), "1-25"),
        ["link"] = new("\"pagination\": \"link\"",
            q => At(q.Whole("from", 0), 10, next =>
                [("Link", $"</items?from=0>; rel=\"first\"{(next is null ? "" : $", </items?from={next}>; title=\"a, b\"; rel=\"next\"")}")]),
            "1-25")
        { Asked = 3 },
        ["next url"] = new("\"records\": \"items\", \"pagination\": {\"type\": \"next_url\", \"path\": \"links.next\"}",
            q => Wrapped(q.Whole("from", 0), 10, next => $"\"links\": {{\"next\": {(next is null ? "null" : $"\"?from={next}\"")}}}"), "1-25")
        { Asked = 3 },
        ["cursor in the body"] = new(Cursor, q => Wrapped(q.Whole("cursor", 0), 10, next => $"\"next\": {next ?? "\"\""}"), "1-25") { Asked = 3 },
        ["cursor that is a text"] = new(Cursor,
            q => Wrapped(q.Query.TryGetValue("cursor", out var c) ? int.Parse(c[2..]) : 0, 10, next => next is null ? "\"x\": 1" : $"\"next\": \"a&{next}\""),
            "1-25"),
        ["cursor in a header"] = new("\"pagination\": {\"type\": \"cursor\", \"header\": \"X-Next\", \"parameter\": \"after\"}",
            q => At(q.Whole("after", 0), 10, next => next is null ? [] : [("X-Next", next)]), "1-25"),
        ["offset"] = new(Offset, q => Json(List(q.Whole("offset", -1), q.Whole("limit", 0))), "1-25") { Asked = 4 },
        ["offset with a cap below the limit"] = new(Offset, q => Json(List(q.Whole("offset", -1), 4)), "1-25") { Asked = 8 },
        ["offset that shrinks"] = new(Offset, q => Json(List(q.Whole("offset", -1), Math.Max(1, 8 - q.Number))), "1-25"),
        ["offset with a total"] = new(Offset + ", \"records\": \"items\", \"total\": \"total\"",
            q => Wrapped(q.Whole("offset", 0), 10, _ => "\"total\": 25"), "1-25")
        { Asked = 3 },
        ["page"] = new("\"pagination\": {\"type\": \"page\", \"limit\": 10, \"limit_parameter\": \"size\"}",
            q => Json(List((q.Whole("page", -1) - 1) * 10, q.Whole("size", 0))), "1-25")
        { Asked = 4 },
        ["page from 0"] = new("\"pagination\": {\"type\": \"page\", \"first\": 0, \"parameter\": \"p\"}",
            q => Json(List(q.Whole("p", -1) * 10, 10)), "1-25"),
        ["page with has_more"] = new("\"records\": \"items\", \"pagination\": {\"type\": \"page\", \"has_more\": \"more\"}",
            q => Wrapped((q.Whole("page", 1) - 1) * 10, 10, next => $"\"more\": {(next is null ? "false" : "true")}"), "1-25")
        { Asked = 3 },
        ["keyset"] = new("\"pagination\": {\"type\": \"keyset\", \"field\": \"id\", \"parameter\": \"after\", \"limit\": 10}",
            q => Json(List(q.Whole("after", 0), q.Whole("limit", 0))), "1-25"),
        ["post with the cursor in the body"] = new(
            "\"body\": {\"q\": \"all\"}, \"records\": \"items\", "
            + "\"pagination\": {\"type\": \"cursor\", \"path\": \"next\", \"parameter\": \"page.from\", \"in\": \"body\"}",
            q => q.Method == "POST" && q.Body.Contains("\"all\"", StringComparison.Ordinal)
                ? Wrapped(q.Body.Split("\"from\":") is [_, var rest] ? int.Parse(rest.TrimEnd('}')) : 0, 10, next => $"\"next\": {next ?? "null"}")
                : Sent(400),
            "1-25"),
        ["an empty page in the midst"] = new(Cursor, q => q.Whole("cursor", 0) switch
        {
            0 => Wrapped(0, 10, _ => "\"next\": 100"),
            100 => Json("{\"items\": [], \"next\": 10}"),
            var from => Wrapped(from, 15, _ => "\"x\": 0"),
        }, "1-25"),
        ["the last cursor again on an empty page"] = new(Cursor, q => q.Whole("cursor", 0) switch
        {
            0 => Wrapped(0, 25, _ => "\"next\": 25"),
            _ => Json("{\"items\": [], \"next\": 25}"),
        }, "1-25"),
        ["nothing at the end"] = new(Offset, q => q.Whole("offset", 0) < Count ? Json(List(q.Whole("offset", 0), 10)) : Sent(204), "1-25"),
        ["sent on within the host"] = new("", q => q.Path == "/items" ? Sent(302, ("Location", "/other")) : Json(List(0, Count)), "1-25"),
        ["errors that pass"] = new("", q => q.Number < 4 ? Sent(q.Number == 1 ? 500 : 503) : Json(List(0, Count)), "1-25") { Asked = 4 },
        ["a body that is cut off once"] = new("", q => Json(List(0, Count)) with { CutAfter = q.Number == 1 ? 40 : null }, "1-25") { Asked = 2 },
        ["JSON that is cut off once"] = new("", q => Json(q.Number == 1 ? List(0, Count)[..50] : List(0, Count)), "1-25") { Asked = 2 },

        ["a total that is more"] = new(Offset + ", \"records\": \"items\", \"total\": \"meta.total\"",
            q => q.Whole("offset", 0) > 0 ? Json("{\"items\": [], \"meta\": {\"total\": 5458}}")
            : Wrapped(0, 10, _ => "\"meta\": {\"total\": 5458}"), "fetch.total The server says 5,458 records, read were 10."),
        ["a total in a header"] = new("\"total\": {\"header\": \"X-Total\"}",
            _ => Json(List(0, 5), ("X-Total", "6")), "fetch.total The server says 6 records, read were 5."),
        ["no total where one should be"] = new("\"total\": \"n\"", _ => Json($"{{\"items\": {List(0, 3)}}}"), "fetch.total-missing"),
        ["the same page for ever"] = new("\"pagination\": \"page\"", _ => Json(List(0, 10)), "fetch.repeated Page 2 has the same records as page 1."),
        ["cursors in a circle"] = new(Cursor, q => Wrapped(q.Number, 1, _ => $"\"next\": {q.Number % 3}"), "fetch.loop Page 4"),
        ["links in a circle"] = new("\"pagination\": \"link\"",
            q => Json(List(q.Number, 1), ("Link", $"</items?n={q.Number % 2}>; rel=next")), "fetch.loop"),
        ["more without where"] = new(Cursor.Replace("\"next\"}", "\"next\", \"has_more\": \"more\"}", StringComparison.Ordinal),
            _ => Json($"{{\"items\": {List(0, 2)}, \"more\": true}}"), "fetch.next Page 1 says that there is more"),
        ["no value for the keyset"] = new("\"pagination\": {\"type\": \"keyset\", \"field\": \"key\", \"parameter\": \"a\"}",
            _ => Json(List(0, 2)), "fetch.next The last record of page 1 has no 'key'."),
        ["a web page"] = new("", _ => new ApiReply(200, "<html>sign in</html>"), "fetch.html") { Asked = 1 },
        ["an error with status 200"] = new("",
            _ => Json("{\"error\": \"no such account\"}"), "fetch.records The answer is an object with no list; it has 'error'."),
        ["several lists"] = new("", _ => Json("{\"a\": [], \"b\": []}"), "fetch.records The answer is an object with several lists"),
        ["no list at the path"] = new("\"records\": \"data\"",
            _ => Json("{\"date\": []}"), "fetch.records The answer has no list at 'data'; it has 'date'."),
        ["JSON that is always cut off"] = new("",
            _ => Json(List(0, Count)[..50]),
            "fetch.not-json The server's answer is no JSON, or was cut off; it was tried 6 times.")
        { Asked = 6 },
        ["a body that is always cut off"] = new("", _ => Json(List(0, Count)) with { CutAfter = 40 }, "fetch.truncated") { Asked = 6 },
        ["nothing with status 200"] = new("", _ => Json(""), "fetch.empty"),
        ["gzip that is none"] = new("", _ => Json(List(0, Count), ("Content-Encoding", "gzip")), "fetch.truncated"),
        ["gzip that is cut off"] = new("",
            _ => Json(List(0, Count)).Packed() is var reply ? reply with { Bytes = reply.Bytes[..^12] } : null!, "fetch."),
        ["a bomb"] = new("", _ => Json(new string(' ', 2 << 20)).Packed(), "fetch.answer-size An answer is larger than 1 MiB") { Asked = 1 },
        ["errors for ever"] = new("", _ => Sent(502), "fetch.status The server answered with status 502; it was tried 6 times.") { Asked = 6 },
        ["not there"] = new("", _ => Sent(404), "fetch.status The server answered with status 404.") { Asked = 1 },
        ["no entry"] = new("", _ => Sent(401), "fetch.unauthorized") { Asked = 1 },
        ["another encoding"] = new("",
            _ => new ApiReply(200, "[]") { Headers = new Dictionary<string, string> { ["Content-Type"] = "application/json; charset=utf-16" } },
            "fetch.charset"),
        ["sent on to another host"] = new("",
            _ => Sent(302, ("Location", "http://localhost:1/items")),
            "fetch.redirect The server sends us on to what is at http://localhost:1")
        { Asked = 1 },
        ["sent on to another scheme"] = new("", _ => Sent(307, ("Location", "file:///etc/passwd")), "fetch.redirect") { Asked = 1 },
        ["sent on in a circle"] = new("",
            _ => Sent(302, ("Location", "/items")), "fetch.redirect The server sends us on more than 5 times.")
        { Asked = 6 },
        ["the next page elsewhere"] = new("\"pagination\": \"link\"",
            _ => Json(List(0, 2), ("Link", "<http://169.254.169.254/latest>; rel=\"next\"")), "fetch.other-host")
        { Asked = 1 },
        ["too many pages"] = new("\"pagination\": \"offset\", \"limits\": {\"pages\": 3}",
            q => Json(List(q.Whole("offset", 0), 1)), "fetch.limit The address gives more than 3 pages.")
        { Asked = 3 },
        ["too long a wait"] = new("\"limits\": {\"seconds\": 60}", _ => Sent(429, ("Retry-After", "61")), "fetch.time") { Asked = 1 },
        ["never an answer"] = new("\"limits\": {\"request_seconds\": 1}",
            _ => Json(List(0, 1)) with { Pause = TimeSpan.FromMinutes(5) }, "fetch.timeout The server did not answer within 1 seconds"),
    };

    /// <summary>Records after the first <paramref name="from"/>, as a JSON list.</summary>
    public static string List(int from, int most)
    {
        var text = new StringBuilder("[");
        for (var id = from + 1; id <= Math.Min(Count, from + most); id++) text.Append(text.Length > 1 ? ", " : "").Append("{\"id\": ").Append(id).Append('}');
        return text.Append(']').ToString();
    }

    private static ApiReply At(int from, int most, Func<string?, (string, string)[]> headers) => Json(List(from, most), headers(Following(from, most)));

    private static ApiReply Wrapped(int from, int most, Func<string?, string> rest) =>
        Json($"{{\"items\": {List(from, most)}, {rest(Following(from, most))}}}");

    private static string? Following(int from, int most) => from + most < Count ? $"{from + most}" : null;
}
