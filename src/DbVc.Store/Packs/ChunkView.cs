namespace DbVc.Store;

/// <summary>Holds one view of the index until it is disposed.</summary>
internal sealed class ChunkView : IDisposable
{
    private ChunkIndex? _index;

    public ChunkView(ChunkIndex index)
    {
        _index = index;
        index.HoldView();
    }

    public void Dispose() => Interlocked.Exchange(ref _index, null)?.ReleaseView();
}
