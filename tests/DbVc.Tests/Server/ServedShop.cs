using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DbVc.Documents;
using DbVc.Orchestration;
using DbVc.Server;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace DbVc.Tests;

/// <summary>A shop with people of every role, served by a real server on loopback.</summary>
internal sealed class ServedShop : IAsyncDisposable
{
    private WebApplication? _server;

    public AccessShop People { get; } = new();

    public HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<ServedShop> StartAsync(bool works = false)
    {
        _server = ApiServer.Build(new ServerSettings(People.Shop.Folder, "", ["http://127.0.0.1:0"], [], "Server", "") { Works = works });
        await _server.StartAsync(Cancel);
        Client.BaseAddress = new Uri(_server.Urls.Single());
        return this;
    }

    /// <summary>Another server on the same repository.</summary>
    public async Task StartAgainAsync()
    {
        await _server!.DisposeAsync();
        _server = ApiServer.Build(new ServerSettings(People.Shop.Folder, "", [Client.BaseAddress!.ToString().TrimEnd('/')], [], "Server", "")
        { Works = false });
        await _server.StartAsync(Cancel);
    }

    public static Task<ServedShop> ServeAsync() => new ServedShop().StartAsync();

    public T Service<T>() where T : notnull => (T)_server!.Services.GetService(typeof(T))!;

    /// <summary>A new token of somebody.</summary>
    public string Token(string user, string? role = null, string? expires = null, params string[] branches) =>
        People.As("ada").Access.CreateToken(new TokenRequest(user, role, branches, expires)).Text;

    public async Task<Answer> GetAsync(string path, string? token, string? accept = null, params (string Name, string Value)[] headers)
    {
        using var request = Request(HttpMethod.Get, path, token, headers);
        if (accept is not null) request.Headers.Accept.ParseAdd(accept);
        return await SendAsync(request);
    }

    public async Task<Answer> PostAsync(string path, string? token, JsonObject body, params (string Name, string Value)[] headers)
    {
        using var request = Request(HttpMethod.Post, path, token, headers);
        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await SendAsync(request);
    }

    public async Task<Answer> PutAsync(string path, string? token, HttpContent content)
    {
        using var request = Request(HttpMethod.Put, path, token, []);
        request.Content = content;
        return await SendAsync(request);
    }

    public static HttpRequestMessage Request(HttpMethod method, string path, string? token, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : "/api/v1/" + path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Client.SendAsync(request, Cancel);
        return new Answer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(Cancel))
        {
            Headers = response.Headers.Concat(response.Content.Headers)
                .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase),
        };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        People.Dispose();
    }
}

/// <summary>What a server answered.</summary>
internal sealed record Answer(HttpStatusCode Status, string? Type, string Text)
{
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public string? Code => Type == "application/problem+json" ? (string?)Json["code"] : null;

    /// <summary>Fails, and shows the answer, unless it is one of success.</summary>
    public Answer Ok()
    {
        Assert.True((int)Status is >= 200 and < 300, $"{(int)Status}: {Text}");
        return this;
    }

    public Answer Failed(HttpStatusCode status, string code)
    {
        Assert.Equal((status, code), (Status, Code));
        return this;
    }
}
