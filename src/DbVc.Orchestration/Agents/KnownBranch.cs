using System.Text;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// A branch as its agent left it. What somebody else does there meanwhile would be committed in the agent's name, or dropped by the next load without a
/// word; so it ends the task, and stays.
/// </summary>
/// <param name="context">The repository.</param>
/// <param name="task">Its metadata was pinned.</param>
/// <param name="branch">Where the work is done.</param>
/// <param name="files">As they are when the work begins.</param>
internal sealed class KnownBranch(WorkspaceContext context, PipelineTask task, BranchName branch, PipelineFiles files)
{
    private readonly SortedDictionary<string, Hash> _files = Digest(files);
    private CommitId _head = context.Repository.Head(branch);

    /// <summary>The head that the agent knows.</summary>
    public CommitId Head => _head;

    /// <summary>The agent wrote a file.</summary>
    public void Note(BranchPath path, string text) => _files[path.Text] = Hash.Of(Encoding.UTF8.GetBytes(text));

    /// <summary>The agent committed.</summary>
    public void Note(CommitId head) => _head = head;

    /// <summary>Throws kind Refused, <c>agent.disturbed</c>.</summary>
    /// <param name="found">The files that are there now.</param>
    public void Require(PipelineFiles found)
    {
        var head = context.Repository.Head(branch);
        if (head != _head) throw Disturbed(Describe(head), $"what came to it: db-vc show {head.Short}");
        var now = Digest(found);
        if (now.GetValueOrDefault(BranchPath.MetadataFile) != Hash.Of(Encoding.UTF8.GetBytes(task.MetadataText)))
        {
            throw Disturbed($"its {BranchPath.MetadataFile}, which was pinned when the task started, was changed",
                "other metadata is another task: put the file back as it was committed");
        }

        var other = now.Keys.Union(_files.Keys).FirstOrDefault(path => now.GetValueOrDefault(path) != _files.GetValueOrDefault(path));
        if (other is not null) throw Disturbed($"somebody changed {other}", "what is in its folder: commit it, or put it back");
    }

    private string Describe(CommitId head)
    {
        var commit = context.Repository.ReadCommit(head);
        return $"{commit.Author.Name} committed \"{commit.Message.Split('\n')[0]}\" there";
    }

    private DbVcException Disturbed(string what, string look) => new(FailureKind.Refused, EndingFailure.Disturbed,
        $"While the agent worked on '{branch}', {what}.",
        hint: $"The branch keeps both. Look at {look}; then go on with db-vc agent retry {branch}.");

    /// <summary>What the host itself keeps of loads is left out.</summary>
    private static SortedDictionary<string, Hash> Digest(PipelineFiles files) => new(
        files.Files.Where(f => !f.Key.StartsWith(Checkout.StateFolder + "/", StringComparison.Ordinal)).ToDictionary(f => f.Key, f => Hash.Of(f.Value)),
        StringComparer.Ordinal);
}
