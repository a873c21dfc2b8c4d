using System.Net;
using System.Text.Json.Nodes;
using DbVc.Server;
using Xunit;

namespace DbVc.SystemTests;

public sealed class ReadOnlyApiTests : IAsyncDisposable
{
    private readonly SampleShop _shop = new();
    private readonly HttpClient _client = new();

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _shop.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Status_and_log_are_served_on_loopback_and_to_nobody_who_names_another_host()
    {
        await using var api = ReadOnlyApi.Create(_shop.Folder, 0);
        await api.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(api.Urls.Single());
        Assert.Equal("127.0.0.1", address.Host);

        _shop.Write("UPDATE customers SET city = 'Bonn' WHERE id = 1");
        var status = JsonNode.Parse(await Get(address, "/api/v1/status"))!;
        Assert.False((bool)status["clean"]!);
        Assert.Equal(1, (int)status["tables"]!["customers"]!["modified"]!);
        Assert.Single(JsonNode.Parse(await Get(address, "/api/v1/log"))!["commits"]!.AsArray());

        using var unknown = await _client.GetAsync(new Uri(address, "/api/v1/log?revision=nowhere"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Assert.Equal("revision.unknown", (string?)JsonNode.Parse(await unknown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["code"]);

        using var rebound = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/api/v1/status"));
        rebound.Headers.Host = "evil.example";
        using var refused = await _client.SendAsync(rebound, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, refused.StatusCode);
    }

    private async Task<string> Get(Uri address, string path) => await _client.GetStringAsync(new Uri(address, path), TestContext.Current.CancellationToken);
}
