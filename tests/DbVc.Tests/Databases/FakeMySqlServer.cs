using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DbVc.Tests;

/// <summary>A server that lies: it lets everybody in, and answers a statement with the wish for a file of the client.</summary>
internal sealed class FakeMySqlServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<int, string?> _wish;
    private readonly Task _served;

    /// <param name="wish">The file to ask for in the answer to the n-th statement, from 0; null for a plain OK.</param>
    public FakeMySqlServer(Func<int, string?> wish)
    {
        _wish = wish;
        _listener.Start();
        _served = Task.Run(Serve);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>All that clients sent when they were asked for a file.</summary>
    public List<byte> Received { get; } = [];

    public int Asked { get; private set; }

    public void Dispose()
    {
        _listener.Stop();
        _served.Wait();
    }

    private void Serve()
    {
        try
        {
            while (true)
            {
                using var client = _listener.AcceptTcpClient();
                Serve(client.GetStream());
            }
        }
        catch (Exception end) when (end is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client has gone, or the test is over.
        }
    }

    private void Serve(NetworkStream stream)
    {
        Send(stream, 0, Greeting());
        _ = Receive(stream);
        Send(stream, 2, Ok);
        for (var statement = 0; ; statement++)
        {
            if (Receive(stream) is not [3, ..]) return;
            var next = 1;
            if (_wish(statement) is { } file)
            {
                Asked++;
                Send(stream, 1, [0xfb, .. Encoding.UTF8.GetBytes(file)]);
                while (Receive(stream) is { Length: > 0 } content)
                {
                    Received.AddRange(content);
                    next++;
                }

                next += 2;
            }

            Send(stream, (byte)next, Ok);
        }
    }

    private static byte[] Ok => [0, 0, 0, 2, 0, 0, 0];

    private static byte[] Greeting() =>
    [
        10, .. "5.5.5-10.11.6-MariaDB\0"u8, 1, 0, 0, 0, .. "12345678\0"u8,
        0xff, 0xf7, 45, 2, 0, 0xff, 0x81, 21, .. new byte[10], .. "123456789012\0"u8, .. "mysql_native_password\0"u8,
    ];

    private static void Send(NetworkStream stream, byte number, byte[] payload) =>
        stream.Write([(byte)payload.Length, (byte)(payload.Length >> 8), (byte)(payload.Length >> 16), number, .. payload]);

    private static byte[] Receive(NetworkStream stream)
    {
        var header = new byte[4];
        stream.ReadExactly(header);
        var payload = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) & 0xffffff];
        stream.ReadExactly(payload);
        return payload;
    }
}
