namespace DbVc.Store;

/// <summary>The moments at which the store touches the disk; tests end the process or fill the disk at each of them.</summary>
public enum StoreStep
{
    /// <summary>A new pack file is about to be made.</summary>
    CreatePack,

    /// <summary>Bytes are about to be written to a pack.</summary>
    WritePack,

    /// <summary>A pack is about to be made durable.</summary>
    FlushPack,

    /// <summary>What was never published is about to be cut off.</summary>
    DiscardPack,

    /// <summary>A transaction of <c>commit-history.db</c> is about to be committed.</summary>
    Commit,

    /// <summary>A transaction of <c>commit-history.db</c> is durable.</summary>
    Committed,

    /// <summary>A pack that nothing needs any more is about to be removed.</summary>
    RemovePack,

    /// <summary><c>commit-history.db</c> is about to be written anew, so that nothing deleted is left in it.</summary>
    Vacuum,
}

/// <summary>Is told of each step; what it throws fails the step.</summary>
internal sealed class StoreProbe(Action<StoreStep>? reached)
{
    public void Reach(StoreStep step) => reached?.Invoke(step);
}
