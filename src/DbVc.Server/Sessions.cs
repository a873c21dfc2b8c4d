using System.Security.Cryptography;
using System.Text.Json;
using DbVc.Http;
using DbVc.Orchestration;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace DbVc.Server;

/// <summary>
/// Browsers that are logged in. A cookie holds what was shown, sealed by a key that lies in the repository's folder: so it outlives the server, and ends
/// with the token it came of, which is asked for each request anew.
/// </summary>
internal sealed class Sessions(IDataProtectionProvider protection)
{
    public const string Cookie = "dbvc-session";

    private const string Purpose = "session";
    private static readonly TimeSpan s_length = TimeSpan.FromHours(12);
    private static readonly TimeSpan s_linkLength = TimeSpan.FromMinutes(10);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector(Purpose).ToTimeLimitedDataProtector();
    private readonly Lock _lock = new();
    private (string Code, Credential Credential, DateTimeOffset Until)? _link;

    /// <summary>What a request's cookie holds; null for none, and for one that does not hold any more.</summary>
    public Credential? Find(HttpRequest request)
    {
        if (request.Cookies[Cookie] is not { Length: > 0 and < 4096 } sealedText) return null;
        try
        {
            return JsonSerializer.Deserialize<Credential>(_protector.Unprotect(sealedText));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Logs a browser in.</summary>
    public void Begin(HttpContext context, Credential credential) => context.Response.Cookies.Append(
        Cookie, _protector.Protect(JsonSerializer.Serialize(credential), s_length), OptionsFor(context, s_length));

    public static void End(HttpContext context) => context.Response.Cookies.Delete(Cookie, OptionsFor(context, null));

    /// <summary>Makes a code that logs one browser in, once, within ten minutes.</summary>
    public string MakeLink(Credential credential)
    {
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        lock (_lock) _link = (code, credential, TimeProvider.System.GetUtcNow() + s_linkLength);
        return code;
    }

    /// <summary>Null for a code that is wrong, was used, or is too old.</summary>
    public Credential? TakeLink(string code)
    {
        lock (_lock)
        {
            if (_link is not { } link || TimeProvider.System.GetUtcNow() > link.Until) return null;
            if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(code)),
                SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(link.Code)))) return null;
            _link = null;
            return link.Credential;
        }
    }

    private static CookieOptions OptionsFor(HttpContext context, TimeSpan? length) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        // Only a browser on this machine comes without TLS, or through a proxy that speaks it.
        Secure = context.Request.IsHttps || !HostCheck.IsLoopback("http://" + context.Request.Host.Value),
        Path = "/",
        MaxAge = length,
    };
}
