using System.Text;
using DbVc.Agents;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Shows and writes the files of a branch: metadata, generated code and tests. What is written is in no commit until somebody commits.</summary>
public sealed class BranchFileDesk
{
    private const int MaxBytes = 1024 * 1024;

    private readonly WorkspaceContext _context;

    internal BranchFileDesk(WorkspaceContext context) => _context = context;

    /// <summary>Their paths, in ordinal order.</summary>
    public IReadOnlyList<string> List(BranchName branch) => [.. Open(branch).List().Select(path => path.Text)];

    /// <summary>Throws kind Refused, <c>agent.path</c>, for a path that is not one of these files; <c>branch.file-missing</c>.</summary>
    public string Read(BranchName branch, string path) => Open(branch).Read(BranchPath.Parse(path));

    /// <summary>Writes a file whole. Throws kind Refused, <c>branch.file-kind</c>, for one that is not code, test or text; kind Locked,
    /// <c>agent.running</c>, while an agent works there.</summary>
    public void Write(BranchName branch, string path, string text)
    {
        _context.Guard.RequireBranch(branch, AccessAction.Work, $"writing files of '{branch}'");
        var target = BranchPath.Parse(path);
        if (!target.IsWritableByAgent)
        {
            throw new DbVcException(FailureKind.Refused, "branch.file-kind", "This file is not written by hand.", path,
                "Code, tests and texts below generated/ and tests/ are; metadata is pinned when a task starts.");
        }

        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
            throw new DbVcException(FailureKind.Refused, "branch.file-large", "The file is larger than a megabyte.", path, "Keep data elsewhere.");
        using var held = TaskLock.Hold(_context, branch);
        Open(branch).Write(target, text);
    }

    private Checkout Open(BranchName branch)
    {
        _context.Repository.Head(branch);
        if (branch.IsMain)
            throw new DbVcException(FailureKind.Usage, "branch.files", "main is the live database; its pipelines' files lie in its commits.",
                hint: "db-vc diff A B --files shows them.");
        var folder = _context.Layout.Branch(branch);
        Checkout.RefuseLinks(folder);
        return new Checkout(folder);
    }
}
