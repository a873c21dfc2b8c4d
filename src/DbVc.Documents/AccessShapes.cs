using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Users, tokens, rules, approvals and rejections as documents.</summary>
internal static class AccessShapes
{
    public static JsonObject ToJson(this Identity user) => new()
    {
        ["name"] = user.Name,
        ["mail"] = user.Mail,
        ["kind"] = Json.Name(user.Kind),
        ["role"] = user.Role.Text(),
        ["logins"] = Json.Array(user.Logins),
    };

    public static JsonObject ToJson(this AccessToken token) => new()
    {
        ["id"] = token.Id,
        ["user"] = token.User,
        ["role"] = token.Role.Text(),
        ["branches"] = Json.Array(token.Branches),
        ["end"] = token.End,
        ["created"] = Json.Time(token.Created),
        ["expires"] = Json.Time(token.Expires),
        ["revoked"] = Json.Time(token.Revoked),
    };

    public static JsonObject ToJson(this BranchRule rule) => new()
    {
        ["pattern"] = rule.Pattern,
        ["protected"] = rule.Protected,
        ["approvals"] = rule.Approvals,
        ["gates"] = Json.Name(rule.Gates),
        ["request"] = rule.Request,
    };

    public static JsonObject ToJson(this ApprovalState state) => new()
    {
        ["needed"] = state.Needed,
        ["missing"] = state.Missing,
        ["given"] = Json.Array(state.Given, approval => new JsonObject
        {
            ["name"] = approval.Name,
            ["mail"] = approval.Mail,
            ["head"] = approval.Head,
            ["comment"] = approval.Comment,
            ["time"] = Json.Time(approval.Time),
        }),
    };

    public static JsonObject ToJson(this Rejection rejection) => new()
    {
        ["name"] = rejection.Name,
        ["mail"] = rejection.Mail,
        ["head"] = rejection.Head,
        ["reason"] = rejection.Reason,
        ["time"] = Json.Time(rejection.Time),
    };

    /// <summary>The document with those who said no, where somebody did.</summary>
    public static JsonObject WithRejections(this JsonObject document, IReadOnlyList<Rejection> rejections)
    {
        if (rejections.Count > 0) document["rejections"] = Json.Array(rejections, rejection => rejection.ToJson());
        return document;
    }
}
