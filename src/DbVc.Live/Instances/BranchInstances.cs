using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Live;

/// <summary>The isolated database of each branch: made on first use, removed with the branch.</summary>
public sealed class BranchInstances(LiveContext context, Shadow shadow)
{
    private readonly PartialFill _fill = new(context);

    /// <summary>Where the instance lies or will lie.</summary>
    public string Locate(BranchRecord branch) => context.Provider.Locate(new PrivateDatabase(
        context.Layout.Branch(BranchName.Parse(branch.Name)), branch.Instance, context.Identity.Id, branch.InstanceId));

    /// <summary>Where nobody has said where private databases may be, as after an import, there is none.</summary>
    public bool Exists(BranchRecord branch)
    {
        try
        {
            return context.Provider.Exists(Locate(branch));
        }
        catch (DbVcException failure) when (failure.Code == "branches.server-unset")
        {
            return false;
        }
    }

    /// <summary>Opens the instance, making it at the branch's head if it is not there yet.</summary>
    public IDatabase Open(BranchRecord branch)
    {
        var location = Locate(branch);
        try
        {
            // Asking first whether it is there would cost one connection more.
            if (!_fill.IsBegun(branch)) return context.Provider.OpenConnected(location);
        }
        catch (DbVcException failure) when (failure.Code == "database.missing")
        {
            // Never used yet, or lost.
        }

        Make(branch, context.Repository.Head(BranchName.Parse(branch.Name)));
        return context.Provider.OpenConnected(location);
    }

    /// <summary>Throws usage failure <c>branch.missing</c>.</summary>
    public BranchRecord Require(BranchName branch) => BranchRecord.Read(context.Repository.Store, branch)
        ?? throw context.Repository.MissingBranch(branch);

    /// <summary>
    /// Makes the instance anew as it was where the branch begins, see <see cref="BranchStart"/>: what the branch loaded itself is gone, what came from
    /// main stays.
    /// </summary>
    public void Reset(BranchRecord branch)
    {
        // Tables may have been brought in since the caller read the record.
        branch = Require(BranchName.Parse(branch.Name));
        var start = branch.FindStart(context.Repository);
        Drop(branch);
        Make(Settle(branch, start), start);
    }

    /// <summary>The branch with what is needed at a commit: that was other tables once, perhaps.</summary>
    private BranchRecord Settle(BranchRecord branch, CommitId commit)
    {
        if (PartialContent.Of(branch) is not { } partial) return branch;
        var settled = partial.Settle(context.Repository.ReadSnapshot(commit).ReadSchema());
        if (settled == branch) return branch;
        using var transaction = context.Repository.Store.Begin();
        transaction.PutDocument(BranchRecord.Collection, branch.Name, settled.ToBytes());
        transaction.Commit();
        return settled;
    }

    /// <summary>Throws <c>database.read-only</c> where a server would not let the instance go. Whatever else is wrong with it keeps nobody from
    /// dropping it.</summary>
    public void RequireDroppable(BranchRecord branch)
    {
        var location = Locate(branch);
        if (DatabaseEngines.FileOf(location) is not null) return;
        try
        {
            using var database = context.Provider.Open(location);
            using var session = database.BeginApply(TimeSpan.Zero);
        }
        catch (DbVcException failure) when (failure.Code != "database.read-only")
        {
            // Gone, busy, damaged, or out of reach.
        }
    }

    /// <summary>Removes the instance. Nothing there is no error.</summary>
    public void Drop(BranchRecord branch)
    {
        new MarkShelf(context.Repository.Store).Drop(BranchName.Parse(branch.Name));
        context.Provider.Drop(Locate(branch));
        TrialDatabase.Remove(context, branch.InstanceId);
        _fill.Forget(branch);
    }

    /// <summary>What it holds is known from its first moment, so that the first capture need not read it.</summary>
    private void Make(BranchRecord branch, CommitId commit)
    {
        var name = BranchName.Parse(branch.Name);
        Directory.CreateDirectory(context.Layout.Branch(name));
        if (PartialContent.Of(branch) is { } partial)
        {
            _fill.Run(partial, commit);
            return;
        }

        if (shadow.CloneAt(commit, Locate(branch)) is not { } mark) return;
        new MarkShelf(context.Repository.Store).Put(MarkShelf.Entry(name, context.Repository.ReadCommit(commit).Snapshot, context.Selection.MarkOf(mark)));
    }
}
