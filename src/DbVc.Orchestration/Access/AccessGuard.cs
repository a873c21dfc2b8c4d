using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// The one check of who may do what. Every command passes it when it begins, every move of a ref before it is written, and every change of a database
/// before its intent is. Who acts is found out each time anew: a token may be revoked while a command runs.
/// </summary>
internal sealed class AccessGuard(WorkspaceOptions options) : IPublishGuard
{
    private WorkspaceContext? _context;

    private WorkspaceContext Context => _context ?? throw new InvalidOperationException("The guard was asked before the workspace was wired.");

    private IRepositoryStore Store => Context.Repository.Store;

    /// <summary>Who acts. Throws as <see cref="Orchestration.Caller.Find"/> does.</summary>
    public Caller Caller => Orchestration.Caller.Find(AccessRecord.Read(Store), options);

    public void Attach(WorkspaceContext context) => _context = context;

    /// <summary>Throws kind Refused, <c>access.denied</c>, if whoever acts may not do it.</summary>
    public void Require(AccessAction action, string what) => Require(Caller, action, what);

    /// <summary>The same for a caller that is known.</summary>
    public static void Require(Caller caller, AccessAction action, string what)
    {
        var rule = AccessTable.Of(action);
        if (action == AccessAction.Administer && caller.Token is { Branches.Count: > 0 } scoped)
        {
            throw Deny("token.scope", $"The token {scoped.Id} (…{scoped.End}) reaches {string.Join(", ", scoped.Branches)} alone; {what} concerns all.",
                "Use a login, or a token without branches.");
        }

        if (caller.Role >= rule.Role) return;
        if (caller.IsHeldToReading)
        {
            throw Deny("access.read-only", $"Only reading is allowed here; {what} is not.",
                "Whoever started this server chooses branches to work on: db-vc mcp --write PATTERN, or a token with branches: "
                    + "db-vc token create --branch PATTERN.");
        }

        if (caller.Bound is not null && rule.Role > Role.Author)
            throw Deny("access.person", $"{what} is a person's, whatever the role.", "A person does it with db-vc.");
        throw Deny("access.denied", $"{caller.Author.Name} has the role {caller.Role.Text()}; {what} takes the role {rule.Role.Text()}.",
            caller.User is null ? "Show who you are: DBVC_TOKEN, or a login that db-vc user login gave you." : "db-vc role list shows who may do what.");
    }

    /// <summary>Asked before a ref is moved. A protected branch goes nowhere but through the publish method.</summary>
    public void CheckMove(RefMove move)
    {
        if (!move.Name.StartsWith(Repository.HeadPrefix, StringComparison.Ordinal))
        {
            if (Caller.Bound is not null) throw Deny("access.person", $"Moving {move.Name} is a person's, whatever the role.", "A person does it with db-vc.");
            Require(AccessAction.Write, $"moving {move.Name}");
            return;
        }

        var branch = BranchName.Parse(move.Name[Repository.HeadPrefix.Length..]);
        RequireReach(branch);
        Require(move.After is null ? AccessAction.Write : AccessAction.Work, $"moving '{branch}'");
        if (!BranchRules.Of(Store, branch).Protected) return;
        if (move is { Before: null, After: { } start } && new CommitGraph(Context.Repository).IsAncestor(new CommitId(start), MainHead)) return;
        throw Deny("branch.protected", $"'{branch}' is protected: it is moved by a merge, and never removed or renamed.",
            "db-vc branch rule shows its rules; an administrator can lift them.");
    }

