using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// What a surface lets whoever comes through it do at most, whatever their role: for programs that act for a person unseen. They change the branches that
/// were chosen and no protected one, approve nothing, take nothing back and administer nothing; what they commit is an agent's.
/// </summary>
/// <param name="Branches">Patterns of the branches that they may change. Empty: those that the caller's token names, and none where it names none.</param>
public sealed record CallerBound(IReadOnlyList<string> Branches)
{
    /// <summary>Nobody gets more than this.</summary>
    private const Role Most = Role.Author;

    internal Caller Apply(Caller caller)
    {
        var writes = Branches.Count > 0 || caller.Token is { Branches.Count: > 0 };
        var most = writes ? Most : Role.Viewer;
        return caller with
        {
            Author = caller.Author with { Kind = AuthorKind.Agent },
            Role = caller.Role < most ? caller.Role : most,
            Bound = this,
            IsHeldToReading = !writes && caller.Role > Role.Viewer,
        };
    }

    internal bool Reaches(BranchName branch) => Branches.Count == 0 || Branches.Any(pattern => AccessRecord.Matches(pattern, branch));
}
