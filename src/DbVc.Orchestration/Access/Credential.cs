using System.Globalization;
using System.Runtime.InteropServices;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What a process has to show who it acts for: a token, and the user that the operating system runs it as.</summary>
/// <param name="Token">Null where there is none.</param>
/// <param name="Login">By the effective user id, whatever the environment says; null where nobody was asked.</param>
public sealed partial record Credential(string? Token, string? Login)
{
    private const string Variable = "DBVC_TOKEN";
    private const string FileVariable = "DBVC_TOKEN_FILE";

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Nothing to show.</summary>
    public static Credential None { get; } = new(null, null);

    /// <summary>Of this process. Throws kind Refused, <c>token.file</c>, for a file that others can read, or that cannot be read.</summary>
    public static Credential OfProcess() => new(ReadToken(Environment.GetEnvironmentVariable), LoginOf(Environment.UserName, ReadUserId));

    /// <summary>A user without a name, as in many containers, has a number; and no name has a colon.</summary>
    internal static string LoginOf(string name, Func<uint> id) => name.Length > 0 ? name : "uid:" + id().ToString(CultureInfo.InvariantCulture);

    internal static string? ReadToken(Func<string, string?> environment)
    {
        if (environment(Variable) is { Length: > 0 } token) return token.Trim();
        if (environment(FileVariable) is not { Length: > 0 } path) return null;
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new DbVcException(FailureKind.Refused, "token.file", "The file with the token can be read by others.", path, $"chmod 600 {path}");
            }

            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DbVcException(FailureKind.Refused, "token.file", $"The file that {FileVariable} names cannot be read.", path,
                "Name a file that holds nothing but the token, readable for you alone.", failure);
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint ReadUserId();
}
