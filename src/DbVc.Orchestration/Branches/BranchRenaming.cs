using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Gives a branch another name: its ref, what is known about it and its agent's tasks in one transaction, then its folder. Nothing may be uncommitted, so a
/// death between the two loses nothing: the database and the files are made again from the branch's head.
/// </summary>
internal sealed class BranchRenaming(WorkspaceContext context, BranchName from, BranchName to)
{
    public void Run(BranchRecord record, CommitId head, string command)
    {
        var transaction = new CommitTransaction(context.Repository, command, context.Options.User.Name);
        transaction.MoveBranch(from, head, null);
        transaction.MoveBranch(to, null, head);
        transaction.DeleteDocument(BranchRecord.Collection, from.Text);
        transaction.PutDocument(BranchRecord.Collection, to.Text, (record with { Name = to.Text }).ToBytes());
        foreach (var task in AgentTasks.List(context).Where(task => task.Branch == from.Text))
        {
            transaction.PutDocument(AgentTasks.Collection, task.Task, AgentTasks.ToBytes(task with { Branch = to.Text }));
        }

        transaction.DeleteDocument(Approvals.Collection, from.Text);
        Rejections.Move(context.Repository.Store, transaction, from, to);
        GateReports.Move(context, from, to, transaction);
        transaction.Publish();
        MoveFolder(context.Layout.Branch(from), context.Layout.Branch(to));
    }

    private static void MoveFolder(string before, string after)
    {
        if (!Directory.Exists(before)) return;
        // What a branch of that name left behind when a command died; no branch has it now.
        if (Directory.Exists(after)) Directory.Delete(after, recursive: true);
        Directory.Move(before, after);
    }
}
