using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Pipelines;
using DbVc.PipelineRuntime;

namespace DbVc.Fetching;

/// <summary>Writes the request for a page.</summary>
internal sealed class ApiRequests
{
    private readonly ApiSpec _spec;
    private readonly Secrets _secrets;
    private readonly Uri _first;

    public ApiRequests(ApiSpec spec, Secrets secrets, FetchedCursor? since = null)
    {
        (_spec, _secrets) = (spec, secrets);
        _first = new Uri(secrets.Fill(spec.Address, Uri.EscapeDataString), UriKind.Absolute);
        foreach (var (name, value) in spec.Query) _first = With(_first, name, secrets.Fill(value));
        if (spec.Increment is { Parameter: { } begin } increment && (since?.Value ?? increment.Initial) is { } start)
        {
            _first = With(_first, begin, ApiAnswer.Unquote(start));
        }

        Origin = _first.GetLeftPart(UriPartial.Authority);
        var path = spec.Address.Text.Split('?', '#')[0];
        Shown = path;
    }

    /// <summary>Scheme, host and port: nothing else is asked.</summary>
    public string Origin { get; }

    /// <summary>The address as people may see it.</summary>
    public string Shown { get; }

    public Uri First => _first;

    /// <summary>The request for the page that begins at a position; null for the first.</summary>
    public HttpRequestMessage Write(string? position)
    {
        var paging = _spec.Paging;
        var isAddress = paging.Kind is ApiPagingKind.Link or ApiPagingKind.NextUrl;
        var address = isAddress && position is not null ? new Uri(position, UriKind.Absolute) : _first;
        var parameters = isAddress ? [] : Parameters(position).ToList();
        if (!paging.InBody) foreach (var (name, value) in parameters) address = With(address, name, ApiAnswer.Unquote(value));
        var login = _spec.Login;
        if (login.Kind == ApiLoginKind.KeyInQuery) address = With(address, login.Name!, _secrets.Read(login.Secret!));
        var request = new HttpRequestMessage(_spec.IsPost ? HttpMethod.Post : HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        foreach (var (name, value) in _spec.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, _secrets.Fill(value));
        }

        if (_spec.IsPost) request.Content = new StringContent(Body(paging.InBody ? parameters : []), Encoding.UTF8, "application/json");
        return request;
    }

    /// <summary>An address on a page as it is kept: whole, on the same host, without the key. Throws <c>fetch.other-host</c>.</summary>
    public string Resolve(Uri from, string next)
    {
        if (!Uri.TryCreate(from, next, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw FetchFailure.Failed("fetch.next", "The address of the next page is none.", Shown, "Check \"pagination\" in the metadata.");
        }

        RequireOrigin(address, "fetch.other-host", "The next page is");
        return (_spec.Login.Kind == ApiLoginKind.KeyInQuery ? Without(address, _spec.Login.Name!) : address).AbsoluteUri;
    }

    /// <summary>Throws a refusal for an address on another host, scheme or port.</summary>
    public void RequireOrigin(Uri address, string code, string what)
    {
        if (address.GetLeftPart(UriPartial.Authority).Equals(Origin, StringComparison.OrdinalIgnoreCase) && address.UserInfo.Length == 0) return;
        throw FetchFailure.Refused(code, $"{what} at {address.Scheme}://{address.Host}:{address.Port}, and only {Origin} may be asked.", Shown,
            "If that is the right one, name it in the metadata.");
    }

    private IEnumerable<(string Name, string Value)> Parameters(string? position)
    {
        var paging = _spec.Paging;
        if (paging.Limit is { } limit) yield return (paging.LimitParameter, limit.ToString(CultureInfo.InvariantCulture));
        if (position is not null) yield return (paging.Parameter, position);
        else if (paging.Kind == ApiPagingKind.Offset) yield return (paging.Parameter, "0");
        else if (paging.Kind == ApiPagingKind.Page) yield return (paging.Parameter, paging.First.ToString(CultureInfo.InvariantCulture));
    }

    private string Body(IReadOnlyList<(string Name, string Value)> parameters)
    {
        var text = _spec.Body is { } body ? _secrets.Fill(body, value => JsonEncodedText.Encode(value).ToString()) : "{}";
        if (parameters.Count == 0) return text;
        var root = JsonNode.Parse(text)!.AsObject();
        foreach (var (name, value) in parameters) Place(root, name, JsonNode.Parse(value));
        return root.ToJsonString();
    }

    /// <summary>Puts a value at a path of names, and makes the objects on the way.</summary>
    private static void Place(JsonObject root, string path, JsonNode? value)
    {
        IReadOnlyList<object> steps = JsonPath.TryParse(path, out var parsed) && parsed.All(s => s is string) ? parsed : [path];
        foreach (var name in steps.Take(steps.Count - 1).Cast<string>())
        {
            if (root[name] is not JsonObject) root[name] = new JsonObject();
            root = root[name]!.AsObject();
        }

        root[(string)steps[^1]] = value;
    }

    private static Uri With(Uri address, string name, string value)
    {
        var builder = new UriBuilder(Without(address, name));
        var query = builder.Query.TrimStart('?');
        builder.Query = $"{query}{(query.Length > 0 ? "&" : "")}{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}";
        return builder.Uri;
    }

    private static Uri Without(Uri address, string name)
    {
        var parts = address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries);
        var kept = parts.Where(p => !Uri.UnescapeDataString(p.Split('=', 2)[0].Replace('+', ' ')).Equals(name, StringComparison.Ordinal)).ToList();
        return kept.Count == parts.Length ? address : new UriBuilder(address) { Query = string.Join('&', kept) }.Uri;
    }
}
