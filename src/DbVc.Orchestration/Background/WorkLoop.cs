using System.Collections.Concurrent;
using DbVc.Live;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>
/// Does what waits: tasks that were left to the background, pipelines that are due, the merge queue, notifications, branches whose time is over. All it
/// knows is in the repository, under locks that end with a process; so it may be killed at any moment, and any number may work on one repository.
/// </summary>
public sealed class WorkLoop
{
    /// <summary>How often it looks whether there is something to do.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    /// <summary>Not looked at again before, where another process is at it.</summary>
    private static readonly TimeSpan s_leave = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_mostWait = TimeSpan.FromMinutes(5);

    private readonly RepositoryLayout _layout;
    private readonly WorkspaceOptions _options;
    private readonly Action<WorkEvent> _told;
    private readonly WorkFinder _finder;
    private readonly Dictionary<string, Task> _running = [];
    private readonly ConcurrentDictionary<string, (DateTimeOffset Until, TimeSpan Wait)> _waits = new();
    private readonly Lock _telling = new();
    private string? _problem;

    /// <param name="folder">A folder of the repository.</param>
    /// <param name="options">Of whoever does the work; tasks and schedules act for those who asked for them.</param>
    /// <param name="told">Hears of what happens, one call at a time, on any thread.</param>
    public WorkLoop(string folder, WorkspaceOptions options, Action<WorkEvent> told)
    {
        (_layout, _options, _told) = (RepositoryLayout.Find(folder), options, told);
        _finder = new WorkFinder(_layout, options, Tell);
    }

    /// <summary>How many tasks and pipelines run at once; null for as many as there are cores.</summary>
    public int? Jobs { get; init; }

    private DateTimeOffset Now => _options.Clock.GetUtcNow();

    /// <summary>Works until it is cancelled, and returns when what was going on has stopped.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                Look(cancel);
                await Task.Delay(s_look, _options.Clock, cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // That is how it ends.
        }

        await Task.WhenAll(_running.Values).ConfigureAwait(false);
    }

    /// <summary>Does what is due now, and what comes of that, and returns when nothing is left. What failed, and what others are at, is left for
    /// later.</summary>
    public async Task RunDueAsync(CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            Look(cancel);
            if (_running.Count == 0) return;
            await Task.WhenAny(_running.Values).ConfigureAwait(false);
        }
    }

    /// <summary>Begins what is due.</summary>
    private void Look(CancellationToken cancel)
    {
        foreach (var key in _running.Where(r => r.Value.IsCompleted).Select(r => r.Key).ToList()) _running.Remove(key);
        try
        {
            using var store = RepositoryStore.Open(_layout.Control, _options.StoreReached);
            foreach (var job in _finder.Find(store, Now))
            {
                var isFull = job.TakesPlace && _running.Keys.Count(IsPlace) >= (Jobs ?? Environment.ProcessorCount);
                if (cancel.IsCancellationRequested || isFull || _running.ContainsKey(job.Key)) continue;
                if (_waits.TryGetValue(job.Key, out var wait) && wait.Until > Now) continue;
                // A thread of its own: work waits for disks, processes and models, and there is little of it at once.
                _running[job.Key] = Task.Factory.StartNew(
                    () => Do(job, cancel), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }
#pragma warning disable CA1031 // A server that cannot look now looks again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (_problem != failure.Message) Tell(WorkKind.Work, "", "failed", failure.Message);
            _problem = failure.Message;
            return;
        }

        _problem = null;
    }

    private static bool IsPlace(string key) => key.StartsWith(WorkJob.Place, StringComparison.Ordinal);

    /// <summary>Whatever ends one piece of work is told, and keeps no other from going on.</summary>
    private void Do(WorkJob job, CancellationToken cancel)
    {
        try
        {
            if (job.Do(cancel)) _waits.TryRemove(job.Key, out _);
            else _waits[job.Key] = (Now + s_leave, TimeSpan.Zero);
            if (job.TakesPlace) _finder.LookAtQueue();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // It goes on when the background works again.
        }
#pragma warning disable CA1031 // Whatever it is, the rest goes on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            var before = _waits.TryGetValue(job.Key, out var known) ? known.Wait : TimeSpan.Zero;
            var wait = before == TimeSpan.Zero ? s_leave : before * 2 < s_mostWait ? before * 2 : s_mostWait;
            _waits[job.Key] = (Now + wait, wait);
            Tell(job.Kind, job.Subject, "failed", failure is DbVcException { Hint: { } hint } ? $"{failure.Message} {hint}" : failure.Message);
        }
    }

    private void Tell(WorkKind kind, string subject, string state, string? message)
    {
        lock (_telling) _told(new WorkEvent(Now, kind, subject, state, message));
    }
}
