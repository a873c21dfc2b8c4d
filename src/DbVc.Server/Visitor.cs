using DbVc.Orchestration;

namespace DbVc.Server;

/// <summary>Who asks, once they were let in.</summary>
/// <param name="Credential">What they showed.</param>
/// <param name="Name">As the repository knows them.</param>
/// <param name="Role">What they may do.</param>
/// <param name="IsSession">True for a browser that is logged in: what it sends may be somebody else's idea.</param>
internal sealed record Visitor(Credential Credential, string Name, string Role, bool IsSession);
