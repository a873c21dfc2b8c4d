using DbVc.Databases;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>The isolated database of each branch: made on first use, removed with the branch.</summary>
public sealed class BranchInstances(LiveContext context, Shadow shadow)
{
    /// <summary>Where the instance lies or will lie.</summary>
    public string Locate(BranchRecord branch) => context.Provider.Locate(new PrivateDatabase(
        context.Layout.Branch(BranchName.Parse(branch.Name)), branch.Instance, context.Identity.Id, branch.InstanceId));

    public bool Exists(BranchRecord branch) => context.Provider.Exists(Locate(branch));

    /// <summary>Opens the instance, making it at the branch's head if it is not there yet.</summary>
    public IDatabase Open(BranchRecord branch)
    {
        var location = Locate(branch);
        if (!context.Provider.Exists(location)) Make(branch, context.Repository.Head(BranchName.Parse(branch.Name)));
        return context.Provider.OpenConnected(location);
    }

    /// <summary>
    /// Makes the instance anew as main was when the branch last had all of it: what the branch loaded itself is gone, what came from main stays.
    /// </summary>
    public void Reset(BranchRecord branch)
    {
        Drop(branch);
        var head = context.Repository.Head(BranchName.Parse(branch.Name));
        var common = new CommitGraph(context.Repository).MergeBases(head, context.Repository.Head(BranchName.Main));
        Make(branch, common.Count > 0 ? common[0] : CommitId.Parse(branch.Base));
    }

    /// <summary>Removes the instance. Nothing there is no error.</summary>
    public void Drop(BranchRecord branch)
    {
        new MarkShelf(context.Repository.Store).Drop(BranchName.Parse(branch.Name));
        context.Provider.Drop(Locate(branch));
    }

    /// <summary>What it holds is known from its first moment, so that the first capture need not read it.</summary>
    private void Make(BranchRecord branch, CommitId commit)
    {
        var name = BranchName.Parse(branch.Name);
        Directory.CreateDirectory(context.Layout.Branch(name));
        if (shadow.CloneAt(commit, Locate(branch)) is not { } mark) return;
        new MarkShelf(context.Repository.Store).Put(MarkShelf.Entry(name, context.Repository.ReadCommit(commit).Snapshot, context.Selection.MarkOf(mark)));
    }
}
