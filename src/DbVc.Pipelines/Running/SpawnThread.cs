using System.Collections.Concurrent;

namespace DbVc.Pipelines;

/// <summary>
/// The one thread that starts children. The kernel's parent-death signal, which bubblewrap asks for, fires when the starting
/// thread ends, and threads of the pool end whenever the pool likes; this one ends with the program.
/// </summary>
internal static class SpawnThread
{
    private static readonly BlockingCollection<Action> Work = Begin();

    public static T Run<T>(Func<T> start)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(start());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action> Begin()
    {
        var work = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable())
                action();
        })
        { IsBackground = true, Name = "db-vc spawn" };
        thread.Start();
        return work;
    }
}
