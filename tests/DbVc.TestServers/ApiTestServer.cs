using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DbVc.TestServers;

/// <summary>What a server was asked.</summary>
public sealed record ApiQuestion(int Number, string Method, string Path, string Body)
{
    public required IReadOnlyDictionary<string, string> Query { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public int Whole(string name, int otherwise) => Query.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

/// <summary>What it answers, down to the bytes: as a good server would, or worse.</summary>
public sealed record ApiReply(int Status, string Body)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public byte[] Bytes { get; init; } = Encoding.UTF8.GetBytes(Body);

    /// <summary>Closes the connection after so many bytes of the body, whatever its length was said to be.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Says nothing for so long.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Sends the body in so many pieces, each after a pause; null for all of it at once.</summary>
    public (int Pieces, TimeSpan Pause)? Drip { get; init; }

    public static ApiReply Json(string body, params (string Name, string Value)[] headers) =>
        new(200, body) { Headers = Named([("Content-Type", "application/json"), .. headers]) };

    public static ApiReply Sent(int status, params (string Name, string Value)[] headers) => new(status, "") { Headers = Named(headers) };

    public ApiReply Packed()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Bytes);
        return this with { Bytes = packed.ToArray(), Headers = new Dictionary<string, string>(Headers) { ["Content-Encoding"] = "gzip" } };
    }

    private static Dictionary<string, string> Named(IEnumerable<(string Name, string Value)> headers) =>
        headers.ToDictionary(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase);
}

/// <summary>A real HTTP server on loopback that behaves as badly as a test wants.</summary>
public sealed class ApiTestServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<ApiQuestion, ApiReply> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly List<ApiQuestion> _asked = [];
    private bool _isDisposed;

    /// <param name="answer">What is answered to a question.</param>
    /// <param name="certificate">With one, TLS is spoken.</param>
    public ApiTestServer(Func<ApiQuestion, ApiReply> answer, X509Certificate2? certificate = null)
    {
        (_answer, _certificate) = (answer, certificate);
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Root => string.Create(CultureInfo.InvariantCulture, $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}");

    public IReadOnlyList<ApiQuestion> Asked
    {
        get
        {
            lock (_lock) return [.. _asked];
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true)) return;
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var held = client;
        try
        {
            await using var stream = await SecureAsync(client.GetStream());
            while (await ReadAsync(stream) is { } question)
            {
                var reply = _answer(question);
                await Task.Delay(reply.Pause, _end.Token);
                if (!await WriteAsync(stream, reply)) return;
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException or AuthenticationException)
        {
            // The client went away, or the test is over.
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream stream)
    {
        if (_certificate is null) return stream;
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _end.Token);
        return secure;
    }

    private async Task<ApiQuestion?> ReadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _end.Token) == 0) return null;
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(h => h[0], h => h[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, _end.Token);
        var (method, target) = (lines[0].Split(' ')[0], lines[0].Split(' ')[1].Split('?', 2));
        var query = (target.Length < 2 ? [] : target[1].Split('&')).Select(p => p.Split('=', 2))
            .ToDictionary(p => Uri.UnescapeDataString(p[0]), p => Uri.UnescapeDataString(p[1]));
        lock (_lock)
        {
            var question = new ApiQuestion(_asked.Count + 1, method, target[0], Encoding.UTF8.GetString(body)) { Query = query, Headers = headers };
            _asked.Add(question);
            return question;
        }
    }

    private async Task<bool> WriteAsync(Stream stream, ApiReply reply)
    {
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} X\r\n");
        foreach (var (name, value) in reply.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (reply.Status != 204) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {reply.Bytes.Length}\r\n");
        head.Append("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()), _end.Token);
        var (pieces, pause) = reply.Drip ?? (1, TimeSpan.Zero);
        var body = reply.Bytes.AsMemory(0, reply.CutAfter ?? reply.Bytes.Length);
        for (var piece = 0; piece < pieces; piece++)
        {
            await stream.WriteAsync(body[(body.Length * piece / pieces)..(body.Length * (piece + 1) / pieces)], _end.Token);
            await stream.FlushAsync(_end.Token);
            if (piece + 1 < pieces) await Task.Delay(pause, _end.Token);
        }

        await stream.FlushAsync(_end.Token);
        return reply.CutAfter is null;
    }
}
