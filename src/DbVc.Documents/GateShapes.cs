using System.ComponentModel;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What gates said, and the evidence that is kept of it, as documents.</summary>
internal static class GateShapes
{
    public static GateRunDocument ToJson(this GateRunReport report) =>
        new(report.Branch, report.Passed, report.Committed, Json.List(report.Gates, AgentShapes.ToJson));

    public static EvidenceDocument ToJson(this EvidenceReport report) => new(report.Commit, report.Hash, report.Branch, report.Task, report.Time,
        report.Passed, report.Sandbox, report.LeftOut, report.IsSampleStored, report.IsFileEdited, Json.List(report.Gates, AgentShapes.ToJson));

    public static EvidenceVerificationDocument ToJson(this EvidenceVerification verification) => new(verification.Commit, verification.Hash,
        verification.IsConfirmed, verification.IsFileEdited, verification.Repeated,
        Json.List(verification.NotRepeated, pair => new NotRepeatedDocument(pair.Key, pair.Value)),
        Json.List(verification.Differences, difference =>
            new EvidenceDifferenceDocument(difference.Gate, difference.What, difference.Before, difference.After)));
}

[Description("What some gates said of a branch.")]
internal sealed record GateRunDocument(
    [Description("The branch.")] string Branch,
    [Description("Whether all of them let it through.")] bool Passed,
    [Description("The branch's new head where what was loaded is another content than before; else null.")] CommitId? Committed,
    [Description("Those that were asked.")] IReadOnlyList<GateDocument> Gates) : Document;

[Description("The gate report behind a commit.")]
internal sealed record EvidenceDocument(
    [Description("The commit.")] CommitId Commit,
    [Description("The report's hash.")] string Evidence,
    [Description("The branch that was judged.")] string Branch,
    [Description("The task that made it; empty for none.")] string Task,
    [Description("When it was judged.")] DateTimeOffset Time,
    [Description("Whether every gate let it through.")] bool Passed,
    [Description("In what the code was run; none for nothing.")] string Sandbox,
    [Description("Gates that were not asked.")] IReadOnlyList<string> LeftOut,
    [Description("Whether the records that tests read are kept.")] bool SampleStored,
    [Description("Whether the file in the branch's folder says something else; null where there is none.")] bool? FileEdited,
    [Description("Every gate.")] IReadOnlyList<GateDocument> Gates) : Document;

[Description("The gates of a commit, run again and compared.")]
internal sealed record EvidenceVerificationDocument(
    [Description("The commit.")] CommitId Commit,
    [Description("The report's hash.")] string Evidence,
    [Description("Whether the gates say the same again.")] bool Confirmed,
    [Description("Whether the file in the branch's folder says something else; null where there is none.")] bool? FileEdited,
    [Description("Gates that were run again.")] IReadOnlyList<string> Repeated,
    [Description("Gates that were not.")] IReadOnlyList<NotRepeatedDocument> NotRepeated,
    [Description("What they say differently.")] IReadOnlyList<EvidenceDifferenceDocument> Differences) : Document;

[Description("A gate that was not run again.")]
internal sealed record NotRepeatedDocument(
    [Description("The gate.")] string Gate,
    [Description("Why.")] string Reason) : Document;

[Description("Something that a gate says differently now.")]
internal sealed record EvidenceDifferenceDocument(
    [Description("The gate.")] string Gate,
    [Description("What differs.")] string What,
    [Description("What it said then.")] string Before,
    [Description("What it says now.")] string After) : Document;
