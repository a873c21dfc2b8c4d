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

    /// <summary>What must hold in every state that is published.</summary>
    public InvariantShelf Invariants { get; } = new(Repository.Store);

    /// <summary>Told of each step of publishing; null outside tests.</summary>
    public Action<PublishStep>? StepReached { get; init; }
}
