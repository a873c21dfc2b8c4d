namespace DbVc.Store;

/// <summary>The upkeep of a repository in a folder.</summary>
internal sealed class StoreUpkeep(string folder, StoreDatabase database, ChunkStore chunks) : IStoreUpkeep
{
    private readonly string _packs = Path.Combine(folder, "packs");
    private readonly string _leases = Path.Combine(folder, "leases");

    public CollectReport Collect(INeeds needs, CollectOptions options, CancellationToken cancel)
    {
        // Whoever collects has nothing on its way that it wrote before.
        chunks.DropLease();
        return new Collector(database, chunks, _packs, _leases).Run(needs, options, cancel);
    }

    public StoreCheck Check(CancellationToken cancel)
    {
        var packs = new PackCheck(database, chunks, _packs).Run(cancel);
        return packs with { Problems = [.. new HistoryCheck(database).Run(cancel), .. packs.Problems] };
    }

    public OperationsCheck CheckOperations(Action<OperationRecord> visit) => new OperationCheck(database).Run(visit);

    public StoreProblem? CheckOperationsEnd() => new OperationCheck(database).CheckEnd();

    public IEnumerable<OperationBody> ReadOperations(Func<OperationRecord, bool> isFirst) => new OperationCheck(database).Read(isFirst);

    public bool IsWrittenByOthers()
    {
        chunks.DropLease();
        return Lease.ListLiving(_leases).Count > 0;
    }

    public void Rewrite(StoreRewrite rewrite) => new HistoryRewriter(database).Run(rewrite);

    public void Vacuum()
    {
        using var connection = database.OpenConnection();
        database.Probe.Reach(StoreStep.Vacuum);
        connection.Execute("VACUUM");
        connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
}
