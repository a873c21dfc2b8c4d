using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>One thing that was looked at.</summary>
/// <param name="Remedy">What to do where it is not well; null where it is.</param>
public sealed record CheckupItem(string Name, bool IsOk, string Detail, string? Remedy);

/// <summary>The private copy of main.</summary>
/// <param name="Place">Where it lies or will lie; null where it has no place yet.</param>
/// <param name="Bytes">Null where there is none.</param>
/// <param name="Commit">The commit it holds; null where there is none, or where it is unfinished and will be made anew.</param>
/// <param name="Time">Of that commit.</param>
/// <param name="Behind">Commits that main is further.</param>
public sealed record ShadowReport(string? Place, long? Bytes, CommitId? Commit, DateTimeOffset? Time, int? Behind);

/// <summary>How the databases of a repository are.</summary>
/// <param name="Orphans">Private databases that belong to no branch.</param>
public sealed record CheckupReport(IReadOnlyList<CheckupItem> Items, ShadowReport Shadow, IReadOnlyList<string> Orphans)
{
    /// <summary>Orphans that were dropped.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];
}

/// <summary>Looks at the live database, the private copy of main and the branches' databases; every problem is an item, none ends the look.</summary>
internal sealed class Checkup(WorkspaceContext context)
{
    private const int MostBehind = 10_000;

    /// <summary>Private databases whose ids begin like this belong to no branch and are in order: made ready beforehand, or for trying definitions.</summary>
    private static readonly string[] ReservedIds = ["pool", "scratch", "tracking-cost", "past"];

    public CheckupReport Run(bool fix)
    {
        var items = new List<CheckupItem> { LookAtLive() };
        var shadow = ReadShadow(items);
        IReadOnlyList<string> orphans = [];
        if (shadow.Place is not null) Try(items, "branches' databases", () => orphans = FindOrphans());
        IReadOnlyList<string> dropped = [];
        if (fix && orphans.Count > 0) Try(items, "branches' databases", () => dropped = DropOrphans());
        var left = orphans.Except(dropped).ToList();
        if (shadow.Place is not null && !items.Exists(i => i.Name == "branches' databases")) items.Add(Describe(left));
        if (shadow.Place is not null) Try(items, "tables as they were", () => items.AddRange(LookAtPast(fix)));
        Try(items, "tracking", () => items.AddRange(LookAtTracking()));
        var over = ListExpired();
        if (over.Count > 0) items.Add(new CheckupItem("expired branches", true, $"{string.Join(", ", over)}: db-vc gc removes them", null));
        return new CheckupReport(items, shadow, [.. left.Select(DatabaseEngines.Show)]) { Dropped = [.. dropped.Select(DatabaseEngines.Show)] };
    }

    /// <summary>Makes the private copy of main anew, at main's head.</summary>
    public ShadowReport RebuildShadow()
    {
        context.Shadow.Renew(context.Repository.Head(BranchName.Main));
        return Report(context.Shadow.Read());
    }

    public ShadowReport ReadShadow() => Report(context.Shadow.Read());

    private CheckupItem LookAtLive()
    {
        const string Name = "live database";
        try
        {
            var standing = context.Publisher.ReadStanding();
            var head = context.Repository.Head(BranchName.Main);
            LiveIdentity.Check(context.Live, BranchName.Main, head, standing.State);
            return new CheckupItem(Name, true, $"{context.Identity.Engine}, {context.Identity.Display}, at main's head {head.Short}", null);
        }
        catch (DbVcException failure)
        {
            return new CheckupItem(Name, false, failure.Message, failure.Hint);
        }
    }

    private IEnumerable<CheckupItem> LookAtPast(bool fix)
    {
        var kept = context.Live.Provider.SweepHistory(context.Identity.Id, fix ? TimeSpan.Zero : null);
        if (kept.Databases + kept.Dropped == 0) yield break;
        yield return new CheckupItem("tables as they were", true,
            FormattableString.Invariant($"{kept.Databases} databases, {kept.Bytes:N0} bytes, kept for further questions about the past")
                + (kept.Dropped > 0 ? FormattableString.Invariant($"; {kept.Dropped} dropped") : ""), null);
    }

