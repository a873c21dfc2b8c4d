using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Reads and parses leaves before they are asked for, on other threads: where many leaves differ, comparing trees is mostly reading, rebuilding and checking
/// them. No more than the leaves below one node of each side are held.
/// </summary>
internal sealed class LeavesAhead(IChunkSource source) : INodeSource, IDisposable
{
    /// <summary>Of fewer it is not worth waking anybody.</summary>
    private const int FewLeaves = 16;

    private const int Batch = 8;

    private readonly Dictionary<Hash, Task<Dictionary<Hash, Node>>> _coming = [];
    private Node? _before;
    private Node? _after;

    public ReadOnlyMemory<byte> Read(Hash hash) => source.Read(hash);

    public Node Load(Hash hash)
    {
        if (!_coming.Remove(hash, out var batch)) return Node.Load(source, hash);
        try
        {
            return batch.GetAwaiter().GetResult()[hash];
        }
        catch (Exception failure) when (failure is DbVcException or OperationCanceledException)
        {
            // Another leaf of the batch may be the damaged one.
            return Node.Load(source, hash);
        }
    }

    public bool Contains(Hash hash) => source.Contains(hash);

    /// <summary>Called when both cursors may stand on leaves: begins with those that differ below the nodes that both are in.</summary>
    public void Look(DiffCursor before, DiffCursor after)
    {
        if (before.LeafParent is not { } old || after.LeafParent is not { } next || (old == _before && next == _after)) return;
        (_before, _after) = (old, next);
        // Leaves of earlier nodes that nobody asked for are not wanted any more.
        Forget();
        var (gone, come) = (before.NextLeaves(next.LastKey), after.NextLeaves(old.LastKey));
        var (wasThere, isThere) = (gone.ToHashSet(), come.ToHashSet());
        gone.RemoveAll(isThere.Contains);
        come.RemoveAll(wasThere.Contains);
        if (gone.Count + come.Count < FewLeaves) return;
        for (var at = 0; at < Math.Max(gone.Count, come.Count); at += Batch)
        {
            Hash[] wanted = [.. gone.Skip(at).Take(Batch), .. come.Skip(at).Take(Batch)];
            var batch = Task.Run(() => wanted.Distinct().ToDictionary(h => h, h => Node.Load(source, h)));
            foreach (var hash in wanted) _coming[hash] = batch;
        }
    }

    /// <summary>Nobody reads from the source any more when it returns.</summary>
    public void Dispose() => Forget();

    private void Forget()
    {
        try
        {
            Task.WaitAll(_coming.Values.Distinct());
        }
        catch (AggregateException)
        {
            // What was asked for has been read anew.
        }

        _coming.Clear();
    }
}
