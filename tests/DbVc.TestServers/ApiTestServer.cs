using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
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
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly List<ApiQuestion> _asked = [];

    public ApiTestServer(Func<ApiQuestion, ApiReply> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Root => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    public IReadOnlyList<ApiQuestion> Asked
    {
        get
        {
            lock (_lock) return [.. _asked];
        }
    }

    public void Dispose()
    {
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
            var stream = client.GetStream();
            while (await ReadAsync(stream) is { } question)
            {
                var reply = _answer(question);
                await Task.Delay(reply.Pause, _end.Token);
                if (!await WriteAsync(stream, reply)) return;
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, or the test is over.
        }
    }

    private async Task<ApiQuestion?> ReadAsync(NetworkStream stream)
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

    private async Task<bool> WriteAsync(NetworkStream stream, ApiReply reply)
    {
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} X\r\n");
        foreach (var (name, value) in reply.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (reply.Status != 204) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {reply.Bytes.Length}\r\n");
        head.Append("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()), _end.Token);
        await stream.WriteAsync(reply.Bytes.AsMemory(0, reply.CutAfter ?? reply.Bytes.Length), _end.Token);
        await stream.FlushAsync(_end.Token);
        return reply.CutAfter is null;
    }
}
