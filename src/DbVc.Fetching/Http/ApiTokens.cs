using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DbVc.Pipelines;

namespace DbVc.Fetching;

/// <summary>Shows a server who asks. Tokens of OAuth2 are fetched when they are needed, and anew before they run out or when they are refused.</summary>
internal sealed class ApiTokens(ApiLogin login, FetchOptions options, Secrets secrets, HttpMessageInvoker client)
{
    private const int LargestToken = 64 * 1024;
    private static readonly TimeSpan s_early = TimeSpan.FromSeconds(30);

    private string? _token;
    private DateTimeOffset _end = DateTimeOffset.MaxValue;

    /// <summary>Whether a new token may be had when one is refused.</summary>
    public bool CanRefresh => login.Kind == ApiLoginKind.ClientCredentials;

    public void Forget() => _token = null;

    public async Task SignAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        switch (login.Kind)
        {
            case ApiLoginKind.Basic:
                request.Headers.Authorization = Basic();
                break;
            case ApiLoginKind.Bearer:
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secrets.Read(login.Secret!));
                break;
            case ApiLoginKind.KeyInHeader:
                request.Headers.Remove(login.Name!);
                request.Headers.TryAddWithoutValidation(login.Name!, secrets.Read(login.Secret!));
                break;
            case ApiLoginKind.ClientCredentials:
                if (_token is null || options.Clock.GetUtcNow() >= _end) await RenewAsync(cancel).ConfigureAwait(false);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
                break;
        }
    }

    private AuthenticationHeaderValue Basic()
    {
        var pair = $"{secrets.Fill(login.User!)}:{secrets.Read(login.Secret!)}";
        return new AuthenticationHeaderValue("Basic", secrets.Keep(Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))));
    }

    private async Task RenewAsync(CancellationToken cancel)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials" };
        if (login.Scope is { } scope) form["scope"] = scope;
        using var request = new HttpRequestMessage(HttpMethod.Post, login.TokenAddress);
        if (login.InBody) (form["client_id"], form["client_secret"]) = (secrets.Fill(login.User!), secrets.Read(login.Secret!));
        else request.Headers.Authorization = Basic();
        request.Content = new FormUrlEncodedContent(form);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        using var response = await client.SendAsync(request, cancel).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
        {
            throw new PassingFailure("fetch.token", $"{login.TokenAddress!.Host} gave no token (status {(int)response.StatusCode}).");
        }

        if (!response.IsSuccessStatusCode) throw Fail($"gave no token (status {(int)response.StatusCode})");
        Read(await BodyReader.ReadAsync(response, LargestToken, cancel).ConfigureAwait(false));
    }

    private void Read(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var token = root.GetProperty("access_token").GetString();
            if (string.IsNullOrEmpty(token) || token.Any(c => c is < '!' or > '~')) throw Fail("gave a token that is none");
            _token = secrets.Keep(token);
            _end = root.TryGetProperty("expires_in", out var seconds) && seconds.TryGetDouble(out var count) && count is > 0 and < int.MaxValue
                ? options.Clock.GetUtcNow() + TimeSpan.FromSeconds(count) - s_early
                : DateTimeOffset.MaxValue;
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Its text may hold the token.
            throw Fail("answered with something that is no token");
        }
    }

    private Model.DbVcException Fail(string what) => FetchFailure.Failed("fetch.token", $"{login.TokenAddress!.Host} {what}.",
        hint: "Check token_url, client_id and the secret.");
}
