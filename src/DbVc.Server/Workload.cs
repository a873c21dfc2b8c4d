using System.Collections.Concurrent;
using DbVc.Model;

namespace DbVc.Server;

/// <summary>How much is done at once: what reads and what works do not wait for each other, nobody takes all turns, and who comes too late is told
/// so.</summary>
internal sealed class Workload
{
    private const int MostReaders = 16;
    private const int MostWorkers = 16;
    private const int MostOfOne = 6;
    private const int MostWaiting = 2000;
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _readers = new(MostReaders);
    private readonly SemaphoreSlim _workers = new(MostWorkers);
    private readonly ConcurrentDictionary<(string Visitor, bool IsReader), SemaphoreSlim> _own = new();
    private int _waiting;

    /// <summary>A turn, until it is disposed. Throws kind Locked, <c>server.busy</c>.</summary>
    /// <param name="isReader">For a verb that only reads.</param>
    /// <param name="visitor">Whose.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<IDisposable> EnterAsync(bool isReader, string visitor, CancellationToken cancel)
    {
        var own = _own.GetOrAdd((visitor, isReader), _ => new SemaphoreSlim(MostOfOne));
        var first = await TakeAsync(own, cancel).ConfigureAwait(false);
        try
        {
            return new Turns(first, await TakeAsync(isReader ? _readers : _workers, cancel).ConfigureAwait(false));
        }
        catch
        {
            first.Release();
            throw;
        }
    }

    private async Task<SemaphoreSlim> TakeAsync(SemaphoreSlim turns, CancellationToken cancel)
    {
        if (turns.Wait(0, CancellationToken.None)) return turns;
        try
        {
            if (Interlocked.Increment(ref _waiting) <= MostWaiting && await turns.WaitAsync(s_longestWait, cancel).ConfigureAwait(false)) return turns;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        throw new DbVcException(FailureKind.Locked, "server.busy", "The server has too much to do.", hint: "Try again a little later.");
    }

    private sealed class Turns(SemaphoreSlim own, SemaphoreSlim all) : IDisposable
    {
        private int _isDone;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDone, 1) != 0) return;
            all.Release();
            own.Release();
        }
    }
}
