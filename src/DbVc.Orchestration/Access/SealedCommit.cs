using System.Text;

namespace DbVc.Orchestration;

/// <summary>
/// The id of a commit in a document, open or sealed. A document that names a commit keeps it for ever; one that shall not, because the branch was deleted,
/// has it in base64.
/// </summary>
internal static class SealedCommit
{
    private const int CommitDigits = 40;

    public static string Open(string commit) => commit.Length == CommitDigits ? commit : Encoding.ASCII.GetString(Convert.FromBase64String(commit));

    public static string Close(string commit) => commit.Length == CommitDigits ? Convert.ToBase64String(Encoding.ASCII.GetBytes(commit)) : commit;
}
