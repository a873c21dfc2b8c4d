using System.ComponentModel;
using System.Text.Json.Serialization;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Users, tokens, rules, approvals and rejections as documents.</summary>
internal static class AccessShapes
{
    public static UserDocument ToJson(this Identity user) => new(user.Name, user.Mail, user.Kind, user.Role, user.Logins);

    public static UsersDocument ToJson(this IEnumerable<Identity> users) => new(Json.List(users, ToJson));

    public static CallerDocument ToJson(this CallerReport caller) =>
        new(caller.Name, caller.Role, caller.By, caller.User?.ToJson(), caller.Token?.ToJson());

    public static TokenDocument ToJson(this AccessToken token) =>
        new(token.Id, token.User, token.Role, token.Branches, token.End, token.Created, token.Expires, token.Revoked);

    public static TokensDocument ToJson(this IEnumerable<AccessToken> tokens) => new(Json.List(tokens, ToJson));

    public static BranchRuleDocument ToJson(this BranchRule rule) => new(rule.Pattern, rule.Protected, rule.Approvals, rule.Gates, rule.Request);

    public static BranchRulesDocument ToJson(this IEnumerable<BranchRule> rules) => new(Json.List(rules, ToJson));

    public static ApprovalsDocument ToJson(this ApprovalState state) => new(state.Needed, state.Missing,
        Json.List(state.Given, approval => new ApprovalDocument(approval.Name, approval.Mail, approval.Head, approval.Comment, approval.Time)));

    public static BranchApprovalDocument ToJson(this ApprovalReport report) =>
        new(report.Branch, report.Head, report.State.ToJson()) { Rejections = report.Rejections.ToJson() };

    /// <summary>Null where nobody said no: then the member is not there.</summary>
    public static IReadOnlyList<RejectionDocument>? ToJson(this IReadOnlyList<Rejection> rejections) => rejections.Count == 0 ? null
        : Json.List(rejections, rejection => new RejectionDocument(rejection.Name, rejection.Mail, rejection.Head, rejection.Reason, rejection.Time));

    public static RolesDocument Roles() => new(RoleNames.All,
        Json.List(AccessTable.Rules, rule => new ActionDocument(rule.Action, rule.Role, rule.Description, rule.Verbs)));
}

[Description("Somebody the repository knows.")]
internal sealed record UserDocument(
    [Description("As in commits.")] string Name,
    [Description("An address for mail; may be empty.")] string Mail,
    [Description("What the user is.")] IdentityKind Kind,
    [Description("What the user may do.")] Role Role,
    [Description("Users of the operating system that this one is recognised by.")] IReadOnlyList<string> Logins) : Document;

[Description("The users of a repository.")]
internal sealed record UsersDocument([Description("None: whoever reaches the repository may do everything.")] IReadOnlyList<UserDocument> Users) : Document;

[Description("Who somebody is taken for, and why.")]
internal sealed record CallerDocument(
    [Description("As in commits.")] string Name,
    [Description("What they may do.")] string Role,
    [Description("Why: open (nobody is named here), token, login or nothing.")] string By,
    [Description("Null where the repository does not know them.")] UserDocument? User,
    [Description("Null where none was shown.")] TokenDocument? Token) : Document;

[Description("What lets a program act for a user.")]
internal sealed record TokenDocument(
    [Description("By which it is revoked.")] string Id,
    [Description("Whose it is.")] string User,
    [Description("What it may do at most.")] Role Role,
    [Description("Patterns of the branches that it reaches; none for all.")] IReadOnlyList<string> Branches,
    [Description("Its last characters, to know it by.")] string End,
    [Description("When it was made.")] DateTimeOffset Created,
    [Description("Until when it is valid; null for ever.")] DateTimeOffset? Expires,
    [Description("Since when it is worth nothing; null where it was not revoked.")] DateTimeOffset? Revoked) : Document
{
    [Description("The token itself; only in the answer that makes it.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }
}

[Description("The tokens of a repository, or those of one user.")]
internal sealed record TokensDocument([Description("Revoked ones, too.")] IReadOnlyList<TokenDocument> Tokens) : Document;

[Description("What it takes to move a branch.")]
internal sealed record BranchRuleDocument(
    [Description("A branch, or a pattern with * and ?.")] string Pattern,
    [Description("Moved by merges that its rules allow, and by nothing else.")] bool Protected,
    [Description("How many reviewers must approve.")] int Approvals,
    [Description("Which branches need passed gates.")] GatesNeeded Gates,
    [Description("Whether only a request merges into it.")] bool Request) : Document;

[Description("The rules of a repository's branches.")]
internal sealed record BranchRulesDocument([Description("The rules.")] IReadOnlyList<BranchRuleDocument> Rules) : Document;

[Description("Whether enough people said yes.")]
internal sealed record ApprovalsDocument(
    [Description("How many the target's rule asks for.")] int Needed,
    [Description("How many of them are not there yet.")] int Missing,
    [Description("Those of the branch as it is now.")] IReadOnlyList<ApprovalDocument> Given) : Document;

[Description("A reviewer's yes.")]
internal sealed record ApprovalDocument(
    [Description("Who.")] string Name,
    [Description("Their address; may be empty.")] string Mail,
    [Description("The commit that was approved.")] string Head,
    [Description("What they said to it; null for nothing.")] string? Comment,
    [Description("When.")] DateTimeOffset Time) : Document;

[Description("A reviewer's no.")]
internal sealed record RejectionDocument(
    [Description("Who.")] string Name,
    [Description("Their address; may be empty.")] string Mail,
    [Description("The commit that was rejected.")] string Head,
    [Description("Why.")] string Reason,
    [Description("When.")] DateTimeOffset Time) : Document;

[Description("Who said what to a branch as it is now.")]
internal sealed record BranchApprovalDocument(
    [Description("The branch.")] string Branch,
    [Description("Its head, which is what approvals and rejections are of.")] string Head,
    [Description("Those who said yes.")] ApprovalsDocument Approvals) : Document
{
    [Description("Those who said no; only where somebody did.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RejectionDocument>? Rejections { get; init; }
}

[Description("Which role may do what.")]
internal sealed record RolesDocument(
    [Description("From the one that may least; each may all that those before it may.")] IReadOnlyList<string> Roles,
    [Description("What can be done.")] IReadOnlyList<ActionDocument> Actions) : Document;

[Description("Something that can be done.")]
internal sealed record ActionDocument(
    [Description("Its name.")] AccessAction Action,
    [Description("The least role that may.")] Role Role,
    [Description("What it is, for people.")] string Description,
    [Description("The commands that do it.")] IReadOnlyList<string> Commands) : Document;
