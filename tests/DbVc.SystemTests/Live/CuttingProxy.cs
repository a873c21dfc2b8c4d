using System.Net;
using System.Net.Sockets;

namespace DbVc.SystemTests;

/// <summary>Stands between a client and a server on this machine, counts what goes through, and cuts every connection when it was so much.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _lock = new();
    private int _server;
    private readonly List<TcpClient> _open = [];
    private long _limit = long.MaxValue;

    public CuttingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes in both directions since the last <see cref="CutAfter"/> or <see cref="Heal"/>.</summary>
    public long Count { get; private set; }

    /// <summary>True if the limit was met.</summary>
    public bool IsCut { get; private set; }

    /// <summary>After so many bytes all connections end in the middle of what they say, and no new one begins.</summary>
    public void CutAfter(long bytes) => Set(bytes);

    /// <summary>Lets everybody through again.</summary>
    public void Heal() => Set(long.MaxValue);

    /// <summary>Ends all connections; new ones go to another server, as when an address is given to one that takes over.</summary>
    public void Redirect(int server)
    {
        _server = server;
        Cut();
    }

    public void Dispose()
    {
        _listener.Stop();
        Cut();
    }

    private void Set(long limit)
    {
        lock (_lock) (_limit, Count, IsCut) = (limit, 0, false);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = ServeAsync(client);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _server);
            lock (_lock) _open.AddRange([client, server]);
            if (IsCut) Cut();
            await Task.WhenAny(PumpAsync(client.GetStream(), server.GetStream()), PumpAsync(server.GetStream(), client.GetStream()));
        }
        catch (Exception ended) when (ended is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
        finally
        {
            client.Dispose();
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[4096];
        while (await from.ReadAsync(buffer) is > 0 and var read)
        {
            int let;
            lock (_lock)
            {
                let = (int)Math.Clamp(_limit - Count, 0, read);
                Count += let;
                IsCut |= let < read;
            }

            await to.WriteAsync(buffer.AsMemory(0, let));
            if (let == read) continue;
            Cut();
            return;
        }
    }

    private void Cut()
    {
        lock (_lock)
        {
            foreach (var client in _open) client.Dispose();
            _open.Clear();
        }
    }
}
