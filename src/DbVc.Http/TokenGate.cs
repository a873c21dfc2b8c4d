using System.Security.Cryptography;
using System.Text;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Http;

/// <summary>Lets in who shows a token that holds.</summary>
/// <param name="open">Opens the repository as whoever shows a credential.</param>
/// <param name="own">The server's own token, while the repository knows nobody.</param>
internal sealed class TokenGate(Func<Credential, CancellationToken, Workspace> open, string? own)
{
    private const string Scheme = "Bearer ";
    private const int MostCharacters = 200;
    private const int TokenBytes = 32;

    /// <summary>Where the repository knows nobody, whoever reaches its folder may do everything, and a port reaches further than a folder: a server
    /// has a token of its own, the one of its environment or a new one. Null where users have theirs.</summary>
    public static string? FindOwnToken(Workspace workspace)
    {
        if (workspace.Access.WhoAmI().By != "open") return null;
        return Credential.OfProcess().Token
            ?? AccessDesk.TokenPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(TokenBytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    /// <summary>What the request shows. Throws kind Refused, <c>token.missing</c> or what is wrong with the token.</summary>
    public Credential Admit(string? header, CancellationToken cancel)
    {
        var shown = Read(header);
        Admit(shown, cancel);
        return shown;
    }

    /// <summary>Whom a credential is for. Throws kind Refused, where it is for nobody.</summary>
    public CallerReport Admit(Credential shown, CancellationToken cancel)
    {
        using var workspace = open(shown, cancel);
        var caller = workspace.Access.WhoAmI();
        if (caller.By is "token" or "login" || (caller.By == "open" && shown.Token is { } token && IsOwn(token))) return caller;
        throw new DbVcException(FailureKind.Refused, "token.unknown", "This is not the token of this server.", "Authorization",
            "The server said it on its standard error when it began.");
    }

    /// <summary>The token of a header. Throws kind Refused, <c>token.missing</c>.</summary>
    public static Credential Read(string? header)
    {
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length > MostCharacters)
        {
            throw new DbVcException(FailureKind.Refused, "token.missing", "Every request shows a token.", "Authorization",
                "Authorization: Bearer dbvc_…, as db-vc token create made it.");
        }

        return new Credential(header[Scheme.Length..].Trim(), null);
    }

    private bool IsOwn(string shown) => own is not null
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(own)), SHA256.HashData(Encoding.UTF8.GetBytes(shown)));
}
