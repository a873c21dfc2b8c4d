using DbVc.Model;

namespace DbVc.Server;

/// <summary>How much is done at once: what reads and what works do not wait for each other, and who comes too late is told so at once.</summary>
internal sealed class Workload
{
    private const int MostWorkers = 16;
    private const int MostWaiting = 2000;
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _readers = new(Math.Max(4, 2 * Environment.ProcessorCount));
    private readonly SemaphoreSlim _workers = new(MostWorkers);
    private int _waiting;

    /// <summary>A turn, until it is disposed. Throws kind Locked, <c>server.busy</c>.</summary>
    public async Task<IDisposable> EnterAsync(bool isReader, CancellationToken cancel)
    {
        var turns = isReader ? _readers : _workers;
        if (turns.Wait(0, CancellationToken.None)) return new Turn(turns);
        try
        {
            if (Interlocked.Increment(ref _waiting) > MostWaiting || !await turns.WaitAsync(s_longestWait, cancel).ConfigureAwait(false))
                throw new DbVcException(FailureKind.Locked, "server.busy", "The server has too much to do.", hint: "Try again a little later.");
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        return new Turn(turns);
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        private int _isDone;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDone, 1) == 0) turns.Release();
        }
    }
}
