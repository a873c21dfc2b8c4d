namespace DbVc.SystemTests;

/// <summary>What became of the processes that were killed.</summary>
internal sealed class KillTally
{
    /// <summary>How long each operation takes undisturbed.</summary>
    public Dictionary<string, TimeSpan> Durations { get; } = [];

    public int Rounds { get; private set; }

    public int Died { get; private set; }

    public int DiedOld { get; private set; }

    public void Count(bool died, bool isNew)
    {
        Rounds++;
        if (!died) return;
        Died++;
        if (!isNew) DiedOld++;
    }

    public override string ToString() => $"{Rounds} operations, {Died} died, of these {DiedOld} left the old state and {Died - DiedOld} the new one";
}
