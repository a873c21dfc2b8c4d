using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DbVc.Databases;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Reads tables whole, several at once where the engine lets several connections see one view.</summary>
internal sealed class WholeTables(IReadSnapshot database, IChunkWriter chunks, CancellationToken cancel)
{
    private readonly List<Func<TableCapture, TableSnapshot>> _reads = [];

    public void Add(Func<TableCapture, TableSnapshot> read) => _reads.Add(read);

    /// <summary>What was added, in that order.</summary>
    public IReadOnlyList<TableSnapshot> Read()
    {
        var view = _reads.Count > 1 ? database.Share() : null;
        if (view is null) return [.. _reads.Select(r => r(new TableCapture(database, chunks, cancel)))];
        var found = new TableSnapshot[_reads.Count];
        var failures = new ConcurrentQueue<ExceptionDispatchInfo>();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var next = -1;
        var threads = Enumerable.Range(0, Math.Min(view.Most, _reads.Count - 1))
            .Select(_ => new Thread(() => Try(Join)) { IsBackground = true, Name = "db-vc capture" }).ToList();
        foreach (var thread in threads) thread.Start();
        Try(() => Work(database));
        foreach (var thread in threads) thread.Join();
        // The others were ended by the first.
        if (failures.TryDequeue(out var failure)) failure.Throw();
        return found;

        void Join()
        {
            using var reader = view.Open();
            if (reader is not null) Work(reader);
        }

        void Work(IReadSnapshot reader)
        {
            var capture = new TableCapture(reader, chunks, ended.Token);
            for (int i; (i = Interlocked.Increment(ref next)) < found.Length;) found[i] = _reads[i](capture);
        }

        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (Exception failure)
            {
                failures.Enqueue(ExceptionDispatchInfo.Capture(failure));
                ended.Cancel();
            }
        }
    }
}
