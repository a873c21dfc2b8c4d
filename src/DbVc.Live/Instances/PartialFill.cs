using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Live;

/// <summary>
/// Makes the database of a branch that some tables are left out of, from the store. That it was begun is written down first, and its state last: one that was
/// begun and has no state is what a killed process left, and is made anew.
/// </summary>
internal sealed class PartialFill(LiveContext context)
{
    private const string Collection = "instances-begun";

    /// <summary>True from before the database is there until it is whole.</summary>
    public bool IsBegun(BranchRecord branch) => branch.LeftOut is not null && context.Repository.Store.ReadDocument(Collection, branch.InstanceId) is not null;

    /// <summary>Nobody will make it any more.</summary>
    public void Forget(BranchRecord branch)
    {
        if (context.Repository.Store.ReadDocument(Collection, branch.InstanceId) is null) return;
        using var transaction = context.Repository.Store.Begin();
        transaction.DeleteDocument(Collection, branch.InstanceId);
        transaction.Commit();
    }

    /// <summary>Throws kind Locked, <c>repository.locked</c>, while another command is at it for long.</summary>
    public void Run(PartialContent content, CommitId commit)
    {
        var name = BranchName.Parse(content.Branch.Name);
        using var held = context.Repository.Store.Lock("instance-" + content.Branch.InstanceId, context.LockTimeout);
        var location = context.Provider.Locate(new PrivateDatabase(
            context.Layout.Branch(name), content.Branch.Instance, context.Identity.Id, content.Branch.InstanceId));
        if (context.Provider.Exists(location) && (!IsBegun(content.Branch) || IsWhole(location)))
        {
            // Another command made it while this one waited, or died just before it said so.
            Forget(content.Branch);
            return;
        }

        using (var transaction = context.Repository.Store.Begin())
        {
            transaction.PutDocument(Collection, content.Branch.InstanceId, []);
            transaction.Commit();
        }

        context.Provider.RemoveDrafts(location);
        context.Provider.Drop(location);
        context.Provider.Create(location);
        using var chunks = context.Repository.Chunks.BeginWrite();
        var snapshot = content.Reduce(context.Repository.ReadSnapshot(commit).Snapshot, chunks);
        using (var database = context.Provider.Open(location))
        {
            new StoreFill(database, context.LockTimeout).Run(chunks, snapshot, LiveIdentity.StateAt(context, name, commit));
        }

        context.StepReached?.Invoke(PublishStep.InstanceFilled);
        Forget(content.Branch);
    }

    private bool IsWhole(string location)
    {
        using var database = context.Provider.Open(location);
        using var read = database.BeginRead();
        return read.State is not null;
    }
}
