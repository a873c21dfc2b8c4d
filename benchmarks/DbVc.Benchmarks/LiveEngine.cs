namespace DbVc.Benchmarks;

/// <summary>A live database of one engine that holds the table of the engine's benchmark, and how its users write to it by hand.</summary>
internal abstract class LiveEngine(string name)
{
    public string Name => name;

    /// <summary>What <c>init</c> is told.</summary>
    public abstract string Location { get; }

    /// <summary>Changes can be tracked by triggers.</summary>
    public virtual bool IsTracked => true;

    /// <summary>Those that <c>DBVC_ENGINES</c> names, else all.</summary>
    public static IEnumerable<LiveEngine> Start(Bench bench) => Choose(("SQLite", LiveEngine () => new Sqlite(bench))).Concat(StartServers(bench));

    /// <summary>The same, servers only.</summary>
    public static IEnumerable<ServerEngine> StartServers(Bench bench) =>
        Choose(("PostgreSQL", ServerEngine () => new PostgresEngine(bench)), ("MariaDB", () => new MariaDbEngine(bench)));

    /// <summary>Whether <c>DBVC_ENGINES</c> names it, or nothing.</summary>
    public static bool IsChosen(string name) =>
        Environment.GetEnvironmentVariable("DBVC_ENGINES")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is not { } chosen
        || chosen.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<T> Choose<T>(params (string Name, Func<T> Start)[] engines) => engines.Where(e => IsChosen(e.Name)).Select(e => e.Start());

    /// <summary>Gives rows a new version in one transaction, each by a prepared statement as a program does; how long that took.</summary>
    /// <param name="location">The live database or a branch's, as db-vc shows it.</param>
    public abstract double Update(string location, IEnumerable<long> ids, int version);

    private sealed class Sqlite : LiveEngine
    {
        public Sqlite(Bench bench) : base("SQLite")
        {
            Location = bench.PathOf("live.db");
            EngineTable.Create(Location, bench.Rows);
        }

        public override string Location { get; }

        public override double Update(string location, IEnumerable<long> ids, int version) => EngineTable.Update(location, ids, version);
    }
}
