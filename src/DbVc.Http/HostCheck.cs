using System.Net;
using Microsoft.AspNetCore.Http;

namespace DbVc.Http;

/// <summary>
/// The names under which a server answers. A page in a browser can have its own name resolve to this machine; what it sends still says that name.
/// </summary>
internal sealed class HostCheck
{
    private static readonly string[] s_loopback = ["localhost", "127.0.0.1", "[::1]"];

    private readonly HashSet<string> _names;

    /// <param name="urls">Where the server listens.</param>
    /// <param name="names">By which else clients call it.</param>
    public HostCheck(IEnumerable<string> urls, IEnumerable<string> names) => _names = new HashSet<string>(
        [.. s_loopback, .. names, .. urls.Select(HostOf).Where(host => host is not ("0.0.0.0" or "[::]" or "*" or "+"))], StringComparer.OrdinalIgnoreCase);

    public static bool IsLoopback(string url) =>
        HostOf(url) is var host && (host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));

    public bool Allows(HttpRequest request) => _names.Contains(request.Host.Host);

    /// <summary>Programs send no origin; pages do, and only those of the server's own names are answered.</summary>
    public bool AllowsOrigin(HttpRequest request)
    {
        if (request.Headers.Origin.Count == 0) return true;
        return request.Headers.Origin is [{ } origin] && Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Scheme is "http" or "https"
            && _names.Contains(page.Host);
    }

    private static string HostOf(string url)
    {
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('/')[0];
        var colon = rest.LastIndexOf(':');
        return colon > rest.LastIndexOf(']') ? rest[..colon] : rest;
    }
}