    /// <summary>Asked before a database and its branch are changed.</summary>
    public void Check(PublishAttempt attempt)
    {
        // What a live database holds already is written down, whoever looks: the truth is nobody's privilege.
        if (attempt is { IsCapture: true, Commit.Author.Kind: AuthorKind.External }) return;
        RequireReach(attempt.Branch);
        if (attempt.Commit is { } commit) RequireOwnName(commit, attempt.Branch);
        if (!BranchRules.Of(Store, attempt.Branch).Protected)
        {
            Require(AccessAction.Work, $"changing '{attempt.Branch}'");
            return;
        }

        switch (attempt.Permit)
        {
            case MergePermit merge:
                Require(merge.Override is null ? AccessAction.Merge : AccessAction.Administer, $"merging into '{attempt.Branch}'");
                merge.Judge(Context, attempt.Branch);
                break;
            case PickPermit pick:
                Require(AccessAction.TakeBack, $"picking a commit onto '{attempt.Branch}'");
                pick.Judge(Context, attempt.Branch);
                break;
            case RevertPermit revert:
                Require(AccessAction.TakeBack, $"taking back what is on '{attempt.Branch}'");
                revert.Judge(Context, attempt.Branch);
                break;
            case TakeBackPermit:
                Require(AccessAction.TakeBack, $"taking back what is on '{attempt.Branch}'");
                break;
            case AdministerPermit:
                Require(AccessAction.Administer, $"changing '{attempt.Branch}' so");
                break;
            case null when attempt is { IsCapture: true, Branch.IsMain: true }:
                Require(AccessAction.Merge, $"changing '{attempt.Branch}'");
                break;
            case null when attempt.Commit is null:
                RequireRewrite(attempt.Branch);
                break;
            default:
                throw Deny("branch.protected", $"'{attempt.Branch}' is protected: it takes merges alone.",
                    $"Work on a branch of it (db-vc branch create NAME --from {attempt.Branch}), and merge that: "
                        + $"db-vc branch merge NAME --into {attempt.Branch}.");
        }
    }

    private CommitId MainHead => Context.Repository.Head(BranchName.Main);

    /// <summary>What makes no commit is nobody's in the history: it takes what taking back does, and a person.</summary>
    private void RequireRewrite(BranchName branch)
    {
        var caller = Caller;
        if (caller.Author.Kind == AuthorKind.Agent)
        {
            throw Deny("branch.protected-agent", $"{caller.Author.Name} is an agent, and '{branch}' is protected: an agent changes nothing of it.",
                "A person does that.");
        }

        Require(caller, AccessAction.TakeBack, $"changing what '{branch}' holds without a commit");
    }

    /// <summary>Asked before something is begun on a branch that is not protected. Throws what the other checks throw, and <c>branch.protected</c>.</summary>
    public void RequireBranch(BranchName branch, AccessAction action, string what)
    {
        Require(action, what);
        RequireReach(branch);
        if (BranchRules.Of(Store, branch).Protected)
            throw Deny("branch.protected", $"'{branch}' is protected: it is moved by a merge, and by nothing else.", "Work on a branch of it.");
    }

    /// <summary>Asked before a branch is removed. Whoever is held to some branches removes only what nobody else had a hand in.</summary>
    public void RequireOwnBranch(BranchName branch, CommitId head)
    {
        if (Caller is not { Bound: not null, Author.Name: var name }) return;
        var other = BroughtCommits.List(Context, head, MainHead).FirstOrDefault(c => c.Commit.Author.Name != name
            && (c.Commit.Provenance is not { } made || AgentTasks.Read(Context, made.Task)?.Starter != name));
        if (other is null) return;
        throw Deny("access.not-own", $"'{branch}' holds work of {other.Commit.Author.Name} ({other.Id.Short}).", "A person removes it: db-vc branch delete.");
    }

