using System.Net;

namespace DbVc.Fetching;

/// <summary>What every fetch needs from outside.</summary>
/// <param name="Clock">Tells the time, and waits before something is tried again.</param>
/// <param name="Folders">Where files are looked for, in this order, when their paths are not absolute.</param>
public sealed record FetchOptions(TimeProvider Clock, IReadOnlyList<string> Folders)
{
    /// <summary>Where an incremental fetch begins; null for the beginning.</summary>
    public FetchedCursor? Since { get; init; }

    /// <summary>Hosts and networks that may be asked although their addresses are private: names, addresses, or <c>10.0.0.0/8</c>.</summary>
    public IReadOnlyList<string> PrivateHosts { get; init; } = [];

    /// <summary>Stops once more records than that have come: enough to look at. Null fetches all.</summary>
    public long? Sample { get; init; }

    /// <summary>Hears of what a person should know although nothing failed.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>Hears how far it is: pages and records.</summary>
    public Action<int, long>? Progress { get; init; }

    /// <summary>Gives the values of environment variables.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>How often one request is tried again.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>The most bytes of one answer, unpacked.</summary>
    public int LargestAnswer { get; init; } = 64 << 20;

    /// <summary>Spreads waits: numbers from 0 to 1.</summary>
    internal Func<double>? Jitter { get; init; }

    /// <summary>Finds the addresses of a host.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;
}
