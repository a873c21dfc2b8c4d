using System.Security.Cryptography;
using System.Text;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Mcp;

/// <summary>Lets in who shows a token that holds.</summary>
/// <param name="runner">Knows the repository.</param>
/// <param name="own">The server's own token, while the repository knows nobody.</param>
internal sealed class TokenGate(ToolRunner runner, string? own)
{
    private const string Scheme = "Bearer ";
    private const int MostCharacters = 200;

    /// <summary>What the request shows. Throws kind Refused, <c>token.missing</c> or what is wrong with the token.</summary>
    public Credential Admit(string? header, CancellationToken cancel)
    {
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length > MostCharacters)
        {
            throw new DbVcException(FailureKind.Refused, "token.missing", "Every request shows a token.", "Authorization",
                "Authorization: Bearer dbvc_…, as db-vc token create made it.");
        }

        var shown = new Credential(header[Scheme.Length..].Trim(), null);
        using var workspace = runner.Open(shown, cancel);
        if (workspace.Access.WhoAmI().By == "token" || (workspace.Access.WhoAmI().By == "open" && IsOwn(shown.Token!))) return shown;
        throw new DbVcException(FailureKind.Refused, "token.unknown", "This is not the token of this server.", "Authorization",
            "The server said it on its standard error when it began.");
    }

    private bool IsOwn(string shown) => own is not null
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(own)), SHA256.HashData(Encoding.UTF8.GetBytes(shown)));
}
