using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>How far change tracking goes.</summary>
/// <param name="Tables">Each versioned table; a gap is why a commit reads it whole nevertheless, or null.</param>
/// <param name="Pending">Changes in the log that no commit has taken yet.</param>
public sealed record TrackingStatus(IReadOnlyList<TableTracking> Tables, long Pending)
{
    public bool IsOn => Tables.Any(t => t.IsTracked);

    internal static TrackingStatus Of(IDatabase database)
    {
        var report = database.ReadTracking();
        return new TrackingStatus([.. report.Tables.Select(t => new TableTracking(t.Name, t.IsTracked, t.Gap))], report.Pending);
    }
}

/// <summary>Change tracking of one table.</summary>
public sealed record TableTracking(string Name, bool IsTracked, string? Gap);

/// <summary>What change tracking costs writers, measured beside each other in a private database: 1.5 is half as slow again as without.</summary>
public sealed record TrackingCost(int Rows, double Without, double With)
{
    public double Slowdown => With / Without;
}

/// <summary>Switches change tracking of the live database on and off, and says how far it goes and what it costs.</summary>
public sealed class TrackingDesk
{
    private const int Rows = 20_000;
    private const int Rounds = 5;
    private const string CostId = "tracking-cost";

    private readonly WorkspaceContext _context;

    internal TrackingDesk(WorkspaceContext context) => _context = context;

    public TrackingStatus Read()
    {
        using var database = _context.Publisher.Open(BranchName.Main);
        return TrackingStatus.Of(database);
    }

    /// <summary>On for one table, or for all that are versioned. Writers go on meanwhile; each change of theirs is either before it or in the log.</summary>
    public TrackingStatus Start(string? table)
    {
        using var database = _context.Publisher.Open(BranchName.Main);
        RequireOurs(database);
        database.StartTracking(_context.Options.LockTimeout, table is null ? Versioned(database) : [table]);
        if (table is null) Remember(true);
        return TrackingStatus.Of(database);
    }

    /// <summary>Off for one table, or for all.</summary>
    public TrackingStatus Stop(string? table)
    {
        using var database = _context.Publisher.Open(BranchName.Main);
        database.StopTracking(_context.Options.LockTimeout, table is null ? null : [table]);
        if (table is null) Remember(false);
        return TrackingStatus.Of(database);
    }

    /// <summary>Loads the same rows with and without tracking, in turn. Needs a place for private databases.</summary>
    public TrackingCost Measure(CancellationToken cancel)
    {
        var provider = _context.Live.Provider;
        var location = provider.Locate(new PrivateDatabase(_context.Layout.Scratch, CostId + ".db", _context.Identity.Id, CostId));
        provider.Drop(location);
        provider.Create(location);
        try
        {
            using var database = provider.Open(location);
            var table = Make(database);
            List<double> without = [], with = [];
            for (var round = 0; round < Rounds; round++)
            {
                cancel.ThrowIfCancellationRequested();
                without.Add(Load(database, table, (2 * round) * Rows));
                database.StartTracking(_context.Options.LockTimeout);
                with.Add(Load(database, table, ((2 * round) + 1) * Rows));
                database.StopTracking(_context.Options.LockTimeout);
            }

            return new TrackingCost(Rows, without.Order().ElementAt(Rounds / 2), with.Order().ElementAt(Rounds / 2));
        }
        finally
        {
            provider.Drop(location);
        }
    }

    private TableSchema Make(IDatabase database)
    {
        var made = new TableSchema
        {
            Name = "measured",
            Columns =
            [
                new Column { Id = 1, Name = "id", DeclaredType = "INTEGER", Nullable = false },
                new Column { Id = 2, Name = "name", DeclaredType = "VARCHAR(40)" },
                new Column { Id = 3, Name = "score", DeclaredType = "INTEGER" },
            ],
            PrimaryKey = ["id"],
            Constraints = [new TableConstraint { Kind = ConstraintKind.PrimaryKey, Name = "measured_pkey", Columns = ["id"],
                Sql = "CONSTRAINT measured_pkey PRIMARY KEY (id)" }],
            Sql = "CREATE TABLE measured (id INTEGER PRIMARY KEY, name VARCHAR(40), score INTEGER)",
        };
        using (var session = database.BeginApply(_context.Options.LockTimeout))
        {
            session.Apply(new DatabaseDelta([new TableDelta(null, made, [])], [], []));
            session.Commit();
        }

        using var read = database.BeginRead();
        return read.ReadSchema().FindTable(made.Name)!;
    }

    private double Load(IDatabase database, TableSchema table, int first)
    {
        var started = _context.Options.Clock.GetTimestamp();
        using var load = database.BeginLoad(table, _context.Options.LockTimeout);
        for (var i = first; i < first + Rows; i++)
        {
            load.SetInteger(0, i);
            load.SetText(1, "somebody with a name"u8);
            load.SetInteger(2, i % 977);
            load.Insert();
        }

        load.Flush();
        load.Commit();
        return _context.Options.Clock.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>A database that is not at main's head is not written to.</summary>
    private void RequireOurs(IDatabase database)
    {
        using var read = database.BeginRead();
        LiveIdentity.Check(_context.Live, BranchName.Main, _context.Repository.Head(BranchName.Main), read.State);
    }

    private List<string> Versioned(IDatabase database)
    {
        using var read = database.BeginRead();
        return [.. _context.Live.Selection.Of(read.ReadSchema()).Tables.Select(t => t.Name).Where(t => !_context.Live.Selection.IsSchemaOnly(t))];
    }

    private void Remember(bool tracks)
    {
        var desk = new ConfigurationDesk(_context.Layout, _context.Options);
        var value = tracks ? "triggers" : "none";
        if (desk.Get("tracking")[0].Value?.ToString() != value) desk.Set("tracking", [value]);
    }
}
