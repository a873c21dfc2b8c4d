using System.Globalization;
using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>How somebody shows who asks.</summary>
public enum ApiLoginKind
{
    None,
    Basic,
    Bearer,
    KeyInHeader,
    KeyInQuery,
    ClientCredentials,
}

/// <summary>Who asks an address.</summary>
public sealed record ApiLogin(ApiLoginKind Kind)
{
    /// <summary>The user, or OAuth2's client.</summary>
    public SecretText? User { get; init; }

    /// <summary>Password, token, key or OAuth2's client secret.</summary>
    public SecretPlace? Secret { get; init; }

    /// <summary>The header or the parameter that takes a key.</summary>
    public string? Name { get; init; }

    /// <summary>Where OAuth2 hands out tokens.</summary>
    public Uri? TokenAddress { get; init; }

    public string? Scope { get; init; }

    /// <summary>OAuth2: client and secret stand in the body and not in the header.</summary>
    public bool InBody { get; init; }
}

/// <summary>How one page leads to the next.</summary>
public enum ApiPagingKind
{
    None,
    Link,
    NextUrl,
    Cursor,
    Offset,
    Page,
    Keyset,
}

/// <summary>A place in an answer: a header, or a path in the body.</summary>
public sealed record ApiPlace(string? Header, string? Path)
{
    public override string ToString() => Header is null ? Path! : $"header {Header}";
}

/// <summary>How an address hands out its records page by page.</summary>
public sealed record ApiPaging(ApiPagingKind Kind)
{
    /// <summary>False where the metadata says nothing, and one answer is taken for all.</summary>
    public bool IsDeclared { get; init; } = true;

    /// <summary>Where an answer has the next address or cursor.</summary>
    public ApiPlace? Next { get; init; }

    /// <summary>What takes cursor, offset, number of the page or last value.</summary>
    public string Parameter { get; init; } = "";

    public string LimitParameter { get; init; } = "limit";

    /// <summary>How many records are asked for; null leaves it to the server.</summary>
    public int? Limit { get; init; }

    /// <summary>The number of the first page.</summary>
    public int First { get; init; } = 1;

    /// <summary>Keyset: the path of the value in a record that the next page begins after.</summary>
    public string? Field { get; init; }

    /// <summary>The path of what says whether there is more.</summary>
    public string? HasMore { get; init; }

    /// <summary>Parameters stand in the body and not in the address.</summary>
    public bool InBody { get; init; }
}

/// <summary>An address that answers with JSON.</summary>
/// <param name="Address">With http or https, and variables behind the host at most.</param>
public sealed record ApiSpec(SecretText Address) : FetchSpec
{
    public bool IsPost { get; init; }

    public IReadOnlyList<KeyValuePair<string, SecretText>> Query { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, SecretText>> Headers { get; init; } = [];

    /// <summary>JSON.</summary>
    public SecretText? Body { get; init; }

    /// <summary>The path of the array of records; empty where the answer is that array, or an object with one.</summary>
    public string Records { get; init; } = "";

    public ApiLogin Login { get; init; } = new(ApiLoginKind.None);

    public ApiPaging Paging { get; init; } = new(ApiPagingKind.None) { IsDeclared = false };

    /// <summary>Whether a request holds what only who asks may know.</summary>
    public bool SendsSecrets => Login.Kind != ApiLoginKind.None || Address.Variables.Count > 0 || Body?.Variables.Count > 0
        || Query.Concat(Headers).Any(p => p.Value.Variables.Count > 0);

    /// <summary>Where an answer says how many records there are in all.</summary>
    public ApiPlace? Total { get; init; }

    /// <summary>Where pages are counted, what is deleted meanwhile moves the rest, and only a total would show it.</summary>
    public override TimeSpan LongestRest =>
        Total is null && Paging.Kind is ApiPagingKind.Offset or ApiPagingKind.Page ? TimeSpan.FromMinutes(10) : base.LongestRest;

    public override string Subject
    {
        get
        {
            var path = Address.Text[(Address.Text.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('?', '#')[0].TrimEnd('/');
            var last = path[(path.LastIndexOf('/') + 1)..];
            return last.Contains("${", StringComparison.Ordinal) ? path.Split('/')[0] : last;
        }
    }

    public override string Describe() => ApiWords.Of(this);

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("location", Address.Text);
        if (IsPost) json.WriteString("method", "POST");
        WritePairs(json, "query", Query);
        WritePairs(json, "headers", Headers);
        if (Body is not null) json.WriteString("body", Body.Text);
        if (Records.Length > 0) json.WriteString("records", Records);
        WriteLogin(json);
        WritePaging(json);
        if (Total is not null) json.WriteString("total", Total.ToString());
        Increment?.Write(json);
        Limits.Write(json);
    }

    private static void WritePairs(Utf8JsonWriter json, string name, IReadOnlyList<KeyValuePair<string, SecretText>> pairs)
    {
        if (pairs.Count == 0) return;
        json.WriteStartObject(name);
        foreach (var (key, value) in pairs) json.WriteString(key, value.Text);
        json.WriteEndObject();
    }

    private void WriteLogin(Utf8JsonWriter json)
    {
        if (Login.Kind == ApiLoginKind.None) return;
        json.WriteStartObject("auth");
        json.WriteString("type", Login.Kind.ToString());
        if (Login.User is not null) json.WriteString("user", Login.User.Text);
        json.WriteString("secret", Login.Secret!.ToString());
        if (Login.Name is not null) json.WriteString("name", Login.Name);
        if (Login.TokenAddress is not null) json.WriteString("token_url", Login.TokenAddress.AbsoluteUri);
        if (Login.Scope is not null) json.WriteString("scope", Login.Scope);
        if (Login.InBody) json.WriteBoolean("in_body", true);
        json.WriteEndObject();
    }

    private void WritePaging(Utf8JsonWriter json)
    {
        if (Paging.Kind == ApiPagingKind.None) return;
        json.WriteStartObject("pagination");
        json.WriteString("type", Paging.Kind.ToString());
        if (Paging.Next is not null) json.WriteString("next", Paging.Next.ToString());
        if (Paging.Parameter.Length > 0) json.WriteString("parameter", Paging.Parameter);
        if (Paging.Limit is { } limit) json.WriteString(Paging.LimitParameter, limit.ToString(CultureInfo.InvariantCulture));
        if (Paging.Kind == ApiPagingKind.Page) json.WriteNumber("first", Paging.First);
        if (Paging.Field is not null) json.WriteString("field", Paging.Field);
        if (Paging.HasMore is not null) json.WriteString("has_more", Paging.HasMore);
        if (Paging.InBody) json.WriteBoolean("in_body", true);
        json.WriteEndObject();
    }
}
