using System.Threading.Channels;
using DbVc.Model;
using DbVc.Orchestration;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DbVc.Mcp;

/// <summary>Tells a client that asked for it what a long call does. What comes faster than it can be told is left out, the newest is not.</summary>
internal sealed class CallProgress : IAgentProgress, IAsyncDisposable
{
    private const int MostWaiting = 16;
    private const long RowsBetween = 10_000;

    private readonly Channel<string> _messages =
        Channel.CreateBounded<string>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Task _telling;
    private long _rows;

    public CallProgress(McpServer server, ProgressToken? token, CancellationToken cancel) =>
        _telling = token is { } asked ? TellAsync(server, asked, cancel) : Task.CompletedTask;

    public void Message(string text) => _messages.Writer.TryWrite(text);

    public void StepStarted(string name) => Message(name);

    public void StepFinished(TaskStep step) => Message($"{step.Name}: {step.State}");

    public void GateFinished(GateSummary gate) => Message($"gate {gate.Name}: {(gate.NotRun ? "not run" : gate.Passed ? "passed" : "failed")}");

    public void Rows(long loaded, long rejected, long? records)
    {
        if (loaded + rejected < _rows + RowsBetween) return;
        _rows = loaded + rejected;
        Message($"{_rows} records");
    }

    /// <summary>Ends when all is told: nothing is said about a call that was answered.</summary>
    public async ValueTask DisposeAsync()
    {
        _messages.Writer.TryComplete();
        await _telling.ConfigureAwait(false);
    }

    private async Task TellAsync(McpServer server, ProgressToken token, CancellationToken cancel)
    {
        var count = 0;
        try
        {
            await foreach (var message in _messages.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                await server.NotifyProgressAsync(token, new ProgressNotificationValue { Progress = ++count, Message = message }, options: null, cancel)
                    .ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Whoever listened is gone; the call itself hears of it by its own token.
        }
    }
}
