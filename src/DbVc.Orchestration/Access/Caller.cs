using System.Security.Cryptography;
using System.Text;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Who acts.</summary>
/// <param name="Author">The author of their commits, and the name in the operation log.</param>
/// <param name="Role">What they may do.</param>
/// <param name="User">The identity; null where the repository is open, or nobody is recognised.</param>
/// <param name="Token">What shows it; null for a login.</param>
internal sealed record Caller(Author Author, Role Role, Identity? User, AccessToken? Token)
{
    /// <summary>What the surface holds them to; null for nothing.</summary>
    public CallerBound? Bound { get; init; }

    /// <summary>True where their role would let them do more than read, and the surface does not.</summary>
    public bool IsHeldToReading { get; init; }

    /// <summary>
    /// Where nobody is known, whoever is there is the administrator, whatever token they show: it is for another repository.
    /// Else a token says who acts, or the login; who has neither may read. A token that does
    /// not hold is a failure and never taken for none: kind Refused, <c>token.unknown</c>, <c>token.expired</c>, <c>token.revoked</c>.
    /// Work that was asked for before is done for whoever asked for it.
    /// </summary>
    public static Caller Find(AccessRecord access, WorkspaceOptions options)
    {
        var caller = FindUnbound(access, options);
        return options.Bound is { } bound ? bound.Apply(caller) : caller;
    }

    /// <summary>False for a branch outside of the token's scope.</summary>
    public bool Reaches(BranchName branch) => Token is null || Token.Branches.Count == 0 || Token.Branches.Any(p => AccessRecord.Matches(p, branch));

    public static byte[] DigestOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static Caller FindUnbound(AccessRecord access, WorkspaceOptions options)
    {
        if (options.Mandate is { } mandate) return mandate.Find(access, options.Clock.GetUtcNow());
        if (access.IsOpen) return new Caller(options.User, Role.Admin, null, null);
        if (options.Credential.Token is { } text) return OfToken(access, text, options.Clock.GetUtcNow());
        var login = options.Credential.Login;
        return login is not null && access.Users.FirstOrDefault(u => u.Logins.Contains(login)) is { } user
            ? new Caller(user.ToAuthor(), user.Role, user, null)
            : new Caller(new Author($"unknown ({login ?? "no login"})", "", AuthorKind.Human), Role.Viewer, null, null);
    }

    private static Caller OfToken(AccessRecord access, string text, DateTimeOffset now)
    {
        var digest = DigestOf(text);
        AccessToken? token = null;
        // All of them, so that the time it takes tells nothing.
        foreach (var known in access.Tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(known.Digest), digest)) token = known;
        }

        if (token is null || access.FindUser(token.User) is not { } user)
        {
            throw Refuse("token.unknown", "This repository knows no such token.", "Ask its administrator for one: db-vc token create.");
        }

        if (token.Revoked is { } revoked) throw Refuse("token.revoked", $"The token {token.Id} (…{token.End}) was revoked on {revoked:u}.",
            "Ask for another one.");
        if (token.Expires <= now) throw Refuse("token.expired", $"The token {token.Id} (…{token.End}) was valid until {token.Expires:u}.",
            "Ask for another one.");
        return new Caller(user.ToAuthor(), token.Role < user.Role ? token.Role : user.Role, user, token);
    }

    private static DbVcException Refuse(string code, string message, string hint) => new(FailureKind.Refused, code, message, "DBVC_TOKEN", hint);
}