    private IEnumerable<CheckupItem> LookAtTracking()
    {
        var wanted = context.Live.Tracks;
        var state = new TrackingDesk(context).Read();
        if (!state.IsOn && !wanted) yield break;
        var missing = state.Tables.Where(t => !t.IsTracked && t.Gap is null && context.Live.Selection.Includes(t.Name)
            && !context.Live.Selection.IsSchemaOnly(t.Name)).Select(t => t.Name).ToList();
        var tracked = state.Tables.Count(t => t.IsTracked);
        yield return new CheckupItem("tracking", !wanted || missing.Count == 0,
            $"{tracked} of {state.Tables.Count} tables write down their changes, {state.Pending} that no commit holds" + (state.IsOn ? DescribeCost() : "")
                + (missing.Count == 0 ? "" : "; not " + string.Join(", ", missing)),
            wanted && missing.Count > 0 ? "db-vc tracking on" : null);
    }

    /// <summary>Empty where there is no place to measure it.</summary>
    private string DescribeCost()
    {
        try
        {
            var cost = new TrackingDesk(context).Measure(CancellationToken.None);
            return FormattableString.Invariant($"; an insert takes {cost.Slowdown:0.00} times as long");
        }
        catch (DbVcException)
        {
            return "";
        }
    }

    private ShadowReport ReadShadow(List<CheckupItem> items)
    {
        var report = new ShadowReport(null, null, null, null, null);
        Try(items, "copy of main", () =>
        {
            report = ReadShadow();
            items.Add(new CheckupItem("copy of main", true, report switch
            {
                { Bytes: null } => "none yet; made when it is needed",
                { Commit: null } => FormattableString.Invariant($"{report.Bytes:N0} bytes, unfinished; made anew when it is needed"),
                _ => FormattableString.Invariant(
                    $"{report.Bytes:N0} bytes, at {report.Commit?.Short} of {report.Time:yyyy-MM-dd HH:mm} UTC, {report.Behind} behind main"),
            }, null));
        });
        return report;
    }

    private ShadowReport Report((string Location, long? Bytes, CommitId? Commit) read)
    {
        var time = read.Commit is { } commit ? context.Repository.ReadCommit(commit).Time : (DateTimeOffset?)null;
        return new ShadowReport(DatabaseEngines.Show(read.Location), read.Bytes, read.Commit, time, read.Commit is { } at ? CountBehind(at) : null);
    }

    private int? CountBehind(CommitId commit)
    {
        var at = context.Repository.Head(BranchName.Main);
        for (var count = 0; count < MostBehind; count++)
        {
            if (at == commit) return count;
            if (context.Repository.ReadCommit(at).Parents is not [var parent, ..]) return null;
            at = parent;
        }

        return null;
    }

    /// <summary>The databases are listed first: one that is being made meanwhile has its branch already when the branches are listed.</summary>
    private IReadOnlyList<string> FindOrphans()
    {
        var places = context.Live.Provider.ListPrivate(context.Identity.Id);
        var branches = context.Repository.ListBranches().Select(b => BranchName.Parse(b.Key)).Where(b => !b.IsMain)
            .Select(b => BranchRecord.Read(context.Repository.Store, b)).OfType<BranchRecord>().ToList();
        // A copy for trying something out may be in use.
        var trials = branches.Select(b => b.InstanceId).Append(EvidenceDesk.TrialName).Select(name => TrialDatabase.Locate(context.Live, name));
        var known = branches.Select(context.Instances.Locate).Concat(trials).Append(context.Shadow.Location).ToHashSet(StringComparer.Ordinal);
        return [.. places.Where(p => !known.Contains(p) && !IsReserved(p))];
    }

    private static bool IsReserved(string location) =>
        DatabaseEngines.FileOf(location) is null && DatabaseEngines.NameOf(location).Split('_') is [_, _, var id, ..]
        && ReservedIds.Any(r => id.StartsWith(r, StringComparison.Ordinal));

    /// <summary>Nobody copies databases meanwhile, so what is half made then is left over.</summary>
    private IReadOnlyList<string> DropOrphans()
    {
        using var held = context.Shadow.Hold();
        var orphans = FindOrphans();
        foreach (var orphan in orphans) context.Live.Provider.Drop(orphan);
        return orphans;
    }

    private static CheckupItem Describe(List<string> orphans) => orphans.Count == 0
        ? new CheckupItem("branches' databases", true, "each belongs to a branch", null)
        : new CheckupItem("branches' databases", false, $"{orphans.Count} belong to no branch: {string.Join(", ", orphans.Select(DatabaseEngines.Show))}",
            "Drop them: db-vc doctor --fix");

    private List<string> ListExpired() =>
        [.. new ExpiredBranches(context, new BranchManager(context)).Sweep(dryRun: true, CancellationToken.None)];

    private static void Try(List<CheckupItem> items, string name, Action look)
    {
        try
        {
            look();
        }
        catch (DbVcException failure)
        {
            items.Add(new CheckupItem(name, false, failure.Message, failure.Hint));
        }
    }
}
