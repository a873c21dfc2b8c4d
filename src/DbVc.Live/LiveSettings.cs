namespace DbVc.Live;

/// <summary>What a person decided about the live database in <c>config.yaml</c>.</summary>
/// <param name="Selection">Which tables are versioned.</param>
/// <param name="WorkServer">Where private databases may be made, as it is written: <c>production</c> or an address; null where nothing is written.</param>
public sealed record LiveSettings(TableSelection Selection, string? WorkServer)
{
    /// <summary>The word for the live database's own server.</summary>
    public const string Production = "production";

    public static LiveSettings Default { get; } = new(TableSelection.All, null);

    /// <summary>A person agreed that triggers are taken away while a merge writes, where the engine cannot write past them.</summary>
    public bool MayPauseTriggers { get; init; }

    /// <summary>How many connections may read the live database's tables at the same time; null for as many as suit this machine.</summary>
    public int? Readers { get; init; }

    /// <summary>True where the live database itself shall write down what changes.</summary>
    public bool Tracks { get; init; }
}