    /// <summary>A token for some branches changes no other, and whoever the surface holds to some changes none of the others, and no protected one.</summary>
    public void RequireReach(BranchName branch)
    {
        var caller = Caller;
        if (caller.Bound is { } bound)
        {
            if (BranchRules.Of(Store, branch).Protected)
                throw Deny("access.person", $"'{branch}' is protected: only a person changes it.", $"A person merges: db-vc branch review NAME.");
            if (!bound.Reaches(branch))
                throw Deny("access.scope", $"'{branch}' is none of the branches that may be changed here: {string.Join(", ", bound.Branches)}.",
                    "Work on one of those, or ask whoever started this server.");
        }

        if (caller is not { Token: { } token } || caller.Reaches(branch)) return;
        throw Deny("token.scope", $"The token {token.Id} (…{token.End}) reaches {string.Join(", ", token.Branches)}, and not '{branch}'.",
            "Ask for a token that reaches it: db-vc token create --branch PATTERN.");
    }

    private void RequireOwnName(Commit commit, BranchName branch)
    {
        if (commit.Author.Kind == AuthorKind.Agent && BranchRules.Of(Store, branch).Protected)
        {
            throw Deny("branch.protected-agent", $"{commit.Author.Name} is an agent, and '{branch}' is protected: an agent moves no protected branch.",
                "A person merges what an agent made: db-vc branch merge.");
        }

        var caller = Caller;
        if (caller.User is not { } user || commit.Author.Kind is AuthorKind.External || IsKnown(commit) || commit.Author.Name == user.Name) return;
        // The agent whose task the caller started signs its own commits.
        if (commit.Author.Kind == AuthorKind.Agent && commit.Provenance is not null) return;
        throw Deny("author.other", $"You are {user.Name}; a commit in the name of {commit.Author.Name} is not yours to make.",
            "Leave --author and DBVC_AUTHOR out.");
    }

    /// <summary>A branch that goes back to a commit of somebody else makes none in their name.</summary>
    private bool IsKnown(Commit commit) => Store.ReadCommit(Hash.Of(CommitCodec.Encode(commit))) is not null;

    private static DbVcException Deny(string code, string message, string hint) => new(FailureKind.Refused, code, message, hint: hint);
}

/// <summary>A merge that was judged by the target's rules; it is judged again when it is written.</summary>
/// <param name="Source">The branch.</param>
/// <param name="Head">Where it was when it was judged.</param>
/// <param name="Override">Why an administrator merges it in spite of the rules; null for no override.</param>
internal sealed record MergePermit(BranchName Source, CommitId Head, string? Override) : IPublishPermit
{
    /// <summary>Throws kind Refused, <c>merge.refused</c>, if the rules do not hold any more.</summary>
    public void Judge(WorkspaceContext context, BranchName target)
    {
        if (Override is null && BranchRules.Judge(context, Source, target, Head).Refusal is { } refusal)
            throw new DbVcException(FailureKind.Refused, "merge.refused", refusal.Message);
    }
}

/// <summary>One commit that is repeated.</summary>
internal sealed record PickPermit(CommitId Commit, CommitId? Parent) : IPublishPermit
{
    /// <summary>Throws kind Refused, <c>merge.refused</c>, if it needs gates or approvals that it does not have, or was rejected.</summary>
    public void Judge(WorkspaceContext context, BranchName target)
    {
        if (BranchRules.JudgePick(context, Commit, Parent, target).Refusal is { } refusal)
            throw new DbVcException(FailureKind.Refused, "merge.refused", refusal.Message);
    }
}

/// <summary>One commit that is taken back.</summary>
internal sealed record RevertPermit(CommitId Commit, CommitId Parent) : IPublishPermit
{
    /// <summary>Throws kind Refused, <c>merge.refused</c>, if what was before it would need gates or approvals.</summary>
    public void Judge(WorkspaceContext context, BranchName target)
    {
        if (BranchRules.RefuseRevert(context, Commit, Parent, target) is { } refusal)
            throw new DbVcException(FailureKind.Refused, "merge.refused", refusal.Message);
    }
}

/// <summary>A return to what the branch was at before: an undo, a rollback.</summary>
internal sealed record TakeBackPermit : IPublishPermit;

/// <summary>What only an administrator does, such as a purge.</summary>
internal sealed record AdministerPermit : IPublishPermit;
