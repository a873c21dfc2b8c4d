using System.Collections.Concurrent;

namespace DbVc.Orchestration;

/// <summary>Carries out work, so much at once, and each piece after those that it waits for.</summary>
internal static class OrderedPool
{
    /// <summary>
    /// Returns when nothing runs and nothing can be begun: what is left waits for something that did not succeed, or was not begun because it was
    /// cancelled. Each piece gets a thread of its own, in the order of <paramref name="items"/> as far as it can be begun.
    /// </summary>
    /// <param name="items">The work; no two equal.</param>
    /// <param name="isReady">Whether what a piece waits for has succeeded; asked by the calling thread alone.</param>
    /// <param name="jobs">How many at once.</param>
    /// <param name="work">Does it; must not throw.</param>
    /// <param name="ended">Told by the calling thread.</param>
    /// <param name="cancel">Nothing more is begun.</param>
    public static void Run<T, TOutcome>(
        IEnumerable<T> items, Func<T, bool> isReady, int jobs, Func<T, TOutcome> work, Action<T, TOutcome> ended, CancellationToken cancel)
    {
        var (waiting, running) = (items.ToList(), 0);
        using var done = new BlockingCollection<(T Item, TOutcome Outcome)>();
        while (true)
        {
            while (running < jobs && !cancel.IsCancellationRequested && waiting.FindIndex(item => isReady(item)) is >= 0 and var next)
            {
                Begin(waiting[next]);
                waiting.RemoveAt(next);
                running++;
            }

            if (running == 0) return;
            var (item, outcome) = done.Take(CancellationToken.None);
            running--;
            ended(item, outcome);
        }

        void Begin(T item) => new Thread(() => done.Add((item, work(item)))) { IsBackground = true, Name = $"db-vc task {item}" }.Start();
    }
}
