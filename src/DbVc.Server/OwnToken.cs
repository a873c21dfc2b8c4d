using System.Text;
using DbVc.Http;
using DbVc.Orchestration;

namespace DbVc.Server;

/// <summary>
/// The token of a server whose repository knows nobody, kept in the repository's folder for whoever may read that: a port reaches further than a folder,
/// and a server that was started again is the same to its clients.
/// </summary>
internal static class OwnToken
{
    public const string FileName = "server-token";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Null where users have theirs.</summary>
    public static string? Find(Host host)
    {
        using var workspace = host.Open(Credential.None, CancellationToken.None);
        if (workspace.Access.WhoAmI().By != "open") return null;
        if (Credential.OfProcess().Token is { } given) return given;
        var path = Path.Combine(host.Control, FileName);
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } kept) return kept;
        var made = TokenGate.FindOwnToken(workspace)!;
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Private });
        file.Write(Encoding.ASCII.GetBytes(made + "\n"));
        return made;
    }
}
