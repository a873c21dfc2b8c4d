using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;

namespace DbVc.Fetching;

/// <summary>Something to hand to an address.</summary>
/// <param name="Id">The same whenever it is sent again, so that a receiver can tell.</param>
/// <param name="Body">UTF-8 JSON.</param>
public sealed record WebhookMessage(string Id, byte[] Body);

/// <summary>What became of it.</summary>
/// <param name="Problem">Null where it was taken; a sentence without any part of the address that may be secret.</param>
public sealed record WebhookAnswer(string? Problem)
{
    public bool IsTaken => Problem is null;
}

/// <summary>
/// Posts a signed document, as Standard Webhooks 1.0 describe it: headers <c>webhook-id</c>, <c>webhook-timestamp</c> and <c>webhook-signature</c>, the last
/// an HMAC-SHA256 over <c>id.timestamp.body</c>. Follows no redirect and reads no answer; the address is a person's, so it may be private.
/// </summary>
public static class WebhookClient
{
    private const string SecretPrefix = "whsec_";

    /// <summary>Sends it once.</summary>
    /// <param name="address">http or https.</param>
    /// <param name="message">What.</param>
    /// <param name="secret">Text, or <c>whsec_</c> and base64.</param>
    /// <param name="now">The time of the signature.</param>
    /// <param name="timeout">For all of it.</param>
    /// <param name="cancel">Ends it.</param>
    public static WebhookAnswer Post(Uri address, WebhookMessage message, string secret, DateTimeOffset now, TimeSpan timeout, CancellationToken cancel)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        clock.CancelAfter(timeout);
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = timeout });
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(message.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.TryAddWithoutValidation("webhook-id", message.Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp);
        request.Headers.TryAddWithoutValidation("webhook-signature", Sign(message, timestamp, secret));
        request.Headers.TryAddWithoutValidation("User-Agent", "db-vc");
        try
        {
            using var response = client.SendAsync(request, clock.Token).GetAwaiter().GetResult();
            return (int)response.StatusCode is >= 200 and < 300 ? new WebhookAnswer(null)
                : new WebhookAnswer($"The receiver answered {(int)response.StatusCode}.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new WebhookAnswer(string.Create(CultureInfo.InvariantCulture, $"The receiver did not answer within {timeout.TotalSeconds:0.#} s."));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or AuthenticationException)
        {
            var error = failure is HttpRequestException { HttpRequestError: var known } ? known.ToString() : failure.GetType().Name;
            return new WebhookAnswer($"The receiver cannot be reached ({error}).");
        }
    }

    /// <summary>The header's value: version, comma, base64.</summary>
    public static string Sign(WebhookMessage message, string timestamp, string secret)
    {
        var key = secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? DecodeKey(secret[SecretPrefix.Length..]) : Encoding.UTF8.GetBytes(secret);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{message.Id}.{timestamp}."), .. message.Body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }

    private static byte[] DecodeKey(string text)
    {
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) ? key[..length] : Encoding.UTF8.GetBytes(SecretPrefix + text);
    }
}
