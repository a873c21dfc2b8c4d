using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace DbVc.TestServers;

/// <summary>Picks ports that nobody listens on, below those that the system hands out to connections, so that a killed server finds its own again.</summary>
internal static class FreePort
{
    public static int Pick()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(15_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // The next one, then.
            }
        }
    }
}
