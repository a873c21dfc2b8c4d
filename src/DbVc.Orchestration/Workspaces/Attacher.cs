using System.Security.Cryptography;
using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>What to do with a live database that is not at main's head.</summary>
public enum AttachMode
{
    /// <summary>Only say where it is now; what needs a decision is refused.</summary>
    Place,

    /// <summary>Main becomes what it is.</summary>
    Adopt,

    /// <summary>It becomes what main is; what was written to it meanwhile is merged.</summary>
    Reapply,
}

/// <summary>Asks to take up work with a live database that was restored, moved or copied.</summary>
/// <param name="StartFolder">In the repository.</param>
/// <param name="Database">Where it is now; null: where it was.</param>
public sealed record AttachmentRequest(string StartFolder, string? Database, AttachMode Mode);

/// <summary>How attaching ended.</summary>
/// <param name="Action"><c>none</c>, <c>moved</c>, <c>adopted</c> or <c>reapplied</c>.</param>
/// <param name="Commit">The commit that holds what was found in the database; null where it was nothing new.</param>
/// <param name="Branch">The branch that keeps it until its conflicts are resolved; null where it is in main.</param>
/// <param name="Merge">The merge of what was found; null where nothing had to be merged.</param>
public sealed record AttachReport(string Database, string Action, CommitId Head, CommitId? Commit, string? Branch, MergeReport? Merge);

/// <summary>Carries out <c>init --attach</c>: the one way on for a repository whose live database is not what it was.</summary>
internal sealed class Attacher(AttachmentRequest request, WorkspaceOptions options)
{
    private readonly RepositoryLayout _layout = RepositoryLayout.Find(request.StartFolder);

    public AttachReport Run(CancellationToken cancel)
    {
        using var store = RepositoryStore.Open(_layout.Control, options.StoreReached);
        var known = RepositoryIdentity.Read(store, _layout.Root);
        var location = request.Database is { } given ? Locate(given, known) : known.Location;
        var isMoved = location != known.Location;

        // A database that is somewhere else may be a copy: under its own name the one that is left behind is found out.
        var identity = isMoved ? known with { Location = location, DatabaseId = NewId() } : known;
        var context = WorkspaceContext.Create(store, _layout, options, identity);
        context.Guard.Require(AccessAction.Administer, "db-vc init --attach");
        var standing = context.Publisher.ReadStanding();
        standing.RefuseForeign(context.Live);
        var head = context.Repository.Head(BranchName.Main);
        var attach = new AttachRequest(Command(), context.Options.User, isMoved ? [identity.ToDocument(_layout)] : []);
        if (standing.Commit == head)
        {
            var isSettled = !isMoved && standing.State!.DatabaseId == identity.DatabaseId;
            if (!isSettled) context.Publisher.Settle(attach, cancel);
            var report = new AttachReport(identity.Display, isSettled ? "none" : "moved", head, null, null, null);
            return request.Mode == AttachMode.Reapply ? Merge(report, cancel) : report;
        }

        switch (request.Mode)
        {
            case AttachMode.Adopt:
                var adopted = context.Publisher.Adopt(attach, cancel);
                return new AttachReport(identity.Display, "adopted", adopted.Head, adopted.Commit, null, null);
            case AttachMode.Reapply:
                var reapplied = context.Publisher.Reapply(attach, cancel);
                return Merge(new AttachReport(identity.Display, "reapplied", reapplied.Head, reapplied.Commit, null, null), cancel);
            default:
                LiveIdentity.Check(context.Live, BranchName.Main, head, standing.State);
                throw new InvalidOperationException("A database at main's head needs no decision.");
        }
    }

    /// <summary>
    /// Merges what was found in the database, now or by a command that was cut off. The database is at main's head already, so this is a merge like any other.
    /// </summary>
    private AttachReport Merge(AttachReport report, CancellationToken cancel)
    {
        using var workspace = Workspace.Open(request.StartFolder, options, cancel);
        foreach (var found in workspace.Branches.List().Where(b => FoundBranch.IsName(b.Name) && b.Status == "open"))
        {
            var name = BranchName.Parse(found.Name);
            var merge = workspace.Merges.Merge(new MergeRequest(name, BranchName.Main, DryRun: false, []), cancel);
            var isDone = merge.State is MergeState.Merged or MergeState.UpToDate;
            if (isDone) workspace.Branches.Delete(name);
            report = report with
            {
                Action = "reapplied",
                Head = workspace.Branches.Show(BranchName.Main).Head,
                Commit = found.Head,
                Branch = isDone ? null : found.Name,
                Merge = merge,
            };
            if (!isDone) break;
        }

        return report;
    }

    private string Locate(string given, RepositoryIdentity known)
    {
        if (DatabaseEngines.EngineOf(given) != known.Engine)
        {
            throw new DbVcException(FailureKind.Usage, "attach.engine", $"This repository versions a database of kind '{known.Engine}'.",
                hint: "Another engine needs a repository of its own: db-vc init --database … in another folder.");
        }

        return DatabaseEngines.Normalize(SecretFiles.Strip(_layout, given, SecretFiles.LivePassword), Directory.GetCurrentDirectory());
    }

    private string Command() => request.Mode switch
    {
        AttachMode.Adopt => "init --attach --adopt",
        AttachMode.Reapply => "init --attach --reapply",
        _ => "init --attach",
    };

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
