using System.Net;
using System.Net.Sockets;
using DbVc.Model;

namespace DbVc.Fetching;

/// <summary>
/// Connects only to where it may. What counts is the address that is really connected to, so a name that changes its meaning, a redirect or another way
/// of writing an address gets nowhere else.
/// </summary>
internal sealed class AddressGuard(FetchOptions options)
{
    private static readonly IPNetwork[] s_linkLocal = Parse("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128");

    private static readonly IPNetwork[] s_private = Parse(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        // Within what IPv6 calls global: other networks in tunnels, and documentation.
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    private static readonly IPNetwork s_global = IPNetwork.Parse("2000::/3");

    private readonly IPNetwork[] _networks = [.. options.PrivateHosts.Select(ToNetwork).OfType<IPNetwork>()];

    /// <summary>Whether a person listed the host by its name or address.</summary>
    public bool IsListed(string host) => options.PrivateHosts.Contains(Bare(host), StringComparer.OrdinalIgnoreCase)
        || (IPAddress.TryParse(Bare(host), out var address) && _networks.Any(n => n.Contains(Plain(address))));

    /// <summary>Whether a host may be reached at an address: a public one, or one that a person listed. A name is no permission for link-local addresses,
    /// where machines keep their secrets.</summary>
    public bool Allows(string host, IPAddress address)
    {
        var plain = Plain(address);
        if (_networks.Any(n => n.Contains(plain))) return true;
        if (s_linkLocal.Any(n => n.Contains(plain))) return false;
        return IsPublic(plain) || options.PrivateHosts.Contains(Bare(host), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Opens a connection; throws <c>fetch.private</c> and <c>fetch.host</c>.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var host = Bare(context.DnsEndPoint.Host);
        var found = await FindAsync(host, cancel).ConfigureAwait(false);
        var allowed = found.Where(a => Allows(host, a)).ToArray();
        if (allowed.Length == 0)
        {
            throw new DbVcException(FailureKind.Refused, "fetch.private",
                $"The host {host} is at a private or local address, and no permission is given for it.",
                hint: $"If it is meant, list it: db-vc config set sources.private-hosts {host} (metadata infer: --private-host {host}).");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<IPAddress[]> FindAsync(string host, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        try
        {
            return await options.Resolve(host, cancel).ConfigureAwait(false);
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            throw new DbVcException(FailureKind.Failed, "fetch.host", $"There is no host {host}.", hint: "Check the location in the metadata.", inner: failure);
        }
    }

    private static bool IsPublic(IPAddress address) =>
        !s_private.Any(n => n.Contains(address)) && (address.AddressFamily == AddressFamily.InterNetwork || s_global.Contains(address));

    /// <summary>An IPv4 address in IPv6's clothes is what it is.</summary>
    private static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;
    }

    private static string Bare(string host) => host.Trim('[', ']').TrimEnd('.');

    private static IPNetwork? ToNetwork(string text)
    {
        if (IPNetwork.TryParse(text, out var network)) return network;
        if (!IPAddress.TryParse(Bare(text), out var address)) return null;
        var plain = Plain(address);
        return new IPNetwork(plain, plain.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
    }

    private static IPNetwork[] Parse(params string[] networks) => [.. networks.Select(n => IPNetwork.Parse(n))];
}
