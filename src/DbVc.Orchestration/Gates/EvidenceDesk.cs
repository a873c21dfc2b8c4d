using DbVc.Agents;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Shows the gate report on which a commit came into main, and makes it again from the commit alone.</summary>
public sealed class EvidenceDesk
{
    internal const string TrialName = "evidence";

    private readonly WorkspaceContext _context;
    private readonly InvariantDesk _invariants;
    private readonly RevisionParser _revisions;

    internal EvidenceDesk(WorkspaceContext context, InvariantDesk invariants) =>
        (_context, _invariants, _revisions) = (context, invariants, new RevisionParser(context.Repository));

    /// <summary>The evidence of a commit; for a branch's head the last report on it. Throws usage failure <c>evidence.none</c>, and
    /// <c>evidence.damaged</c> where what is stored is not what the commit names.</summary>
    public EvidenceReport Show(string revision)
    {
        var (commit, hash) = Find(revision);
        var report = Read(hash);
        return new EvidenceReport(commit, hash.ToString(), report.Branch, report.Task, report.Time, report.Passed, report.ToVerdict().Gates)
        {
            Sandbox = report.Sandbox.ToString().ToLowerInvariant(),
            LeftOut = report.LeftOut,
            IsSampleStored = SampleOf(report) is { } sample && SampleShelf.Find(_context, sample) is not null,
            IsFileEdited = IsFileEdited(report),
        };
    }

    /// <summary>The same as a file: the report itself (json), JUnit XML (junit) or SARIF (sarif); secrets masked.</summary>
    public byte[] Write(string revision, EvidenceFormat format)
    {
        var report = Read(Find(revision).Hash);
        var mask = SecretMask.FromEnvironment();
        return format switch
        {
            EvidenceFormat.JUnit => JUnitReport.Write(report, mask),
            EvidenceFormat.Sarif => SarifReport.Write(report, mask),
            _ => System.Text.Encoding.UTF8.GetBytes(report.ToReadableText(mask)),
        };
    }

    /// <summary>Runs the gates again from the commit alone and compares what does not depend on time. Throws what <see cref="Show"/> does, and
    /// <c>evidence.other-code</c> where the commit does not hold what the report is about.</summary>
    public EvidenceVerification Verify(string revision, CancellationToken cancel)
    {
        var (commit, hash) = Find(revision);
        var report = Read(hash);
        using var held = _context.Repository.Store.Lock("evidence", _context.Options.LockTimeout);
        if (report.IsPlain) return VerifyPlain(commit, report, cancel);
        using var replay = EvidenceReplay.Prepare(_context, commit, report, cancel);
        var again = new GateRunner(_context.Options.Clock, replay.Repeatable(report)).Run(replay.Context, cancellation: cancel);
        return new EvidenceVerification(commit, hash.ToString(), EvidenceComparison.Between(report, again),
            [.. again.Gates.Select(g => g.Name)], replay.NotRepeated(report))
        { IsFileEdited = IsFileEdited(report) };
    }

    private EvidenceVerification VerifyPlain(CommitId commit, GateReport report, CancellationToken cancel)
    {
        var (judged, start) = EvidenceReplay.FindSpan(_context, commit, report.Branch);
        var repeated = report.Gates.Select(g => g.Name).Where(EvidenceComparison.IsRepeatable).ToList();
        var again = new PlainGates(_context, _invariants).Run(BranchName.Parse(report.Branch), start, judged, repeated, null, cancel);
        return new EvidenceVerification(commit, report.Hash.ToString(), EvidenceComparison.Between(report, again), repeated,
            [.. report.Gates.Where(g => !repeated.Contains(g.Name)).Select(g => KeyValuePair.Create(g.Name, "the invariants of then are not kept"))]);
    }

    internal static Hash? SampleOf(GateReport report) =>
        report.Gates.FirstOrDefault(g => g.Name == "integration")?.Evidence["trial"]?["sample"]?.GetValue<string>() is { } text
            && Hash.TryParse(text, out var sample) ? sample : null;

    private (CommitId Commit, Hash Hash) Find(string revision)
    {
        var commit = _revisions.Parse(revision);
        if (_context.Repository.ReadCommit(commit).Evidence is { } named) return (commit, named);
        var latest = _context.Repository.ListBranches().Select(b => GateReports.Find(_context, BranchName.Parse(b.Key)))
            .FirstOrDefault(r => r?.Head == commit.ToString());
        return latest is not null
            ? (commit, Hash.Parse(latest.Hash))
            : throw new DbVcException(FailureKind.Usage, "evidence.none", $"No gates stand behind commit {commit.Short}.", revision,
                "Evidence is named by merges of branches with a pipeline, and kept for a branch whose gates were run.");
    }

    /// <summary>What is stored names itself: other bytes have another hash, and canonical bytes have one form.</summary>
    private GateReport Read(Hash hash)
    {
        var bytes = _context.Repository.Chunks.Read(hash);
        var report = GateReport.Parse(bytes.Span);
        if (Hash.Of(bytes.Span) == hash && report.Hash == hash) return report;
        throw new DbVcException(FailureKind.Failed, "evidence.damaged", $"The gate report {hash.ToString()[..10]} is not what its name says.",
            hint: "Somebody changed it, or the disk did. Run: db-vc verify");
    }

    /// <summary>The file that people read can be written by anybody; null where it is not there any more, or is of another report.</summary>
    private bool? IsFileEdited(GateReport report)
    {
        var results = new ResultsFolder(_context.Layout.Branch(BranchName.Parse(report.Branch)), SecretMask.FromEnvironment());
        if (GateReports.Find(_context, BranchName.Parse(report.Branch))?.Hash != report.Hash.ToString() || !File.Exists(results.ReportPath)) return null;
        return File.ReadAllText(results.ReportPath) != report.ToReadableText(SecretMask.FromEnvironment());
    }
}

/// <summary>How a report is written.</summary>
public enum EvidenceFormat
{
    Json,
    JUnit,
    Sarif,
}

/// <summary>The gate report behind a commit.</summary>
/// <param name="Hash">Its name in the store, which the commit holds.</param>
public sealed record EvidenceReport(
    CommitId Commit, string Hash, string Branch, string Task, DateTimeOffset Time, bool Passed, IReadOnlyList<GateSummary> Gates)
{
    /// <summary>bubblewrap, or none.</summary>
    public required string Sandbox { get; init; }

    /// <summary>Gates that the configuration of then did not ask.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>Whether the sample is there, so that the gates can be run again from the commit alone.</summary>
    public bool IsSampleStored { get; init; }

    /// <summary>Whether the branch's <c>results/test_results.json</c> says something else; null where it is not of this report.</summary>
    public bool? IsFileEdited { get; init; }
}

/// <summary>What came of running the gates of a commit again.</summary>
/// <param name="Differences">What is other than in the report; empty where it is confirmed.</param>
/// <param name="Repeated">Gates that were asked again.</param>
/// <param name="NotRepeated">Gates that were not, each with the reason.</param>
public sealed record EvidenceVerification(
    CommitId Commit, string Hash, IReadOnlyList<EvidenceDifference> Differences, IReadOnlyList<string> Repeated,
    IReadOnlyList<KeyValuePair<string, string>> NotRepeated)
{
    /// <summary>As in <see cref="EvidenceReport"/>.</summary>
    public bool? IsFileEdited { get; init; }

    public bool IsConfirmed => Differences.Count == 0;
}

/// <summary>Something in which a report and its repetition differ.</summary>
/// <param name="What">What of the gate, for example <c>decision</c> or <c>trial.content</c>.</param>
public sealed record EvidenceDifference(string Gate, string What, string Before, string After);
