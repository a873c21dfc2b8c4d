using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>A branch that arrives in an export file. What the file says about it decides only what makes it stricter.</summary>
internal static class ImportedBranch
{
    /// <summary>The branch's own facts here: its pipeline's name and that there was a task are the file's, which only brings gates upon it.</summary>
    public static BranchRecord Record(ExportReader export, ExportRef item, BranchName name, DateTimeOffset now)
    {
        var known = Find(export, item);
        var started = known is not null && Hash.TryParse(known.Base, out var hash) && export.Commits.Any(c => c.Id.Hash == hash)
            ? known.Base
            : item.Commit.ToString();
        return new BranchRecord(name.Text, started, now, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)) + ".db",
            PipelineOf(known) ?? name.Folder, known?.Task, Merged: null);
    }

    /// <summary>Writes the branch's pipeline files to its folder, as if it had been worked on here.</summary>
    public static void CheckOut(WorkspaceContext context, BranchName name)
    {
        var record = BranchRecord.Read(context.Repository.Store, name)!;
        var prefix = $"pipelines/{record.Pipeline}/";
        var snapshot = context.Repository.ReadSnapshot(context.Repository.Head(name));
        Directory.CreateDirectory(context.Layout.Branch(name));
        var folder = new Checkout(context.Layout.Branch(name));
        foreach (var path in snapshot.Files(prefix))
        {
            if (!BranchPath.TryParse(path[prefix.Length..], out var target)) continue;
            folder.Write(target, Encoding.UTF8.GetString(snapshot.ReadFile(path)!.Value.Span));
        }

        BranchInfo.Write(context, record, "open");
    }

    private static BranchRecord? Find(ExportReader export, ExportRef item)
    {
        var document = export.Documents.FirstOrDefault(d => d.Collection == BranchRecord.Collection && Repository.HeadPrefix + d.Id == item.Name);
        try
        {
            return document is null ? null : BranchRecord.Parse(document.Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? PipelineOf(BranchRecord? known)
    {
        try
        {
            return known is null ? null : BranchName.OfFolder(known.Pipeline).Folder;
        }
        catch (DbVcException)
        {
            return null;
        }
    }
}
