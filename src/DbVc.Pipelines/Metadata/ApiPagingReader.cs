namespace DbVc.Pipelines;

/// <summary>Reads <c>pagination</c>.</summary>
internal sealed class ApiPagingReader(ProblemList problems, bool isPost)
{
    private const int MostRecords = 1_000_000;

    private static readonly Dictionary<string, ApiPagingKind> s_kinds = new(StringComparer.Ordinal)
    {
        ["none"] = ApiPagingKind.None,
        ["link"] = ApiPagingKind.Link,
        ["next_url"] = ApiPagingKind.NextUrl,
        ["cursor"] = ApiPagingKind.Cursor,
        ["offset"] = ApiPagingKind.Offset,
        ["page"] = ApiPagingKind.Page,
        ["keyset"] = ApiPagingKind.Keyset,
    };

    public static IReadOnlyCollection<string> Names => s_kinds.Keys;

    public ApiPaging Read(JsonValue? at)
    {
        var none = new ApiPaging(ApiPagingKind.None);
        if (at is null) return none with { IsDeclared = false };
        if (at.Kind == JsonKind.String) return Find(at, at.Text) is { } known && RequireComplete(at, known) ? Usual(known) : none;
        if (at.Kind != JsonKind.Object)
        {
            problems.Add(at, $"'pagination' must be an object, not {at.Describe()}.");
            return none;
        }

        if (problems.Text(at, "type", required: true) is not { } name || Find(at.Find("type")!, name) is not { } kind) return none;
        problems.RefuseUnknown(at, MembersOf(kind));
        var places = new PlaceReader(problems);
        return new ApiPaging(kind)
        {
            Next = ReadNext(at, kind),
            Parameter = ReadParameter(at, kind),
            LimitParameter = problems.Text(at, "limit_parameter") ?? "limit",
            Limit = problems.Whole(at, "limit", 1, MostRecords),
            First = problems.Whole(at, "first", 0, 1) ?? 1,
            Field = kind == ApiPagingKind.Keyset ? places.Path(at, "field", required: true) : null,
            HasMore = places.Path(at, "has_more"),
            InBody = ReadPlace(at),
        };
    }

    private ApiPagingKind? Find(JsonValue at, string name)
    {
        if (s_kinds.TryGetValue(name, out var kind)) return kind;
        var nearest = Suggestion.Nearest(name, s_kinds.Keys);
        problems.Add(at, $"'{name}' is no kind of pagination.", nearest is null ? $"known: {string.Join(", ", s_kinds.Keys)}." : $"did you mean '{nearest}'?");
        return null;
    }

    private bool RequireComplete(JsonValue at, ApiPagingKind kind)
    {
        if (kind is ApiPagingKind.None or ApiPagingKind.Link or ApiPagingKind.Offset or ApiPagingKind.Page) return true;
        problems.Add(at, $"Pagination by {at.Text} needs more than its name.", kind == ApiPagingKind.Keyset
            ? "write {\"type\": \"keyset\", \"field\": \"id\", \"parameter\": \"after\"}."
            : $"write {{\"type\": \"{at.Text}\", \"path\": \"meta.next\"}}.");
        return false;
    }

    private static string[] MembersOf(ApiPagingKind kind) => kind switch
    {
        ApiPagingKind.Link => ["type", "has_more"],
        ApiPagingKind.NextUrl => ["type", "path", "header", "has_more"],
        ApiPagingKind.Cursor => ["type", "path", "header", "parameter", "limit", "limit_parameter", "in", "has_more"],
        ApiPagingKind.Offset => ["type", "parameter", "limit", "limit_parameter", "in", "has_more"],
        ApiPagingKind.Page => ["type", "parameter", "first", "limit", "limit_parameter", "in", "has_more"],
        ApiPagingKind.Keyset => ["type", "field", "parameter", "limit", "limit_parameter", "in", "has_more"],
        _ => ["type"],
    };

    private ApiPlace? ReadNext(JsonValue at, ApiPagingKind kind)
    {
        if (kind is not (ApiPagingKind.NextUrl or ApiPagingKind.Cursor)) return null;
        if (at.Find("header") is not null && at.Find("path") is { } path) problems.Add(path, "Both 'path' and 'header' are given; one is enough.");
        if (problems.Text(at, "header") is { } header) return new ApiPlace(header, null);
        return new PlaceReader(problems).Path(at, "path", required: at.Find("header") is null) is { } found ? new ApiPlace(null, found) : null;
    }

    private string ReadParameter(JsonValue at, ApiPagingKind kind)
    {
        if (problems.Text(at, "parameter") is { } name) return name;
        if (kind == ApiPagingKind.Keyset && at.Find("parameter") is null)
        {
            problems.Add(at, "'parameter' is missing.", "name what takes the last value, for example \"parameter\": \"after\".");
        }

        return UsualParameter(kind);
    }

    private static ApiPaging Usual(ApiPagingKind kind) => new(kind) { Parameter = UsualParameter(kind) };

    private static string UsualParameter(ApiPagingKind kind) => kind switch
    {
        ApiPagingKind.Cursor => "cursor",
        ApiPagingKind.Offset => "offset",
        ApiPagingKind.Page => "page",
        _ => "",
    };

    private bool ReadPlace(JsonValue at)
    {
        if (problems.Text(at, "in") is not { } place) return false;
        if (place is not ("query" or "body")) problems.Add(at.Find("in")!, "'in' must be query or body.");
        if (place == "body" && !isPost) problems.Add(at.Find("in")!, "A GET has no body.", "write \"method\": \"POST\".");
        return place == "body";
    }
}
