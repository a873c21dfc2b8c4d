namespace DbVc.Orchestration;

/// <summary>Asks for a new identity.</summary>
/// <param name="Kind">person, agent or service.</param>
/// <param name="Role">viewer, agent, author, reviewer or admin.</param>
/// <param name="Logins">Users of the operating system that it is recognised by.</param>
public sealed record UserRequest(string Name, string Mail, string Kind, string Role, IReadOnlyList<string> Logins);

/// <summary>Asks for a token.</summary>
/// <param name="User">Whose; null for the caller's own.</param>
/// <param name="Role">Less than the identity's; null for the same.</param>
/// <param name="Branches">Patterns of the branches that it may change; none for all.</param>
/// <param name="Expires">How long it is valid, such as <c>30d</c>; null for ever.</param>
public sealed record TokenRequest(string? User, string? Role, IReadOnlyList<string> Branches, string? Expires);

/// <summary>Who the repository takes the caller for.</summary>
/// <param name="By">open, token, login, or nothing.</param>
public sealed record CallerReport(string Name, string Role, string By, Identity? User, AccessToken? Token);

/// <summary>Asks for another rule of a branch or pattern; what is null stays.</summary>
public sealed record BranchRuleRequest(string Pattern, bool? Protected, int? Approvals, string? Gates)
{
    /// <summary>Whether it takes merges by request alone.</summary>
    public bool? Request { get; init; }
}

/// <summary>How far a branch is approved for a target.</summary>
public sealed record ApprovalReport(string Branch, string Head, ApprovalState State, BranchRule Rule)
{
    /// <summary>Who said no to what the branch is now; whoever did keeps it out of the target.</summary>
    public IReadOnlyList<Rejection> Rejections { get; init; } = [];
}
