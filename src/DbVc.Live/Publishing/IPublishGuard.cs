using DbVc.Model;

namespace DbVc.Live;

/// <summary>Asked before the intent of a change is written; throws to refuse it. Nothing has changed then.</summary>
public interface IPublishGuard
{
    void Check(PublishAttempt attempt);
}

/// <summary>What a change says for itself; whoever guards knows what it means.</summary>
public interface IPublishPermit;

/// <summary>A change of a branch with a database behind it, just before it is written.</summary>
/// <param name="Branch">Which.</param>
/// <param name="Commit">The branch's next head; null where the database alone changes.</param>
/// <param name="IsCapture">The database holds it already, and it is only written down.</param>
/// <param name="Permit">What it says for itself.</param>
public sealed record PublishAttempt(BranchName Branch, Commit? Commit, bool IsCapture, IPublishPermit? Permit);
