using System.Globalization;
using System.Net;
using System.Security.Authentication;
using DbVc.Model;
using DbVc.Pipelines;
using Polly;
using Polly.Retry;

namespace DbVc.Fetching;

/// <summary>Asks one host, patiently: what may go away is tried again with growing waits, what will not is a failure at once.</summary>
internal sealed class ApiClient : IDisposable
{
    private const int MostRedirects = 5;
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);

    private readonly ApiSpec _spec;
    private readonly FetchOptions _options;
    private readonly ApiRequests _requests;
    private readonly AddressGuard _guard;
    private readonly HttpMessageInvoker _client;
    private readonly ApiTokens _tokens;
    private readonly ResiliencePipeline _patience;
    private readonly DateTimeOffset _end;

    public ApiClient(ApiSpec spec, FetchOptions options, ApiRequests requests, Secrets secrets)
    {
        (_spec, _options, _requests) = (spec, options, requests);
        _guard = new AddressGuard(options);
        _end = options.Clock.GetUtcNow().AddSeconds(spec.Limits.Seconds);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectCallback = _guard.ConnectAsync,
            UseCookies = false,
            // A proxy would connect for us, where nobody looks at the address.
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        });
        _tokens = new ApiTokens(spec.Login, options, secrets, _client);
        _patience = MakePatience();
    }

    /// <summary>The page that begins at a position. Throws failures <c>fetch.*</c>.</summary>
    public async Task<ApiAnswer> AskAsync(string? position, CancellationToken cancel)
    {
        var attempts = 0;
        try
        {
            return await _patience.ExecuteAsync(async token =>
            {
                attempts++;
                return await AttemptAsync(position, token).ConfigureAwait(false);
            }, cancel).ConfigureAwait(false);
        }
        catch (PassingFailure failure)
        {
            throw failure.Finally(attempts, _requests.Shown);
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Throws <c>fetch.time</c> once the time for all of it is over.</summary>
    public void RequireTime(TimeSpan wait = default)
    {
        if (_options.Clock.GetUtcNow() + wait <= _end) return;
        throw FetchFailure.Failed("fetch.time", wait == default
            ? $"The fetch took more than {_spec.Limits.Seconds} seconds."
            : $"The server wants to be left alone for {wait.TotalSeconds:0} seconds, longer than the fetch may take.", _requests.Shown,
            "Try again later: what was fetched so far is kept for a day. \"limits\" in the metadata gives it more \"seconds\".");
    }

    private ResiliencePipeline MakePatience()
    {
        var retry = new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<PassingFailure>(),
            MaxRetryAttempts = Math.Max(1, _options.Retries),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = s_firstWait,
            MaxDelay = s_longestWait,
            DelayGenerator = args => ValueTask.FromResult(((PassingFailure)args.Outcome.Exception!).Wait),
            OnRetry = args =>
            {
                RequireTime(args.RetryDelay);
                return ValueTask.CompletedTask;
            },
        };
        if (_options.Jitter is { } jitter) retry.Randomizer = jitter;
        return new ResiliencePipelineBuilder { TimeProvider = _options.Clock }.AddRetry(retry).Build();
    }

    private async Task<ApiAnswer> AttemptAsync(string? position, CancellationToken cancel)
    {
        RequireTime();
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(TimeSpan.FromSeconds(_spec.Limits.RequestSeconds));
        try
        {
            using var response = await SendAsync(position, limited.Token).ConfigureAwait(false);
            Judge(response);
            var body = await BodyReader.ReadAsync(response, _options.LargestAnswer, limited.Token).ConfigureAwait(false);
            return ApiAnswer.Read(body, response, _requests.Shown);
        }
        catch (OperationCanceledException failure) when (!cancel.IsCancellationRequested)
        {
            throw new PassingFailure("fetch.timeout", $"The server did not answer within {_spec.Limits.RequestSeconds} seconds.", inner: failure);
        }
        catch (HttpRequestException failure)
        {
            throw Translate(failure);
        }
    }

    /// <summary>A token that is refused may have run out before its time.</summary>
    private async Task<HttpResponseMessage> SendAsync(string? position, CancellationToken cancel)
    {
        var response = await FollowAsync(position, cancel).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized || !_tokens.CanRefresh) return response;
        response.Dispose();
        _tokens.Forget();
        return await FollowAsync(position, cancel).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> FollowAsync(string? position, CancellationToken cancel)
    {
        var (target, isPlain) = ((Uri?)null, false);
        for (var hop = 0; hop <= MostRedirects; hop++)
        {
            using var request = _requests.Write(position);
            if (target is not null) request.RequestUri = target;
            if (isPlain) (request.Method, request.Content) = (HttpMethod.Get, null);
            RequireSafeLogin(request.RequestUri!);
            await _tokens.SignAsync(request, cancel).ConfigureAwait(false);
            var response = await _client.SendAsync(request, cancel).ConfigureAwait(false);
            // The request is gone by the time the answer is read; its address is not.
            response.RequestMessage = new HttpRequestMessage(request.Method, request.RequestUri);
            if (!IsRedirect(response.StatusCode) || response.Headers.Location is not { } location) return response;
            isPlain |= response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther;
            target = new Uri(request.RequestUri!, location);
            response.Dispose();
            _requests.RequireOrigin(target, "fetch.redirect", "The server sends us on to what is");
        }

        throw FetchFailure.Failed("fetch.redirect", $"The server sends us on more than {MostRedirects} times.", _requests.Shown);
    }

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    /// <summary>On a plain connection everybody on the way can read a secret.</summary>
    private void RequireSafeLogin(Uri address)
    {
        if (!_spec.SendsSecrets) return;
        var plain = new[] { address, _spec.Login.TokenAddress }.FirstOrDefault(a => a is { Scheme: "http" } && !_guard.IsListed(a.Host));
        if (plain is null) return;
        throw FetchFailure.Refused("fetch.plain-login", $"A secret would go to {plain.Host} on a connection that is not encrypted.", _requests.Shown,
            $"Name the address with https://, or list a host of your own network: db-vc config set sources.private-hosts {plain.Host}");
    }

    private void Judge(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var charset = response.Content.Headers.ContentType?.CharSet?.Trim('"');
        switch (status)
        {
            case >= 200 and < 300 when charset is null || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase):
                return;
            case >= 200 and < 300:
                throw FetchFailure.Failed("fetch.charset", "The server's answer is not in UTF-8.", _requests.Shown);
            case 408 or 425 or 429 or >= 500:
                throw new PassingFailure(status == 429 ? "fetch.busy" : "fetch.status", $"The server answered with status {status}.", RetryAfter(response));
            case 401 or 403 or 407:
                throw FetchFailure.Failed("fetch.unauthorized", $"The server wants to know who asks, or says no (status {status}).", _requests.Shown,
                    "Check \"auth\" in the metadata, and what its variables hold.");
            default:
                throw FetchFailure.Failed("fetch.status", $"The server answered with status {status}.", _requests.Shown,
                    "Check the location and its parameters.");
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (response.Headers.RetryAfter is not { } after) return null;
        var wait = after.Delta ?? after.Date!.Value - _options.Clock.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private Exception Translate(HttpRequestException failure)
    {
        for (Exception? inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbVcException own) return own;
            if (inner is AuthenticationException)
            {
                return FetchFailure.Failed("fetch.tls", $"The connection to {_requests.Origin} cannot be trusted: its certificate is not accepted.",
                    _requests.Shown, "Check the address, and the certificates of this machine.", failure);
            }
        }

        return new PassingFailure("fetch.unreachable", string.Create(CultureInfo.InvariantCulture, $"{_requests.Origin} cannot be reached."), inner: failure);
    }
}
