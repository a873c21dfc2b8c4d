using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>So much at once, really, and never more; nothing before its parents; a failure stops nobody else.</summary>
public sealed class OrderedPoolTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 7)]
    [InlineData(4, 12)]
    [InlineData(8, 3)]
    public void As_many_run_at_once_as_may_and_never_more(int jobs, int count)
    {
        var (running, most, expected) = (0, 0, Math.Min(jobs, count));
        using var full = new CountdownEvent(expected);
        var begun = 0;
        OrderedPool.Run(Enumerable.Range(0, count), _ => true, jobs, item =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            // The first ones wait for each other: if fewer ran at once than may, they wait in vain.
            if (Interlocked.Increment(ref begun) <= expected)
            {
                full.Signal();
                full.Wait(s_patience);
            }

            Thread.Sleep(5);
            Interlocked.Decrement(ref running);
            return item;
        }, (_, _) => { }, CancellationToken.None);
        Assert.Equal(expected, most);
        Assert.Equal(count, begun);
    }

    [Fact]
    public void What_waits_for_a_failure_is_left_and_everything_else_is_done()
    {
        var after = new Dictionary<string, string[]>
        {
            ["good"] = [],
            ["bad"] = [],
            ["child"] = ["bad"],
            ["grandchild"] = ["child"],
            ["other"] = ["good"],
            ["both"] = ["good", "bad"],
            ["last"] = ["other"],
        };
        var (done, failed) = (new List<string>(), new List<string>());
        OrderedPool.Run(after.Keys, item => after[item].All(done.Contains), 3, item => item != "bad",
            (item, succeeded) => (succeeded ? done : failed).Add(item), CancellationToken.None);
        Assert.Equal(["bad"], failed);
        Assert.Equal(["good", "last", "other"], done.Order());
        Assert.True(done.IndexOf("good") < done.IndexOf("other") && done.IndexOf("other") < done.IndexOf("last"));
    }

    [Fact]
    public void Cancelled_it_begins_nothing_more_and_waits_for_what_runs()
    {
        using var cancel = new CancellationTokenSource();
        var ended = new List<int>();
        OrderedPool.Run(Enumerable.Range(0, 100), _ => true, 2, item =>
        {
            if (item == 1) cancel.Cancel();
            cancel.Token.WaitHandle.WaitOne(s_patience);
            return item;
        }, (item, _) => ended.Add(item), cancel.Token);
        Assert.Equal([0, 1], ended.Order());
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
        {
            if (Interlocked.CompareExchange(ref most, now, seen) == seen) return;
        }
    }
}
