using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>One table of the live database and whether it writes down its changes.</summary>
/// <param name="Gap">Which changes pass by the log, or why there is none; null for none.</param>
public sealed record TrackedTableReport(string Name, bool IsTracked, string? Gap);

/// <summary>How far the live database writes down its changes.</summary>
/// <param name="Pending">Changes that no commit has taken yet.</param>
public sealed record TrackingState(IReadOnlyList<TrackedTableReport> Tables, long Pending)
{
    public bool IsOn => Tables.Any(t => t.IsTracked);
}

/// <summary>Turns change tracking of the live database on and off. Only tables that are versioned with their rows are ever touched.</summary>
public sealed class TrackingDesk
{
    private readonly WorkspaceContext _context;

    internal TrackingDesk(WorkspaceContext context) => _context = context;

    public TrackingState Show()
    {
        using var database = _context.Publisher.Open(BranchName.Main);
        return Read(database);
    }

    /// <summary>Makes tables write down their changes; none named means all. Throws usage failure <c>table.missing</c>, kind Refused
    /// <c>tracking.unsupported</c>, and what stands against every use of the live database.</summary>
    public TrackingState Start(IReadOnlyList<string> tables) =>
        Change(tables, (database, names) => database.StartTracking(_context.Live.LockTimeout, names), "triggers");

    /// <summary>Takes the triggers away; none named means all.</summary>
    public TrackingState Stop(IReadOnlyList<string> tables) =>
        Change(tables, (database, names) => database.StopTracking(_context.Live.LockTimeout, names), "none");

    private TrackingState Change(IReadOnlyList<string> tables, Action<IDatabase, IReadOnlyCollection<string>?> change, string setting)
    {
        using var held = _context.Publisher.Hold(BranchName.Main);
        using var database = _context.Publisher.Open(BranchName.Main);
        var names = Choose(database, tables);
        change(database, names);
        if (tables.Count == 0) new ConfigurationDesk(_context.Layout).Set("tracking", [setting]);
        return Read(database);
    }

    /// <summary>Null for all, where all are versioned.</summary>
    private List<string>? Choose(IDatabase database, IReadOnlyList<string> asked)
    {
        using var read = _context.Live.BeginRead(database);
        LiveIdentity.Check(_context.Live, BranchName.Main, _context.Repository.Head(BranchName.Main), read.State);
        if (asked.Count == 0 && _context.Live.Selection.IsAll) return null;
        var versioned = read.ReadSchema().Tables.Select(t => t.Name).Where(t => !_context.Live.Selection.IsSchemaOnly(t)).ToList();
        if (asked.Count == 0) return versioned;
        return [.. asked.Select(name => versioned.Find(v => v.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new DbVcException(FailureKind.Usage, "table.missing", $"There is no table '{name}' whose rows are versioned.",
                hint: "Tables: " + string.Join(", ", versioned) + "."))];
    }

    private static TrackingState Read(IDatabase database)
    {
        var report = database.ReadTracking();
        return new TrackingState([.. report.Tables.Select(t => new TrackedTableReport(t.Name, t.IsTracked, t.Gap))], report.Pending);
    }
}
