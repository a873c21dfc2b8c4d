using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Reads what <c>source</c> says about an address that is asked over HTTP.</summary>
internal sealed class ApiReader(ProblemList problems, JsonValue source)
{
    public static readonly string[] Members = ["method", "headers", "body", "auth", "pagination", "total"];

    private static readonly string[] s_methods = ["GET", "POST"];

    // The client writes these itself.
    private static readonly string[] s_ownHeaders = ["host", "content-length", "transfer-encoding", "connection", "accept-encoding", "content-type", "expect"];

    /// <param name="at">Where the location stands: the source itself in the short form.</param>
    public ApiSpec? Read(JsonValue at, string location)
    {
        var address = ReadAddress(at, location);
        var method = problems.Text(source, "method")?.ToUpperInvariant() ?? (source.Find("body") is null ? "GET" : "POST");
        if (!s_methods.Contains(method)) problems.Add(source.Find("method")!, $"'method' must be {string.Join(" or ", s_methods)}.");
        if (method == "GET" && source.Find("body") is { } body) problems.Add(body, "A GET has no body.", "write \"method\": \"POST\", or use query.");
        var isPost = method == "POST";
        var paging = new ApiPagingReader(problems, isPost).Read(source.Find("pagination"));
        var spec = new ApiSpec(new SecretText(address ?? "https://x/"))
        {
            IsPost = isPost,
            Query = ReadPairs("query"),
            Headers = ReadPairs("headers"),
            Body = ReadBody(),
            Records = new PlaceReader(problems).Path(source, "records", onlyNames: true) ?? "",
            Login = new ApiLoginReader(problems).Read(source.Find("auth")),
            Paging = paging,
            Total = source.Find("total") is { } total ? new PlaceReader(problems).Place(total, "total") : null,
            Increment = new IncrementReader(problems).Read(source.Find("incremental"), isApi: true),
            Limits = FetchLimitsReader.Read(problems, source, "pages", "megabytes", "seconds", "request_seconds"),
        };
        RefuseTwice(spec);
        return address is null ? null : spec;
    }

    private string? ReadAddress(JsonValue at, string text)
    {
        var where = new SecretText(text);
        if (!where.IsWellFormed)
        {
            problems.Add(at, "There is a ${ without NAME} in the address.");
            return null;
        }

        if (!Uri.TryCreate(where.Fill(_ => "x"), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            problems.Add(at, "The location of an api must be an address with https:// or http://.");
            return null;
        }

        var end = text.IndexOfAny(['/', '?', '#'], text.IndexOf("://", StringComparison.Ordinal) + 3);
        var host = end < 0 ? text : text[..end];
        var problem = uri.UserInfo.Length > 0 ? ("The address holds a login.", "write it as \"auth\", with ${NAME} for the password.")
            : uri.Fragment.Length > 0 ? ("An address that is asked has no part after #.", null)
            : host.Contains("${", StringComparison.Ordinal) ? ("The host must stand in the metadata, not in a variable.", null)
            : SecretInQuery(text) is { } name ? ($"The address holds what looks like a secret: {name}.", $"write {name}=${{NAME}} and set the variable NAME.")
            : ((string, string?)?)null;
        if (problem is null) return text;
        problems.Add(at, problem.Value.Item1, problem.Value.Item2);
        return null;
    }

    private static string? SecretInQuery(string address) => address.Split('?', 2) is [_, var query]
        ? query.Split('&').Select(p => p.Split('=', 2)).FirstOrDefault(p =>
            p.Length == 2 && p[1].Length > 0 && SecretText.IsSecretName(p[0]) && new SecretText(p[1]).Variables.Count == 0)?[0]
        : null;

    private IReadOnlyList<KeyValuePair<string, SecretText>> ReadPairs(string member)
    {
        var result = new List<KeyValuePair<string, SecretText>>();
        if (source.Find(member) is not { } pairs) return result;
        if (pairs.Kind != JsonKind.Object)
        {
            problems.Add(pairs, $"'{member}' must be an object of names and texts, not {pairs.Describe()}.");
            return result;
        }

        foreach (var (name, value) in pairs.Members.Select(m => (m.Name, m.Value)))
        {
            if (value.Kind is not (JsonKind.String or JsonKind.Number or JsonKind.Boolean))
            {
                problems.Add(value, $"'{name}' must be a text, not {value.Describe()}.");
            }
            else if (member == "headers" && RefuseHeader(name, value)) continue;
            else if (CheckSecret(name, value)) result.Add(new(name, new SecretText(value.Text)));
        }

        return result;
    }

    private bool RefuseHeader(string name, JsonValue value)
    {
        var problem = name.Equals("authorization", StringComparison.OrdinalIgnoreCase) ? "Who asks is said with \"auth\", not with a header."
            : s_ownHeaders.Contains(name.ToLowerInvariant()) ? $"The header {name} is written by db-vc itself."
            : name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
                ? $"'{name}' is no name of a header."
            : value.Text.Any(c => c is < ' ' or > '~') ? $"The header {name} holds characters that a header cannot." : null;
        if (problem is not null) problems.Add(value, problem);
        return problem is not null;
    }

    private bool CheckSecret(string name, JsonValue value)
    {
        var text = new SecretText(value.Text);
        if (!text.IsWellFormed) problems.Add(value, $"There is a ${{ without NAME}} in '{name}'.");
        else if (value.Kind == JsonKind.String && text.Variables.Count == 0 && value.Text.Length > 0 && SecretText.IsSecretName(name))
        {
            problems.Add(value, $"'{name}' looks like a secret, and secrets do not stand in metadata.",
                $"write \"{name}\": \"${{NAME}}\" and set the variable NAME, or use \"auth\".");
        }
        else return true;
        return false;
    }

    private SecretText? ReadBody()
    {
        if (source.Find("body") is not { } body) return null;
        if (body.Kind is not (JsonKind.Object or JsonKind.Array)) problems.Add(body, $"'body' must be a JSON object or list, not {body.Describe()}.");
        CheckBody("body", body);
        return new SecretText(JsonText.Write(body).TrimEnd());
    }

    private void CheckBody(string name, JsonValue value)
    {
        foreach (var member in value.Members) CheckBody(member.Name, member.Value);
        foreach (var item in value.Items) CheckBody(name, item);
        if (value.Kind == JsonKind.String) CheckSecret(name, value);
    }

    private void RefuseTwice(ApiSpec spec)
    {
        if (spec.Increment?.Parameter is { } since && source.Find("query")?.Find(since) is { } said)
        {
            problems.Add(said, $"'{since}' is the parameter of incremental.", "take it out of query; where the first fetch begins is \"initial\".");
        }

        if (!spec.Paging.InBody && spec.Query.FirstOrDefault(q => q.Key == spec.Paging.Parameter) is { Key: not null } own)
        {
            problems.Add(source.Find("query")!.Find(own.Key)!, $"'{own.Key}' is a parameter of the pagination.", "take it out of query.");
        }

        if (spec.Paging.InBody && spec.Body is { } body && !body.Text.StartsWith('{'))
        {
            problems.Add(source.Find("body")!, "Parameters of the pagination can only be put into an object.");
        }
    }
}

/// <summary>Reads places in answers.</summary>
internal sealed class PlaceReader(ProblemList problems)
{
    /// <summary>A path, in one form of writing; null when there is none or a wrong one.</summary>
    public string? Path(JsonValue value, string name, bool onlyNames = false, bool required = false)
    {
        if (value.Find(name) is not { } at)
        {
            if (required) problems.Add(value, $"'{name}' is missing.", $"write for example \"{name}\": \"meta.next\".");
            return null;
        }

        return Path(at, name, onlyNames);
    }

