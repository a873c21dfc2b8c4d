using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Tasks of a batch on whose branch somebody else worked: a person looks at them, and no batch goes on with them.</summary>
public sealed class DisturbedBatchTests : IDisposable, IBatchProgress
{
    private readonly AccessShop _shop = new();
    private readonly List<string> _begun = [];
    private readonly List<string> _ended = [];

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Resuming_leaves_it_says_who_goes_on_with_it_and_does_nothing_of_what_waits_for_it()
    {
        var report = MakeBatch("disturbed", "Pat committed \"By hand\" there.");
        var batch = _shop.As("art").Batches.Find(null);

        var after = _shop.As("art").Batches.Run(batch, 1, this, CancellationToken.None);

        Assert.Empty(_begun);
        Assert.Equal(["people", "orders"], _ended);
        Assert.Equal([BatchTaskState.Stopped, BatchTaskState.Blocked], after.Tasks.Select(t => t.State));
        Assert.True(after.Tasks[0].NeedsLook);
        Assert.Equal("Pat committed \"By hand\" there. Look at it; then go on with db-vc agent retry people.", after.Tasks[0].Reason);
        Assert.Equal("It waits for 'people', which is stopped.", after.Tasks[1].Reason);
        _shop.Do(context => Assert.Equal("disturbed", AgentTasks.Read(context, report.Task)!.End));
        // Disturbed since the batch was looked at.
        _shop.Do(context =>
        {
            var record = BatchRecord.Find(context.Repository.Store, "batch-001")!;
            _shop.As("art").Batches.Carry(record, record.Tasks[0], new Silence(), CancellationToken.None);
        });
        _shop.Do(context => Assert.Equal("disturbed", AgentTasks.Read(context, report.Task)!.End));
    }

    [Fact]
    public void What_was_told_already_is_not_told_twice()
    {
        MakeBatch("disturbed", "Look at what came to it; then go on with db-vc agent retry people.");
        Assert.Equal("Look at what came to it; then go on with db-vc agent retry people.", _shop.As("art").Batches.Find("batch-001").Tasks[0].Reason);
    }

    [Fact]
    public void One_that_a_limit_stopped_is_gone_on_with_as_before()
    {
        MakeBatch("money", "The budget is met.");
        Assert.False(_shop.As("art").Batches.Find("batch-001").Tasks[0].NeedsLook);
        _shop.As("art").Batches.Run(_shop.As("art").Batches.Find("batch-001"), 1, this, CancellationToken.None);
        Assert.Equal("people", _begun[0]);
    }

    IAgentProgress IBatchProgress.Begin(BatchTask task)
    {
        lock (_begun) _begun.Add(task.Name);
        return new Silence();
    }

    void IBatchProgress.End(BatchTask task) => _ended.Add(task.Name);

    /// <summary>A task that stopped, and one that waits for it.</summary>
    private AgentReport MakeBatch(string end, string error)
    {
        var report = _shop.Task("people", "{}", DateTimeOffset.UnixEpoch) with
        {
            State = TaskState.Stopped,
            End = end,
            Error = error,
            Batch = "batch-001/people",
        };
        _shop.Do(context =>
        {
            AgentTasks.Save(context, report);
            new BatchRecord("batch-001", DateTimeOffset.UnixEpoch, "Art", "digest",
            [
                new BatchItem("people", "people", report.MetadataPath!, "", "people", []),
                new BatchItem("orders", "orders", report.MetadataPath!, "", "orders", ["people"]),
            ]).Save(context.Repository.Store);
        });
        return report;
    }
}
