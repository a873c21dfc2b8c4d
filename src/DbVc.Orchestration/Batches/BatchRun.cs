using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Carries out the tasks of a batch, each in a workspace of its own: they share what two processes share, and that is made for it. Whoever makes one holds
/// the batch.
/// </summary>
internal sealed class BatchRun(WorkspaceContext context, BatchRecord record, IBatchProgress progress, CancellationToken cancel)
{
    /// <summary>Tasks wait for each other where they share something, such as the copy of main that databases are cloned from.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private BatchRecord _record = record;
    private Dictionary<string, BatchTask> _states = [];

    /// <summary>Does what is left to do, so much at once; how it stands afterwards.</summary>
    public BatchReport Run(int jobs)
    {
        // What was prepared may be older than what another process did since.
        Look();
        var left = _states.Values.Where(t => t.NeedsLook).Select(t => t.Name).ToHashSet();
        var items = _record.Tasks.Where(i => BatchView.CanBegin(_states[i.Name]) || _states[i.Name].State == BatchTaskState.Blocked);
        OrderedPool.Run(items, i => i.After.All(name => BatchView.IsThere(_states[name])), jobs, Carry, Ended, cancel);
        var report = BatchView.Describe(context, _record);
        foreach (var task in report.Tasks.Where(t => t.State == BatchTaskState.Blocked || (t.NeedsLook && left.Contains(t.Name)))) progress.End(task);
        return report;
    }

    private void Ended(BatchItem item, string? error)
    {
        if (item.Error != error)
        {
            _record = _record with { Tasks = [.. _record.Tasks.Select(i => i.Name == item.Name ? i with { Error = error } : i)] };
            _record.Save(context.Repository.Store);
        }

        Look();
        progress.End(_states[item.Name]);
    }

    private void Look() => _states = BatchView.Describe(context, _record).Tasks.ToDictionary(t => t.Name);

    /// <summary>One task, in a workspace that is its own.</summary>
    /// <returns>Why it could not be carried out; null where its report says all there is to say.</returns>
    private string? Carry(BatchItem item)
    {
        try
        {
            var heard = progress.Begin(_states[item.Name] with { State = BatchTaskState.Running });
            var patience = context.Options.LockTimeout > s_patience ? context.Options.LockTimeout : s_patience;
            using var own = Workspace.Open(context.Layout.Root, context.Options with { LockTimeout = patience }, cancel);
            own.Batches.Carry(_record, item, heard, cancel);
            return null;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
        catch (DbVcException failure)
        {
            return failure.Hint is null ? failure.Message : $"{failure.Message} {failure.Hint}";
        }
#pragma warning disable CA1031 // Whatever ends one task is its own failure; the others go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return $"Something unexpected happened: {failure.Message}";
        }
    }
}
