using DbVc.Live;

namespace DbVc.Orchestration;

/// <summary>
/// Says that code is filling a branch's database, from before it begins until what it loaded is committed. Where it is found by the next who works there, the
/// process died between: what the database holds is in no commit, and nobody made it by hand.
/// </summary>
internal static class LoadMark
{
    private const string Collection = "loads";

    public static void Set(WorkspaceContext context, BranchRecord branch)
    {
        using var transaction = context.Repository.Store.Begin();
        transaction.PutDocument(Collection, branch.InstanceId, "{}"u8.ToArray());
        transaction.Commit();
    }

    public static bool IsSet(WorkspaceContext context, BranchRecord branch) => context.Repository.Store.ReadDocument(Collection, branch.InstanceId) is not null;

    public static void Remove(WorkspaceContext context, BranchRecord branch)
    {
        if (!IsSet(context, branch)) return;
        using var transaction = context.Repository.Store.Begin();
        transaction.DeleteDocument(Collection, branch.InstanceId);
        transaction.Commit();
    }
}
