namespace DbVc.Pipelines;

/// <summary>Reads <c>auth</c>. A secret that stands there as it is, is refused.</summary>
internal sealed class ApiLoginReader(ProblemList problems)
{
    private static readonly Dictionary<string, string[]> s_members = new(StringComparer.Ordinal)
    {
        ["none"] = ["type"],
        ["basic"] = ["type", "username", "password", "password_file"],
        ["bearer"] = ["type", "token", "token_file"],
        ["api_key"] = ["type", "header", "query", "key", "key_file"],
        ["oauth2"] = ["type", "token_url", "client_id", "client_secret", "client_secret_file", "scope", "send"],
    };

    public static IReadOnlyCollection<string> Names => s_members.Keys;

    public ApiLogin Read(JsonValue? at)
    {
        var none = new ApiLogin(ApiLoginKind.None);
        if (at is null) return none;
        if (at.Kind != JsonKind.Object)
        {
            problems.Add(at, $"'auth' must be an object, not {at.Describe()}.", "write {\"type\": \"bearer\", \"token\": \"${NAME}\"}.");
            return none;
        }

        if (problems.Text(at, "type", required: true) is not { } type) return none;
        if (!s_members.TryGetValue(type, out var members))
        {
            var nearest = Suggestion.Nearest(type, s_members.Keys);
            problems.Add(at.Find("type")!, $"'{type}' is no kind of auth.",
                nearest is null ? $"known: {string.Join(", ", s_members.Keys)}." : $"did you mean '{nearest}'?");
            return none;
        }

        problems.RefuseUnknown(at, members);
        return type switch
        {
            "basic" => new ApiLogin(ApiLoginKind.Basic) { User = ReadUser(at, "username"), Secret = ReadSecret(at, "password") },
            "bearer" => new ApiLogin(ApiLoginKind.Bearer) { Secret = ReadSecret(at, "token") },
            "api_key" => ReadKey(at),
            "oauth2" => ReadClient(at),
            _ => none,
        };
    }

    private ApiLogin ReadKey(JsonValue at)
    {
        var (header, query) = (problems.Text(at, "header"), problems.Text(at, "query"));
        if ((header is null) == (query is null))
        {
            problems.Add(at, "A key goes into a header or into a parameter.", "write \"header\": \"X-Api-Key\" or \"query\": \"api_key\".");
        }

        return new ApiLogin(header is null ? ApiLoginKind.KeyInQuery : ApiLoginKind.KeyInHeader) { Name = header ?? query, Secret = ReadSecret(at, "key") };
    }

    private ApiLogin ReadClient(JsonValue at)
    {
        var address = problems.Text(at, "token_url", required: true);
        var isAddress = Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri.UserInfo.Length == 0
            && !address!.Contains("${", StringComparison.Ordinal);
        if (address is not null && !isAddress) problems.Add(at.Find("token_url")!, "'token_url' must be an address with https:// or http://, without login.");
        var send = problems.Text(at, "send") ?? "header";
        if (send is not ("header" or "body")) problems.Add(at.Find("send")!, "'send' must be header or body: where client and secret stand.");
        return new ApiLogin(ApiLoginKind.ClientCredentials)
        {
            TokenAddress = isAddress ? uri : null,
            User = ReadUser(at, "client_id"),
            Secret = ReadSecret(at, "client_secret"),
            Scope = problems.Text(at, "scope"),
            InBody = send == "body",
        };
    }

    private SecretText? ReadUser(JsonValue at, string name)
    {
        if (problems.Text(at, name, required: true) is not { } text) return null;
        if (new SecretText(text) is { IsWellFormed: true } user) return user;
        problems.Add(at.Find(name)!, $"There is a ${{ without NAME}} in '{name}'.");
        return null;
    }

    private SecretPlace? ReadSecret(JsonValue at, string name)
    {
        var file = problems.Text(at, name + "_file");
        if (at.Find(name) is not { } value)
        {
            if (file is not null) return new SecretPlace(null, file);
            if (at.Find(name + "_file") is null) problems.Add(at, $"'{name}' is missing.", Advice(name));
            return null;
        }

        if (at.Find(name + "_file") is { } again) problems.Add(again, $"Both '{name}' and '{name}_file' are given; one is enough.");
        if (value.Kind == JsonKind.String && new SecretText(value.Text) is { IsVariable: true } text) return new SecretPlace(text.Variables[0], null);

        // Whatever stands there is not repeated: it may be the secret.
        problems.Add(value, $"'{name}' must be one ${{NAME}}: secrets do not stand in metadata.", Advice(name));
        return null;
    }

    private static string Advice(string name) => $"write \"{name}\": \"${{NAME}}\" and set the variable NAME, or \"{name}_file\": \"PATH\".";
}
