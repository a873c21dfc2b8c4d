using DbVc.Databases;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>What the joint between versions and databases works with.</summary>
public sealed record LiveContext(Repository Repository, IDatabaseProvider Provider, RepositoryIdentity Identity, RepositoryLayout Layout)
{
    /// <summary>How long to wait for a writer of the database before giving up with exit code 5.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one invariant may take.</summary>
    public TimeSpan InvariantTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What a person decided about the live database; read on first use, so that a capture and what is made of it agree.</summary>
    public Lazy<LiveSettings> Settings { get; init; } = new(LiveSettings.Default);

    /// <summary>The same as it is now.</summary>
    public Func<LiveSettings> ReadSettings { get; init; } = () => LiveSettings.Default;

    /// <summary>True where the live database shall write down what changes. Asked anew each time: another process may have switched it.</summary>
    public bool Tracks => ReadSettings().Tracks;

    /// <summary>What must hold in every state that is published.</summary>
    public InvariantShelf Invariants { get; } = new(Repository.Store);

    /// <summary>Asked before anything is published; null: whoever asks may.</summary>
    public IPublishGuard? Guard { get; init; }

    /// <summary>Told of each step of publishing; null outside tests.</summary>
    public Action<PublishStep>? StepReached { get; init; }

    /// <summary>Which tables are versioned.</summary>
    public TableSelection Selection => Settings.Value.Selection;

    /// <summary>True if the private copy of main may be a copy of the live database's own storage: it must not hold what is not selected.</summary>
    public bool ClonesLive => Provider.ClonesLive && Selection.IsAll;

    /// <summary>One consistent view of what is versioned of a database.</summary>
    public IReadSnapshot BeginRead(IDatabase database) => Selection.Of(database.BeginRead());

    /// <summary>The same for one who at once reads what changed since a mark, and disposes it.</summary>
    public IReadSnapshot BeginCapture(IDatabase database) => Selection.Of(database.BeginCapture());
}
