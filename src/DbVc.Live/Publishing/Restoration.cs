using DbVc.Databases;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Makes a live database out of what the store holds. The intent comes first: whoever opens the repository carries it out.</summary>
public static class Restoration
{
    /// <summary>Makes main begin at a commit that is in the store already; its live database is made by <see cref="Publisher.RecoverAll"/>.</summary>
    public static void Plan(CommitTransaction transaction, CommitId head) => transaction.PutDocument(Intent.Collection, BranchName.Main.Text,
        new Intent(BranchName.Main.Text, null, head.ToString(), transaction.Command, transaction.Actor, Restore: true).ToBytes());

    /// <summary>An empty database where none is yet.</summary>
    internal static void Make(LiveContext context)
    {
        if (context.Provider.Exists(context.Identity.Location)) return;
        if (DatabaseEngines.FileOf(context.Identity.Location) is { } file) Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        context.Provider.Create(context.Identity.Location);
    }

    /// <summary>Carries out the change from nothing to the commit; throws rather than mix it with what is there.</summary>
    internal static void Fill(LiveContext context, IApplySession session, CommitId head)
    {
        var delta = new SnapshotDiff(context.Repository.Chunks, Snapshot.Empty, context.Repository.ReadSnapshot(head).Snapshot).ToDelta();
        var result = session.Apply(delta);
        if (result.IsClean) return;
        throw new DbVcException(FailureKind.Refused, "import.not-empty", "The database to restore into is not empty.",
            where: context.Identity.Display, hint: "Move it away and run any command: the import goes on.");
    }
}
