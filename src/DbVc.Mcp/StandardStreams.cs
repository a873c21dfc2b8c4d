using DbVc.Orchestration;
using ModelContextProtocol.Server;

namespace DbVc.Mcp;

/// <summary>Serves one client over standard input and output, until it closes its end. Nothing but the protocol is written there.</summary>
internal static class StandardStreams
{
    public static async Task ServeAsync(ToolRunner runner, CancellationToken stop)
    {
        var options = new McpServerOptions();
        new McpSurface(runner, Credential.OfProcess()).Configure(options);
        var (input, output) = (Console.OpenStandardInput(), Console.OpenStandardOutput());
        // Whatever writes to the console by mistake must not break into the protocol.
        Console.SetOut(Console.Error);
        var transport = new StreamServerTransport(input, output, "db-vc");
        var server = McpServer.Create(transport, options);
        var stopped = new TaskCompletionSource();
        using var registered = stop.Register(stopped.SetResult);
        var running = server.RunAsync(CancellationToken.None);
        // Whoever waits for a line of standard input cannot be told to wait no longer; the end of the process ends that.
        if (await Task.WhenAny(running, stopped.Task).ConfigureAwait(false) != running) return;
        await running.ConfigureAwait(false);
        await server.DisposeAsync().ConfigureAwait(false);
        await transport.DisposeAsync().ConfigureAwait(false);
    }
}