    /// <summary>A path, or an object that names a header.</summary>
    public ApiPlace? Place(JsonValue at, string name)
    {
        if (at.Kind == JsonKind.Object)
        {
            if (at.Find("path") is { Kind: JsonKind.String } path)
            {
                problems.Add(path, "A path stands by itself.", $"write \"{name}\": \"{path.Text}\".");
                return null;
            }

            problems.RefuseUnknown(at, "header");
            return problems.Text(at, "header", required: true) is { } header ? new ApiPlace(header, null) : null;
        }

        return Path(at, name, onlyNames: false) is { Length: > 0 } own ? new ApiPlace(null, own) : null;
    }

    private string? Path(JsonValue at, string name, bool onlyNames)
    {
        if (at.Kind != JsonKind.String)
        {
            problems.Add(at, $"'{name}' must be a path, not {at.Describe()}.");
            return null;
        }

        if (onlyNames && at.Text.Trim() == "$") return "";
        if (JsonPath.TryParse(at.Text, out var steps) && !(onlyNames && steps.Any(s => s is int))) return JsonPath.Write(steps);
        problems.Add(at, $"'{at.Text}' is no path{(onlyNames ? " of names" : "")}.", "write for example \"data.items\" or \"['my data'].items\".");
        return null;
    }
}

/// <summary>Reads <c>limits</c>.</summary>
internal static class FetchLimitsReader
{
    public static FetchLimits Read(ProblemList problems, JsonValue source, params string[] known)
    {
        var limits = new FetchLimits();
        if (source.Find("limits") is not { } at) return limits;
        if (at.Kind != JsonKind.Object)
        {
            problems.Add(at, $"'limits' must be an object, not {at.Describe()}.");
            return limits;
        }

        problems.RefuseUnknown(at, known);
        return new FetchLimits
        {
            Pages = problems.Whole(at, "pages", 1, FetchLimits.MostPages) ?? limits.Pages,
            Megabytes = problems.Whole(at, "megabytes", 1, FetchLimits.MostMegabytes) ?? limits.Megabytes,
            Seconds = problems.Whole(at, "seconds", 1, FetchLimits.MostSeconds) ?? limits.Seconds,
            RequestSeconds = problems.Whole(at, "request_seconds", 1, FetchLimits.MostSeconds) ?? limits.RequestSeconds,
        };
    }
}
