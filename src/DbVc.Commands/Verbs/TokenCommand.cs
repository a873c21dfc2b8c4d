using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Makes, lists and revokes tokens.</summary>
internal static class TokenCommand
{
    public static Verb Create() => new("token", "Let a program show who it acts for: DBVC_TOKEN, or a file that DBVC_TOKEN_FILE names.")
    {
        Make(), List(), Revoke(),
    };

    private static Verb Make()
    {
        var user = new Option<string?>("--user") { Description = "Whose token it is; otherwise yours.", HelpName = "NAME" };
        var role = new Option<string?>("--role") { Description = "Less than the user's role; otherwise the same.", HelpName = "ROLE" };
        role.AcceptOnlyFromAmong([.. RoleNames.All]);
        var branches = new Option<string[]>("--branch", "-b") { Description = "Only branches like this; patterns know * and ?.", HelpName = "PATTERN" };
        var expires = new Option<string?>("--expires") { Description = "How long it is valid, for example 30d or 12h.", HelpName = "TIME" };
        return new Verb("create", "Make a token; it is shown once, and only its hash is kept.",
            "db-vc token create --user loader --expires 30d", "db-vc token create --role agent --branch \"agent-*\"")
        {
            user,
            role,
            branches,
            expires,
        }.Answers<TokenDocument>().OnRepository((context, workspace) =>
        {
            var (token, text) = workspace.Access.CreateToken(new TokenRequest(
                context.Get(user), context.Get(role), context.Get(branches) ?? [], context.Get(expires)));
            context.Output.Line(Piece.Good("✓ "), "A token of ", Piece.Name(token.User), ", shown this once:");
            context.Output.Line(Piece.Strong(text));
            context.Output.Line(Piece.Dim("  id "), Piece.Id(token.Id), Piece.Dim("  role "), token.Role.Text(), Piece.Dim("  "), Validity(token));
            context.Output.Json(token.ToJson() with { Secret = text });
            return 0;
        });
    }

    private static Verb List() => new Verb("list", "List tokens; those of others only for an administrator.", "db-vc token list")
        .Answers<TokensDocument>().OnRepository(Write);

    private static int Write(CommandContext context, Workspace workspace)
    {
        var tokens = workspace.Access.ListTokens();
        var table = new TextTable("id", "user", "role", "ends with", "branches", "valid");
        foreach (var token in tokens)
        {
            table.Add(Piece.Id(token.Id), Piece.Name(token.User), token.Role.Text(), "…" + token.End,
                token.Branches.Count == 0 ? "all" : string.Join(", ", token.Branches), Validity(token));
        }

        context.Output.Table(table);
        context.Output.Json(tokens.ToJson());
        return 0;
    }

    private static Verb Revoke()
    {
        var id = new Argument<string>("ID") { Description = "The token's id, as db-vc token list shows it." };
        return new Verb("revoke", "Let a token be worth nothing from now on.", "db-vc token revoke 4f2a91c0") { id }
            .Answers<TokenDocument>().OnRepository((context, workspace) =>
        {
            var token = workspace.Access.RevokeToken(context.Get(id)!);
            context.Output.Line(Piece.Good("✓ "), "Revoked token ", Piece.Id(token.Id), " of ", Piece.Name(token.User));
            context.Output.Json(token.ToJson());
            return 0;
        });
    }

    private static Piece Validity(AccessToken token) => token switch
    {
        { Revoked: { } revoked } => Piece.Bad("revoked " + Shown.Time(revoked)),
        { Expires: { } expires } => "until " + Shown.Time(expires),
        _ => "for ever",
    };
}
