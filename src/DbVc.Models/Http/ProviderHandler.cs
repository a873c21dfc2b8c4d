using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DbVc.Models;

/// <summary>
/// What lies between a provider's package and the network: the package writes requests and reads events; headers, keys, statuses, sizes and silence are
/// judged here, alike for all. The key is added here, so no package ever holds it. Goes nowhere else: no redirect, no proxy of the environment.
/// </summary>
internal sealed class ProviderHandler : DelegatingHandler
{
    private const int LongestError = 64 * 1024;

    private readonly ModelChoice _choice;
    private readonly ModelSettings _settings;
    private readonly ModelOptions _options;
    private readonly ModelFailures _failures;
    private readonly IReadOnlyList<(string Name, string Value)> _headers;
    private string? _certificate;

    /// <param name="choice">Whom to ask.</param>
    /// <param name="settings">How patiently.</param>
    /// <param name="options">The clock and the largest answer.</param>
    /// <param name="failures">Makes failures.</param>
    /// <param name="headers">All that the protocol wants; nothing else is sent.</param>
    public ProviderHandler(
        ModelChoice choice, ModelSettings settings, ModelOptions options, ModelFailures failures, IReadOnlyList<(string Name, string Value)> headers)
    {
        (_choice, _settings, _options, _failures, _headers) = (choice, settings, options, failures, headers);
        InnerHandler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            UseCookies = false,
            UseProxy = settings.Proxy is not null,
            Proxy = settings.Proxy is { } proxy ? new WebProxy(proxy) : null,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Validate },
        };
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Packages tell servers about this machine, and read variables of the environment into headers.
        request.Headers.Clear();
        foreach (var (name, value) in _headers) request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation("User-Agent", "db-vc");
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream, application/json");
        if (_choice.Provider.ApiVersion is { } version)
            request.RequestUri = new UriBuilder(request.RequestUri!) { Query = "api-version=" + Uri.EscapeDataString(version) }.Uri;
        if (request.Content is { } content) await content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
        var response = await ConnectAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            if (response.StatusCode != HttpStatusCode.OK) throw await JudgeAsync(response, cancellationToken).ConfigureAwait(false);
            await RequireEventsAsync(response, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var events = new StreamContent(new EventStream(body, _options.LargestAnswer, _settings.Idle, _failures));
            events.Headers.ContentType = response.Content.Headers.ContentType;
            response.Content = events;
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> ConnectAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            return await base.SendAsync(request, cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            for (Exception? inner = failure; inner is not null; inner = inner.InnerException)
            {
                if (inner is not AuthenticationException) continue;
                throw _failures.Final("model.certificate", $"The server cannot be trusted: {_certificate ?? "it does not speak TLS as it should"}.",
                    "Check base_url, the server's certificate, and the certificates that this machine trusts.", failure);
            }

            throw new PassingFailure("model.unreachable", $"{_choice.Provider.BaseUrl.Authority} cannot be reached ({failure.HttpRequestError}).",
                inner: failure);
        }
    }

    /// <summary>Only says what is wrong; a certificate that is not accepted by the system never is here.</summary>
    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        var named = certificate is X509Certificate2 { } known ? known : null;
        _certificate = Describe(named, chain, errors, _options.Clock.GetUtcNow());
        return false;
    }

    private static string Describe(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        if (certificate is null) return "it shows no certificate";
        var subject = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        var late = certificate.NotAfter.ToUniversalTime();
        if (late < now) return string.Create(CultureInfo.InvariantCulture, $"its certificate '{subject}' expired on {late:yyyy-MM-dd}");
        if (certificate.NotBefore.ToUniversalTime() > now) return $"its certificate '{subject}' is not valid yet";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return $"its certificate '{subject}' is for another host";
        var reasons = chain?.ChainStatus.Select(s => s.Status.ToString()).Distinct() ?? [];
        return $"its certificate '{subject}' is not trusted here ({string.Join(", ", reasons.DefaultIfEmpty("unknown issuer"))})";
    }

    private async Task<Exception> JudgeAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
        {
            var target = new Uri(_choice.Provider.BaseUrl, location).GetLeftPart(UriPartial.Path);
            return ServerErrors.Judge(_failures, response.StatusCode, target, null);
        }

        return ServerErrors.Judge(_failures, response.StatusCode, await ReadAsync(response, cancel).ConfigureAwait(false), RetryAfter(response));
    }

    private async Task RequireEventsAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var type = response.Content.Headers.ContentType;
        if (type?.MediaType is "text/event-stream") return;
        var body = await ReadAsync(response, cancel).ConfigureAwait(false);
        // Some servers say with status 200 that something is wrong.
        if (ServerErrors.Find(_failures, body) is { } error) throw error;
        throw _failures.Final("model.protocol",
            $"The server answered with {type?.MediaType ?? "no content type"} in place of a stream of events: {_failures.Quote(body)}.",
            $"Check base_url and protocol of the provider '{_choice.Provider.Name}' in .db-version-control/config.yaml.");
    }

    /// <summary>The beginning of a body that is shown to people.</summary>
    private async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(_settings.Idle);
        var bytes = new byte[LongestError];
        var length = 0;
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(limited.Token).ConfigureAwait(false);
            length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, limited.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or InvalidDataException or OperationCanceledException)
        {
            // The status says enough.
            cancel.ThrowIfCancellationRequested();
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is >= 0 and < 1e9)
            return TimeSpan.FromMilliseconds(milliseconds);
        if (response.Headers.RetryAfter is not { } after) return null;
        var wait = after.Delta ?? after.Date!.Value - _options.Clock.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
