using System.Text.Json;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>The latest gate report of a branch: for which head it was made, and the hash of the whole report in the store.</summary>
internal sealed record GateRecord(string Head, string Hash, IReadOnlyList<GateSummary> Gates)
{
    /// <summary>The branch held no code when it was judged: the report says nothing about any.</summary>
    public bool IsPlain { get; init; }
}

/// <summary>Keeps gate reports. The report itself is a chunk, named by content: an edited one would have another name.</summary>
internal static class GateReports
{
    private const string Collection = "gate-reports";

    /// <summary>Stores the canonical report and remembers it as the branch's latest; returns its hash.</summary>
    public static Hash Save(WorkspaceContext context, BranchName branch, CommitId head, GateReport report)
    {
        using var chunks = context.Repository.Chunks.BeginWrite();
        var hash = chunks.Write(report.ToBytes());
        chunks.Publish();
        using var transaction = context.Repository.Store.Begin();
        var record = new GateRecord(head.ToString(), hash.ToString(), report.ToVerdict().Gates) { IsPlain = report.IsPlain };
        transaction.PutDocument(Collection, branch.Text, JsonSerializer.SerializeToUtf8Bytes(record, AgentJson.Default.GateRecord));
        transaction.Commit();
        return hash;
    }

    public static GateRecord? Find(WorkspaceContext context, BranchName branch) =>
        context.Repository.Store.ReadDocument(Collection, branch.Text) is { } bytes ? JsonSerializer.Deserialize(bytes, AgentJson.Default.GateRecord) : null;

    /// <summary>A branch of that name that is made anew begins without.</summary>
    public static void Forget(BranchName branch, CommitTransaction transaction) => transaction.DeleteDocument(Collection, branch.Text);

    /// <summary>Lets the latest report of one branch be that of another, which goes on under a new name.</summary>
    public static void Move(WorkspaceContext context, BranchName from, BranchName to, CommitTransaction transaction)
    {
        if (context.Repository.Store.ReadDocument(Collection, from.Text) is not { } report) return;
        transaction.DeleteDocument(Collection, from.Text);
        transaction.PutDocument(Collection, to.Text, report);
    }
}
